//! `POST /segment/audience/`: makes a streaming audience.
//! <https://business-api.tiktok.com/portal/docs?id=1739940583739393>

use serde::Deserialize;
use serde_json::json;

use super::{Payload, Request, lenient};

/// Makes a new audience. Names are not unique, so a second request makes a second audience.
pub(crate) struct CreateSegmentAudience<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) name: &'a str,
    /// No document of TikTok's names the field; it is sent because the user asked for it, and may be refused.
    pub(crate) description: Option<&'a str>,
}

/// The new audience.
#[derive(Deserialize)]
pub(crate) struct CreateSegmentAudienceData {
    #[serde(deserialize_with = "lenient::required_id")]
    pub(crate) audience_id: String,
}

impl Request for CreateSegmentAudience<'_> {
    const PATH: &'static str = "segment/audience/";
    const IDEMPOTENT: bool = false;
    type Data = CreateSegmentAudienceData;

    fn payload(&self) -> Payload {
        let mut body = json!({
            "advertiser_id": self.advertiser_id,
            "action": "create",
            "custom_audience_name": self.name,
        });
        if let Some(description) = self.description {
            body["description"] = json!(description);
        }
        Payload::json(&body)
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(description: Option<&str>) -> String {
        let request = CreateSegmentAudience { advertiser_id: "7001", name: "Buyers \"of\" May", description };
        let Payload::Body(body) = request.payload() else { panic!("a create is sent by POST") };
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn the_description_is_there_only_when_it_was_given() {
        insta::assert_snapshot!(body(None), @r#"{"action":"create","advertiser_id":"7001","custom_audience_name":"Buyers \"of\" May"}"#);
        insta::assert_snapshot!(body(Some("Bought something")), @r#"{"action":"create","advertiser_id":"7001","custom_audience_name":"Buyers \"of\" May","description":"Bought something"}"#);
    }

    #[test]
    fn an_answer_without_an_id_is_not_understood() {
        let data = |json: &str| serde_json::from_str::<CreateSegmentAudienceData>(json);
        assert_eq!(data(r#"{"audience_id":"42"}"#).unwrap().audience_id, "42");
        assert_eq!(data(r#"{"audience_id":42}"#).unwrap().audience_id, "42");
        for json in ["{}", r#"{"audience_id":""}"#, r#"{"audience_id":null}"#, "null"] {
            assert!(data(json).is_err(), "{json}");
        }
    }
}
