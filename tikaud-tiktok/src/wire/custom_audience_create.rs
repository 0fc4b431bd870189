//! `POST /dmp/custom_audience/create/`: makes an audience of uploaded files.
//! <https://business-api.tiktok.com/portal/docs?id=1739940570793985>

use serde::Deserialize;
use serde_json::json;

use super::{CalculateType, Payload, Request, lenient};

/// Files that one request names at most. TikTok takes 500 and asks for fewer than 50; the rest goes by `update`.
pub(crate) const MOST_FILES: usize = 49;

/// Makes a new audience. Names are not unique, so a second request makes a second audience.
///
/// `retention_in_days` is left out, so that every change puts the expiry off.
pub(crate) struct CreateCustomAudience<'a> {
    pub(crate) advertiser_id: &'a str,
    /// 1 to 128 characters; a longer one is refused, not cut.
    pub(crate) name: &'a str,
    /// 1 to [`MOST_FILES`].
    pub(crate) file_paths: &'a [&'a str],
    /// That of the files.
    pub(crate) calculate_type: CalculateType,
}

/// The new audience.
#[derive(Deserialize)]
pub(crate) struct CreateCustomAudienceData {
    #[serde(deserialize_with = "lenient::required_id")]
    pub(crate) custom_audience_id: String,
}

impl Request for CreateCustomAudience<'_> {
    const PATH: &'static str = "dmp/custom_audience/create/";
    const IDEMPOTENT: bool = false;
    type Data = CreateCustomAudienceData;

    fn payload(&self) -> Payload {
        Payload::json(&json!({
            "advertiser_id": self.advertiser_id,
            "custom_audience_name": self.name,
            "file_paths": self.file_paths,
            "calculate_type": self.calculate_type.as_str(),
        }))
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id]
    }

    fn items(&self) -> usize {
        self.file_paths.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_and_their_type_are_named() {
        let request = CreateCustomAudience {
            advertiser_id: "7001",
            name: "Buyers",
            file_paths: &["AbCd0123AbCd0123", "EfGh4567EfGh4567"],
            calculate_type: CalculateType::MultipleTypes,
        };
        insta::assert_snapshot!(request.payload().text(), @r#"{"advertiser_id":"7001","calculate_type":"MULTIPLE_TYPES","custom_audience_name":"Buyers","file_paths":["AbCd0123AbCd0123","EfGh4567EfGh4567"]}"#);
    }

    #[test]
    fn an_answer_without_an_id_is_not_understood() {
        let data = |json: &str| serde_json::from_str::<CreateCustomAudienceData>(json);
        assert_eq!(data(r#"{"custom_audience_id":"42"}"#).unwrap().custom_audience_id, "42");
        for json in ["{}", r#"{"custom_audience_id":""}"#, r#"{"audience_id":"42"}"#] {
            assert!(data(json).is_err(), "{json}");
        }
    }
}
