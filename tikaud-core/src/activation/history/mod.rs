//! What past runs did: a record of each in the state, kept and pruned by policy, read newest first.
//!
//! In: a run's report, or the error that it ended with. Out: [`PastRun`]s.

mod make;
mod policy;
mod query;
mod recording;
mod text;

pub use policy::HistoryPolicy;
pub use query::HistoryQuery;
pub(super) use query::read;
pub(super) use recording::Recording;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AudienceReport, Outcome, Timings};
use crate::destination::{DestinationId, Traffic};
use crate::identifier::{IdentifierKind, RejectReason};
use crate::plan::GuardVerdict;
use crate::state::{ActivationId, RunId};

/// What a run did, as the history keeps it: every run has one, also one that failed, or whose process died.
///
/// It has what the [`Report`](super::Report) of the run had, in counts and texts, and can be read back in another process. It
/// holds no identifier. `Display` is for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PastRun {
    /// The activation.
    pub activation: ActivationId,
    /// The destination.
    pub destination: DestinationId,
    /// Its place among the runs of the activation: later ones have higher numbers, with gaps. 0 when it could not claim the
    /// activation; such a run is in events only.
    pub number: u64,
    /// Which run it was, as journals and generations name it; `None` when it did not come to a plan, or was blocked.
    pub run: Option<RunId>,
    /// How it ended.
    pub outcome: Outcome,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` when nobody was left to look at the clock.
    pub ended: Option<Timestamp>,
    /// The generation of the state after it; `None` when it failed or died.
    pub generation: Option<u64>,
    /// The audience, with its size and status as the destination showed them when the run began.
    pub audience: Option<AudienceReport>,
    /// What was read; `None` when it was not read to its end.
    pub read: Option<PastRead>,
    /// What was to be done and what was accepted, kind by kind; empty when it did not come to a plan.
    pub kinds: Vec<PastKind>,
    /// The guards' verdicts.
    pub guards: Vec<GuardVerdict>,
    /// Why it stopped, or what was refused.
    pub failures: Vec<PastFailure>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// When the next run can carry on at the earliest.
    pub resume_at: Option<Timestamp>,
    /// How long it takes the destination to apply what it has accepted.
    #[serde(rename = "applied_within_seconds", with = "crate::seconds::some")]
    pub applied_within: Option<Duration>,
    /// What the batches cost.
    pub traffic: Traffic,
    /// Bytes that went through temporary files.
    pub spilled_bytes: u64,
    /// Where the time went, as far as it came.
    pub timings: Timings,
    /// The version of tikaud that wrote it.
    pub version: String,
}

/// What a run read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PastRead {
    /// Members.
    pub members: u64,
    /// Members with at least one identifier.
    pub members_with_identifier: u64,
    /// Values that became no identifier, of all columns, by reason.
    pub rejects: BTreeMap<RejectReason, u64>,
}

/// What a run was to do, and did, with one kind of identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PastKind {
    /// The kind.
    pub kind: IdentifierKind,
    /// Distinct identifiers of the segment, without the suppressed ones.
    pub segment: u64,
    /// Distinct identifiers that were suppressed.
    pub suppressed: u64,
    /// Those with which there was nothing to do.
    pub unchanged: u64,
    /// Those that were to go in.
    pub adds: u64,
    /// Those that were to go out.
    pub removes: u64,
    /// Additions that the destination has accepted.
    pub added: u64,
    /// Removals that it has accepted.
    pub removed: u64,
    /// Identifiers that it has refused.
    pub refused: u64,
    /// Identifiers of batches that it has refused as a whole.
    pub unknown: u64,
    /// Identifiers that were left for the next run.
    pub pending: u64,
}

/// Why a run stopped, or what was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PastFailure {
    /// What kind of failure it was, in one word for programs: a
    /// [`DestinationErrorKind`](crate::destination::DestinationErrorKind) by its name, or what else the run failed at, such as
    /// `segment`, `mapping`, `state`, `audience_gone`, or `died`.
    pub kind: String,
    /// The kind of identifier that it is about; `None` when it is about all.
    pub identifiers: Option<IdentifierKind>,
    /// The columns that it is about.
    pub columns: Vec<String>,
    /// The error and its causes, a line each.
    pub error: Vec<String>,
}

/// The kind of failure of a run that found another one under way: nobody has to act on it.
pub(super) const BUSY: &str = "busy_with_another_run";
