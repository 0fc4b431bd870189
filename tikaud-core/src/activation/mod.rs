//! A segment kept in an audience: the [`Activation`] trait, the run, and its report.
//!
//! In: everything above. `run.rs` is the data's path as code, top to bottom.

mod adopt;
mod apply;
mod build;
mod builder;
mod carry;
mod change_log;
mod claimed;
mod elsewhere;
mod erase;
mod error;
mod event;
mod history;
mod memory;
#[cfg(feature = "metrics")]
mod metrics;
mod move_sets;
mod open;
mod options;
mod prepare;
mod propose;
mod read;
mod report;
mod run;
mod segment_activation;
mod settings;
mod spans;
mod stand;
mod state;
mod state_change;
mod suppression;
mod tear_down;
mod watch;

pub use builder::{SegmentActivationBuilder, WhenGone};
pub use change_log::{ChangeLog, ChangeLogError, ChangeRecorder, LoggedRun};
pub use erase::{ActivationErasure, ErasureError, ErasureOutcome, ErasureReceipt, Erasures};
pub use error::{ActivationError, SettingsError};
pub use event::{RunEvent, RunEventKind};
pub use history::{HistoryPolicy, HistoryQuery, PastFailure, PastKind, PastRead, PastRun};
pub use memory::MemoryActivation;
#[cfg(feature = "metrics")]
pub use metrics::describe_metrics;
pub use options::RunOptions;
pub use prepare::{PlanSample, PreparedPlan};
pub use report::{AudienceReport, Failure, KindReport, Outcome, Report, Timings};
pub use segment_activation::SegmentActivation;
pub use settings::{ActivationSettings, ConfiguredDestination, Template, TemplateError};
pub use state::ActivationState;
pub use state_change::{Health, StateChange};
pub use tear_down::{Teardown, TornDown};

use std::fmt;

use async_trait::async_trait;

use crate::plan::Plan;
use crate::state::ActivationId;

/// A segment that is kept in an audience at a destination.
///
/// # Contract
///
/// * When [`run`](Self::run) ends with [`Outcome::Done`], the audience holds exactly the identifiers of the segment as it
///   was read, as far as this activation put them there: what others put into the audience is never touched.
/// * It may be broken off at any moment, by an error, by dropping the future or by the end of the process; a later run that
///   ends with [`Outcome::Done`] makes audience and segment equal all the same.
/// * Guards decide before anything is sent. A blocked run sends nothing, changes no state, and says which guard and why.
/// * A run that finds nothing to change sends no identifier.
/// * Two runs at once are one run: the second gets an error.
///
/// # Errors
///
/// An error means that nothing was applied, or that it cannot be told; a run that has applied something ends in a
/// [`Report`] that says what and why it stopped.
///
/// # For implementors
///
/// [`SegmentActivation`] is the one to use. Wrap it to add behaviour, and run `tikaud_core::activation_conformance!`
/// (feature `conformance`) over the result; [`MemoryActivation`] is the reference.
#[async_trait]
pub trait Activation: fmt::Debug + Send + Sync {
    /// Which activation it is, for ever.
    fn id(&self) -> &ActivationId;

    /// What a run would do now. Sends nothing and writes nothing.
    ///
    /// # Errors
    ///
    /// When the segment or the state cannot be read.
    async fn plan(&self, options: &RunOptions) -> Result<Plan, ActivationError>;

    /// Brings the audience in line with the segment.
    ///
    /// # Errors
    ///
    /// As for the trait.
    async fn run(&self, options: &RunOptions) -> Result<Report, ActivationError>;
}

const _: fn(&dyn Activation) = |_| {};
