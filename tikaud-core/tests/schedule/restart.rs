//! A process that ends at any moment: what was due runs, and what has run does not run again.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use tikaud_core::schedule::{AfterWhen, Schedule, Scheduler, SchedulerError, SchedulerEvent, Timer};
use tikaud_core::state::{Hold, MemoryStateStore, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore};
use tokio::sync::Notify;

use crate::world::{Actor, World, at, minutes, store};

/// A store whose process ends before or after its nth change.
#[derive(Clone)]
struct MortalStore {
    inner: MemoryStateStore,
    changes: Arc<AtomicUsize>,
    ends_at: usize,
    end: Arc<Notify>,
}

impl MortalStore {
    fn new(inner: MemoryStateStore, ends_at: usize) -> Self {
        Self { inner, changes: Arc::default(), ends_at, end: Arc::default() }
    }

    /// Each change has two moments at which the process may end.
    async fn moment(&self) {
        if self.changes.fetch_add(1, Ordering::SeqCst) == self.ends_at {
            self.end.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for MortalStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MortalStore")
    }
}

#[async_trait]
impl StateStore for MortalStore {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        self.moment().await;
        let created = self.inner.create(key, content).await;
        self.moment().await;
        created
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        self.inner.writer(key).await
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        self.inner.read(key, range).await
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        self.inner.list(prefix).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        self.moment().await;
        self.inner.delete(key).await?;
        self.moment().await;
        Ok(())
    }

    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        self.inner.hold(key).await
    }

    fn scratch(&self) -> Option<PathBuf> {
        None
    }
}

const END: &str = "2026-01-01T06:30:00Z";

struct Pair {
    world: World,
    hourly: Actor,
    follower: Actor,
}

impl Pair {
    fn new() -> Self {
        let world = World::beginning_at("2026-01-01T00:30:00Z");
        let (hourly, follower) = (world.activation("hourly"), world.activation("follower"));
        Self { world, hourly, follower }
    }

    fn scheduler(&self, store: impl StateStore + 'static) -> Scheduler {
        let after = Schedule::after("hourly".parse().unwrap(), AfterWhen::Done);
        let builder = self.world.builder(store).add(self.hourly.clone(), Schedule::every("1 hour").unwrap());
        builder.add(self.follower.clone(), after).build().unwrap()
    }

