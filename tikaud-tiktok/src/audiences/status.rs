//! What TikTok says of audiences.

use jiff::Timestamp;
use tikaud_core::destination::{AudienceId, DestinationError};

use super::Audiences;
use super::limits::{AUDIENCES, check_audiences};
use crate::account::AdAccountId;
use crate::wire::{
    self, AudienceDetails, CustomAudienceGet, GotAudience, expiring_warning, failed_warning, is_customer_file,
    safe_message,
};

/// People that an audience needs to be usable in ads.
const MINIMUM: u64 = 1_000;

/// What an audience is made of, which TikTok calls its type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AudienceType {
    /// Identifiers through the streaming endpoints; TikTok calls it `Partner`.
    Streaming,
    /// Identifiers in files.
    CustomerFile,
    /// People who resemble those of another audience.
    Lookalike,
    /// Anything else, by TikTok's name: the list of types is not closed.
    Other(String),
}

impl AudienceType {
    /// The type of this name, compared loosely.
    fn parse(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "partner" => Self::Streaming,
            _ if is_customer_file(name) => Self::CustomerFile,
            "lookalike audience" | "lookalike" => Self::Lookalike,
            _ => Self::Other(safe_message(name, &[])),
        }
    }
}

/// An audience as TikTok describes it. What TikTok does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudienceStatus {
    /// Its id.
    pub id: AudienceId,
    /// Its name.
    pub name: Option<String>,
    /// What it is made of.
    pub audience_type: Option<AudienceType>,
    /// What it may be used for: `NORMAL` or `REACH_FREQUENCY`.
    pub sub_type: Option<String>,
    /// The type of its identifiers, such as `EMAIL_SHA256` or `MULTIPLE_TYPES`.
    pub calculate_type: Option<String>,
    /// People matched, a day or two ago.
    pub matched: Option<u64>,
    /// Whether it can be used in ads. `false` while it is being computed, when it has fewer than 1,000 matched people,
    /// and when it has expired.
    pub valid: Option<bool>,
    /// Whether it expires within 60 days.
    pub expiring: Option<bool>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// Whether it is this account's own, and not another one's that shares it.
    pub own: Option<bool>,
    /// Whether it is shared, by this account or with it.
    pub shared: Option<bool>,
    /// The ad account that it belongs to.
    pub owner: Option<AdAccountId>,
    /// TikTok's words on its state.
    pub message: Option<String>,
    /// TikTok's words on why the last change failed.
    pub error: Option<String>,
    /// What was done to it, as TikTok tells it. Only [`Audiences::status`] asks for it.
    pub history: Vec<AudienceEvent>,
}

/// Something that was done to an audience, in TikTok's words, whose values are not documented.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudienceEvent {
    /// What was done, such as `create`.
    pub action: Option<String>,
    /// More about it, such as `0`.
    pub detail: Option<String>,
    /// Who did it: `open_api` for requests such as this crate's.
    pub editor: Option<String>,
    /// What TikTok says of it, for instance that some rows could not be read.
    pub message: Option<String>,
    /// When, read as GMT.
    pub at: Option<Timestamp>,
}

impl AudienceStatus {
    /// `None` without an id.
    pub(super) fn of(details: AudienceDetails, history: Vec<wire::AudienceEvent>) -> Option<Self> {
        let id = AudienceId::new(details.audience_id?);
        // TikTok's own words may repeat what a file or a person had in it.
        let quoted = |text: Option<String>| text.map(|text| safe_message(&text, &[id.as_str()]));
        let event = |event: wire::AudienceEvent| AudienceEvent {
            action: quoted(event.action),
            detail: quoted(event.action_detail),
            editor: quoted(event.editor),
            message: quoted(event.msg),
            at: event.opt_time,
        };
        Some(Self {
            history: history.into_iter().map(event).collect(),
            message: quoted(details.msg),
            error: quoted(details.error_msg),
            name: details.name,
            audience_type: details.audience_type.as_deref().map(AudienceType::parse),
            sub_type: details.audience_sub_type,
            calculate_type: details.calculate_type,
            matched: details.cover_num,
            valid: details.is_valid,
            expiring: details.is_expiring,
            created: details.create_time,
            expires: details.expired_time,
            own: details.is_creator,
            shared: details.shared,
            owner: details.owner_id.map(AdAccountId::new),
            id,
        })
    }

