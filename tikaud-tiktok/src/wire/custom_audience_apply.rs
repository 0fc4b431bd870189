//! `POST /dmp/custom_audience/apply/`: puts an audience into the targeting of ad groups, and takes it out.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_apply.yml>

use serde::de::IgnoredAny;
use serde_json::json;

use super::{Payload, Request};
use crate::audiences::Usage;

/// Applies an audience to ad groups of the same ad account, or disconnects it. What TikTok makes of a second request is
/// not documented.
pub(crate) struct ApplyAudience<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_id: &'a str,
    pub(crate) adgroup_ids: &'a [&'a str],
    /// `None` disconnects.
    pub(crate) usage: Option<Usage>,
}

impl Request for ApplyAudience<'_> {
    const PATH: &'static str = "dmp/custom_audience/apply/";
    const IDEMPOTENT: bool = false;
    type Data = IgnoredAny;

    fn payload(&self) -> Payload {
        let mut body = json!({
            "advertiser_id": self.advertiser_id,
            "custom_audience_id": self.audience_id,
            "adgroup_ids": self.adgroup_ids,
            "action_mode": if self.usage.is_some() { "Apply" } else { "Disconnect" },
        });
        if let Some(usage) = self.usage {
            body["usage_mode"] = json!(match usage {
                Usage::Include => "Include",
                Usage::Exclude => "Exclude",
            });
        }
        Payload::json(&body)
    }

    fn known_ids(&self) -> Vec<&str> {
        [&[self.advertiser_id, self.audience_id], self.adgroup_ids].concat()
    }

    fn items(&self) -> usize {
        self.adgroup_ids.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usage_is_named_only_when_the_audience_is_applied() {
        let body = |usage| {
            let (advertiser_id, audience_id) = ("7001", "42");
            ApplyAudience { advertiser_id, audience_id, adgroup_ids: &["9", "8"], usage }.payload().text()
        };
        insta::assert_snapshot!(body(Some(Usage::Exclude)), @r#"{"action_mode":"Apply","adgroup_ids":["9","8"],"advertiser_id":"7001","custom_audience_id":"42","usage_mode":"Exclude"}"#);
        insta::assert_snapshot!(body(None), @r#"{"action_mode":"Disconnect","adgroup_ids":["9","8"],"advertiser_id":"7001","custom_audience_id":"42"}"#);
    }
}
