//! What came of erasures, kept as evidence.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ErasureLog;
use crate::state::sealed::{create_sealed, read_sealed};
use crate::state::{ActivationId, ObjectEntry, ObjectKey, StateError, StateStore};

/// Receipts that are read at once.
const READ_AT_ONCE: usize = 16;
/// How often the next number is tried while others take theirs.
const ATTEMPTS: u32 = 20;

impl ErasureLog {
    /// Keeps a receipt of an erasure: the n-th of it, for it may be carried out again and again.
    pub(crate) async fn keep_receipt<T: Serialize + Sync>(&self, number: u64, receipt: &T) -> Result<(), StateError> {
        let prefix = format!("{number:08}-");
        for _ in 0..ATTEMPTS {
            let entries = self.store.list(Some(&folder())).await?;
            let nth = entries.iter().filter(|entry| entry.key.name().starts_with(&prefix)).count() + 1;
            match create_sealed(&*self.store, &folder().child(format_args!("{prefix}{nth:04}.json")), receipt).await {
                Err(StateError::AlreadyExists { .. }) => {}
                outcome => return outcome,
            }
        }
        Err(StateError::AlreadyExists { key: folder() })
    }

    /// Every receipt, by erasure, in the order in which they were given.
    pub(crate) async fn receipts<T: DeserializeOwned>(store: &Arc<dyn StateStore>) -> Result<Vec<T>, StateError> {
        let entries = store.list(Some(&folder())).await?;
        let receipts =
            entries.into_iter().map(|entry| async move { read_sealed(&**store, &entry.key, entry.len).await });
        stream::iter(receipts).buffered(READ_AT_ONCE).try_collect().await
    }

    /// Whether an activation's state is in the same root: then this record is there too.
    pub(crate) async fn is_in(&self, store: &Arc<dyn StateStore>, number: u64) -> Result<bool, StateError> {
        let key = Self::record_key(number);
        let entries = store.list(Some(&ObjectKey::of_erasures())).await?;
        let Some(entry) = entries.iter().find(|entry| entry.key == key) else { return Ok(false) };
        let theirs = store.read(&key, 0..entry.len).await?;
        Ok(self.store.read(&key, 0..entry.len).await? == theirs)
    }

    /// The activations that have state in this root.
    pub(crate) async fn activations(&self) -> Result<BTreeSet<ActivationId>, StateError> {
        let objects = self.store.list(None).await?;
        let of_generation = |object: &ObjectEntry| {
            let mut names = object.key.as_str().split('/');
            let activation = names.next()?;
            (names.next()? == "generations").then(|| activation.parse().ok())?
        };
        Ok(objects.iter().filter_map(of_generation).collect())
    }
}

fn folder() -> ObjectKey {
    ObjectKey::of_erasures().child("receipts")
}
