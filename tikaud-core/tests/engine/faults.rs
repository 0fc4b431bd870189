//! Stores and destinations that do something of their own at one point of a run.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tikaud_core::activation::{SegmentActivation, SegmentActivationBuilder};
use tikaud_core::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection, CreatedAudience, Destination,
    DestinationError, DestinationErrorKind, DestinationId, Finished, MemoryDestination, Receipt, Refusal, RefusalScope,
    Stage, Traffic,
};
use tikaud_core::plan::GuardSettings;
use tikaud_core::state::{Clock, Hold, MemoryStateStore, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore};

use crate::world::{People, mapping, segment};

/// A clock that tests set. Clones show the same time.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(crate) fn advance_minutes(&self, minutes: i64) {
        self.0.fetch_add(60 * minutes, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// What is about to be done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Read,
    Delete,
}

type Hook = Arc<dyn Fn(Operation, ObjectKey) -> BoxFuture<'static, Result<(), StateError>> + Send + Sync>;

/// A store that runs a hook before it creates, reads or deletes an object; what the hook fails with is its answer.
#[derive(Clone)]
pub(crate) struct HookedStore {
    inner: MemoryStateStore,
    hook: Hook,
}

impl HookedStore {
    pub(crate) fn new<F>(
        inner: &MemoryStateStore,
        hook: impl Fn(Operation, ObjectKey) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), StateError>> + Send + 'static,
    {
        Self { inner: inner.clone(), hook: Arc::new(move |operation, key| Box::pin(hook(operation, key))) }
    }
}

impl fmt::Debug for HookedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookedStore")
    }
}

#[async_trait]
impl StateStore for HookedStore {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        (self.hook)(Operation::Create, key.clone()).await?;
        self.inner.create(key, content).await
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        self.inner.writer(key).await
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        (self.hook)(Operation::Read, key.clone()).await?;
        self.inner.read(key, range).await
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        self.inner.list(prefix).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        (self.hook)(Operation::Delete, key.clone()).await?;
        self.inner.delete(key).await
    }

    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        self.inner.hold(key).await
    }

    fn scratch(&self) -> Option<PathBuf> {
        self.inner.scratch()
    }
}

type Answer = Arc<dyn Fn(u32, &Batch) -> Option<Receipt> + Send + Sync>;

/// A destination whose batches are answered by a function of their number, from 0, without being carried out. With
/// `refuses_create` it creates no audience.
#[derive(Clone)]
pub(crate) struct Answering {
    pub(crate) inner: MemoryDestination,
    answer: Answer,
    pub(crate) refuses_create: bool,
    pub(crate) batches: Arc<AtomicU32>,
    pub(crate) finishes: Arc<AtomicU32>,
    /// Requests that its batches were told are too many.
    pub(crate) throttled: Arc<AtomicU64>,
}

impl Answering {
    pub(crate) fn new(inner: &MemoryDestination, answer: impl Fn(u32) -> Receipt + Send + Sync + 'static) -> Self {
        Self::judging(inner, move |number, _| Some(answer(number)))
    }

    /// The same by a function of the batch too; what gets no answer is carried out.
    pub(crate) fn judging(
        inner: &MemoryDestination,
        answer: impl Fn(u32, &Batch) -> Option<Receipt> + Send + Sync + 'static,
    ) -> Self {
        let (batches, finishes) = (Arc::default(), Arc::default());
        Self {
            inner: inner.clone(),
            answer: Arc::new(answer),
            refuses_create: false,
            batches,
            finishes,
            throttled: Arc::default(),
        }
    }
}

pub(crate) fn refusal() -> DestinationError {
    DestinationError::new(DestinationErrorKind::InvalidInput, "this is not taken")
}

pub(crate) fn refused_batch() -> Receipt {
    Receipt::Refused(Refusal { scope: RefusalScope::Batch, error: refusal() })
}

/// The batch of this number is staged; every stage counts at `finish`.
pub(crate) fn staged(batch: u32) -> Receipt {
    Receipt::Staged(Stage::new(batch.into()))
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answering")
    }
}

#[async_trait]
impl Destination for Answering {
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
        if self.refuses_create { Err(refusal()) } else { self.inner.create_audience(spec).await }
    }

    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        self.inner.find_audiences(name).await
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        Ok(Box::new(AnsweringAudience { writer: self.inner.open_audience(id).await?, destination: self.clone() }))
    }
}

#[derive(Debug)]
struct AnsweringAudience {
    writer: Box<dyn AudienceWriter>,
    destination: Answering,
}

#[async_trait]
impl AudienceWriter for AnsweringAudience {
    fn audience(&self) -> Option<&Audience> {
        self.writer.audience()
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        let number = self.destination.batches.fetch_add(1, Ordering::SeqCst);
        match (self.destination.answer)(number, batch) {
            Some(receipt) => Ok(receipt),
            None => self.writer.apply(batch).await,
        }
    }

    async fn finish(&self) -> Finished {
        self.destination.finishes.fetch_add(1, Ordering::SeqCst);
        let mut finished = Finished::default();
        finished.counted = (0..self.destination.batches.load(Ordering::SeqCst).into()).map(Stage::new).collect();
        finished
    }

    fn traffic(&self) -> Traffic {
        Traffic { throttled: self.destination.throttled.load(Ordering::SeqCst), ..self.writer.traffic() }
    }
}

/// The activation of these people at this destination, not built yet.
pub(crate) fn buyers(
    people: &People,
    destination: impl Destination + 'static,
    store: impl StateStore + 'static,
) -> SegmentActivationBuilder {
    SegmentActivation::builder("buyers", segment(people), destination, store)
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping())
}
