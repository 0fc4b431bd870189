//! The reference implementation: objects in memory.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};

use super::{Hold, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore};

/// Objects in memory: the reference implementation of [`StateStore`], for tests. Clones share the objects.
#[derive(Clone, Default)]
pub struct MemoryStateStore {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    objects: BTreeMap<ObjectKey, Bytes>,
    held: HashSet<ObjectKey>,
}

impl MemoryStateStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an object's content in the place of another, or a new one: for tests of damage only.
    pub fn overwrite(&self, key: &ObjectKey, content: Bytes) {
        self.lock().objects.insert(key.clone(), content);
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // Nothing in here panics half-way through a change.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        let mut shared = self.lock();
        if shared.objects.contains_key(key) {
            return Err(StateError::AlreadyExists { key: key.clone() });
        }
        shared.objects.insert(key.clone(), content);
        Ok(())
    }
}

impl fmt::Debug for MemoryStateStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStateStore").field("objects", &self.lock().objects.len()).finish_non_exhaustive()
    }
}

#[async_trait]
impl StateStore for MemoryStateStore {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        self.put(key, content)
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        Ok(Box::new(MemoryWriter { store: self.clone(), key: key.clone(), content: BytesMut::new() }))
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        let shared = self.lock();
        let content = shared.objects.get(key).ok_or_else(|| StateError::NotFound { key: key.clone() })?;
        let (start, end) = (usize::try_from(range.start), usize::try_from(range.end));
        match (start, end) {
            (Ok(start), Ok(end)) if start <= end && end <= content.len() => Ok(content.slice(start..end)),
            _ => Err(StateError::Truncated { key: key.clone() }),
        }
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        let below = |key: &ObjectKey| prefix.is_none_or(|prefix| key.is_below(prefix));
        let shared = self.lock();
        let objects = shared.objects.iter().filter(|(key, _)| below(key));
        Ok(objects.map(|(key, content)| ObjectEntry { key: key.clone(), len: content.len() as u64 }).collect())
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        self.lock().objects.remove(key);
        Ok(())
    }

    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        if !self.lock().held.insert(key.clone()) {
            return Err(StateError::AlreadyExists { key: key.clone() });
        }
        Ok(Some(Box::new(MemoryHold { store: self.clone(), key: key.clone() })))
    }

    fn scratch(&self) -> Option<PathBuf> {
        None
    }
}

struct MemoryWriter {
    store: MemoryStateStore,
    key: ObjectKey,
    content: BytesMut,
}

#[async_trait]
impl ObjectWriter for MemoryWriter {
    async fn write(&mut self, content: Bytes) -> Result<(), StateError> {
        self.content.extend_from_slice(&content);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), StateError> {
        self.store.put(&self.key, self.content.freeze())
    }
}

struct MemoryHold {
    store: MemoryStateStore,
    key: ObjectKey,
}

impl Hold for MemoryHold {}

impl Drop for MemoryHold {
    fn drop(&mut self) {
        self.store.lock().held.remove(&self.key);
    }
}
