//! Whole activations with their state in tables.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tikaud_core::activation::{Activation, ActivationError, Outcome, Report, RunOptions, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::plan::GuardSettings;
use tikaud_core::segment::{MemberStream, MemorySegment, Segment, SegmentError};
use tikaud_core::state::{Clock, StateError, StateStore};
use tokio::sync::Notify;

use super::proxy::{Lost, Proxy};
use super::told;
use crate::server::Server;

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

fn segment(people: Range<u32>) -> MemorySegment {
    let people = people.map(|person| [Some(format!("person{person}@example.com"))]);
    MemorySegment::try_new("Buyers", ["email"], people).unwrap()
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
        self.check(people).await;
    }

    /// The audience holds exactly these people: what an activation of its own makes of them.
    async fn check(&self, people: Range<u32>) {
        let alone = Self::default();
        let store: Store = Arc::new(tikaud_core::state::MemoryStateStore::new());
        alone.run(people, &store).await.unwrap();
        let held = |world: &Self| {
            let audiences = world.destination.audiences();
            assert_eq!(audiences.len(), 1, "an audience was created twice: {audiences:?}");
            world.destination.identifiers(&audiences[0]).unwrap()
        };
        assert_eq!(held(self), held(&alone));
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn two_processes_share_an_activation() {
    let (server, world) = (Server::new().await, World::default());
    let first: Store = Arc::new(server.state().await);
    let second: Store = Arc::new(server.state().await);
    world.complete(0..10, &first).await;
    world.complete(2..12, &second).await;

    let busy = async {
        let error = world.run(0..99, &second).await.unwrap_err();
        assert!(matches!(error, ActivationError::State(StateError::Busy { .. })), "{error:?}");
    };
    world.beside(3..13, &first, busy).await.unwrap();
    world.check(3..13).await;

    let takeover = async {
        world.clock.0.fetch_add(120, Ordering::SeqCst);
        world.complete(5..20, &second).await;
    };
    let error = world.beside(0..99, &first, takeover).await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::ClaimLost { .. })), "{error:?}");
    world.complete(5..20, &second).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_run_that_died_is_taken_over_at_once() {
    let (server, world) = (Server::new().await, World::default());
    let proxy = Proxy::start(&server).await;
    let dying: Store = Arc::new(server.state_over(proxy.connection()).await);
    let second: Store = Arc::new(server.state().await);
    world.complete(0..10, &second).await;
    let takeover = async {
        proxy.end();
        world.complete(5..20, &second).await;
    };
    let error = world.beside(0..99, &dying, takeover).await.unwrap_err();
    let ActivationError::State(error) = error else { panic!("{error:?}") };
    told(&error);
    world.complete(5..21, &second).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn runs_come_to_an_end_though_connections_end() {
    let (server, world) = (Server::new().await, World::default());
    let proxy = Proxy::start(&server).await;
    let state: Store = Arc::new(server.state_over(proxy.connection()).await);
    world.complete(0..10, &state).await;
    let mut lost = 0;
    for (round, after) in (0..).zip((0..200).step_by(13)) {
        proxy.lose(if round % 2 == 0 { Lost::Reply } else { Lost::Request }, after);
        world.complete(round..round + 10, &state).await;
        lost += u32::from(proxy.has_lost());
    }
    assert!(lost > 10, "{lost}");
}
