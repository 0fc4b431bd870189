//! The log: a line an event, to the standard error. Nothing in it is an identifier or a token.

use std::io::{self, Write};

use tikaud_core::activation::{ActivationError, RunEvent, RunEventKind};
use tikaud_core::schedule::SchedulerEvent;
use tikaud_core::state::ActivationId;
use tracing::Level;

use crate::error::chain;

/// Writes the log from now on.
pub(crate) fn start() {
    tracing_subscriber::fmt().with_max_level(Level::INFO).with_writer(io::stderr).with_ansi(false).init();
}

/// Tells whoever has started the service something beside the log. There is no other way to tell that this fails.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// How runs end, and what alerts are made of: a change of state is one warning, however long it lasts.
pub(crate) fn run_event(event: &RunEvent) {
    match &event.kind {
        RunEventKind::Ended(run) => {
            tracing::info!(activation = %event.activation, outcome = %run.outcome, "a run has ended");
        }
        RunEventKind::StateChanged(change) => tracing::warn!("{change}"),
        _ => {}
    }
}

pub(crate) fn scheduler_event(event: &SchedulerEvent) {
    match event {
        SchedulerEvent::Started { activation, cause, .. } => {
            tracing::info!(%activation, ?cause, "a run starts");
        }
        SchedulerEvent::Skipped { activation, due, reason } => {
            tracing::info!(%activation, %due, ?reason, "a run is left out");
        }
        SchedulerEvent::Failed { activation, failure, .. } => {
            tracing::warn!(%activation, error = chain(&**failure).join(": "), "a run has failed");
        }
        SchedulerEvent::Parked { activation } => {
            tracing::warn!(%activation, "a run is broken off; the next start carries on");
        }
        SchedulerEvent::StateLost { error } => {
            tracing::error!(error = chain(&**error).join(": "), "no run starts, since nothing can be written down");
        }
        SchedulerEvent::StateBack => tracing::warn!("runs start again"),
        _ => {}
    }
}

/// A blocked run has left no plan to look at.
pub(crate) fn plan_failed(activation: &ActivationId, error: &ActivationError) {
    tracing::warn!(%activation, error = chain(error).join(": "), "no plan could be made for review");
}
