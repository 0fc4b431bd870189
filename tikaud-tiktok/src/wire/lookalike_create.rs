//! `POST /dmp/custom_audience/lookalike/create/`: makes an audience of people who resemble those of another.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_lookalike_create.yml>

use serde::Deserialize;
use serde_json::json;

use super::{Payload, Request, lenient};
use crate::audiences::Lookalike;

/// Makes a lookalike audience. Names are not unique, so a second request makes a second audience.
pub(crate) struct CreateLookalike<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) lookalike: &'a Lookalike,
}

/// The new audience.
#[derive(Deserialize)]
pub(crate) struct CreateLookalikeData {
    #[serde(deserialize_with = "lenient::required_id")]
    pub(crate) custom_audience_id: String,
}

impl Request for CreateLookalike<'_> {
    const PATH: &'static str = "dmp/custom_audience/lookalike/create/";
    const IDEMPOTENT: bool = false;
    type Data = CreateLookalikeData;

    fn payload(&self) -> Payload {
        let Lookalike { name, source, include_source, mobile_os, placements, locations, size } = self.lookalike;
        Payload::json(&json!({
            "advertiser_id": self.advertiser_id,
            "custom_audience_name": name,
            "lookalike_spec": {
                "source_audience_id": source.as_str(),
                "include_source": include_source,
                "mobile_os": mobile_os.as_str(),
                "placements": placements,
                "location_ids": locations,
                "audience_size": size.as_str(),
            },
        }))
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id, self.lookalike.source.as_str()]
    }
}

#[cfg(test)]
mod tests {
    use tikaud_core::destination::AudienceId;

    use super::*;
    use crate::audiences::{LookalikeSize, MobileOs};

    #[test]
    fn a_lookalike_is_described_in_tiktoks_words() {
        let mut lookalike = Lookalike::new("Like buyers", AudienceId::new("42"), LookalikeSize::Narrow, ["6252001"]);
        let body = |lookalike: &Lookalike| CreateLookalike { advertiser_id: "7001", lookalike }.payload().text();
        insta::assert_snapshot!(body(&lookalike), @r#"{"advertiser_id":"7001","custom_audience_name":"Like buyers","lookalike_spec":{"audience_size":"NARROW","include_source":false,"location_ids":["6252001"],"mobile_os":"ALL","placements":["TikTok"],"source_audience_id":"42"}}"#);
        lookalike.include_source = true;
        lookalike.mobile_os = MobileOs::Ios;
        lookalike.placements = vec!["TikTok".to_owned(), "Pangle".to_owned()];
        insta::assert_snapshot!(body(&lookalike), @r#"{"advertiser_id":"7001","custom_audience_name":"Like buyers","lookalike_spec":{"audience_size":"NARROW","include_source":true,"location_ids":["6252001"],"mobile_os":"IOS","placements":["TikTok","Pangle"],"source_audience_id":"42"}}"#);
    }
}
