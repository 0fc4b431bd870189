//! What came of measuring one step of a scenario once.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tikaud_benches::{CpuTrace, process_cpu};
use tikaud_core::activation::Report;

/// One step of a scenario, measured once. Times are seconds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measurement {
    pub(crate) scenario: String,
    pub(crate) step: String,
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    /// The part of it that is the simulator's.
    pub(crate) simulator_cpu: f64,
    pub(crate) stages: Vec<Stage>,
    pub(crate) requests: u64,
    /// Of request bodies.
    pub(crate) bytes: u64,
    /// The most that the process has held, in bytes.
    pub(crate) peak_memory: u64,
}

/// One stage of a run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
}

impl Measurement {
    /// A step that was just done and used this much; everything else is left at nothing.
    pub(crate) fn of(scenario: &str, step: &str, wall: Duration, cpu: Duration) -> Self {
        Self {
            scenario: scenario.to_owned(),
            step: step.to_owned(),
            wall: wall.as_secs_f64(),
            cpu: cpu.as_secs_f64(),
            simulator_cpu: 0.0,
            stages: Vec::new(),
            requests: 0,
            bytes: 0,
            peak_memory: 0,
        }
    }

    /// The same with its stages, by the run's own timings.
    pub(crate) fn with_report(mut self, report: &Report, trace: &CpuTrace, begun: SystemTime) -> Self {
        let timings = &report.timings;
        let since_epoch = u64::try_from(report.started.as_nanosecond()).unwrap_or_default();
        let (started, mut at) = (SystemTime::UNIX_EPOCH + Duration::from_nanos(since_epoch), begun);
        let claim = started.duration_since(begun).unwrap_or_default();
        let stages = [
            ("claim", claim),
            ("connect", timings.connect),
            ("read", timings.read),
            ("plan", timings.plan),
            ("intend", timings.intend),
            ("apply", timings.apply),
            ("commit", timings.commit),
        ];
        for (name, wall) in stages {
            let cpu = trace.between(at, at + wall);
            self.stages.push(Stage { name: name.to_owned(), wall: wall.as_secs_f64(), cpu: cpu.as_secs_f64() });
            at += wall;
        }
        (self.requests, self.bytes) = (report.traffic.requests, report.traffic.bytes);
        self
    }
}

/// Does something and says how long that took, and how much processor time.
pub(crate) fn timed<T>(what: impl FnOnce() -> T) -> (T, Duration, Duration) {
    let (start, cpu) = (std::time::Instant::now(), process_cpu());
    let result = what();
    (result, start.elapsed(), process_cpu().saturating_sub(cpu))
}