    /// Every hour has a run of both that came to its end, and no run is made twice but for what the accident cost.
    fn check(&self, accidents: usize, note: &str) {
        let hours: Vec<Timestamp> =
            (1..=6).map(|n| at("2026-01-01T00:00:00Z") + SignedDuration::from_hours(n)).collect();
        for actor in [&self.hourly, &self.follower] {
            let completed = actor.completed();
            for hour in &hours {
                let in_the_hour = |start: Timestamp| start >= *hour && start < *hour + SignedDuration::from_hours(1);
                assert!(
                    completed.iter().any(|run| in_the_hour(run.started)),
                    "{note}: {actor:?} at {hour}: {completed:?}"
                );
            }
            assert!(completed.len() <= hours.len() + accidents, "{note}: {actor:?} ran too often: {completed:?}");
            assert_eq!(actor.most_at_once(), 1, "{note}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_between_any_two_steps_of_the_store_loses_no_run_and_doubles_none() {
    let mut ends_at = 0;
    loop {
        let pair = Pair::new();
        let inner = store();
        let mortal = MortalStore::new(inner.clone(), ends_at);
        let ended = tokio::select! {
            stopped = pair.world.run_until(pair.scheduler(mortal.clone()), END) => { stopped.unwrap(); false }
            () = mortal.end.notified() => true,
        };
        if !ended {
            assert!(ends_at > 60, "hardly anything was written: {ends_at}");
            pair.check(0, "without an accident");
            return;
        }
        pair.world.run_until(pair.scheduler(inner), END).await.unwrap();
        pair.check(1, &format!("ended at moment {ends_at}"));
        ends_at += 1;
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_at_any_minute_loses_no_run_and_doubles_none() {
    for minute in 0..130 {
        let pair = Pair::new();
        let store = store();
        let end = at("2026-01-01T00:30:00Z") + SignedDuration::from_mins(minute);
        tokio::select! {
            _ = pair.scheduler(store.clone()).run(std::future::pending()) => panic!("it stopped by itself"),
            () = pair.world.timer.sleep_until(end) => {}
        }
        // It stays away for a while.
        tokio::time::sleep(minutes(7)).await;
        pair.world.run_until(pair.scheduler(store), END).await.unwrap();
        pair.check(1, &format!("ended after {minute} minutes"));
    }
}

/// A store that is out of order while the switch is on.
#[derive(Clone)]
struct Faulty {
    inner: MemoryStateStore,
    broken: Arc<AtomicBool>,
    lost_replies: Arc<Mutex<usize>>,
}

impl Faulty {
    fn new(inner: MemoryStateStore) -> Self {
        Self { inner, broken: Arc::default(), lost_replies: Arc::default() }
    }

    fn error() -> StateError {
        let source = std::io::Error::other("no route to the store");
        StateError::Io { operation: "create", object: "it".to_owned(), source }
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

#[async_trait]
impl StateStore for Faulty {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(Self::error());
        }
        self.inner.create(key, content).await?;
        let mut lost = self.lost_replies.lock().unwrap();
        if *lost > 0 {
            *lost -= 1;
            return Err(Self::error());
        }
        Ok(())
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        self.inner.writer(key).await
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        self.inner.read(key, range).await
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        self.inner.list(prefix).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        self.inner.delete(key).await
    }

    /// It cannot tell the living from the dead.
    async fn hold(&self, _key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        Ok(None)
    }

    fn scratch(&self) -> Option<PathBuf> {
        None
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_out_of_order_nothing_starts_and_afterwards_what_was_due_does() {
    let pair = Pair::new();
    let faulty = Faulty::new(store());
    let running = World::start(pair.scheduler(faulty.clone()));
    pair.world.until("2026-01-01T01:30:00Z").await;
    faulty.broken.store(true, Ordering::SeqCst);
    pair.world.until("2026-01-01T02:40:00Z").await;
    assert_eq!(pair.hourly.runs().len(), 1);
    faulty.broken.store(false, Ordering::SeqCst);
    pair.world.until("2026-01-01T02:50:00Z").await;
    assert_eq!(pair.hourly.completed().len(), 2);
    let told = |found: fn(&SchedulerEvent) -> bool| pair.world.events().iter().filter(|event| found(event)).count();
    assert_eq!(told(|event| matches!(event, SchedulerEvent::StateLost { .. })), 1);
    assert_eq!(told(|event| matches!(event, SchedulerEvent::StateBack)), 1);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_acknowledgement_was_lost_is_known_as_our_own() {
    let pair = Pair::new();
    let faulty = Faulty::new(store());
    *faulty.lost_replies.lock().unwrap() = 3;
    pair.world.run_until(pair.scheduler(faulty), END).await.unwrap();
    pair.check(0, "lost replies");
}

#[tokio::test(start_paused = true)]
async fn the_later_of_two_schedulers_goes_on_where_the_store_cannot_tell_the_living_from_the_dead() {
    let pair = Pair::new();
    let faulty = Faulty::new(store());
    let earlier = World::start(pair.scheduler(faulty.clone()));
    pair.world.until("2026-01-01T01:30:00Z").await;
    let later = World::start(pair.scheduler(faulty.clone()));
    pair.world.until("2026-01-01T06:30:00Z").await;
    assert!(matches!(earlier.await.unwrap(), Err(SchedulerError::Overtaken { .. })));
    assert!(!later.is_finished());
    pair.check(0, "taken over");
    later.abort();
}

#[tokio::test(start_paused = true)]
async fn only_the_last_records_are_kept_and_a_damaged_one_is_not_guessed() {
    let pair = Pair::new();
    let store = store();
    pair.world.run_until(pair.scheduler(store.clone()), END).await.unwrap();
    let entries = store.list(Some(&"scheduler/main".parse().unwrap())).await.unwrap();
    assert_eq!(entries.len(), 2, "{entries:?}");
    store.overwrite(&entries[1].key, Bytes::from_static(b"{}"));
    let refused = pair.world.run_until(pair.scheduler(store), "2026-01-01T07:00:00Z").await;
    assert!(matches!(refused, Err(SchedulerError::State(StateError::Truncated { .. }))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_years_ahead_does_not_stop_a_schedule_for_years() {
    let wrong = World::beginning_at("2099-01-01T00:30:00Z");
    let actor = wrong.activation("hourly");
    let store = store();
    let hourly = || Schedule::every("1 hour").unwrap();
    let scheduler = wrong.builder(store.clone()).add(actor.clone(), hourly()).build().unwrap();
    wrong.run_until(scheduler, "2099-01-01T03:30:00Z").await.unwrap();
    let right = World::beginning_at("2026-01-01T00:30:00Z");
    let actor = right.activation("hourly");
    let scheduler = right.builder(store).add(actor.clone(), hourly()).build().unwrap();
    right.run_until(scheduler, "2026-01-01T02:30:00Z").await.unwrap();
    assert_eq!(actor.started(), ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"].map(at));
}
