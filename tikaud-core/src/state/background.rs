//! Writing an object beside the work that makes its content.

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{ObjectWriter, StateError};
use crate::compute::Died;
use crate::diff::DiffError;

/// Parts that may wait to be written; whoever brings more waits too.
const WAITING: usize = 1;

/// An object that is written on a task of its own. Dropped unfinished, it leaves nothing behind.
pub(super) struct BackgroundWriter {
    parts: mpsc::Sender<Bytes>,
    task: JoinHandle<Result<Box<dyn ObjectWriter>, StateError>>,
}

impl BackgroundWriter {
    pub(super) fn new(mut object: Box<dyn ObjectWriter>) -> Self {
        let (parts, mut received) = mpsc::channel::<Bytes>(WAITING);
        let task = tokio::spawn(async move {
            while let Some(part) = received.recv().await {
                object.write(part).await?;
            }
            Ok(object)
        });
        Self { parts, task }
    }

    /// Appends bytes. An error may be that of a part before.
    pub(super) async fn write(&mut self, part: Bytes) -> Result<(), DiffError> {
        match self.parts.send(part).await {
            Ok(()) => Ok(()),
            // The task has ended, and only an error ends it.
            Err(_) => {
                Err((&mut self.task).await.map_err(|_| Died)?.err().map_or(DiffError::Died(Died), DiffError::State))
            }
        }
    }

    /// Makes the object appear, durably.
    pub(super) async fn finish(self) -> Result<(), DiffError> {
        let Self { parts, task } = self;
        drop(parts);
        Ok(task.await.map_err(|_| Died)??.finish().await?)
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::state::{MemoryStateStore, ObjectKey, StateStore};

    struct Full;

    #[async_trait]
    impl ObjectWriter for Full {
        async fn write(&mut self, _: Bytes) -> Result<(), StateError> {
            Err(StateError::io("write", "object")(std::io::ErrorKind::StorageFull.into()))
        }

        async fn finish(self: Box<Self>) -> Result<(), StateError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_failure_is_told_at_the_latest_when_the_object_is_finished() {
        let mut writer = BackgroundWriter::new(Box::new(Full));
        let _ = writer.write("some".into()).await;
        assert!(matches!(writer.finish().await, Err(DiffError::State(StateError::Io { .. }))));

        let mut writer = BackgroundWriter::new(Box::new(Full));
        let mut outcome = Ok(());
        while outcome.is_ok() {
            outcome = writer.write("some".into()).await;
        }
        assert!(matches!(outcome, Err(DiffError::State(StateError::Io { .. }))));
    }

    #[tokio::test]
    async fn an_object_appears_when_it_is_finished_and_not_when_it_is_dropped() {
        let (store, key) = (MemoryStateStore::new(), "object".parse::<ObjectKey>().unwrap());
        let mut dropped = BackgroundWriter::new(store.writer(&key).await.unwrap());
        dropped.write("half".into()).await.unwrap();
        drop(dropped);
        let mut writer = BackgroundWriter::new(store.writer(&key).await.unwrap());
        for part in ["on", "e"] {
            writer.write(part.into()).await.unwrap();
        }
        assert!(store.list(None).await.unwrap().is_empty());
        writer.finish().await.unwrap();
        assert_eq!(store.read(&key, 0..3).await.unwrap(), "one");
    }
}
