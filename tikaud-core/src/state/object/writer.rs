//! An object that is written piece by piece.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use object_store::{CopyMode, CopyOptions, ObjectStoreExt};

use super::error::failed;
use super::identity::WriterId;
use super::upload::{PART, Upload};
use super::{ObjectStateStore, location};
use crate::state::{ObjectKey, ObjectWriter, StateError};

/// Holds what one request can carry; what is larger goes up in parts.
pub(super) struct Writer {
    store: ObjectStateStore,
    key: ObjectKey,
    id: WriterId,
    buffer: BytesMut,
    upload: Option<Upload>,
    /// A write has failed or was given up: bytes may be missing.
    broken: bool,
}

impl Writer {
    pub(super) fn new(store: ObjectStateStore, key: ObjectKey, id: WriterId) -> Self {
        Self { store, key, id, buffer: BytesMut::new(), upload: None, broken: false }
    }

    fn check(&self) -> Result<(), StateError> {
        if !self.broken {
            return Ok(());
        }
        Err(StateError::io("write", self.store.shown(&self.key))(io::Error::other("an earlier write to it has failed")))
    }

    /// The upload with what the buffer holds as its next part.
    async fn send(&mut self) -> Result<Upload, StateError> {
        let mut upload = match self.upload.take() {
            Some(upload) => upload,
            None => self.store.start_upload(&self.key, &self.id).await?,
        };
        let sent = upload.put(self.buffer.split().freeze()).await;
        sent.map(|()| upload).map_err(|error| failed("write", &self.store.shown(&self.key), &error))
    }
}

impl ObjectStateStore {
    async fn start_upload(&self, key: &ObjectKey, writer: &WriterId) -> Result<Upload, StateError> {
        let attributes = self.attributes(writer).await?;
        let started = Upload::start(Arc::clone(&self.objects), writer, attributes).await;
        started.map_err(|error| failed("write", &self.shown(key), &error))
    }

    /// Makes an upload an object, whole, under its key.
    async fn publish(&self, key: &ObjectKey, writer: &WriterId, upload: &mut Upload) -> Result<(), StateError> {
        let failed = |operation| move |error| failed(operation, &self.shown(key), &error);
        let (temporary, len) = upload.complete().await.map_err(failed("write"))?;
        let target = location(key);
        let copy = || async {
            let options = CopyOptions::new().with_mode(CopyMode::Create);
            self.objects.copy_opts(&temporary, &target, options).await
        };
        self.exclusively(key, writer, copy).await?;
        // Azure may answer that it will copy later, and shows an empty object until then.
        if self.objects.head(&target).await.map_err(failed("create"))?.size == len {
            return Ok(());
        }
        let late = io::Error::other("the store has not finished copying it; run again");
        Err(StateError::io("create", self.shown(key))(late))
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
                self.upload = Some(self.send().await?);
            }
            let room = PART - self.buffer.len();
            self.buffer.extend_from_slice(&content.split_to(room.min(content.len())));
        }
        self.broken = false;
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StateError> {
        self.check()?;
        if self.upload.is_none() {
            let content = self.buffer.split().freeze();
            return self.store.create_by(&self.key, &self.id, content).await;
        }
        let mut upload = self.send().await?;
        let published = self.store.publish(&self.key, &self.id, &mut upload).await;
        upload.remove().await;
        published
    }
}
