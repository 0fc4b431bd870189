//! What follows from how a run ended.

use std::error::Error;

use jiff::{SignedDuration, Timestamp};

use crate::activation::{ActivationError, Outcome, Report};
use crate::destination::Retry;
use crate::diff::DiffEngineErrorKind;
use crate::schedule::{LastOutcome, RunFailure};
use crate::segment::{SegmentError, SegmentErrorKind};
use crate::state::StateError;

/// How a run ended, as far as the agenda goes.
#[derive(Debug, Clone)]
pub(in crate::schedule) struct Ending {
    pub(super) outcome: LastOutcome,
    pub(super) message: Option<String>,
    pub(super) next: Next,
}

/// When to run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// When the schedule says so: all is well, or somebody has to act first.
    AsScheduled,
    /// Then: the destination takes no more before.
    Told {
        at: Timestamp,
        /// Whether anything was brought forward.
        progress: bool,
    },
    /// Soon: the failure may pass by itself.
    Soon {
        /// At the earliest.
        earliest: Timestamp,
    },
}

impl Ending {
    pub(in crate::schedule) fn of_report(report: &Report) -> Self {
        let progress = report.kinds.iter().any(|kind| kind.added + kind.removed > 0);
        let next = match (report.outcome, report.resume_at) {
            (Outcome::Partial | Outcome::Pending, Some(at)) => Next::Told { at, progress },
            _ => Next::AsScheduled,
        };
        let message = report.failures.first().map(|failure| chain(&failure.error));
        Self { outcome: report.outcome.into(), message, next }
    }

    pub(in crate::schedule) fn of_failure(failure: &RunFailure, now: Timestamp) -> Self {
        let next = match failure {
            RunFailure::Activation(error) => after(error, now),
            RunFailure::Panicked | RunFailure::TookTooLong { .. } => Next::Soon { earliest: now },
        };
        Self { outcome: LastOutcome::Failed, message: Some(chain(failure)), next }
    }
}

/// The error and its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn after(error: &ActivationError, now: Timestamp) -> Next {
    match error {
        ActivationError::Destination { source, .. } => match source.retry() {
            Retry::After(wait) => {
                let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
                Next::Soon { earliest: now.saturating_add(wait).unwrap_or(Timestamp::MAX) }
            }
            Retry::Never => Next::AsScheduled,
        },
        ActivationError::State(StateError::Busy { until, .. }) => Next::Soon { earliest: *until },
        ActivationError::State(error) if passes(error) => Next::Soon { earliest: now },
        ActivationError::Segment { source, .. } if mends(source) => Next::Soon { earliest: now },
        ActivationError::DiffEngine(error) if error.kind() == DiffEngineErrorKind::Failed => {
            Next::Soon { earliest: now }
        }
        ActivationError::Scratch(_) | ActivationError::Task => Next::Soon { earliest: now },
        _ => Next::AsScheduled,
    }
}

/// Whether another process, or a store that is out of order, was in the way.
fn passes(error: &StateError) -> bool {
    matches!(
        error,
        StateError::Io { .. }
            | StateError::ClaimLost { .. }
            | StateError::Conflict { .. }
            | StateError::AlreadyExists { .. }
    )
}

/// Whether the source may mend by itself: a file that is being written anew is missing or torn for a while.
fn mends(error: &SegmentError) -> bool {
    matches!(error.kind(), SegmentErrorKind::Unreadable | SegmentErrorKind::NotFound | SegmentErrorKind::Malformed)
}
