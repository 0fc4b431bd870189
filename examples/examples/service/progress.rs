//! What the run that goes on is doing, for whoever looks at the page.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tikaud_core::activation::{RunEvent, RunEventKind};

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "doing")]
pub(crate) enum Stage {
    /// It reads the segment: members so far.
    Reading { members: u64 },
    /// It sends: identifiers so far, and of how many.
    Sending { done: u64, total: u64 },
}

/// What the run that goes on has told last. Clones are for the same activation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<Mutex<Option<Stage>>>);

impl Progress {
    pub(crate) fn observe(&self, event: &RunEvent) {
        let stage = match &event.kind {
            RunEventKind::Started => Some(Stage::Reading { members: 0 }),
            RunEventKind::Reading { members } => Some(Stage::Reading { members: *members }),
            RunEventKind::Batch { done, total } => Some(Stage::Sending { done: *done, total: *total }),
            RunEventKind::Ended(_) => None,
            _ => return,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    pub(crate) fn now(&self) -> Option<Stage> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
