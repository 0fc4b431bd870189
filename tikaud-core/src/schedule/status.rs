//! Where the activations of a scheduler stand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::activation::Outcome;
use crate::state::ActivationId;

/// Where one activation stands. Holds no identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ActivationStatus {
    /// The activation.
    pub activation: ActivationId,
    /// When it runs by itself.
    pub schedule: Schedule,
    /// When it runs next, as far as is known; in the past when it waits for room. `None` when it waits for an event, or is
    /// paused.
    pub next_run: Option<Timestamp>,
    /// Since when it has been running.
    pub running_since: Option<Timestamp>,
    /// How its last run ended.
    pub last: Option<LastRun>,
    /// Whether its next run carries on, or is tried again, without waiting for the schedule.
    pub retries: bool,
    /// Whether it is paused, by itself or with everything.
    pub paused: bool,
    /// Whether a run waits to start.
    pub queued: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LastRun {
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How.
    pub outcome: LastOutcome,
    /// The first thing that went wrong, with its causes. Holds no identifier.
    pub message: Option<String>,
}

/// How a run ended, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LastOutcome {
    /// Audience and segment are equal; see [`Outcome::Done`].
    Done,
    /// A guard stopped it; see [`Outcome::Blocked`].
    Blocked,
    /// A part was accepted; see [`Outcome::Partial`].
    Partial,
    /// The destination can take no more for now; see [`Outcome::Pending`].
    Pending,
    /// The destination refused; see [`Outcome::Refused`].
    Refused,
    /// There is no report: the run failed, panicked, or took too long.
    Failed,
}

impl From<Outcome> for LastOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::Done,
            Outcome::Blocked => Self::Blocked,
            Outcome::Partial => Self::Partial,
            Outcome::Pending => Self::Pending,
            Outcome::Refused => Self::Refused,
            Outcome::Failed | Outcome::Died => Self::Failed,
        }
    }
}
