//! How many pages a list has.

use serde::Deserialize;

use super::lenient;

/// How many pages there are.
#[derive(Default, Deserialize)]
pub(super) struct PageInfo {
    #[serde(default, deserialize_with = "lenient::count")]
    total_page: Option<u64>,
    /// How many entries there are on all of them.
    #[serde(default, deserialize_with = "lenient::count")]
    pub(super) total_number: Option<u64>,
}

impl PageInfo {
    /// Whether TikTok says that nothing comes after this page.
    pub(super) fn is_last(&self, page: u32) -> bool {
        self.total_page.is_some_and(|total| u64::from(page) >= total)
    }
}
