//! What a scheduler is made of.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Activations, Listener, Scheduler};
use crate::activation::Activation;
use crate::schedule::agenda::Agenda;
use crate::schedule::logbook::FOLDER;
use crate::schedule::{Schedule, ScheduleSettings, SchedulerEvent, SchedulerSettingsError, SystemTimer, Timer};
use crate::state::{ActivationId, ObjectKey, StateStore};

const DEFAULT_NAME: &str = "main";
const DEFAULT_CONCURRENCY: usize = 2;
/// Less than the 30 seconds that a service is given to end in most places.
const DEFAULT_GRACE: Duration = Duration::from_secs(20);
/// Orders on their way to a scheduler; more than these have to wait.
const ORDERS: usize = 64;

/// Builds a [`Scheduler`].
#[must_use]
pub struct SchedulerBuilder {
    store: Arc<dyn StateStore>,
    name: String,
    concurrency: usize,
    grace: Duration,
    timer: Arc<dyn Timer>,
    listeners: Vec<Listener>,
    activations: Vec<(Arc<dyn Activation>, ScheduleSettings)>,
}

impl SchedulerBuilder {
    pub(super) fn new(store: Arc<dyn StateStore>) -> Self {
        Self {
            store,
            name: DEFAULT_NAME.to_owned(),
            concurrency: DEFAULT_CONCURRENCY,
            grace: DEFAULT_GRACE,
            timer: Arc::new(SystemTimer),
            listeners: Vec::new(),
            activations: Vec::new(),
        }
    }

    /// The scheduler's name: what it knows is kept in `scheduler/<name>` of the store. `main` unless said.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// How many runs may go on at once, over all activations. 2 unless said.
    pub fn concurrency(mut self, runs: usize) -> Self {
        self.concurrency = runs;
        self
    }

    /// How long runs that go on have to end when the scheduler is stopped. 20 seconds unless said.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// The clock in the place of the system's.
    pub fn timer(mut self, timer: impl Timer + 'static) -> Self {
        self.timer = Arc::new(timer);
        self
    }

    /// A function that is told what the scheduler does, as it does it. It must not block. When it panics, the scheduler goes
    /// on.
    pub fn on_event(mut self, listener: impl Fn(&SchedulerEvent) + Send + Sync + 'static) -> Self {
        self.listeners.push(Arc::new(listener));
        self
    }

    /// An activation, with its schedule or [`ScheduleSettings`].
    pub fn add(self, activation: impl Activation + 'static, settings: impl Into<ScheduleSettings>) -> Self {
        self.add_shared(Arc::new(activation), settings)
    }

    /// The same with an activation that others use as well.
    pub fn add_shared(mut self, activation: Arc<dyn Activation>, settings: impl Into<ScheduleSettings>) -> Self {
        self.activations.push((activation, settings.into()));
        self
    }

    /// The scheduler. It does nothing before it is [run](Scheduler::run).
    ///
    /// # Errors
    ///
    /// [`SchedulerSettingsError`], naming the activation and the field.
    pub fn build(self) -> Result<Scheduler, SchedulerSettingsError> {
        let folder: ObjectKey = format!("{FOLDER}/{}", self.name).parse()?;
        if self.concurrency == 0 {
            return Err(SchedulerSettingsError::NoConcurrency);
        }
        let mut activations = Activations::new();
        let mut all_settings = BTreeMap::new();
        for (activation, settings) in self.activations {
            let id = activation.id().clone();
            check(&id, &settings)?;
            if all_settings.insert(id.clone(), settings).is_some() {
                return Err(SchedulerSettingsError::Duplicate { activation: id });
            }
            activations.insert(id, activation);
        }
        check_chains(&all_settings)?;
        let agenda = Agenda::new(all_settings, self.concurrency, self.timer.now());
        let (orders, commands) = mpsc::channel(ORDERS);
        Ok(Scheduler {
            activations,
            agenda: Arc::new(Mutex::new(agenda)),
            store: self.store,
            folder,
            timer: self.timer,
            grace: self.grace,
            listeners: self.listeners,
            orders,
            commands,
        })
    }
}

fn check(id: &ActivationId, settings: &ScheduleSettings) -> Result<(), SchedulerSettingsError> {
    if id.as_str() == FOLDER {
        return Err(SchedulerSettingsError::Reserved { activation: id.clone() });
    }
    settings.check().map_err(|source| SchedulerSettingsError::Schedule { activation: id.clone(), source })
}

/// Whoever runs after another does so at the end of a chain that begins with one that does not.
fn check_chains(all: &BTreeMap<ActivationId, ScheduleSettings>) -> Result<(), SchedulerSettingsError> {
    for activation in all.keys() {
        let mut at = activation;
        for passed in 0.. {
            let Some(Schedule::After { activation: after, .. }) = all.get(at).map(|settings| &settings.schedule) else {
                break;
            };
            if !all.contains_key(after) {
                let (activation, after) = (at.clone(), after.clone());
                return Err(SchedulerSettingsError::UnknownAfter { activation, after });
            }
            if passed == all.len() {
                return Err(SchedulerSettingsError::Circle { activation: at.clone() });
            }
            at = after;
        }
    }
    Ok(())
}

impl fmt::Debug for SchedulerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchedulerBuilder")
            .field("store", &self.store)
            .field("name", &self.name)
            .field("concurrency", &self.concurrency)
            .field("grace", &self.grace)
            .field("timer", &self.timer)
            .field("activations", &self.activations)
            .finish_non_exhaustive()
    }
}
