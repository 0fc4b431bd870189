//! Sets of identifiers, one a kind.

use std::collections::BTreeMap;

use super::IdentifierSet;
use crate::identifier::IdentifierKind;

/// Identifiers of several kinds. A kind without identifiers and one that is absent are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentifierSets {
    by_kind: BTreeMap<IdentifierKind, IdentifierSet>,
}

impl IdentifierSets {
    /// The set of a kind, empty when there is none.
    #[must_use]
    pub fn get(&self, kind: IdentifierKind) -> IdentifierSet {
        self.by_kind.get(&kind).cloned().unwrap_or_else(|| IdentifierSet::empty(kind))
    }

    /// Puts a set in the place of its kind's present one.
    pub fn insert(&mut self, set: IdentifierSet) {
        if set.is_empty() {
            self.by_kind.remove(&set.kind());
        } else {
            self.by_kind.insert(set.kind(), set);
        }
    }

    /// The sets that are not empty, by kind.
    pub fn iter(&self) -> impl Iterator<Item = &IdentifierSet> {
        self.by_kind.values()
    }

    /// The kinds of which there are identifiers.
    pub fn kinds(&self) -> impl Iterator<Item = IdentifierKind> {
        self.by_kind.keys().copied()
    }

    /// How many identifiers there are of all kinds together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_kind.values().map(IdentifierSet::len).sum()
    }

    /// Whether there is no identifier.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
    }
}

impl FromIterator<IdentifierSet> for IdentifierSets {
    fn from_iter<I: IntoIterator<Item = IdentifierSet>>(sets: I) -> Self {
        let mut all = Self::default();
        sets.into_iter().for_each(|set| all.insert(set));
        all
    }
}

/// The sets of these digests, in any order and any number of times. Sorts on all cores; collect it where blocking is
/// allowed.
impl FromIterator<(IdentifierKind, Vec<u8>)> for IdentifierSets {
    fn from_iter<I: IntoIterator<Item = (IdentifierKind, Vec<u8>)>>(digests: I) -> Self {
        digests.into_iter().map(|(kind, digests)| IdentifierSet::from_unsorted(kind, digests)).collect()
    }
}