    /// What its owner should know: that it expires, cannot be used, or that its last change failed.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let id = &self.id;
        let expiring = (self.expiring == Some(true)).then(|| match &self.expires {
            Some(at) => format!("{} (at {at})", expiring_warning(id)),
            None => expiring_warning(id),
        });
        let unusable = (self.valid == Some(false)).then(|| match self.matched {
            Some(matched) if (1..MINIMUM).contains(&matched) => format!(
                "audience {id} cannot be used in ads: {matched} people are matched, and {MINIMUM} are needed"
            ),
            _ => format!(
                "audience {id} cannot be used in ads now: it is being computed, has fewer than {MINIMUM} matched people, \
                 or has expired"
            ),
        });
        let failed = self.error.as_deref().map(|error| failed_warning(id, error));
        [expiring, unusable, failed].into_iter().flatten().collect()
    }
}

impl Audiences {
    /// The state of 1 to 100 audiences, with their history. One that is not there is left out, as TikTok leaves it out.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when these are no ids, or too many; otherwise as for [`list`](Self::list).
    pub async fn status(&self, ids: &[AudienceId]) -> Result<Vec<AudienceStatus>, DestinationError> {
        let audience_ids = &check_audiences(ids, AUDIENCES)?;
        let request = CustomAudienceGet {
            advertiser_id: self.account.as_str(),
            audience_ids,
            history_size: CustomAudienceGet::LONGEST_HISTORY,
        };
        let data = self.send(&request, &format!("read the state of {} audiences", ids.len())).await?;
        let status =
            |got: GotAudience| AudienceStatus::of(got.audience_details, got.audience_history.unwrap_or_default());
        Ok(data.list.into_iter().filter_map(status).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: &str) -> AudienceStatus {
        let got: GotAudience = serde_json::from_str(json).unwrap();
        AudienceStatus::of(got.audience_details, got.audience_history.unwrap_or_default()).unwrap()
    }

    #[test]
    fn what_tiktok_says_is_told_without_personal_data() {
        let status = status(
            r#"{"audience_details":{"audience_id":"42","name":"Buyers","type":"Customer File Audience","cover_num":"900",
                "is_valid":false,"is_expiring":true,"is_creator":true,"shared":false,"owner_id":7001,"msg":null,
                "error_msg":"cannot read ada@example.com","create_time":"2026-11-23 10:00:00",
                "expired_time":"2027-01-02 00:00:00","calculate_type":"EMAIL_SHA256","rule":null},
                "audience_history":[{"action":"create","action_detail":0,"editor":"ada@example.com","msg":"",
                "opt_time":"2026-11-23 10:00:00"}]}"#,
        );
        assert_eq!(status.audience_type, Some(AudienceType::CustomerFile));
        assert_eq!((status.own, &status.owner), (Some(true), &Some(AdAccountId::new("7001"))));
        insta::assert_snapshot!(status.warnings().join("\n"), @r#"
        audience 42 expires within 60 days unless it is changed, or used in an active ad group (at 2027-01-02T00:00:00Z)
        audience 42 cannot be used in ads: 900 people are matched, and 1000 are needed
        the last change of audience 42 failed: "cannot read [masked]"
        "#);
        insta::assert_debug_snapshot!(status.history, @r#"
        [
            AudienceEvent {
                action: Some(
                    "create",
                ),
                detail: Some(
                    "0",
                ),
                editor: Some(
                    "[masked]",
                ),
                message: None,
                at: Some(
                    2026-11-23T10:00:00Z,
                ),
            },
        ]
        "#);
    }

    #[test]
    fn an_audience_in_order_and_one_of_which_nothing_is_known_go_without_warnings() {
        for json in [
            r#"{"audience_details":{"audience_id":"42","is_valid":true,"is_expiring":false,"cover_num":1000}}"#,
            r#"{"audience_details":{"audience_id":"42"},"audience_history":null}"#,
        ] {
            assert_eq!(status(json).warnings(), [""; 0]);
        }
        let computing = status(r#"{"audience_details":{"audience_id":"42","is_valid":false,"cover_num":0}}"#);
        assert!(computing.warnings()[0].contains("being computed"));
    }

    #[test]
    fn types_are_compared_loosely() {
        assert_eq!(AudienceType::parse("PARTNER"), AudienceType::Streaming);
        assert_eq!(AudienceType::parse("Lookalike Audience"), AudienceType::Lookalike);
        assert_eq!(AudienceType::parse("Challenge"), AudienceType::Other("Challenge".to_owned()));
    }
}
