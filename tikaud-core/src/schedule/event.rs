//! What the scheduler does and why, as it happens.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::activation::{ActivationError, Report};
use crate::state::{ActivationId, StateError};

/// Why a run starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// Its schedule said so.
    Schedule,
    /// Somebody called for it.
    Call,
    /// Another activation's run has ended.
    After {
        /// The other activation.
        activation: ActivationId,
    },
    /// The last run left something to do, or failed in a way that may pass by itself.
    Retry,
}

/// Why a run that came due does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// It came due while nothing could run, and such runs are not made up for.
    Missed,
    /// The last run is still going on.
    Running,
    /// A run waits already, and covers it.
    Queued,
    /// The destination takes nothing before then; a run starts by itself as soon as it does.
    DestinationWaits {
        /// When that is.
        until: Timestamp,
    },
}

/// Why a run came to no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunFailure {
    /// The run ended with an error.
    #[error(transparent)]
    Activation(ActivationError),
    /// The run panicked. The panic's message is not kept: it may quote a member's value.
    #[error("the run has panicked; the next one carries on")]
    Panicked,
    /// The run took longer than it may.
    #[error("the run took longer than {longest:?} and was broken off; the next one carries on")]
    TookTooLong {
        /// How long it may take.
        longest: Duration,
    },
}

/// What the scheduler does. What happens within a run is the run's to tell.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SchedulerEvent {
    /// A run starts.
    Started {
        /// The activation.
        activation: ActivationId,
        /// When it was due.
        due: Timestamp,
        /// Why.
        cause: Cause,
    },
    /// A run has ended with a report.
    Finished {
        /// The activation.
        activation: ActivationId,
        /// What it did.
        report: Arc<Report>,
        /// When it goes on by itself, without waiting for the schedule.
        retry_at: Option<Timestamp>,
    },
    /// A run has ended without a report.
    Failed {
        /// The activation.
        activation: ActivationId,
        /// Why.
        failure: Arc<RunFailure>,
        /// When it is tried again, without waiting for the schedule.
        retry_at: Option<Timestamp>,
    },
    /// A run that came due does not start.
    Skipped {
        /// The activation.
        activation: ActivationId,
        /// When it was due.
        due: Timestamp,
        /// Why not.
        reason: SkipReason,
    },
    /// A run was broken off by the shutdown; the next start carries on with it.
    Parked {
        /// The activation.
        activation: ActivationId,
    },
    /// An activation, or with `None` everything, is paused.
    Paused {
        /// Which.
        activation: Option<ActivationId>,
    },
    /// An activation, or with `None` everything, goes on.
    Resumed {
        /// Which.
        activation: Option<ActivationId>,
    },
    /// What is to happen cannot be written down, so no run starts until it can. Told once, until it can again.
    StateLost {
        /// Why.
        error: Arc<StateError>,
    },
    /// What is to happen can be written down again.
    StateBack,
}
