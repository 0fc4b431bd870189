//! What has become of every identifier that was intended to change, whatever was known of it before: what a diff engine needs
//! to make the next sets of those before.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::slice::ChunksExact;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use super::Ledger;
use crate::diff::{
    DiffEngineError, DiffEngineErrorKind, DiffError, Fate, FateSet, FateStream, Held, IdentifierSet, Slice, Standing,
    Steps,
};
use crate::identifier::IdentifierKind;
use crate::state::HeldFiles;

impl Ledger {
    /// The fates of what was intended since the sets of `held`.
    pub(super) fn fates(&self, held: &Arc<HeldFiles>) -> FateStream {
        let since = HeldFiles { pending: held.pending.clone(), ..HeldFiles::default() };
        let (ledger, since) = (self.clone(), Arc::new(since));
        let of_kind = move |kind: IdentifierKind| {
            let steps = Steps::new(since.lanes(kind, &ledger), ledger.resources.step_digests(kind.digest_len()));
            let since = Arc::clone(&since);
            steps.map(move |slices| fates(kind, &since, &slices))
        };
        let kinds = held.pending.iter().flat_map(|pending| &pending.changes).map(|change| change.file.kind);
        let kinds: BTreeSet<IdentifierKind> = kinds.collect();
        let steps = stream::iter(kinds).flat_map(of_kind);
        let fates = steps.map_ok(|fates| stream::iter(fates).map(Ok)).try_flatten();
        fates.map_err(unreadable).boxed()
    }

    /// The fate of an identifier that nothing was intended for.
    pub(super) fn fate_of_the_rest(held: &HeldFiles) -> Fate {
        if held.pending.iter().any(|pending| pending.replaces) {
            Fate::of(|before| before.min(Standing::Unconfirmed))
        } else {
            Fate::UNCHANGED
        }
    }
}

fn unreadable(error: DiffError) -> DiffEngineError {
    let message = "the plan files and receipts of a run cannot be read";
    DiffEngineError::new(DiffEngineErrorKind::Failed, message).with_source(error)
}

/// The fates of the identifiers in one range: the two-set rule is asked what it makes of each of them, absent, unconfirmed and
/// confirmed.
fn fates(kind: IdentifierKind, since: &HeldFiles, slices: &[Slice]) -> Vec<FateSet> {
    let sets: Vec<IdentifierSet> = slices.iter().map(|slice| slice.set.clone()).collect();
    let touched = IdentifierSet::union_of(kind, &sets);
    let outcome = |confirmed: &IdentifierSet, unconfirmed: &IdentifierSet| {
        let mut slices = slices.to_vec();
        for (slice, set) in slices.iter_mut().zip([confirmed, unconfirmed]) {
            *slice = Slice { set: set.clone(), position: 0 };
        }
        since.held(kind, &slices)
    };
    let none = IdentifierSet::empty(kind);
    let outcomes = [outcome(&none, &none), outcome(&none, &touched), outcome(&touched, &none)];
    let mut walks = outcomes.each_ref().map(Walk::through);
    let mut by_fate: BTreeMap<Fate, Vec<u8>> = BTreeMap::new();
    for digest in touched.iter() {
        let [absent, unconfirmed, confirmed] = walks.each_mut().map(|walk| walk.standing(digest));
        let fate = Fate::of(|before| match before {
            Standing::Absent => absent,
            Standing::Unconfirmed => unconfirmed,
            Standing::Confirmed => confirmed,
        });
        by_fate.entry(fate).or_default().extend_from_slice(digest);
    }
    let set = |(fate, digests): (Fate, Vec<u8>)| FateSet { fate, set: IdentifierSet::of_sorted(kind, digests.into()) };
    by_fate.into_iter().map(set).collect()
}

/// What is held, looked up in the order of the digests.
struct Walk<'a> {
    confirmed: Peekable<ChunksExact<'a, u8>>,
    unconfirmed: Peekable<ChunksExact<'a, u8>>,
}

impl<'a> Walk<'a> {
    fn through(held: &'a Held) -> Self {
        let digests = |set: &'a IdentifierSet| set.as_bytes().chunks_exact(set.kind().digest_len()).peekable();
        Self { confirmed: digests(&held.confirmed), unconfirmed: digests(&held.unconfirmed) }
    }

    /// What is known of the next digest. None that is held is left out.
    fn standing(&mut self, digest: &[u8]) -> Standing {
        if self.confirmed.next_if(|held| *held == digest).is_some() {
            Standing::Confirmed
        } else if self.unconfirmed.next_if(|held| *held == digest).is_some() {
            Standing::Unconfirmed
        } else {
            Standing::Absent
        }
    }
}
