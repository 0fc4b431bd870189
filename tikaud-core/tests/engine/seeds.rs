//! Histories by seed: runs that are killed anywhere, batches whose fate is lost, refusals, resyncs, takeovers, one after the
//! other, and at the end a run that completes. Whatever happened, the audience is the segment.
//!
//! ```text
//! TIKAUD_CRASH_SEEDS=1000000 cargo test -p tikaud-core --release --test engine seeds
//! TIKAUD_CRASH_SEED=4711 cargo test -p tikaud-core --test engine seeds          one of them again
//! ```

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::thread::{self, available_parallelism};

use async_trait::async_trait;
use fastrand::Rng;
use tikaud_core::activation::{Activation, ActivationState, Outcome, RunOptions};
use tikaud_core::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection, CreatedAudience, Destination,
    DestinationError, DestinationErrorKind, DestinationId, Finished, Known, Receipt, Retry, Traffic,
};
use tikaud_core::plan::Guard;

use crate::faults::{TestClock, buyers, refusal, refused_batch};
use crate::world::{Fuse, FusedDestination, FusedStore, People, World, capabilities, gathering, identifiers};

/// Histories that are tried when nothing else is said.
const SEEDS: u64 = 3_000;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// A destination whose batches meet with accidents.
#[derive(Clone)]
struct Unreliable {
    inner: FusedDestination,
    random: Arc<Mutex<Rng>>,
    /// How many batches in a hundred.
    accidents: u8,
}

impl fmt::Debug for Unreliable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unreliable")
    }
}

#[async_trait]
impl Destination for Unreliable {
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

    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        self.inner.find_audiences(name).await
    }

    async fn open_new_audience(&self, spec: &AudienceSpec) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        Ok(Box::new(UnreliableAudience {
            writer: self.inner.open_new_audience(spec).await?,
            destination: self.clone(),
        }))
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        Ok(Box::new(UnreliableAudience { writer: self.inner.open_audience(id).await?, destination: self.clone() }))
    }

    async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
        self.inner.rename_audience(id, name).await
    }

    async fn delete_audience(&self, id: &AudienceId) -> Result<(), DestinationError> {
        self.inner.delete_audience(id).await
    }
}

#[derive(Debug)]
struct UnreliableAudience {
    writer: Box<dyn AudienceWriter>,
    destination: Unreliable,
}

fn lost() -> DestinationError {
    let error = DestinationError::new(DestinationErrorKind::Unavailable, "the reply was lost");
    error.with_retry(Retry::After(std::time::Duration::ZERO)).with_lost_reply()
}

#[async_trait]
impl AudienceWriter for UnreliableAudience {
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
        let accident = {
            let mut random = self.destination.random.lock().unwrap();
            (random.u8(..100) < self.destination.accidents).then(|| random.u8(..5))
        };
        match accident {
            None => self.writer.apply(batch).await,
            // Carried out, and nobody hears of it.
            Some(0) => self.writer.apply(batch).await.map(|_| Receipt::Unknown(lost())),
            Some(1) => self.writer.apply(batch).await.and(Err(lost())),
            // Never arrived, and nobody hears of it.
            Some(2) => Ok(Receipt::Unknown(lost())),
            Some(3) => Err(lost()),
            Some(_) => Ok(refused_batch()),
        }
    }

    async fn finish(&self) -> Finished {
        let accident = {
            let mut random = self.destination.random.lock().unwrap();
            (random.u8(..100) < self.destination.accidents).then(|| random.u8(..3))
        };
        match accident {
            None => self.writer.finish().await,
            Some(0) => {
                self.writer.finish().await;
                Finished::from(lost())
            }
            Some(1) => Finished::from(lost()),
            Some(_) => Finished::from(refusal()),
        }
    }

    fn traffic(&self) -> Traffic {
        self.writer.traffic()
    }
}

fn people(random: &mut Rng) -> People {
    // Now a few of many, now nearly everybody; sometimes nobody.
    let share = random.u8(..=100);
    (0..24).filter(|_| random.u8(..100) < share).collect()
}

/// One history.
fn history(seed: u64) {
    let mut random = Rng::with_seed(seed);
    let mut capabilities = if random.u8(..3) == 0 { gathering() } else { capabilities() };
    capabilities.max_in_flight = random.usize(1..4);
    capabilities.batch_limit = random.usize(1..6);
    let world = World::with(capabilities);
    let (clock, runtime) =
        (TestClock::default(), tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap());
    let run = |people: &People, fuse: &Arc<Fuse>, accidents: u8, options: &RunOptions, seed: u64| {
        let inner =
            FusedDestination { inner: world.destination.clone(), fuse: Arc::clone(fuse), store: world.store.clone() };
        let destination = Unreliable { inner, random: Arc::new(Mutex::new(Rng::with_seed(seed))), accidents };
        let store = FusedStore(world.store.clone(), Arc::clone(fuse));
        let activation = buyers(people, destination, store).clock(Arc::new(clock.clone())).build().unwrap();
        runtime.block_on(activation.run(options))
    };
    for _ in 0..random.u8(1..7) {
        let fuse = match random.u8(..4) {
            0 => Fuse::never(),
            _ => Fuse::new(random.i64(0..160), random.bool()),
        };
        let mut options = RunOptions::new().allow(Guard::EmptySegment);
        if random.u8(..8) == 0 {
            options = options.resync();
        }
        let accidents = if random.bool() { 0 } else { random.u8(..60) };
        // However it ends.
        let _ = run(&people(&mut random), &fuse, accidents, &options, random.u64(..));
        if random.u8(..4) == 0 {
            clock.advance_minutes(2);
        }
    }
    let last = people(&mut random);
    let report = run(&last, &Fuse::never(), 0, &RunOptions::new().allow(Guard::EmptySegment), 0).unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    // One that is made with its first batches is not made of nobody.
    if !(last.is_empty() && world.destination.audiences().is_empty()) {
        assert_eq!(world.audience(), identifiers(&last));
    }
    let state = ActivationState::try_new(world.store.clone(), "buyers").unwrap();
    let found = runtime.block_on(state.verify()).unwrap();
    assert_eq!((found.interrupted.len(), found.leftovers), (0, 0), "{found:?}");
}

fn histories(seeds: Range<u64>) {
    for seed in seeds {
        let went_well = std::panic::catch_unwind(|| history(seed)).is_ok();
        assert!(went_well, "the history with TIKAUD_CRASH_SEED={seed} went wrong");
    }
}

#[test]
fn whatever_has_happened_a_run_that_completes_makes_audience_and_segment_equal() {
    if let Some(seed) = from_environment("TIKAUD_CRASH_SEED") {
        return history(seed);
    }
    let seeds = from_environment("TIKAUD_CRASH_SEEDS").unwrap_or(SEEDS);
    let threads = available_parallelism().map_or(1, |threads| threads.get() as u64);
    thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || histories(seeds * thread / threads..seeds * (thread + 1) / threads));
        }
    });
}
