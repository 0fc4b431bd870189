//! What comes of a comparison: what was found in SQL, with what the extractor adds to it.

use std::collections::{BTreeMap, BTreeSet};

use tikaud_core::diff::{Action, Change, IdentifierSet, KindCount};
use tikaud_core::identifier::{IdentifierKind, Tally};
use tikaud_core::segment::SegmentSchema;

use super::answer::Answer;
use super::compare::{Arrival, Told};
use super::held::HeldCounts;
use super::looked_up::{LookedUp, Sets, union};
use super::suppression::Suppressed;
use super::totals::Found;

/// What was found in SQL, and what the extractor adds to it.
pub(super) struct Outcome<'a> {
    tally: Tally,
    schema: SegmentSchema,
    found: BTreeMap<IdentifierKind, Found>,
    /// The identifiers of members who were left to the extractor.
    pub(super) judged: Sets,
    pub(super) suppressed: Suppressed,
    held: &'a HeldCounts,
    resync: bool,
}

/// By how much the extractor changes what was counted in SQL.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct More {
    wanted: u64,
    not_wanted: u64,
    suppressed: u64,
}

impl<'a> Outcome<'a> {
    /// Of an answer whose changes are still to come.
    pub(super) fn new(
        answer: &mut Answer<'_>,
        schema: SegmentSchema,
        suppressed: Suppressed,
        (held, resync): (&'a HeldCounts, bool),
    ) -> Self {
        let tally = answer.take_tally();
        let (found, judged) = (answer.totals.found.clone(), std::mem::take(&mut answer.judged.sets));
        Self { tally, schema, found, judged, suppressed, held, resync }
    }

    /// Whether nobody was left to the extractor, so that SQL has found all that there is.
    pub(super) fn is_complete(&self) -> bool {
        self.judged.is_empty() && self.suppressed.judged.is_empty()
    }

    pub(super) fn tell(self, more: &BTreeMap<IdentifierKind, More>) -> Told {
        let kinds = self.found.keys().chain(self.held.confirmed.keys()).chain(more.keys());
        let kinds: BTreeSet<IdentifierKind> = kinds.copied().collect();
        let count = |kind: IdentifierKind| {
            let (found, more) = (self.found.get(&kind), more.get(&kind).copied().unwrap_or_default());
            let found = found.copied().unwrap_or_default();
            let confirmed = if self.resync { 0 } else { self.held.confirmed.get(&kind).copied().unwrap_or_default() };
            let by_sql = found.adds + confirmed.saturating_sub(found.removes_of_confirmed);
            let wanted = (by_sql + more.wanted).saturating_sub(more.not_wanted);
            KindCount::new(kind, wanted, found.suppressed + more.suppressed)
        };
        let counts = kinds.into_iter().map(count).filter(|count| count.wanted > 0 || count.suppressed > 0).collect();
        Told { tally: self.tally, schema: self.schema, suppressions: self.suppressed.tallies, counts }
    }

    /// Merges what SQL has found with what the extractor has.
    pub(super) fn deliver(self, changes: Vec<Change>, looked_up: &LookedUp, emit: &mut dyn FnMut(Arrival) -> bool) {
        let mut merged: BTreeMap<(IdentifierKind, Action), Vec<IdentifierSet>> = BTreeMap::new();
        for change in changes {
            merged.entry((change.set.kind(), change.action)).or_default().push(change.set);
        }
        let mut more = BTreeMap::new();
        for kind in union(&self.judged, &self.suppressed.judged).into_keys() {
            let mut found = |action| {
                let sets = merged.remove(&(kind, action)).unwrap_or_default();
                let digests: Vec<u8> = sets.iter().flat_map(|set| set.as_bytes()).copied().collect();
                IdentifierSet::from_unsorted(kind, digests)
            };
            let (adds, removes) = (found(Action::Add), found(Action::Remove));
            let (adds, removes, of_kind) = self.merge(kind, &adds, &removes, looked_up);
            more.insert(kind, of_kind);
            merged.insert((kind, Action::Remove), vec![removes]);
            merged.insert((kind, Action::Add), vec![adds]);
        }
        if !emit(Arrival::Told(self.tell(&more))) {
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

    /// The changes of a kind.
    ///
    /// SQL wants an identifier when it is among SQL's adds, or held and not among SQL's removes. One that it does not want is not
    /// in the segment in SQL, or on a list there.
    fn merge(
        &self,
        kind: IdentifierKind,
        adds: &IdentifierSet,
        removes: &IdentifierSet,
        looked_up: &LookedUp,
    ) -> (IdentifierSet, IdentifierSet, More) {
        let none = IdentifierSet::empty(kind);
        let of = |sets: &Sets| sets.get(&kind).cloned().unwrap_or_else(|| none.clone());
        let (members, listed_here) = (of(&self.judged), of(&self.suppressed.judged));
        let held = looked_up.standing.get(&kind);
        let (confirmed, possible) = held.map_or((&none, &none), |held| (&held.confirmed, &held.possible));

        let all = members.union(&listed_here);
        let by_sql = all.intersection(adds).union(&all.intersection(possible).difference(removes));
        let listed = listed_here.union(&of(&looked_up.listed));
        let come = members.difference(&by_sql);
        let wanted = by_sql.union(&come).difference(&listed);
        let taken = by_sql.intersection(&listed_here);
        let suppressed = come.intersection(&listed).difference(&of(&looked_up.listed_and_found)).union(&taken);
        let more = More {
            wanted: come.difference(&listed).len() as u64,
            not_wanted: taken.len() as u64,
            suppressed: suppressed.len() as u64,
        };
        let not_confirmed = if self.resync { wanted.clone() } else { wanted.difference(confirmed) };
        let out = all.intersection(possible).difference(&wanted);
        (adds.difference(&all).union(&not_confirmed), removes.difference(&all).union(&out), more)
    }
}
