//! One run, from the scheduler's side.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::activation::{Activation, Report, RunOptions};
use crate::schedule::{RunFailure, Timer};

/// Runs an activation, no longer than it may.
pub(super) async fn run(
    activation: Arc<dyn Activation>,
    options: RunOptions,
    longest: Duration,
    timer: Arc<dyn Timer>,
) -> Result<Report, RunFailure> {
    let end = later(timer.now(), longest);
    tokio::select! {
        biased;
        ended = activation.run(&options) => ended.map_err(RunFailure::Activation),
        () = timer.sleep_until(end) => Err(RunFailure::TookTooLong { longest }),
    }
}

pub(super) fn later(instant: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    instant.saturating_add(by).unwrap_or(Timestamp::MAX)
}
