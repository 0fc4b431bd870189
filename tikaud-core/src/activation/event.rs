//! What happens in a run, as it happens.

use jiff::Timestamp;
use serde::Serialize;

use super::{PastRun, StateChange};
use crate::plan::Plan;
use crate::state::ActivationId;

/// Something that has happened in a run.
///
/// A run tells, in this order: `started`; `reading`, again and again; `planned`; `batch` and `throttled`, again and again;
/// then how it ended: `done`, `blocked`, `partial`, `pending`, `refused` or `failed`; and `state_changed` where that is news.
/// Where a run before it was not heard of again, `died` comes right after `started`, for that run. None of it holds an
/// identifier.
///
/// Who is told: [`SegmentActivationBuilder::on_event`](super::SegmentActivationBuilder::on_event) for every run,
/// [`RunOptions::observe`](super::RunOptions::observe) for one. A run whose future is dropped tells nothing any more.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RunEvent {
    /// The activation.
    pub activation: ActivationId,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: RunEventKind,
}

/// What has happened in a run.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "event", content = "details")]
#[non_exhaustive]
pub enum RunEventKind {
    /// A run has begun. It does not hold the claim yet.
    Started,
    /// The segment is being read.
    Reading {
        /// Members read so far.
        members: u64,
    },
    /// The plan is made and judged; nothing was sent yet.
    Planned(Box<Plan>),
    /// The destination has answered a batch.
    Batch {
        /// Identifiers acknowledged so far.
        done: u64,
        /// Of how many.
        total: u64,
    },
    /// The destination has asked to be asked less often. Told when the batch that met with it is answered.
    Throttled {
        /// How many requests of this run have met with it so far.
        throttled: u64,
    },
    /// A run has ended, and how.
    Ended(Box<PastRun>),
    /// The activation is in another state than after the run before: what alerts are made of.
    StateChanged(Box<StateChange>),
}

impl RunEventKind {
    /// Its name: of a run that has ended, how it ended.
    ///
    /// ```
    /// use tikaud_core::activation::RunEventKind;
    ///
    /// assert_eq!(RunEventKind::Batch { done: 1, total: 2 }.name(), "batch");
    /// ```
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Reading { .. } => "reading",
            Self::Planned(_) => "planned",
            Self::Batch { .. } => "batch",
            Self::Throttled { .. } => "throttled",
            Self::Ended(run) => run.outcome.as_str(),
            Self::StateChanged(_) => "state_changed",
        }
    }
}
