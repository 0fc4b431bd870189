//! What is kept of the agenda, so that a restart goes on where the process ended.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::schedule::{Cause, LastRun, Schedule};
use crate::state::ActivationId;

/// One state of the agenda. Whatever is going to happen is written down first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::schedule) struct AgendaRecord {
    /// Who wrote it: a number that each scheduler draws anew.
    pub(in crate::schedule) writer: u64,
    /// Whether everything is paused.
    pub(super) paused: bool,
    pub(super) activations: BTreeMap<ActivationId, EntryRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EntryRecord {
    /// The schedule that `handled` is about: another one begins anew.
    pub(super) schedule: Schedule,
    pub(super) paused: bool,
    /// Every time of the schedule up to this one has been dealt with.
    pub(super) handled: Timestamp,
    /// A run that is to start.
    pub(super) queued: Option<Want>,
    /// A run that was started. Whoever reads this after a restart knows that it was broken off.
    pub(super) running: Option<Started>,
    pub(super) retry: Option<Retry>,
    /// Runs in a row that have brought nothing forward.
    pub(super) failures: u32,
    pub(super) last: Option<LastRun>,
}

/// A run that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Want {
    /// When it was due: it does not start earlier.
    pub(super) due: Timestamp,
    pub(super) cause: Cause,
}

/// A run that has been started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Started {
    pub(super) since: Timestamp,
    pub(super) want: Want,
}

/// A run that is tried again, or goes on, without waiting for the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Retry {
    pub(super) at: Timestamp,
    /// Whether the destination has named the time: earlier runs would be in vain.
    pub(super) told: bool,
}

impl EntryRecord {
    /// An activation that is new here: what was due before it came does not count.
    pub(super) fn new(schedule: Schedule, now: Timestamp) -> Self {
        Self {
            schedule,
            paused: false,
            handled: now,
            queued: None,
            running: None,
            retry: None,
            failures: 0,
            last: None,
        }
    }
}
