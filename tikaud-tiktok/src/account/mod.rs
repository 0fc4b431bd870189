//! Ad accounts: which ones the token may use, and whether one can be used.

mod check;
mod choose;
mod list;
mod status;

pub(crate) use check::check;
pub use choose::NoPermissionOnAccount;
pub use list::{AdAccount, AdAccountDetails};
pub use status::{AdAccountStatus, Standing};

use std::fmt;

/// The id of an ad account, which TikTok's API calls an advertiser: a number of up to 20 digits, such as Ads Manager
/// shows in its address line as `aadvid`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdAccountId(String);

impl AdAccountId {
    /// An ad account's id. Whether it can be one is checked where it is used.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_plausible(&self) -> bool {
        is_plausible_id(&self.0)
    }
}

/// Whether this can be one of TikTok's ids: they are 64-bit numbers, written as text.
pub(crate) fn is_plausible_id(id: &str) -> bool {
    (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for AdAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
