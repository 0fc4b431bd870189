//! `GET /advertiser/info/`: what an ad account is called and whether it is in good standing.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/advertiser_info.yml>

use serde::Deserialize;

use super::{Payload, Request, lenient, query_list};

/// Asks for the name and status of one ad account, and for nothing else: the endpoint also knows contact data.
pub(crate) struct AdvertiserInfo<'a> {
    pub(crate) advertiser_id: &'a str,
}

/// The ad accounts asked for, as far as the token may see them.
#[derive(Deserialize)]
pub(crate) struct AdvertiserInfoData {
    #[serde(default)]
    list: Vec<AdvertiserDetails>,
}

/// One ad account.
#[derive(Deserialize)]
pub(crate) struct AdvertiserDetails {
    #[serde(default, deserialize_with = "lenient::id")]
    advertiser_id: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// Such as `STATUS_ENABLE`.
    #[serde(default)]
    pub(crate) status: Option<String>,
}

impl AdvertiserInfoData {
    /// The details of this account, when they are there.
    pub(crate) fn into_account(self, advertiser_id: &str) -> Option<AdvertiserDetails> {
        self.list.into_iter().find(|details| details.advertiser_id.as_deref() == Some(advertiser_id))
    }
}

impl Request for AdvertiserInfo<'_> {
    const PATH: &'static str = "advertiser/info/";
    const IDEMPOTENT: bool = true;
    type Data = AdvertiserInfoData;

    fn payload(&self) -> Payload {
        Payload::Query(vec![
            ("advertiser_ids", query_list(&[self.advertiser_id])),
            ("fields", query_list(&["advertiser_id", "name", "status"])),
        ])
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id]
    }
}
