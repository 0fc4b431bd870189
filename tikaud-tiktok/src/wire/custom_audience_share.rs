//! `POST /dmp/custom_audience/share/`: lets other ad accounts use audiences.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_share.yml>

use serde::de::IgnoredAny;
use serde_json::json;

use super::{Payload, Request};

/// Shares 1 to 10 audiences with 1 to 10 ad accounts of the same Business Center. What TikTok makes of a second request
/// is not documented.
pub(crate) struct ShareAudiences<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_ids: &'a [&'a str],
    pub(crate) shared_advertiser_ids: &'a [&'a str],
}

impl Request for ShareAudiences<'_> {
    const PATH: &'static str = "dmp/custom_audience/share/";
    const IDEMPOTENT: bool = false;
    type Data = IgnoredAny;

    fn payload(&self) -> Payload {
        Payload::json(&json!({
            "advertiser_id": self.advertiser_id,
            "custom_audience_ids": self.audience_ids,
            "shared_advertiser_ids": self.shared_advertiser_ids,
        }))
    }

    fn known_ids(&self) -> Vec<&str> {
        [&[self.advertiser_id], self.audience_ids, self.shared_advertiser_ids].concat()
    }

    fn items(&self) -> usize {
        self.audience_ids.len() * self.shared_advertiser_ids.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_and_accounts_are_lists_of_texts() {
        let (audience_ids, shared_advertiser_ids) = (&["42", "43"][..], &["7002"][..]);
        let request = ShareAudiences { advertiser_id: "7001", audience_ids, shared_advertiser_ids };
        insta::assert_snapshot!(request.payload().text(), @r#"{"advertiser_id":"7001","custom_audience_ids":["42","43"],"shared_advertiser_ids":["7002"]}"#);
        assert_eq!(request.items(), 2);
    }
}
