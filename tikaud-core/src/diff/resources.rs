//! What comparing may use of the machine.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;

/// Memory that comparing may use when nothing else is said, in bytes: 256 MiB.
pub const DEFAULT_MEMORY_BUDGET: usize = 256 << 20;

/// The least memory budget there is, in bytes: 1 MiB.
pub const MINIMUM_MEMORY_BUDGET: usize = 1 << 20;

/// What comparing may use of the machine. The budget is divided here and nowhere else:
///
/// ```text
/// while the segment is read    1/16 waits to be sorted, 5/16 is being sorted and written, 1/8 stays in memory
/// while sets are merged        1/8 stays in memory, 1/32 is loaded, three times that is being worked on
/// ```
///
/// What is left over is the allocator's, which keeps more than it has given out. Batches of the source and of the
/// destination are not part of it.
#[derive(Debug, Clone)]
pub(crate) struct Resources {
    /// Bytes.
    pub(crate) memory_budget: usize,
    /// Where temporary files go.
    pub(crate) scratch: PathBuf,
}

impl Resources {
    /// Bytes of unsorted digests that are sorted together.
    pub(crate) const fn run_bytes(&self) -> usize {
        self.memory_budget / 16
    }

    /// Bytes of sorted digests that stay in memory; what comes after goes to temporary files.
    pub(crate) const fn resident_bytes(&self) -> usize {
        self.memory_budget / 8
    }

    /// Steps of a merge that are in memory at once: one that is being loaded, and one for each core.
    pub(crate) fn steps_in_flight() -> usize {
        cores() + 1
    }

    /// Digests of this width that a step of a merge takes from all its sources together.
    pub(crate) fn step_digests(&self, width: usize) -> usize {
        (self.memory_budget / 32 / Self::steps_in_flight() / width).max(1)
    }
}

/// Runs that are sorted at once. Each uses all cores, so that a second one fills the gaps.
pub(crate) const SORTS_IN_FLIGHT: usize = 2;

/// Runs that are being sorted or written: while some are written, others are sorted.
pub(crate) const RUNS_IN_FLIGHT: usize = 3;

/// The processor's cores, as far as this process may use them.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get)
}
