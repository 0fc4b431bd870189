//! `GET /dmp/custom_audience/share/log/`: the ad accounts that an audience has been shared with.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_share_log.yml>

use serde::Deserialize;

use super::{Payload, Request, lenient};

/// Asks with whom an audience has been shared.
pub(crate) struct ShareLog<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_id: &'a str,
}

/// The ad accounts.
#[derive(Deserialize)]
pub(crate) struct ShareLogData {
    #[serde(default)]
    pub(crate) list: Vec<ShareLogEntry>,
}

/// One ad account that an audience has been shared with.
#[derive(Deserialize)]
pub(crate) struct ShareLogEntry {
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) shared_advertiser_id: Option<String>,
    #[serde(default)]
    pub(crate) shared_advertiser_name: Option<String>,
    /// The values are not documented.
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) status: Option<String>,
}

impl Request for ShareLog<'_> {
    const PATH: &'static str = "dmp/custom_audience/share/log/";
    const IDEMPOTENT: bool = true;
    type Data = ShareLogData;

    fn payload(&self) -> Payload {
        Payload::Query(vec![
            ("advertiser_id", self.advertiser_id.to_owned()),
            ("custom_audience_id", self.audience_id.to_owned()),
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
    fn an_entry_may_have_gaps() {
        let json = r#"{"list":[{"custom_audience_id":42,"shared_advertiser_id":7002,"status":1},
            {"shared_advertiser_id":"7003","shared_advertiser_name":"Shop","status":"SHARING"}, {}]}"#;
        let data: ShareLogData = serde_json::from_str(json).unwrap();
        assert_eq!(data.list[0].shared_advertiser_id.as_deref(), Some("7002"));
        assert_eq!(data.list[0].status.as_deref(), Some("1"));
        assert_eq!(data.list[1].shared_advertiser_name.as_deref(), Some("Shop"));
        assert_eq!(data.list[2].shared_advertiser_id, None);
    }
}
