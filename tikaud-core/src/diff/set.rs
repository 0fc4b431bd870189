//! A sorted set of identifiers of one kind.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;

use super::sort::{compare, sort_into};
use crate::identifier::IdentifierKind;

/// Sorted, distinct digests of one kind, one after the other. Cloning shares them.
///
/// ```
/// use tikaud_core::diff::IdentifierSet;
/// use tikaud_core::identifier::IdentifierKind;
///
/// let set = IdentifierSet::from_unsorted(IdentifierKind::IdfaMd5, [[2; 16], [1; 16], [2; 16]].concat());
/// assert_eq!(set.iter().collect::<Vec<_>>(), [[1; 16], [2; 16]]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct IdentifierSet {
    kind: IdentifierKind,
    digests: Bytes,
}

impl IdentifierSet {
    /// The set without an identifier.
    #[must_use]
    pub fn empty(kind: IdentifierKind) -> Self {
        Self { kind, digests: Bytes::new() }
    }

    /// The set of these digests, in any order and any number of times. Bytes past the last whole digest are dropped.
    ///
    /// Sorts on all cores; call it where blocking is allowed.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "what was gathered for a set is let go of once it is one")]
    pub fn from_unsorted(kind: IdentifierKind, digests: Vec<u8>) -> Self {
        Self::from_unsorted_parts(kind, &[&digests])
    }

    /// The set of the digests of all these parts.
    pub(crate) fn from_unsorted_parts(kind: IdentifierKind, parts: &[&[u8]]) -> Self {
        let mut digests = Vec::new();
        sort_digests(kind, parts, &mut digests);
        Self { kind, digests: digests.into() }
    }

    /// The set of these digests when they are sorted and distinct; `None` otherwise.
    #[must_use]
    pub fn from_sorted(kind: IdentifierKind, digests: Bytes) -> Option<Self> {
        let set = Self { kind, digests };
        let whole = set.digests.len().is_multiple_of(kind.digest_len());
        (whole && set.iter().is_sorted_by(|a, b| a < b)).then_some(set)
    }

    /// The set of digests that are known to be sorted and distinct.
    pub(crate) fn of_sorted(kind: IdentifierKind, digests: Bytes) -> Self {
        debug_assert!(Self::from_sorted(kind, digests.clone()).is_some());
        Self { kind, digests }
    }

    /// Sets one after the other, each with digests that come after those of the set before.
    pub(crate) fn concatenated(kind: IdentifierKind, sets: &[Self]) -> Self {
        match sets {
            [] => Self::empty(kind),
            [only] => only.clone(),
            _ => Self::of_sorted(kind, sets.iter().flat_map(Self::as_bytes).copied().collect::<Vec<u8>>().into()),
        }
    }

    /// The union of sets of one kind.
    pub(crate) fn union_of(kind: IdentifierKind, sets: &[Self]) -> Self {
        let mut filled = sets.iter().filter(|set| !set.is_empty());
        match (filled.next(), filled.next()) {
            (None, _) => Self::empty(kind),
            (Some(only), None) => only.clone(),
            // Hardly slower than a merge of two, and much faster than one of many.
            _ => Self::from_unsorted_parts(kind, &sets.iter().map(Self::as_bytes).collect::<Vec<_>>()),
        }
    }

    /// The kind of every identifier in it.
    #[must_use]
    pub fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// How many identifiers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests.len() / self.kind.digest_len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The digests in order, one after the other.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.digests
    }

    /// The digests in order, one after the other.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.digests
    }

    /// The digests in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.digests.chunks_exact(self.kind.digest_len())
    }

    /// The digests at these positions, without copying; what lies past the end is left out.
    #[must_use]
    pub fn slice(&self, positions: Range<usize>) -> Bytes {
        let width = self.kind.digest_len();
        let end = positions.end.min(self.len());
        self.digests.slice(positions.start.min(end) * width..end * width)
    }

    /// How many digests come up to and including this one.
    pub(crate) fn count_through(&self, digest: &[u8]) -> usize {
        let (mut below, mut upto) = (0, self.len());
        while below < upto {
            let middle = usize::midpoint(below, upto);
            let width = self.kind.digest_len();
            if self.digests[middle * width..(middle + 1) * width] <= *digest {
                below = middle + 1;
            } else {
                upto = middle;
            }
        }
        below
    }

    /// The part of the set at these positions, without copying; what lies past the end is left out.
    pub(crate) fn part(&self, positions: Range<usize>) -> Self {
        Self { kind: self.kind, digests: self.slice(positions) }
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        // Most sets meet an empty one: at the first sync, and wherever nothing is left unconfirmed. Those are shared.
        if self.is_empty() || other.is_empty() {
            return self.clone();
        }
        self.merge(other, |side| side == Ordering::Less)
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (_, true) => self.clone(),
            (true, false) => other.clone(),
            (false, false) => self.merge(other, |_| true),
        }
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.merge(other, |side| side == Ordering::Equal)
    }

    /// Walks both sets in order and keeps what `keep` says: `Less` is in this one only, `Greater` in the other only.
    fn merge(&self, other: &Self, keep: impl Fn(Ordering) -> bool) -> Self {
        debug_assert_eq!(self.kind, other.kind);
        let merged = match self.kind.digest_len() {
            16 => merge::<16>(&self.digests, &other.digests, keep),
            32 => merge::<32>(&self.digests, &other.digests, keep),
            _ => merge::<64>(&self.digests, &other.digests, keep),
        };
        Self { kind: self.kind, digests: merged.into() }
    }
}

