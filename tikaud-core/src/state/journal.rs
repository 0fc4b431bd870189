//! What one run is about to do and what has been answered, durable before it is relied on.
//!
//! ```text
//! journal/<run>/create.json        an audience is about to be asked for
//!               audience.json      it has been created
//!               intent.json        which plan files are about to be applied, to which audience
//!               receipts-<n>.json  what has been answered so far; the highest n counts
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::sealed::{create_sealed, read_sealed};
use super::{AudienceRecord, CreateIntent, DigestFile, ObjectEntry, ObjectKey, StateError, StateStore};

use crate::diff::{Action, ChangeSet, ChangeSets, Held, IdentifierSet};
use crate::identifier::IdentifierKind;

/// Which run it is: the generation that it started from and the epoch of its claim. Later runs sort behind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    pub(crate) fn new(base: u64, epoch: u64) -> Self {
        Self(format!("{base:08}-{epoch:010}"))
    }

    pub(super) fn from_name(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Whether the run started from this generation.
    pub(super) fn started_from(&self, generation: u64) -> bool {
        self.0.split_once('-').is_some_and(|(base, _)| base.parse() == Ok(generation))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One plan file: identifiers of one kind that go in, or out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlannedChange {
    pub(crate) action: Action,
    pub(crate) file: DigestFile,
}

/// What a run is about to send. Durable before the first request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) audience: AudienceRecord,
    /// The fingerprint of the field mapping.
    pub(crate) mapping: String,
    pub(crate) changes: Vec<PlannedChange>,
}

/// Positions in the plan files: few ranges, since batches go out in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<FilePositions>", into = "Vec<FilePositions>")]
pub(crate) struct Positions {
    /// Sorted, neither touching nor overlapping.
    ranges: BTreeMap<(IdentifierKind, Action), Vec<Range<usize>>>,
}

#[derive(Serialize, Deserialize)]
struct FilePositions {
    kind: IdentifierKind,
    action: Action,
    ranges: Vec<Range<usize>>,
}

impl From<Vec<FilePositions>> for Positions {
    fn from(files: Vec<FilePositions>) -> Self {
        Self { ranges: files.into_iter().map(|file| ((file.kind, file.action), file.ranges)).collect() }
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
    pub(crate) fn insert(&mut self, kind: IdentifierKind, action: Action, positions: Range<usize>) {
        let ranges = self.ranges.entry((kind, action)).or_default();
        let at = ranges.partition_point(|range| range.end < positions.start);
        let upto = ranges.partition_point(|range| range.start <= positions.end);
        let touching = &ranges[at..upto];
        let start = touching.first().map_or(positions.start, |first| first.start.min(positions.start));
        let end = touching.last().map_or(positions.end, |last| last.end.max(positions.end));
        ranges.splice(at..upto, std::iter::once(start..end));
    }

    /// How many positions there are.
    pub(crate) fn count(&self, kind: IdentifierKind, action: Action) -> usize {
        self.ranges.get(&(kind, action)).into_iter().flatten().map(ExactSizeIterator::len).sum()
    }

    /// The changes at these positions.
    fn of(&self, intended: &ChangeSets) -> ChangeSets {
        let part = |change: &ChangeSet, action| {
            let (kind, set) = (change.kind(), change.of(action));
            match self.ranges.get(&(kind, action)).map(Vec::as_slice) {
                // All that was sent before something stopped it, which is nearly always all there was.
                Some([range]) => set.part(range.clone()),
                ranges => {
                    let ranges = ranges.unwrap_or_default().iter();
                    let digests: Vec<u8> = ranges.flat_map(|range| set.slice(range.clone())).collect();
                    // Parts of a sorted set in order are sorted; out of order, from a damaged journal, they are put in
                    // order.
                    IdentifierSet::from_unsorted(kind, digests)
                }
            }
        };
        let parts =
            |change: &ChangeSet| ChangeSet { adds: part(change, Action::Add), removes: part(change, Action::Remove) };
        ChangeSets::from_sets(intended.iter().map(parts).collect())
    }
}

/// What is known of a plan's changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipts {
    /// Carried out, by the destination's word.
    pub(crate) acknowledged: Positions,
    /// Certainly not carried out: refused, or never sent.
    pub(crate) undone: Positions,
}

impl Receipts {
    /// What is held once the intended changes may have been sent, and these receipts have come.
    pub(crate) fn settle(&self, held: &Held, intended: &ChangeSets) -> Held {
        held.after(intended, &self.acknowledged.of(intended), &self.undone.of(intended))
    }
}

/// Everything that a run has written down.
#[derive(Debug)]
pub(crate) struct RunRecord {
    pub(crate) run: RunId,
    pub(crate) create: Option<CreateIntent>,
    pub(crate) audience: Option<AudienceRecord>,
    pub(crate) intent: Option<Intent>,
    pub(crate) receipts: Receipts,
}

/// A run's journal, open for writing.
#[derive(Debug)]
pub(crate) struct Journal {
    store: Arc<dyn StateStore>,
    folder: ObjectKey,
    /// The number of the latest receipts.
    written: u64,
}

impl Journal {
    /// A journal in its folder, which must be new.
    pub(super) fn new(store: Arc<dyn StateStore>, folder: ObjectKey) -> Self {
        Self { store, folder, written: 0 }
    }

    /// An audience is about to be asked for.
    pub(crate) async fn create_intended(&self, create: &CreateIntent) -> Result<(), StateError> {
        create_sealed(&*self.store, &self.folder.child("create.json"), create).await
    }

    /// The audience was certainly not created: one of its name that turns up later is somebody else's.
    pub(crate) async fn create_refused(&self) -> Result<(), StateError> {
        self.store.delete(&self.folder.child("create.json")).await
    }

    /// The audience has been created.
    pub(crate) async fn audience_created(&self, audience: &AudienceRecord) -> Result<(), StateError> {
        create_sealed(&*self.store, &self.folder.child("audience.json"), audience).await
    }

    /// The plan is about to be sent.
    pub(crate) async fn intend(&self, intent: &Intent) -> Result<(), StateError> {
        create_sealed(&*self.store, &self.folder.child("intent.json"), intent).await
    }

    /// These receipts have come so far.
    pub(crate) async fn receive(&mut self, receipts: &Receipts) -> Result<(), StateError> {
        let key = |number: u64| self.folder.child(format_args!("receipts-{number:08}.json"));
        create_sealed(&*self.store, &key(self.written + 1), receipts).await?;
        self.store.delete(&key(self.written)).await?;
        self.written += 1;
        Ok(())
    }
}

/// Reads what a run has written, from the objects of its folder.
pub(super) async fn read_record(
    store: &dyn StateStore,
    run: RunId,
    objects: &[&ObjectEntry],
) -> Result<RunRecord, StateError> {
    let mut record = RunRecord { run, create: None, audience: None, intent: None, receipts: Receipts::default() };
    // By key, so that of several receipts the last one counts.
    for object in objects {
        let (key, len) = (&object.key, object.len);
        match key.name() {
            "create.json" => record.create = Some(read_sealed(store, key, len).await?),
            "audience.json" => record.audience = Some(read_sealed(store, key, len).await?),
            "intent.json" => record.intent = Some(read_sealed(store, key, len).await?),
            name if name.starts_with("receipts-") => record.receipts = read_sealed(store, key, len).await?,
            _ => return Err(StateError::damaged(key, "no version known here writes such an object")),
        }
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const KIND: IdentifierKind = IdentifierKind::IdfaMd5;

    proptest! {
        #[test]
        fn positions_are_those_of_the_batches(
            batches in prop::collection::vec((0..40_usize, 0..6_usize), 0..20),
        ) {
            let mut positions = Positions::default();
            let mut expected = BTreeSet::new();
            for (start, len) in batches {
                positions.insert(KIND, Action::Add, start..start + len);
                expected.extend(start..start + len);
            }
            let ranges = positions.ranges.get(&(KIND, Action::Add)).cloned().unwrap_or_default();
            prop_assert!(ranges.is_sorted_by(|a, b| a.end < b.start), "{:?}", ranges);
            prop_assert_eq!(ranges.into_iter().flatten().collect::<BTreeSet<_>>(), expected.clone());
            prop_assert_eq!(positions.count(KIND, Action::Add), expected.len());
        }
    }

    #[test]
    fn a_run_knows_the_generation_it_started_from() {
        let run = RunId::new(7, 12);
        assert!(run.started_from(7) && !run.started_from(8) && !run.started_from(12));
    }
}
