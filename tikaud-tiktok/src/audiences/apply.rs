//! Audiences in the targeting of ad groups.

use std::fmt;

use tikaud_core::destination::{AudienceId, DestinationError, DestinationErrorKind as Kind};

use super::Audiences;
use super::limits::{AUDIENCES, check, check_audiences};
use crate::wire::{ApplyAudience, ApplyLog, ApplyLogEntry, safe_message};

/// Pages of the log that are read at most, of ten entries each.
const MOST_PAGES: u32 = 1_000;

/// The id of an ad group: a number of up to 20 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdGroupId(String);

impl AdGroupId {
    /// An ad group's id. Whether it can be one is checked where it is used.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AdGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an ad group does with the people of an audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// It shows ads to them.
    Include,
    /// It shows no ads to them.
    Exclude,
}

/// An ad group that an audience has been applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApplyRecord {
    /// The ad group.
    pub ad_group: AdGroupId,
    /// What it is called.
    pub ad_group_name: Option<String>,
    /// What it does with the audience; `None` when TikTok says something else than the two that are documented.
    pub usage: Option<Usage>,
    /// Who applied it, in TikTok's words.
    pub editor: Option<String>,
    /// When, in UTC, in a form that is not documented.
    pub at: Option<String>,
}

impl Audiences {
    /// Applies an audience to ad groups of the same ad account, which also puts off its expiry. TikTok documents no limit
    /// on their number.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when these are no ids, or the audience does not suit the ad groups (lookalike audiences and Reach &
    /// Frequency); `Permission` when the user has not the role for it. It is not sent again when its reply is lost: see
    /// [`applied_to`](Self::applied_to) then.
    pub async fn apply(&self, id: &AudienceId, to: &[AdGroupId], usage: Usage) -> Result<(), DestinationError> {
        self.change(id, to, Some(usage)).await
    }

    /// Takes an audience out of ad groups.
    ///
    /// # Errors
    ///
    /// As for [`apply`](Self::apply).
    pub async fn disconnect(&self, id: &AudienceId, from: &[AdGroupId]) -> Result<(), DestinationError> {
        self.change(id, from, None).await
    }

    async fn change(
        &self,
        id: &AudienceId,
        ad_groups: &[AdGroupId],
        usage: Option<Usage>,
    ) -> Result<(), DestinationError> {
        check_audiences(std::slice::from_ref(id), AUDIENCES)?;
        let adgroup_ids = &check(ad_groups.iter().map(AdGroupId::as_str), "ad groups", 1..=usize::MAX)?;
        let request =
            ApplyAudience { advertiser_id: self.account.as_str(), audience_id: id.as_str(), adgroup_ids, usage };
        let doing = match usage {
            Some(_) => format!("apply audience {id} to {} ad groups", ad_groups.len()),
            None => format!("disconnect audience {id} from {} ad groups", ad_groups.len()),
        };
        self.send(&request, &doing).await.map(drop)
    }

    /// The ad groups that an audience of this account's own has been applied to. That it was disconnected since is not in
    /// TikTok's log.
    ///
    /// # Errors
    ///
    /// As for [`apply`](Self::apply), and when the audience belongs to another account.
    pub async fn applied_to(&self, id: &AudienceId) -> Result<Vec<ApplyRecord>, DestinationError> {
        check_audiences(std::slice::from_ref(id), AUDIENCES)?;
        let mut records = Vec::new();
        for page in 1..=MOST_PAGES {
            let request = ApplyLog { advertiser_id: self.account.as_str(), audience_id: id.as_str(), page };
            let data = self.send(&request, &format!("read what audience {id} is applied to (page {page})")).await?;
            let is_last = data.is_last(page);
            records.extend(data.list.into_iter().filter_map(record));
            if is_last {
                return Ok(records);
            }
        }
        let message = format!("the log of audience {id} has more than {MOST_PAGES} pages; look at it in Ads Manager");
        Err(DestinationError::new(Kind::Protocol, message))
    }
}

fn record(entry: ApplyLogEntry) -> Option<ApplyRecord> {
    Some(ApplyRecord {
        ad_group: AdGroupId::new(entry.adgroup_id?),
        ad_group_name: entry.adgroup_name,
        usage: entry.usage_mode.and_then(|usage| match usage.to_ascii_lowercase().as_str() {
            "include" => Some(Usage::Include),
            "exclude" => Some(Usage::Exclude),
            _ => None,
        }),
        editor: entry.editor.map(|editor| safe_message(&editor, &[])),
        at: entry.action_timestamp,
    })
}
