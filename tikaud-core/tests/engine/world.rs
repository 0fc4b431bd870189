//! What the tests run against: a segment of e-mail addresses, a destination, a state store, and a fuse that ends it all.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tikaud_core::activation::{SegmentActivation, SegmentActivationBuilder};
use tikaud_core::destination::{
    Acknowledgement, Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection,
    CreatedAudience, Creation, Destination, DestinationError, DestinationErrorKind, DestinationId, Finished, Known,
    MemoryDestination, Receipt, Traffic,
};
use tikaud_core::diff::{
    CompareRequest, Compared, DiffEngine, DiffEngineError, DiffEngineErrorKind, Held, HeldStream, IdentifierSet,
    IdentifierSets, MemoryDiffEngine, SetsId, SettleRequest, StoredCount,
};
use tikaud_core::identifier::{Field, FieldMapping, IdentifierKind};
use tikaud_core::plan::GuardSettings;
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::{
    ActivationId, Hold, MemoryStateStore, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore,
};

pub(crate) type People = BTreeSet<u32>;

pub(crate) fn address(person: u32) -> String {
    format!("person{person}@example.com")
}

/// A segment of these people, one e-mail address each.
pub(crate) fn segment(people: &People) -> MemorySegment {
    MemorySegment::try_new("Buyers", ["email"], people.iter().map(|person| [Some(address(*person))])).unwrap()
}

pub(crate) fn mapping() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email)]).unwrap()
}

/// The identifiers of these people, made without the engine.
pub(crate) fn identifiers(people: &People) -> IdentifierSets {
    use sha2::{Digest, Sha256};
    let digests = people.iter().flat_map(|person| Sha256::digest(address(*person))).collect();
    IdentifierSets::from_iter([IdentifierSet::from_unsorted(IdentifierKind::EmailSha256, digests)])
}

/// Small batches, so that few people make several; one in flight, so that a run is the same every time.
pub(crate) fn capabilities() -> Capabilities {
    let mut capabilities = Capabilities::new(IdentifierKind::ALL.to_vec());
    capabilities.batch_limit = 3;
    capabilities.max_in_flight = 1;
    (capabilities.renames, capabilities.deletes) = (true, true);
    capabilities
}

/// The same of a destination that gathers batches and makes an audience of the first of them.
pub(crate) fn gathering() -> Capabilities {
    let mut capabilities = capabilities();
    capabilities.creation = Creation::WithFirstBatches;
    capabilities.acknowledgement = Acknowledgement::AtFinish;
    capabilities.replacement_every = Some(Duration::from_secs(1));
    capabilities
}

/// When the process dies: at the n-th operation that leaves it, before or after the operation takes effect.
#[derive(Debug)]
pub(crate) struct Fuse {
    left: AtomicI64,
    takes_effect: bool,
}

impl Fuse {
    pub(crate) fn new(operations: i64, takes_effect: bool) -> Arc<Self> {
        Arc::new(Self { left: AtomicI64::new(operations), takes_effect })
    }

    pub(crate) fn never() -> Arc<Self> {
        Self::new(i64::MAX, false)
    }

    pub(crate) fn has_blown(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    /// Whether the next operation takes effect, and whether its caller hears of it.
    fn burn(&self) -> (bool, bool) {
        match self.left.fetch_sub(1, Ordering::SeqCst) {
            ..0 => (false, false),
            0 => (self.takes_effect, false),
            1.. => (true, true),
        }
    }

    async fn pass<T, E>(&self, operation: impl Future<Output = Result<T, E>>, dead: impl Fn() -> E) -> Result<T, E> {
        let (takes_effect, is_heard) = self.burn();
        let outcome = if takes_effect { operation.await } else { Err(dead()) };
        if is_heard { outcome } else { Err(dead()) }
    }
}

fn dead_store() -> StateError {
    StateError::AlreadyExists { key: "dead".parse().unwrap() }
}

fn dead_destination() -> DestinationError {
    DestinationError::new(DestinationErrorKind::Unavailable, "the process is dead").with_lost_reply()
}

/// A state store behind a fuse.
#[derive(Debug, Clone)]
pub(crate) struct FusedStore(pub(crate) MemoryStateStore, pub(crate) Arc<Fuse>);

#[async_trait]
impl StateStore for FusedStore {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        self.1.pass(self.0.create(key, content), dead_store).await
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        let writer = self.1.pass(self.0.writer(key), dead_store).await?;
        Ok(Box::new(FusedWriter(writer, Arc::clone(&self.1))))
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        self.1.pass(self.0.read(key, range), dead_store).await
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        self.1.pass(self.0.list(prefix), dead_store).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        self.1.pass(self.0.delete(key), dead_store).await
    }

    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        self.1.pass(self.0.hold(key), dead_store).await
    }

    fn scratch(&self) -> Option<PathBuf> {
        self.0.scratch()
    }
}

