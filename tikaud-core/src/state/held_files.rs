//! What the audience holds because of us: the snapshots of a generation, or the sets that a diff engine keeps for it, and what
//! was intended since.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{DigestFile, DigestReader, Generation, Ledger, PlannedChange, Receipts, SnapshotFiles};
use crate::diff::{
    Action, DigestSource, Held, IdentifierSet, KeptSets, KeptSource, Lane, MemorySource, SetsId, Slice, Standing,
};
use crate::identifier::IdentifierKind;

/// What the audience holds because of us. Nothing of it is in memory until a merge goes through it.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldFiles {
    pub(crate) snapshots: SnapshotFiles,
    /// The sets of a diff engine, in their place.
    pub(crate) sets: Option<KeptSets>,
    /// What was intended since the snapshots, in order.
    pub(crate) pending: Vec<Pending>,
}

/// Changes that may have been sent, and what is known of their fate.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) changes: Vec<PlannedChange>,
    /// Whether all that the audience held may have been replaced.
    pub(crate) replaces: bool,
    pub(crate) receipts: Receipts,
}

impl HeldFiles {
    /// What a generation holds, and nothing since.
    pub(crate) fn of(generation: &Generation) -> Self {
        Self { snapshots: generation.snapshots.clone(), sets: generation.sets.clone(), pending: Vec::new() }
    }

    /// The same once these changes may have been sent.
    pub(crate) fn with(mut self, pending: Pending) -> Self {
        self.pending.push(pending);
        self
    }

    /// How many identifiers the audience may hold, with nothing intended since.
    pub(crate) fn possible_count(&self) -> u64 {
        let files: u64 =
            self.snapshots.confirmed.iter().chain(&self.snapshots.unconfirmed).map(|file| file.count).sum();
        files.saturating_add(self.sets.as_ref().map_or(0, KeptSets::possible_count))
    }

    /// The kinds of which the audience may hold identifiers.
    pub(crate) fn kinds(&self) -> BTreeSet<IdentifierKind> {
        let snapshots = self.snapshots.confirmed.iter().chain(&self.snapshots.unconfirmed);
        let planned = self.pending.iter().flat_map(|pending| &pending.changes).map(|change| &change.file);
        let kept = self.sets.iter().flat_map(|sets| &sets.counts).map(|count| count.kind);
        snapshots.chain(planned).map(|file| file.kind).chain(kept).collect()
    }

    /// Whether the snapshots of a kind say all there is to say: what was intended since has certainly not happened.
    pub(crate) fn is_settled(&self, kind: IdentifierKind) -> bool {
        self.pending.iter().all(|pending| {
            let mut changes = pending.changes.iter().filter(|change| change.file.kind == kind);
            !pending.replaces && changes.all(|change| pending.receipts.is_undone(change))
        })
    }

    /// The files or sets of a kind as lanes of a merge. Absent ones are empty, so that each lane has its place:
    /// confirmed, unconfirmed, then the adds and removes of what was intended since.
    pub(crate) fn lanes(&self, kind: IdentifierKind, ledger: &Ledger) -> Vec<Lane> {
        let lane = |file: Option<&DigestFile>| {
            let source: Box<dyn DigestSource> = match file {
                Some(file) => {
                    let (store, activation) = (Arc::clone(&ledger.store), ledger.activation.clone());
                    Box::new(DigestReader::new(store, activation, file.clone()))
                }
                None => Box::new(MemorySource::new(IdentifierSet::empty(kind))),
            };
            Lane::new(kind, source)
        };
        let of_kind = |files: &[DigestFile]| lane(files.iter().find(|file| file.kind == kind));
        let kept = |standing| {
            let (sets, engine) = (self.sets.as_ref()?, ledger.engine.as_ref()?);
            let count = sets.counts.iter().find(|count| count.kind == kind)?;
            let id = SetsId::new(&ledger.activation, &sets.name);
            let source = KeptSource::new(Arc::clone(engine), id, kind, standing, count);
            Some(Lane::new(kind, Box::new(source)))
        };
        let mut lanes = vec![
            kept(Standing::Confirmed).unwrap_or_else(|| of_kind(&self.snapshots.confirmed)),
            kept(Standing::Unconfirmed).unwrap_or_else(|| of_kind(&self.snapshots.unconfirmed)),
        ];
        for pending in &self.pending {
            for action in [Action::Add, Action::Remove] {
                let mut changes = pending.changes.iter();
                let planned = changes.find(|change| change.action == action && change.file.kind == kind);
                lanes.push(lane(planned.map(|change| &change.file)));
            }
        }
        lanes
    }

    /// What is held of a kind, within the range of digests that these slices of its [`lanes`](Self::lanes) are of.
    pub(crate) fn held(&self, kind: IdentifierKind, slices: &[Slice]) -> Held {
        let ([[confirmed, unconfirmed], pending @ ..], _) = slices.as_chunks::<2>() else {
            return Held::nothing(kind);
        };
        let held = Held { confirmed: confirmed.set.clone(), unconfirmed: unconfirmed.set.clone() };
        let changes = self.pending.iter().zip(pending);
        changes.fold(held, |held, (pending, [adds, removes])| {
            let before = if pending.replaces { held.unconfirmed_all() } else { held };
            pending.receipts.settle(&before, adds, removes)
        })
    }
}
