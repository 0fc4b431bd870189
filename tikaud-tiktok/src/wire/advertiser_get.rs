//! `GET /oauth2/advertiser/get/`: the ad accounts that the token may use.
//! <https://business-api.tiktok.com/portal/docs?id=1738455508553729>

use serde::Deserialize;

use super::{Payload, Request, lenient};
use crate::token::AppCredentials;

/// Asks for the ad accounts that the token may use. The app's secret travels in the query, as TikTok wants it.
pub(crate) struct AdvertiserGet<'a> {
    pub(crate) credentials: &'a AppCredentials,
}

/// The ad accounts.
#[derive(Deserialize)]
pub(crate) struct AdvertiserGetData {
    #[serde(default)]
    pub(crate) list: Vec<ListedAdvertiser>,
}

/// One of them.
#[derive(Deserialize)]
pub(crate) struct ListedAdvertiser {
    #[serde(default, deserialize_with = "lenient::id")]
    pub(crate) advertiser_id: Option<String>,
    #[serde(default)]
    pub(crate) advertiser_name: Option<String>,
}

impl Request for AdvertiserGet<'_> {
    const PATH: &'static str = "oauth2/advertiser/get/";
    const IDEMPOTENT: bool = true;
    type Data = AdvertiserGetData;

    fn payload(&self) -> Payload {
        Payload::Query(self.credentials.to_query())
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.credentials.app_id()]
    }
}
