//! One activation's state: reading the present generation, folding in what interrupted runs left, committing the next.

mod changes;
mod elsewhere;
mod fates;
mod forget;
mod moving;
mod prepared;
mod recovery;
mod removal;
mod retention;
mod settle;
mod verify;

pub(crate) use changes::{Comparison, KindChanges};
pub(crate) use elsewhere::{Elsewhere, compare_with_nobody};
pub(crate) use forget::forget;
pub(crate) use prepared::CopiedChange;
pub use prepared::{InvalidPlanId, PlanId};
pub use verify::Verification;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use self::recovery::adopt;
use super::claim::read_latest;
use super::sealed::{create_sealed, read_sealed};
use super::{
    ActivationId, Claim, Clock, Generation, HeldFiles, Journal, ObjectEntry, ObjectKey, PlannedChange, PlannedChanges,
    RunFolder, RunId, SnapshotFiles, StateError, StateStore,
};
use crate::destination::DestinationId;
use crate::diff::{DiffEngine, DiffError, Resources};

/// Names have eight digits, so that they sort: a run a minute needs 190 years for them.
const LAST_GENERATION: u64 = 99_999_999;
/// How often to look for objects that a run beside us replaces and clears away.
const LOOKS: u32 = 5;

/// One activation's state in a store.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pub(crate) store: Arc<dyn StateStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) activation: ActivationId,
    pub(crate) destination: DestinationId,
    pub(crate) resources: Resources,
    /// What compares the segment and keeps what is held elsewhere than in the store.
    pub(crate) engine: Option<Arc<dyn DiffEngine>>,
}

/// Where an activation stands.
#[derive(Debug)]
pub(crate) struct Current {
    /// The present generation; with interrupted runs folded in, it is not written yet.
    pub(crate) generation: Generation,
    /// What the audience holds because of us.
    pub(crate) held: Arc<HeldFiles>,
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
        look_again(|| self.look().boxed()).await
    }

    async fn look(&self) -> Result<Current, StateError> {
        let mut generation = self.latest_generation().await?;
        self.check_place(&generation)?;
        let mut held = HeldFiles::of(&generation);
        let mut interrupted = Vec::new();
        for record in self.unfinished_runs(&generation).await? {
            held.pending.extend(self.fold(&mut generation, &record).await?);
            interrupted.push(record.run);
        }
        Ok(Current { generation, held: Arc::new(held), interrupted })
    }

    /// The present generation with the audience of interrupted runs, without reading the identifiers. Writes nothing.
    pub(crate) async fn generation(&self) -> Result<Generation, StateError> {
        look_again(|| self.look_at_generation().boxed()).await
    }

    async fn look_at_generation(&self) -> Result<Generation, StateError> {
        let mut generation = self.latest_generation().await?;
        for record in self.unfinished_runs(&generation).await? {
            adopt(&mut generation, &record);
        }
        Ok(generation)
    }

    /// The same as [`current`](Self::current), with interrupted runs committed and cleared away.
    pub(crate) async fn recover(&self, claim: &Claim) -> Result<Current, DiffError> {
        let mut current = self.current().await?;
        if !current.interrupted.is_empty() || self.has_plan_without_intent(&current.generation).await? {
            current.generation = self.commit(claim, current.generation, &current.held).await?;
            current.held = Arc::new(HeldFiles::of(&current.generation));
        }
        // A run that died between its commit and its clearing up may have left whom it had removed for good.
        if current.generation.erased > 0 {
            self.prune().await?;
        }
        self.clear_runs().await?;
        self.clear_prepared(current.generation.number).await?;
        Ok(current)
    }

    /// Opens a plan to be carried out.
    pub(crate) fn planned(&self, changes: &[PlannedChange]) -> PlannedChanges {
        PlannedChanges::new(self, changes)
    }

    /// The history.
    pub(crate) fn run_folder(&self) -> RunFolder {
        RunFolder::new(Arc::clone(&self.store), &self.activation)
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
        held: &Arc<HeldFiles>,
    ) -> Result<Generation, DiffError> {
        generation.number += 1;
        generation.destination = self.destination.clone();
        generation.committed = self.clock.now();
        (generation.snapshots, generation.sets) = self.settle(generation.number, claim.epoch(), held).await?;
        self.commit_settled(claim, generation).await
    }

    /// The same of a generation that is whole.
    pub(super) async fn commit_settled(&self, claim: &Claim, generation: Generation) -> Result<Generation, DiffError> {
        claim.check()?;
        let conflict = || StateError::Conflict { activation: self.activation.clone(), generation: generation.number };
        match create_sealed(&*self.store, &self.generation_key(generation.number), &generation).await {
            Err(StateError::AlreadyExists { .. }) => return Err(conflict().into()),
            outcome => outcome?,
        }
        // Another may have gone on from here and cleaned up behind itself, so that our number looked free.
        if generation_entries(&*self.store, &self.activation)
            .await?
            .last_key_value()
            .is_some_and(|(last, _)| *last > generation.number)
        {
            return Err(conflict().into());
        }
        claim.committed(generation.number);
        // The work is done and durable; what is left over is the next run's to clear away.
        if let Err(error) = self.clear_up().await {
            tracing::warn!(activation = %self.activation, %error, "what is no longer needed was not cleared away");
        }
        Ok(generation)
    }

    /// Commits that the audience is gone, and everybody in it with it.
    pub(crate) async fn let_go(&self, claim: &Claim, current: Current) -> Result<Current, DiffError> {
        let Current { mut generation, interrupted, .. } = current;
        (generation.audience, generation.pending) = (None, None);
        let generation = self.commit(claim, generation, &Arc::default()).await?;
        Ok(Current { generation, held: Arc::default(), interrupted })
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
            sets: None,
            pending: None,
            erased: 0,
            members: None,
            schema: None,
            run: None,
            committed: self.clock.now(),
        }
    }

    fn generation_key(&self, number: u64) -> ObjectKey {
        generation_key(&self.activation, number)
    }

    /// The present generation: checked, ours, and at our destination.
    async fn latest_generation(&self) -> Result<Generation, StateError> {
        let Some(generation) = latest_generation(&*self.store, &self.activation).await? else {
            return Ok(self.first_generation());
        };
        if generation.destination != self.destination && !self.is_untouched(&generation).await? {
            let (expected, found) = (self.destination.clone(), generation.destination);
            return Err(StateError::ForeignDestination { activation: self.activation.clone(), expected, found });
        }
        Ok(generation)
    }

    /// Whether nothing has ever been asked of the destination: then it may still be another one.
    async fn is_untouched(&self, generation: &Generation) -> Result<bool, StateError> {
        Ok(generation.number == 0 && self.store.list(Some(&self.folder("journal"))).await?.is_empty())
    }
}

