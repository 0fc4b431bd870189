//! `GET /dmp/custom_audience/get/` and `/list/`: the audiences of an ad account.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_list.yml>

use jiff::Timestamp;
use serde::Deserialize;
use tikaud_core::destination::{Audience, AudienceId};

use super::safe_text::safe_message;
use super::{CalculateType, Payload, Request, lenient, query_list};
use crate::audience_kind::AudienceKind;

/// Asks for 1 to 100 audiences.
pub(crate) struct CustomAudienceGet<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_ids: &'a [&'a str],
    /// Entries of history for each, 1 to 100, which come also unasked.
    pub(crate) history_size: u32,
}

impl CustomAudienceGet<'_> {
    /// Entries of history that TikTok gives at most.
    pub(crate) const LONGEST_HISTORY: u32 = 100;
}

/// The audiences asked for; an unknown id is just not there.
#[derive(Deserialize)]
pub(crate) struct CustomAudienceGetData {
    #[serde(default)]
    pub(crate) list: Vec<GotAudience>,
}

/// One of them.
#[derive(Deserialize)]
pub(crate) struct GotAudience {
    pub(crate) audience_details: AudienceDetails,
    #[serde(default)]
    pub(crate) audience_history: Option<Vec<AudienceEvent>>,
}

/// Something that was done to an audience. The values are not documented.
#[derive(Deserialize)]
pub(crate) struct AudienceEvent {
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) action: Option<String>,
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) action_detail: Option<String>,
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) editor: Option<String>,
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) msg: Option<String>,
    #[serde(default, deserialize_with = "lenient::time")]
    pub(crate) opt_time: Option<Timestamp>,
}

impl CustomAudienceGetData {
    /// This audience, when it is there.
    pub(crate) fn into_details(self, audience_id: &str) -> Option<AudienceDetails> {
        let got = self.list.into_iter().find(|got| got.audience_details.audience_id.as_deref() == Some(audience_id))?;
        let changes = got.audience_history.into_iter().flatten().filter_map(|entry| entry.opt_time);
        let last_change = changes.chain(got.audience_details.create_time).max();
        Some(AudienceDetails { last_change, ..got.audience_details })
    }
}

impl Request for CustomAudienceGet<'_> {
    const PATH: &'static str = "dmp/custom_audience/get/";
    const IDEMPOTENT: bool = true;
    type Data = CustomAudienceGetData;

    fn payload(&self) -> Payload {
        Payload::Query(vec![
            ("advertiser_id", self.advertiser_id.to_owned()),
            ("custom_audience_ids", query_list(self.audience_ids)),
            ("history_size", self.history_size.to_string()),
        ])
    }

    fn known_ids(&self) -> Vec<&str> {
        [&[self.advertiser_id], self.audience_ids].concat()
    }

    fn items(&self) -> usize {
        self.audience_ids.len()
    }
}

/// Asks for one page of the account's audiences.
pub(crate) struct CustomAudienceList<'a> {
    pub(crate) advertiser_id: &'a str,
    /// The first page is 1.
    pub(crate) page: u32,
    /// 1 to [`Self::LARGEST_PAGE`].
    pub(crate) page_size: u32,
}

impl CustomAudienceList<'_> {
    /// Audiences that a page may hold.
    pub(crate) const LARGEST_PAGE: u32 = 100;
}

/// One page of audiences.
#[derive(Deserialize)]
pub(crate) struct CustomAudienceListData {
    #[serde(default)]
    pub(crate) list: Vec<AudienceDetails>,
    #[serde(default)]
    page_info: PageInfo,
}

/// How many pages there are.
#[derive(Default, Deserialize)]
pub(super) struct PageInfo {
    #[serde(default, deserialize_with = "lenient::count")]
    total_page: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    total_number: Option<u64>,
}

impl PageInfo {
    /// Whether TikTok says that nothing comes after this page.
    pub(super) fn is_last(&self, page: u32) -> bool {
        self.total_page.is_some_and(|total| u64::from(page) >= total)
    }
}

impl CustomAudienceListData {
    /// Whether nothing comes after this page. Where TikTok does not say how many pages there are, an empty one is the
    /// last.
    pub(crate) fn is_last(&self, page: u32) -> bool {
        self.list.is_empty() || self.page_info.is_last(page)
    }

    /// How many audiences there are on all pages, when TikTok says so.
    pub(crate) fn total(&self) -> Option<u64> {
        self.page_info.total_number
    }
}

impl Request for CustomAudienceList<'_> {
    const PATH: &'static str = "dmp/custom_audience/list/";
    const IDEMPOTENT: bool = true;
    type Data = CustomAudienceListData;

    fn payload(&self) -> Payload {
        Payload::Query(vec![
            ("advertiser_id", self.advertiser_id.to_owned()),
            ("page", self.page.to_string()),
            ("page_size", self.page_size.to_string()),
        ])
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id]
    }
}

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
    fn the_last_change_is_the_latest_of_history_and_creation_in_whatever_order() {
        let last_change = |history: &str| {
            let details = r#"{"audience_id":"1","create_time":"2026-11-23 10:00:00"}"#;
            let json = format!(r#"{{"list":[{{"audience_details":{details},"audience_history":{history}}}]}}"#);
            let data: CustomAudienceGetData = serde_json::from_str(&json).unwrap();
            data.into_details("1").unwrap().last_change.unwrap().to_string()
        };
        let late = r#"{"opt_time":"2026-11-24 09:30:00"}"#;
        let early = r#"{"action":"create","opt_time":"2026-11-23 10:00:00"}"#;
        for history in [format!("[{late},{early}]"), format!("[{early},{late},{{}}]")] {
            assert_eq!(last_change(&history), "2026-11-24T09:30:00Z");
        }
        for history in ["null", "[]", r#"[{"opt_time":"yesterday"}]"#] {
            assert_eq!(last_change(history), "2026-11-23T10:00:00Z");
        }
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

    #[test]
    fn the_last_page_is_the_one_that_the_total_names_or_an_empty_one() {
        let page = |json: &str| serde_json::from_str::<CustomAudienceListData>(json).unwrap();
        let full = page(r#"{"list":[{"audience_id":"1"}],"page_info":{"total_page":2}}"#);
        assert!(!full.is_last(1));
        assert!(full.is_last(2));
        assert!(!page(r#"{"list":[{"audience_id":"1"}]}"#).is_last(1));
        assert!(page(r#"{"list":[]}"#).is_last(1));
    }
}
