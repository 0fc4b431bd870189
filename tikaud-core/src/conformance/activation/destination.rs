//! A destination in memory that misbehaves where a case says so.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::task::yield_now;

use crate::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection, CreatedAudience, Destination,
    DestinationError, DestinationErrorKind, DestinationId, Finished, Known, MemoryDestination, Receipt, Refusal,
    RefusalScope, Traffic,
};
use crate::identifier::IdentifierKind;

/// A destination in memory, which waits before and after whatever it does, so that a run can be broken off there.
/// Clones share the audiences and the faults.
#[derive(Debug, Clone)]
pub(super) struct CaseDestination {
    pub(super) memory: MemoryDestination,
    faults: Arc<Mutex<Faults>>,
}

#[derive(Debug, Default)]
struct Faults {
    /// Which batch from now on goes wrong, and how.
    batch: Option<(u32, Lost)>,
    create: Option<Lost>,
    refused_kinds: BTreeSet<IdentifierKind>,
}

/// What is lost on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// The request: nothing was done.
    Request,
    /// The reply: it was done.
    Reply,
}

impl CaseDestination {
    pub(super) fn new(capabilities: Capabilities) -> Self {
        Self { memory: MemoryDestination::with_capabilities(capabilities), faults: Arc::default() }
    }

    /// Loses the `nth` batch from now on, from 1.
    pub(super) fn lose_batch(&self, nth: u32, lost: Lost) {
        self.faults().batch = Some((nth, lost));
    }

    /// Loses the next creation of an audience.
    pub(super) fn lose_create(&self, lost: Lost) {
        self.faults().create = Some(lost);
    }

    pub(super) fn refuse(&self, kinds: impl IntoIterator<Item = IdentifierKind>) {
        self.faults().refused_kinds = kinds.into_iter().collect();
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this batch is the one to be lost.
    fn next_batch(&self) -> Option<Lost> {
        let mut faults = self.faults();
        let (nth, lost) = faults.batch?;
        faults.batch = (nth > 1).then_some((nth - 1, lost));
        (nth == 1).then_some(lost)
    }
}

fn lost_reply() -> DestinationError {
    let message = "the reply was lost, as the case asked for";
    DestinationError::new(DestinationErrorKind::Unavailable, message).with_lost_reply()
}

#[async_trait]
impl Destination for CaseDestination {
    fn id(&self) -> &DestinationId {
        self.memory.id()
    }

    fn capabilities(&self) -> &Capabilities {
        self.memory.capabilities()
    }

    async fn check(&self) -> Result<Connection, DestinationError> {
        yield_now().await;
        self.memory.check().await
    }

    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
        yield_now().await;
        let lost = self.faults().create.take();
        let created = match lost {
            Some(Lost::Request) => return Err(lost_reply()),
            _ => self.memory.create_audience(spec).await,
        };
        yield_now().await;
        if lost.is_some() { Err(lost_reply()) } else { created }
    }

    async fn open_new_audience(&self, spec: &AudienceSpec) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        yield_now().await;
        let writer = self.memory.open_new_audience(spec).await?;
        Ok(Box::new(CaseWriter { destination: self.clone(), writer }))
    }

    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        yield_now().await;
        self.memory.find_audiences(name).await
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        yield_now().await;
        let writer = self.memory.open_audience(id).await?;
        Ok(Box::new(CaseWriter { destination: self.clone(), writer }))
    }

    async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
        yield_now().await;
        self.memory.rename_audience(id, name).await
    }

    async fn delete_audience(&self, id: &AudienceId) -> Result<(), DestinationError> {
        yield_now().await;
        self.memory.delete_audience(id).await
    }
}

#[derive(Debug)]
struct CaseWriter {
    destination: CaseDestination,
    writer: Box<dyn AudienceWriter>,
}

#[async_trait]
impl AudienceWriter for CaseWriter {
    fn audience(&self) -> Option<&Audience> {
        self.writer.audience()
    }

    fn recall(&self, known: &Known) {
        self.writer.recall(known);
    }

    fn begin_replacement(&self) -> Result<(), DestinationError> {
        self.writer.begin_replacement()
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        yield_now().await;
        if self.destination.faults().refused_kinds.contains(&batch.kind()) {
            let error = DestinationError::new(DestinationErrorKind::InvalidInput, "refused, as the case asked for");
            return Ok(Receipt::Refused(Refusal { scope: RefusalScope::Kind, error }));
        }
        let lost = self.destination.next_batch();
        if lost == Some(Lost::Request) {
            return Ok(Receipt::Unknown(lost_reply()));
        }
        let receipt = self.writer.apply(batch).await?;
        yield_now().await;
        Ok(if lost.is_some() { Receipt::Unknown(lost_reply()) } else { receipt })
    }

    async fn finish(&self) -> Finished {
        yield_now().await;
        self.writer.finish().await
    }

    fn traffic(&self) -> Traffic {
        self.writer.traffic()
    }
}
