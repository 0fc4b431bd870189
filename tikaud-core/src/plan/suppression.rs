//! Suppression segments, as far as a plan tells of them.

use serde::{Deserialize, Serialize};

use crate::identifier::Tally;

/// What became of the values of one suppression segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SuppressionTally {
    /// The segment's name.
    pub segment: String,
    /// What became of its values.
    pub tally: Tally,
}

impl SuppressionTally {
    /// The tally of the segment of this name.
    #[must_use]
    pub fn new(segment: &str, tally: Tally) -> Self {
        Self { segment: segment.to_owned(), tally }
    }
}
