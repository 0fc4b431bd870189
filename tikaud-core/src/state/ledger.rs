//! One activation's state: reading the present generation, folding in what interrupted runs left, committing the next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::claim::read_latest;
use super::journal::read_record;
use super::sealed::{create_sealed, read_sealed};
use super::{
    ActivationId, AudienceRecord, Claim, Clock, DigestFile, Generation, Journal, ObjectEntry, ObjectKey, PlannedChange,
    RunId, RunRecord, SnapshotFiles, StateError, StateStore, read_digests, write_digests,
};
use crate::destination::{Action, DestinationId};
use crate::diff::{ChangeSet, ChangeSets, Held, IdentifierSet, IdentifierSets};

/// Generations that are kept, the present one included.
const KEPT_GENERATIONS: u64 = 3;

/// One activation's state in a store.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pub(crate) store: Arc<dyn StateStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) activation: ActivationId,
    pub(crate) destination: DestinationId,
}

/// Where an activation stands.
#[derive(Debug)]
pub(crate) struct Current {
    /// The present generation; with interrupted runs folded in, it is not written yet.
    pub(crate) generation: Generation,
    /// What the audience holds because of us.
    pub(crate) held: Held,
    /// Runs that ended without a commit, and are folded in.
    pub(crate) interrupted: Vec<RunId>,
}

impl Ledger {
    fn folder(&self, name: &str) -> ObjectKey {
        ObjectKey::of_activation(&self.activation).child(name)
    }

