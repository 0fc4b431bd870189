//! `GET /dmp/custom_audience/apply/log/`: the ad groups that audiences have been applied to.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_apply_log.yml>

use serde::Deserialize;

use super::page_info::PageInfo;
use super::{Payload, Request, lenient, query_list};

/// Asks for one page of the ad groups that an audience of the account's own has been applied to. Disconnections are not
/// in the log.
pub(crate) struct ApplyLog<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_id: &'a str,
    /// The first page is 1. How large a page may be is not documented, so it has the size that it has by default.
    pub(crate) page: u32,
}

/// One page of the log.
#[derive(Deserialize)]
pub(crate) struct ApplyLogData {
    #[serde(default)]
    pub(crate) list: Vec<ApplyLogEntry>,
    #[serde(default)]
    page_info: PageInfo,
}

impl ApplyLogData {
    /// Whether nothing comes after this page.
    pub(crate) fn is_last(&self, page: u32) -> bool {
        self.list.is_empty() || self.page_info.is_last(page)
    }
}

/// One ad group.
#[derive(Deserialize)]
pub(crate) struct ApplyLogEntry {
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) adgroup_id: Option<String>,
    #[serde(default)]
    pub(crate) adgroup_name: Option<String>,
    #[serde(default)]
    pub(crate) usage_mode: Option<String>,
    #[serde(default)]
    pub(crate) editor: Option<String>,
    /// In UTC, since no other time zone is asked for; its form is not documented.
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) action_timestamp: Option<String>,
}

impl Request for ApplyLog<'_> {
    const PATH: &'static str = "dmp/custom_audience/apply/log/";
    const IDEMPOTENT: bool = true;
    type Data = ApplyLogData;

    fn payload(&self) -> Payload {
        Payload::Query(vec![
            ("advertiser_id", self.advertiser_id.to_owned()),
            ("custom_audience_ids", query_list(&[self.audience_id])),
            ("page", self.page.to_string()),
        ])
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id, self.audience_id]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_be_a_number_or_a_text() {
        let json = r#"{"list":[{"adgroup_id":9,"action_timestamp":1795000000,"usage_mode":"Include"},
            {"adgroup_id":"8","action_timestamp":"2026-11-23 10:00:00"}],"page_info":{"total_page":1}}"#;
        let data: ApplyLogData = serde_json::from_str(json).unwrap();
        assert_eq!(data.list[0].action_timestamp.as_deref(), Some("1795000000"));
        assert_eq!(data.list[1].action_timestamp.as_deref(), Some("2026-11-23 10:00:00"));
        assert!(data.is_last(1));
    }
}
