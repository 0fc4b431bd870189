//! With whom an audience is shared, and what it is applied to.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// The ad accounts that an audience has been shared with, and whether it still is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shares(BTreeMap<String, bool>);

impl Shares {
    pub(crate) fn begin(&mut self, account: &str) {
        self.0.insert(account.to_owned(), true);
    }

    /// Whether it was shared with the account.
    pub(crate) fn end(&mut self, account: &str) -> bool {
        self.0.get_mut(account).is_some_and(|shared| std::mem::replace(shared, false))
    }

    pub(crate) fn include(&self, account: &str) -> bool {
        self.0.get(account) == Some(&true)
    }

    pub(crate) fn any(&self) -> bool {
        self.0.values().any(|shared| *shared)
    }

    /// Every account that it was ever shared with, and whether it still is.
    pub(crate) fn log(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().map(|(account, shared)| (account.as_str(), *shared))
    }
}

/// An ad group that an audience was applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Application {
    /// The ad account of the ad group, which may be one that the audience is shared with.
    pub(crate) advertiser_id: String,
    pub(crate) adgroup_id: String,
    /// `Include` or `Exclude`.
    pub(crate) usage_mode: &'static str,
    pub(crate) at: Timestamp,
    /// It was disconnected since, which the log does not say.
    pub(crate) ended: bool,
}
