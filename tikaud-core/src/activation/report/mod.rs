//! What a run did, as data and as text.

mod parts;
#[cfg(test)]
mod tests;
mod text;

pub(super) use parts::ReportParts;
pub(super) use text::{time, write_cost, write_stages};

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::destination::{AudienceId, DestinationError, DestinationErrorKind, DestinationId, Traffic};
use crate::identifier::IdentifierKind;
use crate::plan::Plan;
use crate::state::{ActivationId, RunId};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The destination has accepted everything: audience and segment are equal.
    Done,
    /// A guard stopped it before anything was sent.
    Blocked,
    /// A part was accepted; the next run carries on with the rest.
    Partial,
    /// The destination can take no more for now: it is busy with the audience, or its quota is used up. What is left is
    /// in the state, and a run from [`Report::resume_at`] on carries on.
    Pending,
    /// The destination refused, and will until somebody changes something.
    Refused,
    /// It ended with an error and has no [`Report`]: nothing was applied, or it cannot be told. In the history and in events.
    Failed,
    /// It was not heard of again: its process died, its future was dropped, or another process took over. In the history and
    /// in events of the run after it.
    Died,
}

impl Outcome {
    /// Its name, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Blocked => "blocked",
            Self::Partial => "partial",
            Self::Pending => "pending",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Died => "died",
        }
    }
}

/// What a run did. `Display` is for people, serialising for programs; neither holds an identifier.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The activation.
    pub activation: ActivationId,
    /// The destination.
    pub destination: DestinationId,
    /// How it ended.
    pub outcome: Outcome,
    /// Which run it was; `None` when it was blocked.
    pub run: Option<RunId>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The audience; `None` while there is none.
    pub audience: Option<AudienceReport>,
    /// What it set out to do.
    pub plan: Plan,
    /// What was accepted, kind by kind.
    pub kinds: Vec<KindReport>,
    /// Why it stopped, or what was refused.
    pub failures: Vec<Failure>,
    /// When the next run can carry on at the earliest; `None` when nothing is left, or something has to be changed first.
    pub resume_at: Option<Timestamp>,
    /// What the user should know, the plan's warnings included.
    pub warnings: Vec<String>,
    /// How long it takes the destination to apply what it has accepted. What it has applied by now it does not say.
    #[serde(rename = "applied_within_seconds", with = "crate::seconds::some")]
    pub applied_within: Option<Duration>,
    /// What the batches cost.
    pub traffic: Traffic,
    /// Bytes that did not fit into the memory budget and went through temporary files.
    pub spilled_bytes: u64,
    /// Where the time went.
    pub timings: Timings,
    /// The generation of the state after it.
    pub generation: u64,
}

/// The audience, as the destination showed it when the run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AudienceReport {
    /// Its identifier.
    pub id: AudienceId,
    /// The name that it was created with, or given since.
    pub name: String,
    /// The description that belongs to it.
    pub description: Option<String>,
    /// Whether this run created it.
    pub created: bool,
    /// People matched, as the destination counts them, when it says so. It lags behind.
    pub matched: Option<u64>,
    /// Whether the destination calls it ready to be used.
    pub ready: Option<bool>,
}

/// What was accepted of one kind of identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KindReport {
    /// The kind.
    pub kind: IdentifierKind,
    /// Additions that the destination has accepted.
    pub added: u64,
    /// Removals that it has accepted.
    pub removed: u64,
    /// Identifiers that it has refused: each by itself, or all of the kind.
    pub refused: u64,
    /// Identifiers of batches that it has refused as a whole, and that were not taken apart far enough to find those that it
    /// minds: a run halves a hundred batches of a kind at most.
    pub unknown: u64,
    /// Identifiers that are left for the next run, refused and unknown ones included.
    pub pending: u64,
}

/// One failure, as data.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// The kind of identifier that it is about; `None` when it is about all.
    pub identifiers: Option<IdentifierKind>,
    /// The columns that it is about.
    pub columns: Vec<String>,
    /// What kind of failure it is.
    #[serde(serialize_with = "as_debug")]
    pub kind: DestinationErrorKind,
    /// The error, with its causes.
    #[serde(serialize_with = "as_chain")]
    pub error: DestinationError,
}

fn as_debug<S: serde::Serializer>(kind: &DestinationErrorKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{kind:?}"))
}

fn as_chain<S: serde::Serializer>(error: &DestinationError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(chain(error))
}

/// The error and its causes, a line each.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect()
}

/// Where the time went. As JSON, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Timings {
    /// Claiming, reading the state, recovering, reaching the destination.
    #[serde(with = "crate::seconds")]
    pub connect: Duration,
    /// Reading the segment, normalising, hashing and sorting runs.
    #[serde(with = "crate::seconds")]
    pub read: Duration,
    /// Merging the runs, comparing, writing the plan files and judging.
    #[serde(with = "crate::seconds")]
    pub plan: Duration,
    /// Creating the audience, and writing the intent down.
    #[serde(with = "crate::seconds")]
    pub intend: Duration,
    /// Sending, waiting included.
    #[serde(with = "crate::seconds")]
    pub apply: Duration,
    /// Writing the next generation.
    #[serde(with = "crate::seconds")]
    pub commit: Duration,
}

impl Timings {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.stages().into_iter().map(|(_, spent)| spent).sum()
    }

    /// Each stage by its name, in order.
    #[must_use]
    pub fn stages(&self) -> [(&'static str, Duration); 6] {
        let Self { connect, read, plan, intend, apply, commit } = *self;
        [("connect", connect), ("read", read), ("plan", plan), ("intend", intend), ("apply", apply), ("commit", commit)]
    }
}