struct FusedWriter(Box<dyn ObjectWriter>, Arc<Fuse>);

#[async_trait]
impl ObjectWriter for FusedWriter {
    async fn write(&mut self, content: Bytes) -> Result<(), StateError> {
        self.1.pass(self.0.write(content), dead_store).await
    }

    async fn finish(self: Box<Self>) -> Result<(), StateError> {
        self.1.pass(self.0.finish(), dead_store).await
    }
}

/// A destination behind a fuse, which also makes sure that nothing is sent that no durable intent covers.
#[derive(Debug, Clone)]
pub(crate) struct FusedDestination {
    pub(crate) inner: MemoryDestination,
    pub(crate) fuse: Arc<Fuse>,
    pub(crate) store: MemoryStateStore,
}

#[async_trait]
impl Destination for FusedDestination {
    fn id(&self) -> &DestinationId {
        self.inner.id()
    }

    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    async fn check(&self) -> Result<Connection, DestinationError> {
        self.fuse.pass(self.inner.check(), dead_destination).await
    }

    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
        assert!(!objects_named(&self.store, "create.json").await.is_empty(), "asked for without a durable intent");
        self.fuse.pass(self.inner.create_audience(spec), dead_destination).await
    }

    async fn open_new_audience(&self, spec: &AudienceSpec) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let writer = self.fuse.pass(self.inner.open_new_audience(spec), dead_destination).await?;
        Ok(Box::new(FusedAudience { writer, fuse: Arc::clone(&self.fuse), store: self.store.clone() }))
    }

    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        self.fuse.pass(self.inner.find_audiences(name), dead_destination).await
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let writer = self.fuse.pass(self.inner.open_audience(id), dead_destination).await?;
        Ok(Box::new(FusedAudience { writer, fuse: Arc::clone(&self.fuse), store: self.store.clone() }))
    }

    async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
        self.fuse.pass(self.inner.rename_audience(id, name), dead_destination).await
    }

    async fn delete_audience(&self, id: &AudienceId) -> Result<(), DestinationError> {
        self.fuse.pass(self.inner.delete_audience(id), dead_destination).await
    }
}

/// The contents of the objects that go by a name, each with its key.
async fn objects_named(store: &MemoryStateStore, name: &str) -> Vec<(ObjectKey, Bytes)> {
    let mut objects = Vec::new();
    for object in store.list(None).await.unwrap() {
        if object.key.name() == name {
            let content = store.read(&object.key, 0..object.len).await.unwrap();
            objects.push((object.key, content));
        }
    }
    objects
}

/// Every identifier of the batch is in a durable plan file, for this action, that a durable intent names.
async fn assert_intended(store: &MemoryStateStore, batch: &Batch) {
    let intents = objects_named(store, "intent.json").await;
    let named = |key: &ObjectKey| {
        intents.iter().any(|(_, intent)| String::from_utf8_lossy(intent).contains(&format!("\"{key}\"")))
    };
    let plans = objects_named(store, &format!("{}-{}.digests", batch.action(), batch.kind())).await;
    let planned = |digest: &[u8]| {
        plans.iter().any(|(key, plan)| named(key) && plan.windows(digest.len()).any(|part| part == digest))
    };
    assert!(batch.digests().all(planned), "sent without a durable intent that covers it: {batch:?}");
}

#[derive(Debug)]
struct FusedAudience {
    writer: Box<dyn AudienceWriter>,
    fuse: Arc<Fuse>,
    store: MemoryStateStore,
}

#[async_trait]
impl AudienceWriter for FusedAudience {
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
        assert_intended(&self.store, batch).await;
        self.fuse.pass(self.writer.apply(batch), dead_destination).await
    }

    async fn finish(&self) -> Finished {
        if self.audience().is_none() {
            assert!(!objects_named(&self.store, "create.json").await.is_empty(), "made without a durable intent");
        }
        let finish = async { Ok(self.writer.finish().await) };
        self.fuse.pass(finish, dead_destination).await.unwrap_or_else(Finished::from)
    }

    fn traffic(&self) -> Traffic {
        self.writer.traffic()
    }
}

/// A diff engine behind a fuse.
#[derive(Debug)]
struct FusedEngine(MemoryDiffEngine, Arc<Fuse>);

fn dead_engine() -> DiffEngineError {
    DiffEngineError::new(DiffEngineErrorKind::Failed, "the process is dead")
}

