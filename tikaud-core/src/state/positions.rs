//! Positions in the files of a plan: what of it has been answered.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::diff::{Action, IdentifierSet, Slice};
use crate::identifier::IdentifierKind;

/// Positions in the plan files: few ranges, since batches go out in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<FilePositions>", into = "Vec<FilePositions>")]
pub(crate) struct Positions {
    /// Sorted, neither touching nor overlapping.
    ranges: BTreeMap<(IdentifierKind, Action), Vec<Range<u64>>>,
}

#[derive(Serialize, Deserialize)]
struct FilePositions {
    kind: IdentifierKind,
    action: Action,
    ranges: Vec<Range<u64>>,
}

impl From<Vec<FilePositions>> for Positions {
    fn from(files: Vec<FilePositions>) -> Self {
        // Put in order again: whatever a file says, the ranges are sorted and do not overlap. Sorted first, so that each
        // is put at the end: a file may hold a million of them.
        let ranges = |file: FilePositions| {
            let (kind, action) = (file.kind, file.action);
            file.ranges.into_iter().map(move |range| (kind, action, range.start, range.end))
        };
        let mut ranges: Vec<_> = files.into_iter().flat_map(ranges).collect();
        ranges.sort_unstable();
        let mut positions = Self::default();
        ranges.into_iter().for_each(|(kind, action, start, end)| positions.insert(kind, action, start..end));
        positions
    }
}

impl From<Positions> for Vec<FilePositions> {
    fn from(positions: Positions) -> Self {
        let file = |((kind, action), ranges)| FilePositions { kind, action, ranges };
        positions.ranges.into_iter().map(file).collect()
    }
}

impl Positions {
    /// Adds the positions of a batch.
    pub(crate) fn insert(&mut self, kind: IdentifierKind, action: Action, positions: Range<u64>) {
        if positions.is_empty() {
            return;
        }
        let ranges = self.ranges.entry((kind, action)).or_default();
        let at = ranges.partition_point(|range| range.end < positions.start);
        let upto = ranges.partition_point(|range| range.start <= positions.end);
        let touching = &ranges[at..upto];
        let start = touching.first().map_or(positions.start, |first| first.start.min(positions.start));
        let end = touching.last().map_or(positions.end, |last| last.end.max(positions.end));
        ranges.splice(at..upto, std::iter::once(start..end));
    }

    /// How many positions there are.
    pub(crate) fn count(&self, kind: IdentifierKind, action: Action) -> u64 {
        self.ranges.get(&(kind, action)).into_iter().flatten().map(|range| range.end - range.start).sum()
    }

    /// The identifiers at these positions that are in one slice of their file.
    pub(crate) fn part(&self, action: Action, slice: &Slice) -> IdentifierSet {
        let (set, kind) = (&slice.set, slice.set.kind());
        let end = slice.position + set.len() as u64;
        let ranges = self.ranges.get(&(kind, action)).map_or(&[][..], Vec::as_slice);
        let first = ranges.partition_point(|range| range.end <= slice.position);
        let within = |range: &Range<u64>| {
            let from = range.start.max(slice.position) - slice.position;
            let to = range.end.min(end).saturating_sub(slice.position);
            // Both lie within the slice, which is in memory.
            set.part(usize::try_from(from).unwrap_or(usize::MAX)..usize::try_from(to).unwrap_or(usize::MAX))
        };
        let parts: Vec<IdentifierSet> =
            ranges[first..].iter().take_while(|range| range.start < end).map(within).collect();
        IdentifierSet::concatenated(kind, &parts)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const KIND: IdentifierKind = IdentifierKind::IdfaMd5;

    fn batches() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0..40_u64, 0..6_u64), 0..20)
    }

    fn positions(batches: &[(u64, u64)]) -> (Positions, BTreeSet<u64>) {
        let (mut positions, mut expected) = (Positions::default(), BTreeSet::new());
        for (start, len) in batches {
            positions.insert(KIND, Action::Add, *start..start + len);
            expected.extend(*start..start + len);
        }
        (positions, expected)
    }

    /// Sorted by insertion, these would take minutes.
    #[test]
    fn a_file_may_hold_its_ranges_in_any_order() {
        let ranges = (0..200_000_u64).rev().map(|at| 2 * at..2 * at + 1).collect();
        let backwards = Positions::from(vec![FilePositions { kind: KIND, action: Action::Add, ranges }]);
        assert_eq!(backwards.count(KIND, Action::Add), 200_000);
    }

    proptest! {
        #[test]
        fn positions_are_those_of_the_batches(batches in batches()) {
            let (positions, expected) = positions(&batches);
            let ranges = positions.ranges.get(&(KIND, Action::Add)).cloned().unwrap_or_default();
            prop_assert!(ranges.is_sorted_by(|a, b| a.end < b.start), "{:?}", ranges);
            prop_assert_eq!(ranges.into_iter().flatten().collect::<BTreeSet<_>>(), expected.clone());
            prop_assert_eq!(positions.count(KIND, Action::Add), expected.len() as u64);
            let json = serde_json::to_string(&positions).unwrap();
            prop_assert_eq!(serde_json::from_str::<Positions>(&json).unwrap(), positions);
        }

        #[test]
        fn the_part_of_a_slice_is_what_is_at_the_positions(batches in batches(), position in 0..50_u64, len in 0..20_u64) {
            let (positions, expected) = positions(&batches);
            let digest = |at: u64| u128::from(at).to_be_bytes();
            let set = IdentifierSet::from_unsorted(KIND, (position..position + len).flat_map(digest).collect());
            let part = positions.part(Action::Add, &Slice { set, position });
            let expected: Vec<u8> =
                (position..position + len).filter(|at| expected.contains(at)).flat_map(digest).collect();
            prop_assert_eq!(part.as_bytes(), &expected[..]);
        }
    }
}
