//! Why a schedule is not usable, or a scheduler cannot go on.

use crate::state::{ActivationId, InvalidName, ObjectKey, StateError};

/// Why a schedule, or its settings, cannot be used: which field, and what is wrong with it.
///
/// ```
/// use tikaud_core::schedule::Schedule;
///
/// let error = Schedule::every("6 fortnights").unwrap_err();
/// assert_eq!(error.field(), "every");
/// assert_eq!(
///     error.to_string(),
///     "every: `6 fortnights` is no interval; write a number of minutes, hours or days: `6 hours`"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ScheduleError {
    field: &'static str,
    problem: String,
}

impl ScheduleError {
    pub(super) fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self { field, problem: problem.into() }
    }

    /// The field, as it is called in JSON and TOML.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }
}

/// Why a scheduler could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchedulerSettingsError {
    /// The scheduler's name cannot be a name in the state store.
    #[error("the scheduler's name is not usable")]
    Name(#[from] InvalidName),
    /// No run could ever start.
    #[error("concurrency: 0 runs at once are none; give at least 1")]
    NoConcurrency,
    /// An activation's settings are not usable.
    #[error("activation `{activation}`: its schedule settings are not usable")]
    Schedule {
        /// The activation.
        activation: ActivationId,
        /// Which field, and why.
        source: ScheduleError,
    },
    /// Two activations have one id.
    #[error("activation `{activation}` is there twice; give each activation an id of its own")]
    Duplicate {
        /// The id.
        activation: ActivationId,
    },
    /// An activation is called as the folder in which schedulers keep what they know.
    #[error("activation `{activation}` has the name of the schedulers' folder in the state store; give it another id")]
    Reserved {
        /// The activation.
        activation: ActivationId,
    },
    /// An activation is to run after one that is not there.
    #[error(
        "activation `{activation}` is to run after `{after}`, which this scheduler does not have; add it, or fix `after`"
    )]
    UnknownAfter {
        /// The activation.
        activation: ActivationId,
        /// The one that is not there.
        after: ActivationId,
    },
    /// Activations wait for each other.
    #[error(
        "activation `{activation}` is to run after itself, by way of others or directly; let one of them run by the clock"
    )]
    Circle {
        /// One of them.
        activation: ActivationId,
    },
}

/// Why a scheduler stopped, or did not do what its handle was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchedulerError {
    /// What it knows could not be read or written.
    #[error("what the scheduler knows could not be read or written")]
    State(#[from] StateError),
    /// A scheduler of this name runs already.
    #[error(
        "a scheduler that keeps what it knows in `{folder}` runs already; stop it first, or give this one another name"
    )]
    Busy {
        /// The folder in the state store.
        folder: ObjectKey,
    },
    /// Another scheduler of this name was started later and goes on in its place.
    #[error("another scheduler has taken over `{folder}`; this one has stopped")]
    Overtaken {
        /// The folder in the state store.
        folder: ObjectKey,
    },
    /// The scheduler has no such activation.
    #[error("the scheduler has no activation `{activation}`")]
    Unknown {
        /// The id.
        activation: ActivationId,
    },
    /// The scheduler does not run any more.
    #[error("the scheduler has stopped; nothing was changed that it would know after its next start")]
    Stopped,
}
