//! A whole activation with its state in an object store that two processes share.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tikaud_core::activation::{Activation, ActivationError, Outcome, Report, RunOptions, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::diff::{IdentifierSet, IdentifierSets};
use tikaud_core::identifier::{Field, FieldMapping, IdentifierKind};
use tikaud_core::plan::GuardSettings;
use tikaud_core::segment::{MemberStream, MemorySegment, Segment, SegmentError};
use tikaud_core::state::{Clock, StateError, StateStore};
use tokio::sync::Notify;

use crate::faults::{Inability, TestStore};
use crate::stores::handles;

type Store = Arc<dyn StateStore>;

#[derive(Debug, Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// A segment that is read when the test says so: the run that reads it has claimed the activation.
struct Gated {
    people: MemorySegment,
    reached: Arc<Notify>,
    resumed: Arc<Notify>,
}

#[async_trait]
impl Segment for Gated {
    fn name(&self) -> &str {
        self.people.name()
    }

    fn description(&self) -> Option<&str> {
        self.people.description()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        self.people.columns().await
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        self.reached.notify_one();
        self.resumed.notified().await;
        self.people.members(columns).await
    }
}

fn address(person: u32) -> String {
    format!("person{person}@example.com")
}

fn segment(people: Range<u32>) -> MemorySegment {
    MemorySegment::try_new("Buyers", ["email"], people.map(|person| [Some(address(person))])).unwrap()
}

fn identifiers(people: Range<u32>) -> IdentifierSets {
    let digests = people.flat_map(|person| Sha256::digest(address(person))).collect();
    IdentifierSets::from_iter([IdentifierSet::from_unsorted(IdentifierKind::EmailSha256, digests)])
}

/// What two processes share besides the state.
#[derive(Default)]
struct World {
    destination: MemoryDestination,
    clock: Arc<TestClock>,
}

impl World {
    fn activation(&self, segment: impl Segment + 'static, store: &Store) -> SegmentActivation {
        let destination = Arc::new(self.destination.clone());
        SegmentActivation::builder_shared("buyers", Arc::new(segment), destination, Arc::clone(store))
            .guards(GuardSettings::without_thresholds())
            .mapping(FieldMapping::try_new([("email", Field::Email)]).unwrap())
            .clock(Arc::clone(&self.clock) as _)
            .build()
            .unwrap()
    }

    async fn run(&self, people: Range<u32>, store: &Store) -> Result<Report, ActivationError> {
        self.activation(segment(people), store).run(&RunOptions::new()).await
    }

    /// A run that nothing is in the way of.
    async fn complete(&self, people: Range<u32>, store: &Store) {
        let report = self.run(people.clone(), store).await.unwrap();
        assert_eq!(report.outcome, Outcome::Done, "{report}");
        self.check(people);
    }

    fn check(&self, people: Range<u32>) {
        let audiences = self.destination.audiences();
        assert_eq!(audiences.len(), 1, "an audience was created twice: {audiences:?}");
        assert_eq!(self.destination.identifiers(&audiences[0]).unwrap(), identifiers(people));
    }

    /// Runs in one process, and, once that has claimed the activation, does something else before it goes on.
    async fn beside(
        &self,
        people: Range<u32>,
        store: &Store,
        meanwhile: impl Future<Output = ()>,
    ) -> Result<Report, ActivationError> {
        let (reached, resumed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let gated = Gated { people: segment(people), reached: Arc::clone(&reached), resumed: Arc::clone(&resumed) };
        let (activation, options) = (self.activation(gated, store), RunOptions::new());
        let other = async {
            reached.notified().await;
            meanwhile.await;
            resumed.notify_one();
        };
        futures::join!(activation.run(&options), other).0
    }
}

/// Runs that follow each other, run at once, and take over, in two processes.
pub(crate) async fn runs_in_two_processes(first: Store, second: Store) {
    let world = World::default();
    world.complete(0..10, &first).await;
    world.complete(2..12, &second).await;

    let busy = async {
        let error = world.run(0..99, &second).await.unwrap_err();
        assert!(matches!(error, ActivationError::State(StateError::Busy { .. })), "{error:?}");
    };
    world.beside(3..13, &first, busy).await.unwrap();
    world.check(3..13);

    let takeover = async {
        world.clock.0.fetch_add(120, Ordering::SeqCst);
        world.complete(5..20, &second).await;
    };
    let error = world.beside(0..99, &first, takeover).await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::ClaimLost { .. })), "{error:?}");
    world.check(5..20);

    // What the overtaken run may have sent is taken out, and then there is nothing left to do.
    world.complete(5..20, &second).await;
    let batches = world.destination.batches();
    world.complete(5..20, &first).await;
    assert_eq!(world.destination.batches(), batches, "there was nothing to do");
}

/// A run whose snapshot is larger than what goes in one request.
pub(crate) async fn a_run_of_many(first: Store, second: Store) {
    let world = World::default();
    let many = 5 * (1 << 20) / 32 + 1000;
    world.complete(0..many, &first).await;
    let snapshots: Vec<u64> = first.list(None).await.unwrap().into_iter().map(|object| object.len).collect();
    assert!(snapshots.iter().any(|len| *len > 5 << 20), "{snapshots:?}");
    world.complete(1..many + 1, &second).await;
}

#[tokio::test]
async fn two_processes_share_an_activation() {
    let (first, second) = handles(&(TestStore::new(Inability::None) as _), "tikaud");
    runs_in_two_processes(first, second).await;
}

#[tokio::test]
async fn a_snapshot_goes_up_in_parts() {
    let store = TestStore::new(Inability::None);
    let (first, second) = handles(&(Arc::clone(&store) as _), "tikaud");
    a_run_of_many(first, second).await;
    assert!(store.uploads.parts.lock().unwrap().len() > 1);
}
