//! Why the service does not start, or had to stop.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::path::PathBuf;
use std::process::ExitCode;

use tikaud_core::activation::SettingsError;
use tikaud_core::destination::DestinationError;
use tikaud_core::schedule::{SchedulerError, SchedulerSettingsError};
use tikaud_core::segment::SegmentError;
use tikaud_core::state::StateError;

/// Why the service does not start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("the configuration {} cannot be read", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("the configuration {} cannot be used", path.display())]
    Toml { path: PathBuf, source: Box<toml::de::Error> },
    #[error("{field}: {problem}")]
    Field { field: String, problem: String },
    #[error("accounts.{account}: it cannot be used")]
    Account { account: String, source: DestinationError },
    #[error("activations.{activation}: its files cannot be used")]
    Files { activation: String, source: SegmentError },
    #[error("activations.{activation}: it cannot be set up")]
    Activation { activation: String, source: SettingsError },
    #[error("the schedules cannot be used")]
    Schedules(#[from] SchedulerSettingsError),
    #[error("{0}")]
    Access(String),
    #[error("cannot listen at {address}; give another address as `listen` or --listen, such as 127.0.0.1:8090")]
    Listen { address: String, source: io::Error },
    #[error("metrics cannot be kept: {0}")]
    Metrics(String),
    #[error("the state cannot be used")]
    State(#[from] StateError),
    #[error("the scheduler has stopped")]
    Scheduler(#[from] SchedulerError),
    #[error("a part of the service has died; start it again")]
    Died,
}

impl StartError {
    pub(crate) fn field(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Field { field: field.into(), problem: problem.into() }
    }

    /// The error and its causes, a line each.
    pub(crate) fn text(&self) -> String {
        format!("error: {}", chain(self).join("\n  because: "))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::State(_) | Self::Scheduler(_) | Self::Died => ExitCode::from(1),
            _ => ExitCode::from(2),
        }
    }
}

/// What failed first, then why.
pub(crate) fn chain(error: &dyn Error) -> Vec<String> {
    successors(Some(error), |&error| error.source()).map(ToString::to_string).collect()
}
