//! The scheduler: what it is made of, and how it is run.

mod builder;
mod handle;
mod rounds;
mod run;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

pub use self::builder::SchedulerBuilder;
use self::handle::Command;
pub use self::handle::SchedulerHandle;
use self::rounds::Rounds;
use super::agenda::Agenda;
use super::{SchedulerError, SchedulerEvent, Timer};
use crate::activation::Activation;
use crate::state::{ActivationId, ObjectKey, StateStore};

type Activations = BTreeMap<ActivationId, Arc<dyn Activation>>;
type Listener = Arc<dyn Fn(&SchedulerEvent) + Send + Sync>;
type SharedAgenda = Arc<Mutex<Agenda>>;

/// Runs activations on their schedules, in this process, until it is told to stop.
///
/// ```
/// use std::sync::Arc;
///
/// use tikaud_core::activation::MemoryActivation;
/// use tikaud_core::identifier::{Field, FieldMapping};
/// use tikaud_core::schedule::{Schedule, Scheduler};
/// use tikaud_core::segment::MemorySegment;
/// use tikaud_core::state::MemoryStateStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")]])?;
/// let activation = MemoryActivation::try_new(segment, FieldMapping::try_new([("email", Field::Email)])?)?;
/// let id = tikaud_core::activation::Activation::id(&activation).clone();
///
/// let scheduler = Scheduler::builder(MemoryStateStore::new())
///     .add(activation, Schedule::cron("30 2 * * *", "Europe/Berlin")?)
///     .build()?;
/// let handle = scheduler.handle();
///
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let scheduler = tokio::spawn(scheduler.run(async { drop(stopped.await) }));
/// handle.trigger(&id).await?;
/// while handle.status()[0].last.is_none() {
///     tokio::task::yield_now().await;
/// }
/// drop(stop);
/// assert!(scheduler.await??.parked.is_empty());
/// # Ok(())
/// # }
/// ```
///
/// # What it promises
///
/// * Runs of one activation never overlap, and at most [`concurrency`](SchedulerBuilder::concurrency) runs go on at once.
/// * A run that is due is written down before it starts. Whenever the process ends, the next start knows what was due, what was
///   going on and what is paused, and carries on: a run that was broken off is run again first. A run that had ended
///   without this being written down is run once more, which finds nothing to change.
/// * An activation that fails, hangs, panics or waits for its destination holds nobody else back, but for the place that it
///   takes while it runs, [`longest_run`](super::ScheduleSettings::longest_run) at most.
/// * While the state store is out of order no run starts, and those that go on go on.
///
/// What is due when is in the [module's documentation](super).
pub struct Scheduler {
    activations: Activations,
    agenda: SharedAgenda,
    store: Arc<dyn StateStore>,
    folder: ObjectKey,
    timer: Arc<dyn Timer>,
    grace: Duration,
    listeners: Vec<Listener>,
    orders: mpsc::Sender<Command>,
    commands: mpsc::Receiver<Command>,
}

/// How a scheduler stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stopped {
    /// Activations whose runs were still going on when the grace period was over, and were broken off. The next start carries
    /// on with them.
    pub parked: Vec<ActivationId>,
}

impl Scheduler {
    /// A scheduler that keeps what it knows in this store.
    pub fn builder(store: impl StateStore + 'static) -> SchedulerBuilder {
        Self::builder_shared(Arc::new(store))
    }

    /// The same with a store that others use as well, such as the activations'.
    pub fn builder_shared(store: Arc<dyn StateStore>) -> SchedulerBuilder {
        SchedulerBuilder::new(store)
    }

    /// What it is told and asked by, while it runs.
    #[must_use]
    pub fn handle(&self) -> SchedulerHandle {
        SchedulerHandle::new(self.orders.clone(), Arc::clone(&self.agenda))
    }

    /// Runs until `shutdown` is ready. Then no run starts any more, those that go on have the grace period to end, and are
    /// broken off after it. Dropping the future breaks them off at once; nothing is lost by that either.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Busy`] when a scheduler of this name runs already, as far as the store can tell;
    /// [`SchedulerError::Overtaken`] when one has been started later, as far as it cannot; [`SchedulerError::State`] when
    /// what it knows cannot be read at the start or written at the end. In between it goes on trying.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<Stopped, SchedulerError> {
        Rounds::run(self, shutdown).await
    }
}

fn lock(agenda: &Mutex<Agenda>) -> MutexGuard<'_, Agenda> {
    // Nothing in there panics half-way through a change.
    agenda.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler")
            .field("activations", &self.activations.keys())
            .field("store", &self.store)
            .field("folder", &self.folder)
            .field("timer", &self.timer)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}
