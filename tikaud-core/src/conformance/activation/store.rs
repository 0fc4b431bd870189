//! A store in memory that waits before and after whatever it does, so that a run can be broken off there.

use std::ops::Range;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::task::yield_now;

use crate::state::{Hold, MemoryStateStore, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore};

/// A store in memory that waits before and after whatever it does. Clones share the objects.
#[derive(Debug, Clone, Default)]
pub(super) struct CaseStore {
    pub(super) memory: MemoryStateStore,
}

#[async_trait]
impl StateStore for CaseStore {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        yield_now().await;
        let outcome = self.memory.create(key, content).await;
        yield_now().await;
        outcome
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        Ok(Box::new(CaseWriter { writer: self.memory.writer(key).await? }))
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        yield_now().await;
        self.memory.read(key, range).await
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        yield_now().await;
        self.memory.list(prefix).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        yield_now().await;
        let outcome = self.memory.delete(key).await;
        yield_now().await;
        outcome
    }

    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        yield_now().await;
        self.memory.hold(key).await
    }

    fn scratch(&self) -> Option<PathBuf> {
        self.memory.scratch()
    }
}

struct CaseWriter {
    writer: Box<dyn ObjectWriter>,
}

#[async_trait]
impl ObjectWriter for CaseWriter {
    async fn write(&mut self, content: Bytes) -> Result<(), StateError> {
        self.writer.write(content).await
    }

    async fn finish(self: Box<Self>) -> Result<(), StateError> {
        yield_now().await;
        let outcome = self.writer.finish().await;
        yield_now().await;
        outcome
    }
}
