//! An object that is written piece by piece.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tikaud_core::state::{ObjectKey, ObjectWriter, StateError};

use super::creation::{Attempt, Broken, Creation, Fate};
use super::error::Failure;
use super::shared::Shared;
use super::tables::PART;

/// Holds one part; what is longer has a connection of its own from then on, and a transaction in it.
pub(super) struct Writer {
    store: Arc<Shared>,
    key: ObjectKey,
    attempt: Attempt,
    buffer: BytesMut,
    creation: Option<Creation>,
    /// A write has failed or was given up: bytes may be missing.
    broken: bool,
}

impl Writer {
    pub(super) fn new(store: Arc<Shared>, key: ObjectKey, attempt: Attempt) -> Self {
        Self { store, key, attempt, buffer: BytesMut::new(), creation: None, broken: false }
    }

    fn failed(&self, failure: Failure) -> StateError {
        failure.while_doing("write", self.store.tables.shown(&self.key))
    }

    fn check(&self) -> Result<(), StateError> {
        if !self.broken {
            return Ok(());
        }
        let source = io::Error::other("an earlier write to it has failed");
        Err(StateError::Io { operation: "write", object: self.store.tables.shown(&self.key), source })
    }

    /// The transaction, with what the buffer holds as its next part.
    async fn send(&mut self) -> Result<Creation, Failure> {
        let mut creation = match self.creation.take() {
            Some(creation) => creation,
            None => Creation::begin(self.store.pool.open().await?, self.attempt).await?,
        };
        let part = self.buffer.split();
        creation.add(&self.store.tables, &self.key, &part).await?;
        Ok(creation)
    }
}

impl Shared {
    /// Ends the transaction, whose content is nowhere else: there is no second try.
    async fn settle(&self, creation: Creation, key: &ObjectKey, attempt: Attempt) -> Result<Fate, Failure> {
        match creation.finish(&self.tables, key).await {
            Ok((fate, link)) => {
                self.pool.keep(link);
                Ok(fate)
            }
            Err(Broken::Before(failure)) => Err(failure),
            Err(Broken::InDoubt { transaction, cause }) => self.fate(key, attempt, &transaction).await.ok_or(cause),
        }
    }
}

#[async_trait]
impl ObjectWriter for Writer {
    async fn write(&mut self, mut content: Bytes) -> Result<(), StateError> {
        self.check()?;
        // Until all of it has been taken: this may be given up half-way.
        self.broken = true;
        while !content.is_empty() {
            if self.buffer.len() == PART {
                let sent = self.send().await;
                self.creation = Some(sent.map_err(|failure| self.failed(failure))?);
            }
            let room = PART - self.buffer.len();
            self.buffer.extend_from_slice(&content.split_to(room.min(content.len())));
        }
        self.broken = false;
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StateError> {
        self.check()?;
        if self.creation.is_none() {
            let content = self.buffer.split().freeze();
            return self.store.create(&self.key, self.attempt, &content).await;
        }
        let creation = self.send().await.map_err(|failure| self.failed(failure))?;
        let settled = self.store.settle(creation, &self.key, self.attempt).await;
        let fate = settled.map_err(|failure| self.failed(failure))?;
        fate.told(&self.store.tables, &self.key)
    }
}