/// Shows the size only: a digest is an identifier.
impl fmt::Debug for IdentifierSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentifierSet")
            .field("kind", &self.kind)
            .field("identifiers", &self.len())
            .finish_non_exhaustive()
    }
}

/// The distinct ones of all these digests, sorted, in the place of what the buffer holds.
pub(super) fn sort_digests(kind: IdentifierKind, parts: &[&[u8]], buffer: &mut Vec<u8>) {
    match kind.digest_len() {
        16 => sort_into::<16>(parts, buffer),
        32 => sort_into::<32>(parts, buffer),
        _ => sort_into::<64>(parts, buffer),
    }
}

/// Walks sorted digests on both sides and gives those that are to be kept, in order.
fn merge<const N: usize>(left: &[u8], right: &[u8], keep: impl Fn(Ordering) -> bool) -> Vec<u8> {
    let ((mut left, _), (mut right, _)) = (left.as_chunks::<N>(), right.as_chunks::<N>());
    let mut merged = Vec::new();
    let mut take = |digests: &[[u8; N]], side| {
        if keep(side) {
            merged.extend_from_slice(digests.as_flattened());
        }
    };
    while let ([a, after_a @ ..], [b, after_b @ ..]) = (left, right) {
        let side = compare(a, b);
        let run;
        match side {
            Ordering::Less => (run, left) = left.split_at(count_below(left, b)),
            Ordering::Greater => (run, right) = right.split_at(count_below(right, a)),
            Ordering::Equal => (run, left, right) = (std::slice::from_ref(a), after_a, after_b),
        }
        take(run, side);
    }
    take(left, Ordering::Less);
    take(right, Ordering::Greater);
    merged
}

/// How many digests are below the bound; the first one is. In steps that double, so that a small set is merged into a
/// large one at the cost of a copy.
fn count_below<const N: usize>(digests: &[[u8; N]], bound: &[u8; N]) -> usize {
    let below = |digest: &[u8; N]| compare(digest, bound).is_lt();
    let mut reach = 1;
    while digests.get(reach).is_some_and(below) {
        reach *= 2;
    }
    let known = reach / 2;
    known + digests[known..digests.len().min(reach)].partition_point(below)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const KIND: IdentifierKind = IdentifierKind::AaidMd5;

    /// Few distinct digests, so that sets overlap and repeat.
    fn digests() -> impl Strategy<Value = Vec<[u8; 16]>> {
        prop::collection::vec(
            (0..3_u8, 0..4_u8).prop_map(|(first, last)| {
                let mut digest = [7; 16];
                digest[0] = first;
                digest[15] = last;
                digest
            }),
            0..24,
        )
    }

    fn set(digests: &[[u8; 16]]) -> IdentifierSet {
        IdentifierSet::from_unsorted(KIND, digests.concat())
    }

    proptest! {
        #[test]
        fn set_operations_agree_with_those_of_a_tree_set(a in digests(), b in digests()) {
            let (x, y): (BTreeSet<_>, BTreeSet<_>) = (a.iter().copied().collect(), b.iter().copied().collect());
            let (a, b) = (set(&a), set(&b));
            let plain = |digests: BTreeSet<[u8; 16]>| digests.into_iter().collect::<Vec<_>>().concat();
            prop_assert_eq!(a.as_bytes().to_vec(), plain(x.clone()));
            prop_assert_eq!(a.difference(&b).as_bytes().to_vec(), plain(&x - &y));
            prop_assert_eq!(a.union(&b).as_bytes().to_vec(), plain(&x | &y));
            prop_assert_eq!(a.intersection(&b).as_bytes().to_vec(), plain(&x & &y));
        }
    }

    #[test]
    fn what_is_not_sorted_or_not_distinct_is_no_set() {
        let bytes = |digests: &[[u8; 16]]| Bytes::from(digests.concat());
        assert!(IdentifierSet::from_sorted(KIND, bytes(&[[1; 16], [2; 16]])).is_some());
        assert!(IdentifierSet::from_sorted(KIND, bytes(&[[2; 16], [1; 16]])).is_none());
        assert!(IdentifierSet::from_sorted(KIND, bytes(&[[1; 16], [1; 16]])).is_none());
        assert!(IdentifierSet::from_sorted(KIND, Bytes::from_static(&[1; 15])).is_none());
    }

    #[test]
    fn a_slice_ends_where_the_set_ends() {
        let set = set(&[[1; 16], [2; 16], [3; 16]]);
        assert_eq!(set.slice(1..9), [[2; 16], [3; 16]].concat());
        assert!(set.slice(5..9).is_empty());
    }
}
