//! Two sets of digests, before and after, in the shapes that synchronising a segment has.

use sha2::{Digest, Sha256};
use tikaud_core::diff::IdentifierSet;
use tikaud_core::identifier::IdentifierKind;

/// How a segment has changed since the last run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The first run: nobody was there.
    AllNew,
    /// Everybody is still there, and nobody else.
    NoChange,
    /// One in a hundred has left, and as many have come.
    OnePercentChurn,
    /// Everybody has left, and as many others have come.
    FullReplace,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 4] = [Self::AllNew, Self::NoChange, Self::OnePercentChurn, Self::FullReplace];

    /// The name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllNew => "all_new",
            Self::NoChange => "no_change",
            Self::OnePercentChurn => "one_percent_churn",
            Self::FullReplace => "full_replace",
        }
    }

    /// The digests of a segment of this size: as it was, and as it is now.
    #[must_use]
    pub fn digests(self, members: usize) -> (Vec<u8>, Vec<u8>) {
        let since = match self {
            Self::AllNew => return (Vec::new(), digests(0, members)),
            Self::NoChange => 0,
            Self::OnePercentChurn => members / 100,
            Self::FullReplace => members,
        };
        (digests(0, members), digests(since, members))
    }

    /// The same as sorted sets of e-mails.
    #[must_use]
    pub fn sets(self, members: usize) -> (IdentifierSet, IdentifierSet) {
        let (before, now) = self.digests(members);
        let set = |digests| IdentifierSet::from_unsorted(IdentifierKind::EmailSha256, digests);
        (set(before), set(now))
    }
}

/// SHA-256 of so many numbers from the first one on, one after the other: in no order.
#[must_use]
pub fn digests(first: usize, count: usize) -> Vec<u8> {
    (first..first + count).flat_map(|number| <[u8; 32]>::from(Sha256::digest(number.to_le_bytes()))).collect()
}
