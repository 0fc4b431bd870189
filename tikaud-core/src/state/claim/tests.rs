use futures::executor::block_on;

use super::*;
use crate::state::MemoryStateStore;

/// A clock that tests set.
#[derive(Debug, Default)]
struct TestClock(Mutex<Duration>);

impl TestClock {
    fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + *self.0.lock().unwrap()
    }
}

/// A store that cannot tell the living from the dead, as object stores cannot.
#[derive(Debug, Clone, Default)]
struct Blind(MemoryStateStore);

#[async_trait::async_trait]
impl StateStore for Blind {
    async fn create(&self, key: &ObjectKey, content: bytes::Bytes) -> Result<(), StateError> {
        self.0.create(key, content).await
    }
    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn crate::state::ObjectWriter>, StateError> {
        self.0.writer(key).await
    }
    async fn read(&self, key: &ObjectKey, range: std::ops::Range<u64>) -> Result<bytes::Bytes, StateError> {
        self.0.read(key, range).await
    }
    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        tokio::task::yield_now().await;
        self.0.list(prefix).await
    }
    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        self.0.delete(key).await
    }
    async fn hold(&self, _: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        Ok(None)
    }

    fn scratch(&self) -> Option<std::path::PathBuf> {
        self.0.scratch()
    }
}

fn claim(store: &(impl StateStore + Clone + 'static), clock: &Arc<TestClock>) -> Result<Claim, StateError> {
    let activation = "buyers".parse().unwrap();
    block_on(Claim::acquire(Arc::new(store.clone()), Arc::clone(clock) as Arc<dyn Clock>, &activation))
}

#[test]
fn a_second_claim_gets_busy_until_the_first_lets_go() {
    let (store, clock) = (Blind::default(), Arc::default());
    let first = claim(&store, &clock).unwrap();
    assert!(matches!(claim(&store, &clock), Err(StateError::Busy { .. })));
    block_on(first.release()).unwrap();
    assert!(claim(&store, &clock).is_ok());
}

#[test]
fn a_lapsed_lease_is_taken_over_and_the_first_holder_knows() {
    let (store, clock) = (Blind::default(), Arc::default());
    let first = claim(&store, &clock).unwrap();
    clock.advance(LEASE - Duration::from_secs(1));
    assert!(first.check().is_ok());
    assert!(matches!(claim(&store, &clock), Err(StateError::Busy { .. })));
    clock.advance(Duration::from_secs(1));
    let second = claim(&store, &clock).unwrap();
    assert!(second.epoch() > first.epoch());
    assert!(matches!(first.check(), Err(StateError::ClaimLost { .. })));
    assert!(matches!(block_on(first.advance(false)), Err(StateError::ClaimLost { .. })));
    assert!(second.check().is_ok() && block_on(second.advance(false)).is_ok());
}

#[test]
fn a_stale_holder_cannot_come_back_through_an_epoch_that_was_cleared_away() {
    let (store, clock) = (Blind::default(), Arc::default());
    let first = claim(&store, &clock).unwrap();
    clock.advance(LEASE);
    let second = claim(&store, &clock).unwrap();
    for _ in 0..3 {
        block_on(second.advance(false)).unwrap();
    }
    block_on(second.delete_earlier()).unwrap();
    // The epoch after the first holder's is free again.
    assert!(matches!(block_on(first.advance(false)), Err(StateError::ClaimLost { .. })));
}

#[test]
fn a_renewed_lease_does_not_lapse() {
    let (store, clock) = (Blind::default(), Arc::default());
    let first = claim(&store, &clock).unwrap();
    clock.advance(LEASE / 2);
    block_on(first.advance(false)).unwrap();
    clock.advance(LEASE / 2);
    assert!(matches!(claim(&store, &clock), Err(StateError::Busy { .. })));
}

#[test]
fn a_dead_holder_is_taken_over_at_once_where_the_store_can_tell() {
    let (store, clock) = (MemoryStateStore::new(), Arc::default());
    let first = claim(&store, &clock).unwrap();
    assert!(matches!(claim(&store, &clock), Err(StateError::Busy { .. })));
    drop(first);
    assert!(claim(&store, &clock).is_ok());
}

#[test]
fn that_a_holder_is_dead_says_nothing_about_the_one_that_took_over_from_it() {
    let (store, clock) = (MemoryStateStore::new(), Arc::default());
    let suspended = claim(&store, &clock).unwrap();
    clock.advance(LEASE);
    let second = claim(&store, &clock).unwrap();
    drop(suspended);
    assert!(matches!(claim(&store, &clock), Err(StateError::Busy { .. })));
    assert!(second.check().is_ok());
}

#[test]
fn a_renewal_keeps_in_mind_what_is_committed_meanwhile() {
    let (store, clock) = (Blind::default(), Arc::default());
    let claim = claim(&store, &clock).unwrap();
    let (renewed, ()) = block_on(futures::future::join(claim.advance(false), async { claim.committed(7) }));
    renewed.unwrap();
    block_on(claim.release()).unwrap();
    let folder = ObjectKey::of_activation(&"buyers".parse().unwrap()).child("claims");
    let (_, record) = block_on(read_latest(&store, &folder)).unwrap().unwrap();
    assert_eq!(record.generation, 7);
}