fn generation_key(activation: &ActivationId, number: u64) -> ObjectKey {
    ObjectKey::of_activation(activation).child("generations").child(format_args!("{number:08}.json"))
}

/// The generations that there are.
pub(crate) async fn generation_entries(
    store: &dyn StateStore,
    activation: &ActivationId,
) -> Result<BTreeMap<u64, ObjectEntry>, StateError> {
    let number = |entry: &ObjectEntry| entry.key.name().strip_suffix(".json")?.parse().ok();
    let folder = ObjectKey::of_activation(activation).child("generations");
    let entries = store.list(Some(&folder)).await?;
    Ok(entries.into_iter().filter_map(|entry| Some((number(&entry)?, entry))).collect())
}

/// The present generation of an activation, wherever its audience is: checked, its own, and no older than what is known to
/// have been committed. `None` when the activation has no state at all.
pub(crate) async fn latest_generation(
    store: &dyn StateStore,
    activation: &ActivationId,
) -> Result<Option<Generation>, StateError> {
    let missing = || StateError::GenerationsMissing { activation: activation.clone() };
    let folder = ObjectKey::of_activation(activation);
    let Some((_, entry)) = generation_entries(store, activation).await?.pop_last() else {
        let empty = store.list(Some(&folder)).await?.is_empty();
        return if empty { Ok(None) } else { Err(missing()) };
    };
    let generation = read_generation(store, activation, &entry).await?;
    let claim = read_latest(store, &folder.child("claims")).await?;
    if claim.is_some_and(|(_, claim)| claim.generation > generation.number) {
        return Err(missing());
    }
    Ok(Some(generation))
}

/// One generation, checked.
pub(crate) async fn read_generation(
    store: &dyn StateStore,
    activation: &ActivationId,
    entry: &ObjectEntry,
) -> Result<Generation, StateError> {
    let generation: Generation = read_sealed(store, &entry.key, entry.len).await?;
    if generation.activation != *activation {
        let (key, expected) = (entry.key.clone(), activation.clone());
        return Err(StateError::ForeignActivation { key, expected, found: generation.activation });
    }
    let number = generation.number;
    if number >= LAST_GENERATION || entry.key != generation_key(activation, number) {
        return Err(StateError::damaged(&entry.key, format!("it says that it is generation {number}")));
    }
    if !generation.snapshots.has_a_file_for_each_kind() {
        return Err(StateError::damaged(&entry.key, "it names two snapshots of one kind"));
    }
    Ok(generation)
}

/// Reads without a claim: a run beside us may have cleared away what was listed the moment before.
async fn look_again<'a, T>(look: impl Fn() -> BoxFuture<'a, Result<T, StateError>>) -> Result<T, StateError> {
    for _ in 1..LOOKS {
        match look().await {
            Err(StateError::NotFound { .. }) => {}
            outcome => return outcome,
        }
    }
    look().await
}

#[cfg(test)]
mod tests;
