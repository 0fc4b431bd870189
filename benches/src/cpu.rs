//! The process's own accounts: processor time, and the most memory that it has held.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, Timespec, clock_gettime};

/// How often a [`Sampler`] looks.
const INTERVAL: Duration = Duration::from_millis(1);

/// Processor time that all threads of this process have used so far.
#[must_use]
pub fn process_cpu() -> Duration {
    duration(clock_gettime(ClockId::ProcessCPUTime))
}

/// Processor time that this thread has used so far.
#[must_use]
pub fn thread_cpu() -> Duration {
    duration(clock_gettime(ClockId::ThreadCPUTime))
}

fn duration(time: Timespec) -> Duration {
    // These clocks count from 0.
    Duration::try_from(time).unwrap_or_default()
}

/// The most memory, in bytes, that the process has held; Linux only.
///
/// # Errors
///
/// When the system does not tell.
pub fn peak_memory() -> io::Result<u64> {
    memory("VmHWM:")
}

/// The memory, in bytes, that the process holds now; Linux only.
///
/// # Errors
///
/// When the system does not tell.
pub fn current_memory() -> io::Result<u64> {
    memory("VmRSS:")
}

fn memory(field: &str) -> io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse::<u64>().ok());
    kib.map(|kib| kib * 1024).ok_or_else(|| io::Error::other(format!("/proc/self/status has no {field}")))
}

/// Has [`peak_memory`] count anew from what is held now; Linux only.
///
/// # Errors
///
/// When the system does not allow it.
pub fn reset_peak_memory() -> io::Result<()> {
    std::fs::write("/proc/self/clear_refs", "5")
}

/// Notes on a thread of its own, a thousand times a second, how much processor time the process has used.
#[derive(Debug)]
pub struct Sampler {
    stop: Sender<()>,
    thread: JoinHandle<CpuTrace>,
}

impl Sampler {
    /// Begins.
    #[must_use]
    pub fn start() -> Self {
        let (stop, stopped) = channel();
        Self { stop, thread: thread::spawn(move || sample(&stopped)) }
    }

    /// Ends, and gives what was noted.
    #[must_use]
    pub fn stop(self) -> CpuTrace {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}

fn sample(stopped: &Receiver<()>) -> CpuTrace {
    let mut trace = CpuTrace::default();
    loop {
        trace.samples.push((SystemTime::now(), process_cpu()));
        if stopped.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout) {
            return trace;
        }
    }
}

/// How much processor time the process had used, and when.
#[derive(Debug, Default)]
pub struct CpuTrace {
    samples: Vec<(SystemTime, Duration)>,
}

impl CpuTrace {
    /// Processor time used between two moments, to a millisecond or so.
    #[must_use]
    pub fn between(&self, from: SystemTime, to: SystemTime) -> Duration {
        self.at(to).saturating_sub(self.at(from))
    }

    /// The first note at that moment or after it; the last one of all when there is none.
    fn at(&self, moment: SystemTime) -> Duration {
        let after = self.samples.partition_point(|(time, _)| *time < moment);
        self.samples.get(after).or(self.samples.last()).map_or(Duration::ZERO, |(_, cpu)| *cpu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_tells_what_was_used_between_two_moments() {
        let at = |ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
        let used = Duration::from_millis;
        let trace = CpuTrace { samples: vec![(at(0), used(5)), (at(10), used(9)), (at(20), used(30))] };
        assert_eq!(trace.between(at(0), at(10)), used(4));
        assert_eq!(trace.between(at(9), at(15)), used(21));
        assert_eq!(trace.between(at(15), at(99)), used(0));
    }
}
