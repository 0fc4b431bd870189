//! Ad accounts.

use serde::Deserialize;

use super::AdGroup;

/// The status of an ad account, as `/advertiser/info/` names it.
pub(crate) const STATUSES: [&str; 13] = [
    "STATUS_ENABLE",
    "STATUS_DISABLE",
    "STATUS_LIMIT",
    "STATUS_PENDING_CONFIRM",
    "STATUS_PENDING_VERIFIED",
    "STATUS_CONFIRM_FAIL",
    "STATUS_CONFIRM_FAIL_END",
    "STATUS_PENDING_CONFIRM_MODIFY",
    "STATUS_CONFIRM_MODIFY_FAIL",
    "STATUS_WAIT_FOR_BPM_AUDIT",
    "STATUS_WAIT_FOR_PUBLIC_AUTH",
    "STATUS_SELF_SERVICE_UNAUDITED",
    "STATUS_CONTRACT_PENDING",
];

/// An ad account that exists, whoever may use it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AdAccount {
    /// Its id: decimal digits.
    pub advertiser_id: String,
    /// Its name.
    pub name: String,
    /// Its status, such as `STATUS_ENABLE`, `STATUS_DISABLE`, `STATUS_LIMIT`. It is shown, and has no other effect.
    #[serde(default = "enabled")]
    pub status: String,
    /// The Business Center that owns it. Accounts of different ones cannot be named in one mapping request.
    #[serde(default = "business_center")]
    pub business_center_id: String,
    /// The company's name.
    #[serde(default = "company")]
    pub company: String,
    /// The currency's three-letter code.
    #[serde(default = "currency")]
    pub currency: String,
    /// The country's two-letter code.
    #[serde(default = "country")]
    pub country: String,
    /// Its ad groups; none unless they are given.
    #[serde(default)]
    pub ad_groups: Vec<AdGroup>,
}

impl AdAccount {
    /// An enabled account.
    pub fn new(advertiser_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            advertiser_id: advertiser_id.into(),
            name: name.into(),
            status: enabled(),
            business_center_id: business_center(),
            company: company(),
            currency: currency(),
            country: country(),
            ad_groups: Vec::new(),
        }
    }

    /// The same with one more ad group.
    #[must_use]
    pub fn with_ad_group(mut self, ad_group: AdGroup) -> Self {
        self.ad_groups.push(ad_group);
        self
    }
}

fn enabled() -> String {
    "STATUS_ENABLE".to_owned()
}

fn business_center() -> String {
    "6900000000000000001".to_owned()
}

fn company() -> String {
    "Simulated Company".to_owned()
}

fn currency() -> String {
    "EUR".to_owned()
}

fn country() -> String {
    "FR".to_owned()
}
