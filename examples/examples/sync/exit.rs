//! What the program says at its end, and its exit code.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::process::ExitCode;

use tikaud_core::activation::{ActivationError, Outcome, Report, SettingsError};
use tikaud_core::destination::{DestinationError, DestinationId, Retry};
use tikaud_core::identifier::MappingError;
use tikaud_core::plan::{Guard, Plan};
use tikaud_core::segment::SegmentError;
use tikaud_core::state::StateError;

use crate::output;

/// The exit codes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Status {
    Done = 0,
    State = 1,
    Usage = 2,
    Blocked = 3,
    Refused = 4,
    Partial = 5,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

impl Status {
    pub(crate) fn of_plan(plan: &Plan, json: bool) -> Self {
        if !plan.is_blocked() {
            return Self::Done;
        }
        if !json {
            plan.blocked_by().for_each(|verdict| output::tell(&hint(verdict.guard)));
        }
        Self::Blocked
    }

    pub(crate) fn of_report(report: &Report, json: bool) -> Self {
        match report.outcome {
            Outcome::Done => Self::Done,
            Outcome::Blocked => Self::of_plan(&report.plan, json),
            Outcome::Partial | Outcome::Pending => Self::Partial,
            _ => Self::Refused,
        }
    }
}

/// How to pass a guard over.
fn hint(guard: Guard) -> String {
    let what = match guard {
        Guard::EmptySegment => "To empty the audience all the same",
        Guard::MinimumSize => "To go on with so small an audience",
        _ => "If that is meant",
    };
    format!("{what}, run this once with --allow {}.", guard.setting())
}

/// Why the program has nothing to report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("{0}")]
    Usage(String),
    #[error("the columns cannot be used")]
    Mapping(#[from] MappingError),
    #[error("the segment cannot be read")]
    Segment(#[from] SegmentError),
    #[error("the destination cannot be used")]
    Destination(#[from] DestinationError),
    #[error("the state cannot be used")]
    State(#[from] StateError),
    #[error("the settings cannot be used")]
    Settings(#[from] SettingsError),
    #[error("`{destination}` cannot be used at the moment; nothing was sent, run it again later")]
    NotNow { destination: DestinationId, source: DestinationError },
    #[error(transparent)]
    Activation(ActivationError),
    #[error("the report could not be written to the standard output")]
    Print(#[from] io::Error),
}

impl From<ActivationError> for Failed {
    /// What passes by itself needs nobody to act.
    fn from(error: ActivationError) -> Self {
        match error {
            ActivationError::Destination { destination, source } if source.retry() != Retry::Never => {
                Self::NotNow { destination, source }
            }
            other => Self::Activation(other),
        }
    }
}

impl Failed {
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::State(error) | Self::Activation(ActivationError::State(error)) if is_mixed_up(error) => Status::Usage,
            Self::State(_) | Self::Print(_) | Self::Activation(ActivationError::State(_) | ActivationError::Task) => {
                Status::State
            }
            Self::NotNow { .. } => Status::Partial,
            Self::Activation(ActivationError::Destination { .. } | ActivationError::AudienceGone { .. }) => {
                Status::Refused
            }
            _ => Status::Usage,
        }
    }

    /// Prints the error with its causes: what failed first, then why.
    pub(crate) fn print(&self, json: bool) {
        let chain: Vec<String> =
            successors(Some(self as &dyn Error), |&error| error.source()).map(ToString::to_string).collect();
        if json {
            // Where not even this can be written, the exit code is all there is.
            let _ = output::print_json(&serde_json::json!({ "outcome": "failed", "error": chain }));
        } else {
            output::tell(&format!("error: {}", chain.join("\n  because: ")));
        }
    }
}

/// Whether the state is sound, and another activation's.
fn is_mixed_up(error: &StateError) -> bool {
    matches!(error, StateError::ForeignActivation { .. } | StateError::ForeignDestination { .. })
}
