//! What one run is about to do and what has been answered, durable before it is relied on.
//!
//! ```text
//! journal/<run>/create.json        an audience is about to be asked for
//!               audience.json      it has been created
//!               intent.json        which plan files are about to be applied, to which audience
//!               receipts-<n>.json  what has been answered so far; the highest n counts
//! ```

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sealed::{create_sealed, read_sealed};
use super::{
    AudienceRecord, CreateIntent, DigestFile, ObjectEntry, ObjectKey, Positions, StateError, StateStore, all_differ,
};
use crate::diff::{Action, ChangeSet, Held, Slice};

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
    /// `None` when the audience is made with the plan's first batches.
    pub(crate) audience: Option<AudienceRecord>,
    /// The fingerprint of the field mapping.
    pub(crate) mapping: String,
    pub(crate) changes: Vec<PlannedChange>,
    /// Whether the adds are to take the place of all that the audience holds: then nobody is certain to be in it who is
    /// not acknowledged anew.
    #[serde(default)]
    pub(crate) replaces: bool,
    /// When it was written.
    #[serde(default)]
    pub(crate) at: Option<Timestamp>,
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
    /// What is held, within one range of digests, once the intended changes may have been sent and these receipts have
    /// come.
    pub(crate) fn settle(&self, held: &Held, adds: &Slice, removes: &Slice) -> Held {
        let intended = ChangeSet { adds: adds.set.clone(), removes: removes.set.clone() };
        let part = |positions: &Positions| ChangeSet {
            adds: positions.part(Action::Add, adds),
            removes: positions.part(Action::Remove, removes),
        };
        held.after(&intended, &part(&self.acknowledged), &part(&self.undone))
    }

    /// Whether a planned change is known not to have happened at all.
    pub(crate) fn is_undone(&self, planned: &PlannedChange) -> bool {
        self.undone.count(planned.file.kind, planned.action) == planned.file.count
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
            "intent.json" => record.intent = Some(read_intent(store, key, len).await?),
            name if name.starts_with("receipts-") => record.receipts = read_sealed(store, key, len).await?,
            _ => return Err(StateError::damaged(key, "no version known here writes such an object")),
        }
    }
    Ok(record)
}

async fn read_intent(store: &dyn StateStore, key: &ObjectKey, len: u64) -> Result<Intent, StateError> {
    let intent: Intent = read_sealed(store, key, len).await?;
    if !all_differ(intent.changes.iter().map(|change| (change.action, change.file.kind))) {
        return Err(StateError::damaged(key, "it names two plan files of one kind and action"));
    }
    Ok(intent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_knows_the_generation_it_started_from() {
        let run = RunId::new(7, 12);
        assert!(run.started_from(7) && !run.started_from(8) && !run.started_from(12));
    }
}
