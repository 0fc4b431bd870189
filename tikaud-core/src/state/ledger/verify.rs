//! Everything that is kept, read and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::TryStreamExt;
use serde::Serialize;

use super::{Ledger, generation_entries, read_generation};
use crate::diff::{DiffError, DigestSource, IdentifierSet, Steps};
use crate::identifier::IdentifierKind;
use crate::state::claim::read_latest;
use crate::state::{DigestFile, DigestReader, HeldFiles, ObjectKey, RunFolder, RunId, StateError};

/// What a check of a state has found; all of it is good.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// Generations that are kept, the present one included.
    pub generations: u64,
    /// Digest files, each read to its last byte.
    pub files: u64,
    /// Identifiers in them, and in the sets that a diff engine keeps for the present generation, each read too.
    pub identifiers: u64,
    /// Bytes of all objects.
    pub bytes: u64,
    /// Runs that ended before their time, and that the next run counts in.
    pub interrupted: Vec<RunId>,
    /// Objects that nothing names: left over from runs that ended before their time. The next run clears them away.
    pub leftovers: u64,
    /// Runs of which the history has a record.
    pub runs: u64,
}

impl Ledger {
    /// Reads everything that is kept, and checks it.
    pub(crate) async fn verify(&self) -> Result<Verification, DiffError> {
        let objects = self.store.list(Some(&ObjectKey::of_activation(&self.activation))).await?;
        let lengths: BTreeMap<&ObjectKey, u64> = objects.iter().map(|object| (&object.key, object.len)).collect();
        let mut found = Verification { bytes: lengths.values().sum(), ..Verification::default() };

        // Generations share files. Of two that say different things of a file, one is wrong: it is read by both.
        let mut files: Vec<DigestFile> = Vec::new();
        let mut name = |file: &DigestFile| {
            if !files.contains(file) {
                files.push(file.clone());
            }
        };
        for entry in generation_entries(&*self.store, &self.activation).await?.values() {
            let generation = read_generation(&*self.store, &self.activation, entry).await?;
            generation.snapshots.confirmed.iter().chain(&generation.snapshots.unconfirmed).for_each(&mut name);
            found.generations += 1;
        }
        read_latest(&*self.store, &self.folder("claims")).await?;
        found.runs = RunFolder::new(Arc::clone(&self.store), &self.activation).verify().await?;
        let current = self.current().await?;
        let planned = current.held.pending.iter().flat_map(|pending| &pending.changes);
        planned.for_each(|change| name(&change.file));
        self.prepared_files().await?.iter().for_each(&mut name);
        found.interrupted = current.interrupted;

        for file in &files {
            let len = lengths.get(&file.key).ok_or_else(|| StateError::NotFound { key: file.key.clone() })?;
            if *len > file.len() {
                return Err(StateError::damaged(&file.key, "it is longer than it should be").into());
            }
            let mut reader = DigestReader::new(self.store.clone(), self.activation.clone(), file.clone());
            while reader.left() > 0 {
                reader.read(self.resources.step_digests(file.kind.digest_len())).await?;
            }
            (found.files, found.identifiers) = (found.files + 1, found.identifiers + file.count);
        }
        if let Some(sets) = &current.generation.sets {
            for count in &sets.counts {
                let mut held = std::pin::pin!(self.possible(count.kind, &current.held));
                while let Some(step) = held.try_next().await? {
                    found.identifiers += step.len() as u64;
                }
            }
        }
        let named: BTreeSet<&ObjectKey> = files.iter().map(|file| &file.key).collect();
        let is_digests = |key: &&&ObjectKey| key.name().ends_with(".digests");
        found.leftovers = lengths.keys().filter(is_digests).filter(|key| !named.contains(*key)).count() as u64;
        Ok(found)
    }

    /// The identifiers of a kind that the audience may hold, in order, a step at a time.
    pub(crate) fn possible(
        &self,
        kind: IdentifierKind,
        held: &Arc<HeldFiles>,
    ) -> impl futures::Stream<Item = Result<IdentifierSet, DiffError>> + Send + 'static {
        let files = held.clone();
        let steps = Steps::new(held.lanes(kind, self), self.resources.step_digests(kind.digest_len()));
        steps.map(move |slices| files.held(kind, &slices).possible())
    }
}
