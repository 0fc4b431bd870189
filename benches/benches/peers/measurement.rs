//! What came of it when one peer did one shape once.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tikaud_benches::{Shape, peak_memory, process_cpu};

use crate::Outcome;
use crate::peer::Peer;

/// What a peer says of itself. Times are seconds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// When the work began, since 1970.
    pub(crate) begun: f64,
    /// From the Parquet file to the identifiers of now, each once.
    pub(crate) read: f64,
    /// From there and the last state to the changes on disk.
    pub(crate) plan: f64,
    /// Carrying them out at a destination that does nothing; only tikaud does that.
    pub(crate) apply: f64,
    /// Writing the next state.
    pub(crate) commit: f64,
    /// All of the work.
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    /// Bytes that the process held at the most, with all that is loaded before the work begins.
    pub(crate) peak_memory: u64,
    pub(crate) adds: u64,
    pub(crate) removes: u64,
}

/// The same, with whose it is.
#[derive(Debug)]
pub(crate) struct Measurement {
    pub(crate) peer: Peer,
    pub(crate) shape: Shape,
    pub(crate) measured: Measured,
    /// From starting the process to the beginning of the work.
    pub(crate) start: f64,
}

/// A peer's clocks, from the moment that the work begins.
pub(crate) struct Watch {
    begun: f64,
    start: Instant,
    lap: Instant,
    cpu: std::time::Duration,
}

impl Watch {
    pub(crate) fn start() -> Self {
        let start = Instant::now();
        Self { begun: since_epoch(), start, lap: start, cpu: process_cpu() }
    }

    /// Seconds that the stage took that ends now.
    pub(crate) fn lap(&mut self) -> f64 {
        let now = Instant::now();
        (now - std::mem::replace(&mut self.lap, now)).as_secs_f64()
    }

    /// The work is done, and these are its changes; the stages are left at nothing.
    pub(crate) fn stop(self, adds: u64, removes: u64) -> Outcome<Measured> {
        let (wall, cpu) = (self.start.elapsed().as_secs_f64(), process_cpu().saturating_sub(self.cpu).as_secs_f64());
        let (read, plan, apply, commit) = (0.0, 0.0, 0.0, 0.0);
        let peak_memory = peak_memory()?;
        Ok(Measured { begun: self.begun, read, plan, apply, commit, wall, cpu, peak_memory, adds, removes })
    }
}

/// Seconds since 1970.
pub(crate) fn since_epoch() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

impl Measurement {
    /// Itself, when the changes are those that there are.
    pub(crate) fn checked(self, members: u32) -> Outcome<Self> {
        let (found, expected) = ((self.measured.adds, self.measured.removes), self.shape.changes(members.into()));
        if found != expected {
            let (peer, shape) = (self.peer, self.shape.as_str());
            return Err(format!("{peer} finds {found:?} adds and removes in {shape}; there are {expected:?}").into());
        }
        Ok(self)
    }
}
