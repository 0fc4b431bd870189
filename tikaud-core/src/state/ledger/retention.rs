//! What is kept and what is cleared away.

use std::collections::BTreeSet;

use super::{Ledger, generation_entries};
use crate::state::sealed::read_sealed;
use crate::state::{Generation, StateError};

/// Generations that are kept, the present one included.
const KEPT_GENERATIONS: u64 = 3;

impl Ledger {
    /// Deletes what the present generation has made superfluous.
    pub(super) async fn clear_up(&self) -> Result<(), StateError> {
        self.prune().await?;
        self.clear_runs().await
    }

    /// Deletes generations that are no longer kept and snapshots that no kept one names. One from before an erasure that the
    /// present one has gone through is not kept: whoever was erased is in its snapshots.
    pub(super) async fn prune(&self) -> Result<(), StateError> {
        let mut generations = generation_entries(&*self.store, &self.activation).await?;
        let last = generations.last_key_value().map_or(0, |(number, _)| *number);
        let kept = generations.split_off(&(last + 1).saturating_sub(KEPT_GENERATIONS));
        let (mut named, mut erased) = (BTreeSet::new(), 0);
        for (number, entry) in kept.into_iter().rev() {
            let generation: Generation = read_sealed(&*self.store, &entry.key, entry.len).await?;
            erased = erased.max(generation.erased);
            if generation.erased < erased {
                generations.insert(number, entry);
                continue;
            }
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
    pub(super) async fn clear_runs(&self) -> Result<(), StateError> {
        for folder in ["journal", "plans"] {
            for entry in self.store.list(Some(&self.folder(folder))).await? {
                self.store.delete(&entry.key).await?;
            }
        }
        Ok(())
    }
}
