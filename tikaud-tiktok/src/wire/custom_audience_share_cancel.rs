//! `POST /dmp/custom_audience/share/cancel/`: ends the sharing of an audience with an ad account.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_share_cancel.yml>

use serde::de::IgnoredAny;
use serde_json::json;

use super::{Payload, Request};

/// Stops sharing one audience with one ad account. The account is described as optional and marked as required, so it is
/// always sent. What TikTok makes of a second request is not documented.
pub(crate) struct StopSharing<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_id: &'a str,
    pub(crate) shared_advertiser_id: &'a str,
}

impl Request for StopSharing<'_> {
    const PATH: &'static str = "dmp/custom_audience/share/cancel/";
    const IDEMPOTENT: bool = false;
    type Data = IgnoredAny;

    fn payload(&self) -> Payload {
        Payload::json(&json!({
            "advertiser_id": self.advertiser_id,
            "custom_audience_id": self.audience_id,
            "shared_advertiser_id": self.shared_advertiser_id,
        }))
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id, self.audience_id, self.shared_advertiser_id]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_always_named() {
        let request = StopSharing { advertiser_id: "7001", audience_id: "42", shared_advertiser_id: "7002" };
        insta::assert_snapshot!(request.payload().text(), @r#"{"advertiser_id":"7001","custom_audience_id":"42","shared_advertiser_id":"7002"}"#);
    }
}
