//! `GET /dmp/custom_audience/list/`: the audiences of an ad account, in pages.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_list.yml>

use serde::Deserialize;

use super::audience_details::AudienceDetails;
use super::page_info::PageInfo;
use super::{Payload, Request};

/// Asks for one page of the account's audiences.
pub(crate) struct CustomAudienceList<'a> {
    pub(crate) advertiser_id: &'a str,
    /// The first page is 1.
    pub(crate) page: u32,
    /// 1 to [`Self::LARGEST_PAGE`].
    pub(crate) page_size: u32,
}

impl CustomAudienceList<'_> {
    /// Audiences that a page may hold.
    pub(crate) const LARGEST_PAGE: u32 = 100;
}

/// One page of audiences.
#[derive(Deserialize)]
pub(crate) struct CustomAudienceListData {
    #[serde(default)]
    pub(crate) list: Vec<AudienceDetails>,
    #[serde(default)]
    page_info: PageInfo,
}

impl CustomAudienceListData {
    /// Whether nothing comes after this page. Where TikTok does not say how many pages there are, an empty one is the
    /// last.
    pub(crate) fn is_last(&self, page: u32) -> bool {
        self.list.is_empty() || self.page_info.is_last(page)
    }

    /// How many audiences there are on all pages, when TikTok says so.
    pub(crate) fn total(&self) -> Option<u64> {
        self.page_info.total_number
    }
}

impl Request for CustomAudienceList<'_> {
    const PATH: &'static str = "dmp/custom_audience/list/";
    const IDEMPOTENT: bool = true;
    type Data = CustomAudienceListData;

    fn payload(&self) -> Payload {
        Payload::Query(vec![
            ("advertiser_id", self.advertiser_id.to_owned()),
            ("page", self.page.to_string()),
            ("page_size", self.page_size.to_string()),
        ])
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_is_the_one_that_the_total_names_or_an_empty_one() {
        let page = |json: &str| serde_json::from_str::<CustomAudienceListData>(json).unwrap();
        let full = page(r#"{"list":[{"audience_id":"1"}],"page_info":{"total_page":2}}"#);
        assert!(!full.is_last(1));
        assert!(full.is_last(2));
        assert!(!page(r#"{"list":[{"audience_id":"1"}]}"#).is_last(1));
        assert!(page(r#"{"list":[]}"#).is_last(1));
    }
}
