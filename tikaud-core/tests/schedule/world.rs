//! A scheduler in a world whose time passes as fast as it can.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tikaud_core::activation::{Activation, ActivationError, MemoryActivation, Report, RunOptions};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::plan::Plan;
use tikaud_core::schedule::{Scheduler, SchedulerBuilder, SchedulerError, SchedulerEvent, Stopped, Timer, TokioTimer};
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::{ActivationId, Clock, MemoryStateStore, StateStore};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// What a run does.
#[derive(Clone)]
pub(crate) enum Does {
    /// It takes this long, and is done.
    Takes(Duration),
    /// It ends with an error.
    Fails(fn() -> ActivationError),
    Panics,
    Hangs,
}

/// A run that has ended, or has been broken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) started: Timestamp,
    pub(crate) ended: Option<Timestamp>,
}

#[derive(Default)]
struct Log {
    runs: Vec<Ran>,
    now: usize,
    most: usize,
}

/// Time, and what happens in it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) timer: TokioTimer,
    /// How many runs go on, over all activations.
    log: Arc<Mutex<Log>>,
    events: Arc<Mutex<Vec<SchedulerEvent>>>,
}

impl World {
    /// In a runtime whose time is paused.
    pub(crate) fn beginning_at(start: &str) -> Self {
        Self { timer: TokioTimer::starting_at(at(start)), log: Arc::default(), events: Arc::default() }
    }

    pub(crate) fn builder(&self, store: impl StateStore + 'static) -> SchedulerBuilder {
        let events = Arc::clone(&self.events);
        let listener = move |event: &SchedulerEvent| events.lock().unwrap().push(event.clone());
        Scheduler::builder(store).timer(self.timer).on_event(listener)
    }

    pub(crate) fn activation(&self, id: &str) -> Actor {
        let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")]]).unwrap();
        let mapping = FieldMapping::try_new([("email", Field::Email)]).unwrap();
        Actor {
            id: id.parse().unwrap(),
            inner: Arc::new(MemoryActivation::try_new(segment, mapping).unwrap()),
            script: Arc::default(),
            usually: Does::Takes(minutes(5)),
            log: Arc::default(),
            world: self.clone(),
        }
    }

    pub(crate) async fn until(&self, instant: &str) {
        self.timer.sleep_until(at(instant)).await;
    }

    /// Runs a scheduler up to an instant, and shuts it down then.
    pub(crate) async fn run_until(&self, scheduler: Scheduler, instant: &str) -> Result<Stopped, SchedulerError> {
        let (timer, instant) = (self.timer, at(instant));
        scheduler.run(async move { timer.sleep_until(instant).await }).await
    }

    /// Starts a scheduler that runs for ever.
    pub(crate) fn start(scheduler: Scheduler) -> JoinHandle<Result<Stopped, SchedulerError>> {
        tokio::spawn(scheduler.run(std::future::pending()))
    }

    pub(crate) fn events(&self) -> Vec<SchedulerEvent> {
        self.events.lock().unwrap().clone()
    }

    /// The most runs that went on at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.log.lock().unwrap().most
    }
}

/// An activation that does as it is told, and remembers when. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Actor {
    id: ActivationId,
    inner: Arc<MemoryActivation>,
    script: Arc<Mutex<VecDeque<Does>>>,
    usually: Does,
    log: Arc<Mutex<Log>>,
    world: World,
}

impl Actor {
    /// What it does when nothing else is said.
    pub(crate) fn usually(mut self, does: Does) -> Self {
        self.usually = does;
        self
    }

    /// What its next run does.
    pub(crate) fn next(self, does: Does) -> Self {
        self.script.lock().unwrap().push_back(does);
        self
    }

    pub(crate) fn runs(&self) -> Vec<Ran> {
        self.log.lock().unwrap().runs.clone()
    }

    /// When its runs started.
    pub(crate) fn started(&self) -> Vec<Timestamp> {
        self.runs().iter().map(|run| run.started).collect()
    }

    /// The runs that came to their end.
    pub(crate) fn completed(&self) -> Vec<Ran> {
        self.runs().into_iter().filter(|run| run.ended.is_some()).collect()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.log.lock().unwrap().most
    }

    /// A run of the activation beneath, during which no time passes: it works on cores that tokio knows nothing of.
    async fn run_inner(&self, options: &RunOptions) -> Result<Report, ActivationError> {
        // As long as a blocking task runs, tokio's paused time does not jump.
        let (done, wait) = mpsc::channel::<()>();
        let standstill = spawn_blocking(move || wait.recv().is_ok());
        let report = self.inner.run(options).await;
        drop(done);
        standstill.await.unwrap();
        report
    }
}

/// Counts a run for as long as it goes on, however it ends.
struct Going<'a>(&'a Actor);

impl<'a> Going<'a> {
    fn new(actor: &'a Actor) -> Self {
        for log in [&actor.log, &actor.world.log] {
            let mut log = log.lock().unwrap();
            log.now += 1;
            log.most = log.most.max(log.now);
            log.runs.push(Ran { started: actor.world.timer.now(), ended: None });
        }
        Self(actor)
    }

    fn ended(&self) {
        self.0.log.lock().unwrap().runs.last_mut().unwrap().ended = Some(self.0.world.timer.now());
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        for log in [&self.0.log, &self.0.world.log] {
            log.lock().unwrap().now -= 1;
        }
    }
}

#[async_trait]
impl Activation for Actor {
    fn id(&self) -> &ActivationId {
        &self.id
    }

    async fn plan(&self, options: &RunOptions) -> Result<Plan, ActivationError> {
        self.inner.plan(options).await
    }

    async fn run(&self, options: &RunOptions) -> Result<Report, ActivationError> {
        let going = Going::new(self);
        let does = self.script.lock().unwrap().pop_front().unwrap_or_else(|| self.usually.clone());
        let ended = match does {
            Does::Takes(time) => {
                sleep(time).await;
                self.run_inner(options).await
            }
            Does::Fails(error) => Err(error()),
            Does::Panics => panic!("a canary that nobody may see"),
            Does::Hangs => std::future::pending().await,
        };
        going.ended();
        ended
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Actor").field(&self.id).finish()
    }
}

/// A store in memory that others can look into.
pub(crate) fn store() -> MemoryStateStore {
    MemoryStateStore::new()
}