#[async_trait]
impl DiffEngine for FusedEngine {
    fn place(&self) -> &str {
        self.0.place()
    }

    async fn compare(&self, request: &CompareRequest<'_>) -> Result<Compared, DiffEngineError> {
        self.1.pass(self.0.compare(request), dead_engine).await
    }

    async fn settle(&self, request: SettleRequest) -> Result<Vec<StoredCount>, DiffEngineError> {
        self.1.pass(self.0.settle(request), dead_engine).await
    }

    async fn read(&self, sets: &SetsId, kind: IdentifierKind) -> Result<HeldStream, DiffEngineError> {
        self.1.pass(self.0.read(sets, kind), dead_engine).await
    }

    async fn find(&self, sets: &SetsId, identifiers: &IdentifierSets) -> Result<Vec<Held>, DiffEngineError> {
        self.1.pass(self.0.find(sets, identifiers), dead_engine).await
    }

    async fn keep(&self, activation: &ActivationId, sets: &[SetsId], through: u64) -> Result<(), DiffEngineError> {
        self.1.pass(self.0.keep(activation, sets, through), dead_engine).await
    }
}

/// What outlives a process: the destination, the state, and a diff engine where there is one.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) destination: MemoryDestination,
    pub(crate) store: MemoryStateStore,
    pub(crate) engine: Option<MemoryDiffEngine>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(capabilities())
    }

    pub(crate) fn with(capabilities: Capabilities) -> Self {
        let destination = MemoryDestination::with_capabilities(capabilities);
        Self { destination, store: MemoryStateStore::new(), engine: None }
    }

    /// The same with a diff engine that keeps what is held.
    pub(crate) fn elsewhere(capabilities: Capabilities) -> Self {
        Self { engine: Some(MemoryDiffEngine::new(segment(&People::new()))), ..Self::with(capabilities) }
    }

    /// The world's diff engine for a segment of these people.
    pub(crate) fn engine(&self, people: &People, fuse: &Arc<Fuse>) -> Option<Arc<dyn DiffEngine>> {
        let engine = self.engine.as_ref()?.with_segment(segment(people));
        Some(Arc::new(FusedEngine(engine, Arc::clone(fuse))))
    }

    /// The activation of these people, in a process with this fuse.
    pub(crate) fn activation(&self, people: &People, fuse: &Arc<Fuse>) -> SegmentActivation {
        self.fused(people, fuse).build().unwrap()
    }

    /// The same, not built yet.
    pub(crate) fn fused(&self, people: &People, fuse: &Arc<Fuse>) -> SegmentActivationBuilder {
        let destination =
            FusedDestination { inner: self.destination.clone(), fuse: Arc::clone(fuse), store: self.store.clone() };
        let store = FusedStore(self.store.clone(), Arc::clone(fuse));
        let builder = SegmentActivation::builder("buyers", segment(people), destination, store)
            .guards(GuardSettings::without_thresholds())
            .mapping(mapping());
        match self.engine(people, fuse) {
            Some(engine) => builder.diff_engine(engine),
            None => builder,
        }
    }

    /// Whether a diff engine has somebody in any of its sets.
    pub(crate) async fn sets_hold(&self, person: u32) -> bool {
        let Some(engine) = &self.engine else { return false };
        for sets in engine.kept() {
            let found = engine.find(&sets, &identifiers(&BTreeSet::from([person]))).await.unwrap();
            if !found.is_empty() {
                return true;
            }
        }
        false
    }

    /// At rest a diff engine keeps no more sets than there are generations that may name them.
    pub(crate) async fn assert_no_sets_are_left_over(&self) {
        let Some(engine) = &self.engine else { return };
        let objects = self.objects().await;
        let generations = objects.iter().filter(|key| key.contains("/generations/"));
        let generations: BTreeSet<&str> = generations.map(|key| &key[key.len() - 13..key.len() - 5]).collect();
        for sets in engine.kept() {
            assert!(generations.contains(&sets.name()[..8]), "{sets} are left over: {objects:?}");
        }
    }

    /// What the one audience holds.
    pub(crate) fn audience(&self) -> IdentifierSets {
        let audiences = self.destination.audiences();
        assert_eq!(audiences.len(), 1, "an audience was created twice: {audiences:?}");
        self.destination.identifiers(&audiences[0]).unwrap()
    }

    /// The names of the state's objects.
    pub(crate) async fn objects(&self) -> Vec<String> {
        self.store.list(None).await.unwrap().into_iter().map(|object| object.key.as_str().to_owned()).collect()
    }
}
