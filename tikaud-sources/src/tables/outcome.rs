//! What comes of a comparison: what was found in SQL, with what the extractor adds to it.

use std::collections::{BTreeMap, BTreeSet};

use tikaud_core::diff::{Action, Change, IdentifierSet, KindCount};
use tikaud_core::identifier::{IdentifierKind, Tally};
use tikaud_core::segment::SegmentSchema;

use super::answer::Answer;
use super::compare::{Arrival, Told};
use super::held::{HeldCounts, Standings};
use super::totals::Found;

/// What was found in SQL, and what the extractor adds to it.
pub(super) struct Outcome<'a> {
    tally: Tally,
    schema: SegmentSchema,
    found: BTreeMap<IdentifierKind, Found>,
    /// The identifiers of members who were left to the extractor.
    pub(super) judged: BTreeMap<IdentifierKind, IdentifierSet>,
    held: &'a HeldCounts,
    resync: bool,
}

impl<'a> Outcome<'a> {
    /// Of an answer whose changes are still to come.
    pub(super) fn new(answer: &mut Answer<'_>, schema: SegmentSchema, held: &'a HeldCounts, resync: bool) -> Self {
        let tally = answer.take_tally();
        let (found, judged) = (answer.totals.found.clone(), std::mem::take(&mut answer.judged.sets));
        Self { tally, schema, found, judged, held, resync }
    }

    /// `more` has how many of each kind are in the segment only by what the extractor has judged.
    pub(super) fn tell(self, more: &BTreeMap<IdentifierKind, u64>) -> Told {
        let kinds: BTreeSet<IdentifierKind> = self.found.keys().chain(self.held.confirmed.keys()).copied().collect();
        let mut wanted: BTreeMap<IdentifierKind, u64> = more.clone();
        for kind in kinds {
            let found = self.found.get(&kind).copied().unwrap_or_default();
            let confirmed = if self.resync { 0 } else { self.held.confirmed.get(&kind).copied().unwrap_or_default() };
            *wanted.entry(kind).or_default() += found.adds + confirmed.saturating_sub(found.removes_of_confirmed);
        }
        let counts = wanted.into_iter().filter(|(_, wanted)| *wanted > 0);
        let counts = counts.map(|(kind, wanted)| KindCount::new(kind, wanted, 0)).collect();
        Told { tally: self.tally, schema: self.schema, counts }
    }

    /// Merges what SQL has found with what the extractor has.
    ///
    /// An identifier is in the segment by SQL when it is among SQL's adds, or held and not among SQL's removes.
    pub(super) fn deliver(
        self,
        changes: Vec<Change>,
        standing: &BTreeMap<IdentifierKind, Standings>,
        emit: &mut dyn FnMut(Arrival) -> bool,
    ) {
        let mut merged: BTreeMap<(IdentifierKind, Action), Vec<IdentifierSet>> = BTreeMap::new();
        for change in changes {
            merged.entry((change.set.kind(), change.action)).or_default().push(change.set);
        }
        let mut more = BTreeMap::new();
        for (kind, judged) in &self.judged {
            let mut found = |action| {
                let sets = merged.remove(&(*kind, action)).unwrap_or_default();
                let digests: Vec<u8> = sets.iter().flat_map(|set| set.as_bytes()).copied().collect();
                IdentifierSet::from_unsorted(*kind, digests)
            };
            let (adds, removes) = (found(Action::Add), found(Action::Remove));
            let none = IdentifierSet::empty(*kind);
            let held = standing.get(kind);
            let (confirmed, possible) = held.map_or((&none, &none), |held| (&held.confirmed, &held.possible));
            let by_sql = judged.intersection(&adds).union(&judged.intersection(possible).difference(&removes));
            more.insert(*kind, (judged.len() - by_sql.len()) as u64);
            let not_confirmed = if self.resync { judged.clone() } else { judged.difference(confirmed) };
            merged.insert((*kind, Action::Remove), vec![removes.difference(judged)]);
            merged.insert((*kind, Action::Add), vec![adds.union(&not_confirmed)]);
        }
        let told = self.tell(&more);
        if !emit(Arrival::Told(told)) {
            return;
        }
        for ((_, action), sets) in merged {
            for set in sets.into_iter().filter(|set| !set.is_empty()) {
                if !emit(Arrival::Change(Change { action, set })) {
                    return;
                }
            }
        }
    }
}
