//! Ad groups.

use serde::Deserialize;

/// An ad group of an ad account, for audiences to be applied to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AdGroup {
    /// Its id: decimal digits.
    pub adgroup_id: String,
    /// Its name.
    pub name: String,
    /// Whether it is of the kind Reach & Frequency, which takes no lookalike audience.
    #[serde(default)]
    pub reach_frequency: bool,
}

impl AdGroup {
    /// An ad group of the usual kind.
    pub fn new(adgroup_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { adgroup_id: adgroup_id.into(), name: name.into(), reach_frequency: false }
    }
}
