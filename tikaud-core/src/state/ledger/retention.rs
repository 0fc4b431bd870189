//! What is kept and what is cleared away.

use std::collections::BTreeSet;

use super::{Ledger, generation_entries};
use crate::diff::{DiffError, SetsId};
use crate::state::sealed::read_sealed;
use crate::state::{Generation, StateError};

/// Generations that are kept, the present one included.
const KEPT_GENERATIONS: u64 = 3;

impl Ledger {
    /// Deletes what the present generation has made superfluous.
    pub(super) async fn clear_up(&self) -> Result<(), DiffError> {
        let last = self.prune().await?;
        self.clear_runs().await?;
        Ok(self.clear_prepared(last).await?)
    }

    /// Gives the present generation's number, and deletes generations that are no longer kept, and snapshots and sets that no
    /// kept one names. One from before an erasure that the present one has gone through is not kept: whoever was erased is in
    /// its snapshots.
    pub(super) async fn prune(&self) -> Result<u64, DiffError> {
        let mut generations = generation_entries(&*self.store, &self.activation).await?;
        let last = generations.last_key_value().map_or(0, |(number, _)| *number);
        let kept = generations.split_off(&(last + 1).saturating_sub(KEPT_GENERATIONS));
        let (mut named, mut sets, mut erased) = (BTreeSet::new(), Vec::new(), 0);
        for (number, entry) in kept.into_iter().rev() {
            let generation: Generation = read_sealed(&*self.store, &entry.key, entry.len).await?;
            erased = erased.max(generation.erased);
            if generation.erased < erased {
                generations.insert(number, entry);
                continue;
            }
            if let (Some(kept), Some(engine)) = (generation.sets, &self.engine)
                && kept.place == engine.place()
            {
                sets.push(SetsId::new(&self.activation, &kept.name));
            }
            let files = generation.snapshots.confirmed.into_iter().chain(generation.snapshots.unconfirmed);
            named.extend(files.map(|file| file.key));
        }
        for entry in generations.values() {
            self.store.delete(&entry.key).await?;
        }
        for entry in self.store.list(Some(&self.folder("snapshots"))).await? {
            if !named.contains(&entry.key) && !is_later(entry.key.name(), last) {
                self.store.delete(&entry.key).await?;
            }
        }
        if let Some(engine) = &self.engine {
            engine.keep(&self.activation, &sets, last).await?;
        }
        Ok(last)
    }

    /// Deletes journals and plans, which are all counted in by now. Journals first: one without its plan cannot be read.
    pub(super) async fn clear_runs(&self) -> Result<(), StateError> {
        for folder in ["journal", "plans"] {
            for entry in self.store.list(Some(&self.folder(folder))).await? {
                self.store.delete(&entry.key).await?;
            }
        }
        Ok(())
    }
}

/// Whether a snapshot is of a generation that is not there yet: whoever has taken over from us may be about to commit it.
fn is_later(name: &str, last: u64) -> bool {
    name.split('-').next().and_then(|generation| generation.parse::<u64>().ok()).is_some_and(|of| of > last)
}
