//! The tombstones that count, ready to be compared with.

use super::Tag;
use crate::diff::IdentifierSet;
use crate::identifier::{IdentifierKind, SecretKey};

/// The tombstones that count: 16 bytes of memory each.
#[derive(Debug)]
pub(crate) struct Tombstones {
    key: SecretKey,
    /// Sorted.
    tags: Vec<u128>,
    /// The last erasure.
    through: u64,
    /// Whether confirmed identifiers are compared too, because somebody was erased since that was last done.
    looks_at_confirmed: bool,
}

impl Tombstones {
    pub(super) fn new(key: SecretKey, tags: Vec<u128>, through: u64, gone_through: u64) -> Self {
        Self { key, tags, through, looks_at_confirmed: through > gone_through }
    }

    /// The last erasure.
    pub(crate) fn through(&self) -> u64 {
        self.through
    }

    /// Whether somebody was erased since the confirmed ones were last looked at.
    pub(crate) fn looks_at_confirmed(&self) -> bool {
        self.looks_at_confirmed
    }

    /// The identifiers of a segment, within one range of digests, without those erased.
    ///
    /// Keyed hashes cost ten times as much as all else that is done with an identifier here. Whatever is confirmed was looked at
    /// when it was added, and again after the last erasure, so that mostly a few entrants are left.
    pub(crate) fn without(&self, segment: &IdentifierSet, confirmed: &IdentifierSet) -> IdentifierSet {
        let new = if self.looks_at_confirmed { segment.clone() } else { segment.difference(confirmed) };
        let erased: Vec<u8> = new.iter().filter(|digest| self.has(new.kind(), digest)).flatten().copied().collect();
        if erased.is_empty() {
            return segment.clone();
        }
        segment.difference(&IdentifierSet::of_sorted(segment.kind(), erased.into()))
    }

    fn has(&self, kind: IdentifierKind, digest: &[u8]) -> bool {
        self.tags.binary_search(&Tag::of(&self.key, kind, digest).short()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const KIND: IdentifierKind = IdentifierKind::IdfaMd5;

    fn set(people: &BTreeSet<u8>) -> IdentifierSet {
        IdentifierSet::from_unsorted(KIND, people.iter().flat_map(|person| [*person; 16]).collect())
    }

    fn people() -> impl Strategy<Value = BTreeSet<u8>> {
        prop::collection::btree_set(0..40_u8, 0..30)
    }

    proptest! {
        #[test]
        fn nobody_erased_is_left_who_is_not_confirmed_since(
            segment in people(), confirmed in people(), erased in people(), looks_at_confirmed in any::<bool>(),
        ) {
            let key = SecretKey::try_new([7; 32]).unwrap();
            let mut tags: Vec<u128> =
                erased.iter().map(|person| Tag::of(&key, KIND, &[*person; 16]).short()).collect();
            tags.sort_unstable();
            let tombstones = Tombstones::new(key, tags, 1, u64::from(!looks_at_confirmed));
            let is_left = |person: &u8| {
                let is_trusted = !looks_at_confirmed && confirmed.contains(person);
                is_trusted || !erased.contains(person)
            };
            let expected: BTreeSet<u8> = segment.iter().copied().filter(is_left).collect();
            prop_assert_eq!(tombstones.without(&set(&segment), &set(&confirmed)), set(&expected));
        }
    }

    #[test]
    fn a_tombstone_is_of_one_kind() {
        let key = SecretKey::try_new([7; 32]).unwrap();
        let of = |kind| Tag::of(&key, kind, &[1; 16]);
        assert_ne!(of(IdentifierKind::IdfaMd5), of(IdentifierKind::AaidMd5));
    }
}
