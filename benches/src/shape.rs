//! The shapes that synchronising a segment has: who is in it, and its digests before and after.

use std::ops::Range;

use clap::ValueEnum;
use sha2::{Digest, Sha256};
use tikaud_core::diff::IdentifierSet;
use tikaud_core::identifier::IdentifierKind;

/// How a segment has changed since the last run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
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

    /// Who is in a segment of this size when the shapes follow each other, in the order of [`ALL`](Self::ALL), on one
    /// state: members by number.
    #[must_use]
    pub const fn following(self, members: u64) -> Range<u64> {
        let since = match self {
            Self::AllNew | Self::NoChange => 0,
            Self::OnePercentChurn => members / 100,
            Self::FullReplace => 2 * members,
        };
        since..since + members
    }

    /// How many enter and how many leave such a segment.
    #[must_use]
    pub const fn changes(self, members: u64) -> (u64, u64) {
        match self {
            Self::AllNew => (members, 0),
            Self::NoChange => (0, 0),
            Self::OnePercentChurn => (members / 100, members / 100),
            Self::FullReplace => (members, members),
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_shapes_that_follow_each_other_have_the_changes_that_they_say() {
        let mut before = HashSet::new();
        for shape in Shape::ALL {
            let now: HashSet<u64> = shape.following(1_000).collect();
            let count = |one: &HashSet<u64>, other: &HashSet<u64>| one.difference(other).count() as u64;
            assert_eq!(shape.changes(1_000), (count(&now, &before), count(&before, &now)), "{}", shape.as_str());
            before = now;
        }
    }
}