    /// Claims the right to write. The first claim of all starts the activation's state.
    pub(crate) async fn claim(&self) -> Result<Claim, StateError> {
        if self.store.list(Some(&ObjectKey::of_activation(&self.activation))).await?.is_empty() {
            let first = self.first_generation();
            match create_sealed(&*self.store, &self.generation_key(0), &first).await {
                Ok(()) | Err(StateError::AlreadyExists { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Claim::acquire(Arc::clone(&self.store), Arc::clone(&self.clock), &self.activation).await
    }

    /// Where the activation stands, interrupted runs folded in. Writes nothing.
    pub(crate) async fn current(&self) -> Result<Current, StateError> {
        let mut generation = self.latest_generation().await?;
        let mut held = read_held(&*self.store, &self.activation, &generation.snapshots).await?;
        let mut interrupted = Vec::new();
        for record in self.unfinished_runs(&generation).await? {
            held = self.fold(&mut generation, &held, &record).await?;
            interrupted.push(record.run);
        }
        Ok(Current { generation, held, interrupted })
    }

    /// The same, with interrupted runs committed and cleared away.
    pub(crate) async fn recover(&self, claim: &Claim) -> Result<Current, StateError> {
        let mut current = self.current().await?;
        if !current.interrupted.is_empty() {
            current.generation = self.commit(claim, current.generation, &current.held).await?;
        }
        self.clear_runs().await?;
        Ok(current)
    }

    /// Writes a change set's files and gives them as planned changes.
    pub(crate) async fn write_plan(&self, run: &RunId, changes: &ChangeSets) -> Result<Vec<PlannedChange>, StateError> {
        let folder = self.folder("plans").child(run);
        let mut planned = Vec::new();
        for change in changes.iter() {
            for action in [Action::Remove, Action::Add] {
                let set = change.of(action);
                if !set.is_empty() {
                    let key = folder.child(format_args!("{action}-{}.digests", set.kind()));
                    let file = write_digests(&*self.store, &self.activation, key, set).await?;
                    planned.push(PlannedChange { action, file });
                }
            }
        }
        Ok(planned)
    }

    /// Opens a run's journal.
    pub(crate) fn journal(&self, run: &RunId) -> Journal {
        Journal::new(Arc::clone(&self.store), self.folder("journal").child(run))
    }

    /// Commits what is held as the generation after `generation`, and clears away what is no longer needed.
    pub(crate) async fn commit(
        &self,
        claim: &Claim,
        mut generation: Generation,
        held: &Held,
    ) -> Result<Generation, StateError> {
        let before = generation.snapshots;
        generation.number += 1;
        generation.destination = self.destination.clone();
        generation.committed = self.clock.now();
        let name = format!("{:08}-{:010}", generation.number, claim.epoch());
        generation.snapshots = SnapshotFiles {
            confirmed: self.write_sets(&format!("{name}-confirmed"), &held.confirmed, &before.confirmed).await?,
            unconfirmed: self
                .write_sets(&format!("{name}-unconfirmed"), &held.unconfirmed, &before.unconfirmed)
                .await?,
        };
        claim.check()?;
        let conflict = || StateError::Conflict { activation: self.activation.clone(), generation: generation.number };
        match create_sealed(&*self.store, &self.generation_key(generation.number), &generation).await {
            Err(StateError::AlreadyExists { .. }) => return Err(conflict()),
            outcome => outcome?,
        }
        // Another may have gone on from here and cleaned up behind itself, so that our number looked free.
        if self.generation_entries().await?.last_key_value().is_some_and(|(last, _)| *last > generation.number) {
            return Err(conflict());
        }
        claim.committed(generation.number);
        self.prune().await?;
        self.clear_runs().await?;
        Ok(generation)
    }

    fn first_generation(&self) -> Generation {
        Generation {
            number: 0,
            activation: self.activation.clone(),
            destination: self.destination.clone(),
            audience: None,
            pending_create: None,
            mapping: None,
            snapshots: SnapshotFiles::default(),
            run: None,
            committed: self.clock.now(),
        }
    }

    fn generation_key(&self, number: u64) -> ObjectKey {
        self.folder("generations").child(format_args!("{number:08}.json"))
    }

    async fn generation_entries(&self) -> Result<BTreeMap<u64, ObjectEntry>, StateError> {
        let number = |entry: &ObjectEntry| entry.key.name().strip_suffix(".json")?.parse().ok();
        let entries = self.store.list(Some(&self.folder("generations"))).await?;
        Ok(entries.into_iter().filter_map(|entry| Some((number(&entry)?, entry))).collect())
    }

    /// The present generation: checked, ours, and no older than what is known to have been committed.
    async fn latest_generation(&self) -> Result<Generation, StateError> {
        let missing = || StateError::GenerationsMissing { activation: self.activation.clone() };
        let Some((_, entry)) = self.generation_entries().await?.pop_last() else {
            let empty = self.store.list(Some(&ObjectKey::of_activation(&self.activation))).await?.is_empty();
            return if empty { Ok(self.first_generation()) } else { Err(missing()) };
        };
        let generation: Generation = read_sealed(&*self.store, &entry.key, entry.len).await?;
        if generation.activation != self.activation {
            let (expected, found) = (self.activation.clone(), generation.activation);
            return Err(StateError::ForeignActivation { key: entry.key, expected, found });
        }
        if generation.destination != self.destination && !self.is_untouched(&generation).await? {
            let (expected, found) = (self.destination.clone(), generation.destination);
            return Err(StateError::ForeignDestination { activation: self.activation.clone(), expected, found });
        }
        let claim = read_latest(&*self.store, &self.folder("claims")).await?;
        if claim.is_some_and(|(_, claim)| claim.generation > generation.number) {
            return Err(missing());
        }
        Ok(generation)
    }

    /// Whether nothing has ever been asked of the destination: then it may still be another one.
    async fn is_untouched(&self, generation: &Generation) -> Result<bool, StateError> {
        Ok(generation.number == 0 && self.store.list(Some(&self.folder("journal"))).await?.is_empty())
    }

    /// The journals of runs that ended without a commit, in the order of the runs.
    async fn unfinished_runs(&self, generation: &Generation) -> Result<Vec<RunRecord>, StateError> {
        let folder = self.folder("journal");
        let objects = self.store.list(Some(&folder)).await?;
        let mut by_run: BTreeMap<RunId, Vec<&ObjectEntry>> = BTreeMap::new();
        for object in &objects {
            let below = object.key.as_str().strip_prefix(folder.as_str()).unwrap_or_default();
            let run = below.trim_start_matches('/').split('/').next().unwrap_or_default();
            by_run.entry(RunId::from_name(run)).or_default().push(object);
        }
        let mut records = Vec::new();
        for (run, objects) in by_run {
            // A committed run's journal is only waiting to be cleared away.
            if generation.run.as_ref() != Some(&run) {
                records.push(read_record(&*self.store, run, &objects).await?);
            }
        }
        Ok(records)
    }

    /// Counts in what an interrupted run may have done.
    async fn fold(&self, generation: &mut Generation, held: &Held, record: &RunRecord) -> Result<Held, StateError> {
        // A run that another has overtaken wrote without knowing what the other did since: its acknowledgements prove
        // nothing about now, and an audience of its own is not the activation's. What it intended may have been sent.
        let overtaken = !record.run.started_from(generation.number);
        let audience = record.audience.as_ref().or(record.intent.as_ref().map(|intent| &intent.audience));
        if overtaken && generation.audience.is_some() && generation.audience.as_ref() != audience {
            return Ok(held.clone());
        }
        if let Some(audience) = audience {
            generation.audience = Some(audience.clone());
            generation.pending_create = None;
        } else if let Some(create) = &record.create {
            generation.pending_create = Some(create.clone());
        }
        generation.run = Some(record.run.clone());
        let Some(intent) = &record.intent else {
            return Ok(held.clone());
        };
        let intended = match self.read_plan(&intent.changes).await {
            // Cleared away by the run that overtook it, so its intent came later, and its claim stopped it from sending.
            Err(StateError::NotFound { .. }) if overtaken => return Ok(held.clone()),
            intended => intended?,
        };
        generation.mapping = Some(intent.mapping.clone());
        let acknowledged = if overtaken { ChangeSets::default() } else { record.acknowledged.of(&intended) };
        Ok(held.after(&intended, &acknowledged))
    }

    async fn read_plan(&self, planned: &[PlannedChange]) -> Result<ChangeSets, StateError> {
        let mut by_kind = BTreeMap::new();
        for PlannedChange { action, file } in planned {
            let set = read_digests(&*self.store, &self.activation, file).await?;
            let empty = IdentifierSet::empty(file.kind);
            let change = by_kind.entry(file.kind).or_insert_with(|| ChangeSet { adds: empty.clone(), removes: empty });
            match action {
                Action::Add => change.adds = set,
                Action::Remove => change.removes = set,
            }
        }
        Ok(ChangeSets::from_sets(by_kind.into_values().collect()))
    }

    /// Writes the sets as files; a set that has not changed keeps its file.
    async fn write_sets(
        &self,
        name: &str,
        sets: &IdentifierSets,
        before: &[DigestFile],
    ) -> Result<Vec<DigestFile>, StateError> {
        let mut files = Vec::new();
        for set in sets.iter() {
            let kept = before.iter().find(|file| file.kind == set.kind() && file.count == set.len() as u64);
            let file = match kept {
                Some(file) if read_digests(&*self.store, &self.activation, file).await? == *set => file.clone(),
                _ => {
                    let key = self.folder("snapshots").child(format_args!("{name}-{}.digests", set.kind()));
                    write_digests(&*self.store, &self.activation, key, set).await?
                }
            };
            files.push(file);
        }
        Ok(files)
    }

    /// Deletes generations that are no longer kept and snapshots that no kept one names.
    async fn prune(&self) -> Result<(), StateError> {
        let mut generations = self.generation_entries().await?;
        let last = generations.last_key_value().map_or(0, |(number, _)| *number);
        let kept = generations.split_off(&(last + 1).saturating_sub(KEPT_GENERATIONS));
        let mut named = BTreeSet::new();
        for entry in kept.values() {
            let generation: Generation = read_sealed(&*self.store, &entry.key, entry.len).await?;
            let files = generation.snapshots.confirmed.into_iter().chain(generation.snapshots.unconfirmed);
            named.extend(files.map(|file| file.key));
        }
        for entry in generations.values() {
            self.store.delete(&entry.key).await?;
        }
        for entry in self.store.list(Some(&self.folder("snapshots"))).await? {
            if !named.contains(&entry.key) {
                self.store.delete(&entry.key).await?;
            }
        }
        Ok(())
    }

    /// Deletes journals and plans, which are all counted in by now. Journals first: one without its plan cannot be read.
    async fn clear_runs(&self) -> Result<(), StateError> {
        for folder in ["journal", "plans"] {
            for entry in self.store.list(Some(&self.folder(folder))).await? {
                self.store.delete(&entry.key).await?;
            }
        }
        Ok(())
    }
}

/// Reads the identifiers of a generation.
async fn read_held(
    store: &dyn StateStore,
    activation: &ActivationId,
    files: &SnapshotFiles,
) -> Result<Held, StateError> {
    let mut held = Held::default();
    for file in &files.confirmed {
        held.confirmed.insert(read_digests(store, activation, file).await?);
    }
    for file in &files.unconfirmed {
        held.unconfirmed.insert(read_digests(store, activation, file).await?);
    }
    Ok(held)
}

/// The audience that a create intent has led to.
impl AudienceRecord {
    pub(crate) fn of(id: crate::destination::AudienceId, name: &str, description: Option<&str>) -> Self {
        Self { id, name: name.to_owned(), description: description.map(str::to_owned) }
    }
}
