//! `POST /dmp/custom_audience/lookalike/update/`: computes lookalike audiences anew.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_lookalike_update.yml>

use serde::de::IgnoredAny;
use serde_json::json;

use super::{Payload, Request};

/// Has lookalike audiences computed anew. A second request has it done again, which changes nothing.
pub(crate) struct RefreshLookalikes<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_ids: &'a [&'a str],
}

impl Request for RefreshLookalikes<'_> {
    const PATH: &'static str = "dmp/custom_audience/lookalike/update/";
    const IDEMPOTENT: bool = true;
    type Data = IgnoredAny;

    fn payload(&self) -> Payload {
        Payload::json(&json!({"advertiser_id": self.advertiser_id, "custom_audience_ids": self.audience_ids}))
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
    fn ids_are_a_list_of_texts() {
        let request = RefreshLookalikes { advertiser_id: "7001", audience_ids: &["42"] };
        insta::assert_snapshot!(request.payload().text(), @r#"{"advertiser_id":"7001","custom_audience_ids":["42"]}"#);
    }
}
