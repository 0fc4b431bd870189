//! A destination that notes which kind of device id was sent last: a customer file of several types does not tell.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tikaud_core::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection, CreatedAudience, Destination,
    DestinationError, DestinationId, Finished, Known, Receipt, Traffic,
};
use tikaud_core::identifier::IdentifierKind;

/// The kind of device id that was sent last.
pub(super) type LastDevice = Arc<Mutex<Option<IdentifierKind>>>;

#[derive(Debug)]
pub(super) struct Recording<T> {
    pub(super) inner: T,
    pub(super) last: LastDevice,
}

#[async_trait]
impl<T: Destination> Destination for Recording<T> {
    fn id(&self) -> &DestinationId {
        self.inner.id()
    }

    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    async fn check(&self) -> Result<Connection, DestinationError> {
        self.inner.check().await
    }

    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
        self.inner.create_audience(spec).await
    }

    async fn open_new_audience(&self, spec: &AudienceSpec) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let inner = self.inner.open_new_audience(spec).await?;
        Ok(Box::new(Recording { inner, last: Arc::clone(&self.last) }))
    }

    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        self.inner.find_audiences(name).await
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let inner = self.inner.open_audience(id).await?;
        Ok(Box::new(Recording { inner, last: Arc::clone(&self.last) }))
    }

    async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
        self.inner.rename_audience(id, name).await
    }

    async fn delete_audience(&self, id: &AudienceId) -> Result<(), DestinationError> {
        self.inner.delete_audience(id).await
    }
}

#[async_trait]
impl AudienceWriter for Recording<Box<dyn AudienceWriter>> {
    fn audience(&self) -> Option<&Audience> {
        self.inner.audience()
    }

    fn recall(&self, known: &Known) {
        self.inner.recall(known);
    }

    fn begin_replacement(&self) -> Result<(), DestinationError> {
        self.inner.begin_replacement()
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        if !matches!(batch.kind(), IdentifierKind::EmailSha256 | IdentifierKind::PhoneSha256) {
            *self.last.lock().unwrap() = Some(batch.kind());
        }
        self.inner.apply(batch).await
    }

    async fn finish(&self) -> Finished {
        self.inner.finish().await
    }

    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }
}
