//! `POST /dmp/custom_audience/delete/`: deletes audiences of any kind.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_delete.yml>

use serde::de::IgnoredAny;
use serde_json::json;

use super::{Payload, Request};

/// Deletes 1 to 100 audiences. A second request finds them gone, which is refused and changes nothing.
pub(crate) struct DeleteAudiences<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_ids: &'a [&'a str],
}

impl Request for DeleteAudiences<'_> {
    const PATH: &'static str = "dmp/custom_audience/delete/";
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
        let request = DeleteAudiences { advertiser_id: "7001", audience_ids: &["42", "43"] };
        insta::assert_snapshot!(request.payload().text(), @r#"{"advertiser_id":"7001","custom_audience_ids":["42","43"]}"#);
        assert_eq!(request.known_ids(), ["7001", "42", "43"]);
    }
}
