//! An audience as `/dmp/custom_audience/get/` and `/list/` describe it.

use jiff::Timestamp;
use serde::Deserialize;
use tikaud_core::destination::{Audience, AudienceId};

use super::safe_text::safe_message;
use super::{CalculateType, lenient};
use crate::audience_kind::AudienceKind;

/// An audience as TikTok describes it.
#[derive(Deserialize)]
pub(crate) struct AudienceDetails {
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) audience_id: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// Called `type` by `get` and `audience_type` by `list`.
    #[serde(default, alias = "type")]
    pub(crate) audience_type: Option<String>,
    #[serde(default)]
    pub(crate) audience_sub_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) calculate_type: Option<String>,
    /// People matched.
    #[serde(default, deserialize_with = "lenient::count")]
    pub(crate) cover_num: Option<u64>,
    /// False while it is being computed, when it is too small, and when it has expired.
    #[serde(default)]
    pub(crate) is_valid: Option<bool>,
    /// It expires within 60 days.
    #[serde(default)]
    pub(crate) is_expiring: Option<bool>,
    /// False when another account shares it with this one.
    #[serde(default)]
    pub(crate) is_creator: Option<bool>,
    /// It is shared, with this account or by it.
    #[serde(default)]
    pub(crate) shared: Option<bool>,
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) owner_id: Option<String>,
    /// TikTok's words on its state.
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) msg: Option<String>,
    /// TikTok's words on why the last change failed.
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) error_msg: Option<String>,
    #[serde(default, deserialize_with = "lenient::time")]
    pub(crate) create_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::time")]
    pub(crate) expired_time: Option<Timestamp>,
    /// When it was last changed or created, as far as its history tells; `list` has no history.
    #[serde(skip)]
    pub(crate) last_change: Option<Timestamp>,
}

/// What the user should know of an audience that is about to expire.
pub(crate) fn expiring_warning(id: &AudienceId) -> String {
    format!("audience {id} expires within 60 days unless it is changed, or used in an active ad group")
}

/// What the user should know of an audience whose last change failed.
pub(crate) fn failed_warning(id: &AudienceId, message: &str) -> String {
    format!("the last change of audience {id} failed: \"{}\"", safe_message(message, &[id.as_str()]))
}

/// Types that are made in other ways than through the streaming endpoints. Streaming audiences are called `Partner`;
/// the list of types is not closed, so only what is known to be something else is left out.
const OTHER_TYPES: [&str; 9] = [
    "Customer File Audience",
    "Engagement Audience",
    "App Activity Audience",
    "Website Audience",
    "Lookalike Audience",
    "Lead Generation",
    "Rule Business Account",
    "Rule ad shop",
    "Preferred Population",
];

/// Whether a type by this name is that of customer files. Names are compared loosely.
pub(crate) fn is_customer_file(type_name: &str) -> bool {
    let name = type_name.to_ascii_lowercase();
    name.contains("customer") && name.contains("file")
}

impl AudienceDetails {
    /// The audience, in the words of the contract; `None` without an id.
    pub(crate) fn into_audience(self) -> Option<Audience> {
        let id = AudienceId::new(self.audience_id?);
        let expiring = (self.is_expiring == Some(true)).then(|| expiring_warning(&id));
        let failed = self.error_msg.map(|message| failed_warning(&id, &message));
        let warnings = expiring.into_iter().chain(failed).collect();
        Some(Audience { id, name: self.name, matched: self.cover_num, ready: self.is_valid, warnings })
    }

    /// Whether it may be an audience of this kind that belongs to the account itself.
    pub(crate) fn may_be_own(&self, kind: AudienceKind) -> bool {
        self.is_creator != Some(false) && self.may_be(kind)
    }

    /// Whether it may be an audience of this kind. The names of types are compared loosely.
    pub(crate) fn may_be(&self, kind: AudienceKind) -> bool {
        let Some(name) = &self.audience_type else { return true };
        match kind {
            AudienceKind::Streaming => !OTHER_TYPES.iter().any(|other| other.eq_ignore_ascii_case(name)),
            AudienceKind::CustomerFile => is_customer_file(name),
        }
    }

    /// What its files hold, when TikTok says so.
    pub(crate) fn calculate_type(&self) -> Option<CalculateType> {
        CalculateType::of_name(self.calculate_type.as_deref()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(json: &str) -> AudienceDetails {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_type_is_understood_under_both_of_its_names() {
        let kinds = [AudienceKind::Streaming, AudienceKind::CustomerFile];
        let may_be = |json: &str| kinds.map(|kind| details(json).may_be(kind));
        assert_eq!(may_be(r#"{"audience_id":"1","type":"Lookalike Audience"}"#), [false, false]);
        assert_eq!(may_be(r#"{"audience_id":"1","audience_type":"customer file audience"}"#), [false, true]);
        assert_eq!(may_be(r#"{"audience_id":"1","type":"Partner"}"#), [true, false]);
        assert_eq!(may_be(r#"{"audience_id":"1","type":"Something new"}"#), [true, false]);
        assert_eq!(may_be(r#"{"audience_id":"1"}"#), [true, true]);
    }

    #[test]
    fn an_audience_shared_by_another_account_is_not_ours() {
        assert!(!details(r#"{"audience_id":"1","is_creator":false}"#).may_be_own(AudienceKind::Streaming));
    }

    #[test]
    fn the_user_is_told_of_expiry_and_of_a_change_that_failed() {
        let json = r#"{"audience_id":"42","is_expiring":true,"error_msg":"row of ada@example.com in audience 42"}"#;
        let warnings = details(json).into_audience().unwrap().warnings;
        insta::assert_snapshot!(warnings.join("\n"), @r#"
        audience 42 expires within 60 days unless it is changed, or used in an active ad group
        the last change of audience 42 failed: "row of [masked] in audience 42"
        "#);
        assert!(details(r#"{"audience_id":"42","error_msg":""}"#).into_audience().unwrap().warnings.is_empty());
    }

    #[test]
    fn numbers_may_come_as_text_and_ids_as_numbers() {
        let details = details(r#"{"audience_id":70001,"cover_num":"1200","is_valid":null}"#);
        assert_eq!(details.audience_id.as_deref(), Some("70001"));
        assert_eq!(details.cover_num, Some(1200));
        assert_eq!(details.is_valid, None);
    }
}
