//! `GET /dmp/custom_audience/get/`: audiences by their ids, with their history.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_get.yml>

use jiff::Timestamp;
use serde::Deserialize;

use super::audience_details::AudienceDetails;
use super::{Payload, Request, lenient, query_list};

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
