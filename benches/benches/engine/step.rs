//! One step of a round, measured.

use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use stats_alloc::Region;
use tikaud_benches::{BATCH, NothingDestination, Shape, current_memory, peak_memory, process_cpu, reset_peak_memory};
use tikaud_core::activation::{Activation, Outcome as RunOutcome, RunOptions, SegmentActivation};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::plan::GuardSettings;
use tikaud_core::state::LocalStateStore;

use crate::members::Members;
use crate::{ALLOCATOR, Arguments, Outcome, floors};

/// What is measured in one process. The runs follow each other on one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Step {
    /// The first run.
    AllNew,
    /// Nothing has changed since.
    NoChange,
    /// One in a hundred has left, and as many have come.
    OnePercentChurn,
    /// Everybody has left, and as many others have come.
    FullReplace,
    /// SHA-256 alone over the same strings, on one core.
    Sha256,
    /// Sorting the digests alone, in memory, on all cores.
    Sort,
    /// Writing as many bytes as the identifiers have to the same disk, and waiting until they are there.
    Disk,
}

/// What came of it. Times are seconds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measurement {
    pub(crate) step: String,
    /// From columns in memory to sorted runs.
    pub(crate) read: f64,
    /// From there to change sets on disk.
    pub(crate) plan: f64,
    /// Carrying them out at a destination that does nothing.
    pub(crate) apply: f64,
    /// Writing the next snapshot.
    pub(crate) commit: f64,
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    /// Bytes, over what the process held before.
    pub(crate) peak_memory: u64,
    /// Bytes that the process held at the most, all of it.
    pub(crate) resident: u64,
    pub(crate) allocations: u64,
    pub(crate) spilled: u64,
}

impl Step {
    pub(crate) const ALL: [Self; 7] =
        [Self::AllNew, Self::NoChange, Self::OnePercentChurn, Self::FullReplace, Self::Sha256, Self::Sort, Self::Disk];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AllNew => "all_new",
            Self::NoChange => "no_change",
            Self::OnePercentChurn => "one_percent_churn",
            Self::FullReplace => "full_replace",
            Self::Sha256 => "sha256",
            Self::Sort => "sort",
            Self::Disk => "disk",
        }
    }

    /// Measures it in this process.
    pub(crate) fn measure(self, directory: &Path, members: u64, arguments: &Arguments) -> Outcome<Measurement> {
        let shape = match self {
            Self::AllNew => Shape::AllNew,
            Self::NoChange => Shape::NoChange,
            Self::OnePercentChurn => Shape::OnePercentChurn,
            Self::FullReplace => Shape::FullReplace,
            Self::Sha256 => return floors::sha256(self, members),
            Self::Sort => return floors::sort(self, members),
            Self::Disk => return floors::disk(self, members, directory),
        };
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(self.run(directory, shape.following(members), arguments))
    }

    async fn run(self, directory: &Path, members: Range<u64>, arguments: &Arguments) -> Outcome<Measurement> {
        let segment = if arguments.generated { Members::Generated(members) } else { Members::in_memory(members)? };
        let store = LocalStateStore::open(directory.join("state"))?;
        let activation = SegmentActivation::builder("members", segment, NothingDestination::new(BATCH), store)
            .mapping(FieldMapping::try_new([("email", Field::Email)])?)
            .guards(GuardSettings::without_thresholds())
            .memory_budget(arguments.memory_mib << 20)
            .build()?;
        reset_peak_memory()?;
        let (before, allocations) = (current_memory()?, Region::new(ALLOCATOR));
        let (start, cpu) = (Instant::now(), process_cpu());
        let report = activation.run(&RunOptions::new()).await?;
        let (wall, cpu) = (start.elapsed(), process_cpu().saturating_sub(cpu));
        let allocations = allocations.change().allocations as u64;
        if report.outcome != RunOutcome::Done {
            return Err(format!("the run was not what is to be measured:\n{report}").into());
        }
        let seconds = |time: Duration| time.as_secs_f64();
        Ok(Measurement {
            step: self.as_str().to_owned(),
            read: seconds(report.timings.read),
            plan: seconds(report.timings.plan),
            apply: seconds(report.timings.intend + report.timings.apply),
            commit: seconds(report.timings.commit),
            wall: seconds(wall),
            cpu: seconds(cpu),
            peak_memory: peak_memory()?.saturating_sub(before),
            resident: peak_memory()?,
            allocations,
            spilled: report.spilled_bytes,
        })
    }

    /// Measures work that is no run.
    pub(crate) fn floor(self, work: impl FnOnce() -> Outcome<()>) -> Outcome<Measurement> {
        let (start, cpu) = (Instant::now(), process_cpu());
        work()?;
        let (wall, cpu) = (start.elapsed().as_secs_f64(), process_cpu().saturating_sub(cpu).as_secs_f64());
        let step = self.as_str().to_owned();
        let (read, plan, apply, commit) = (0.0, 0.0, 0.0, 0.0);
        let (peak_memory, resident, allocations, spilled) = (0, 0, 0, 0);
        Ok(Measurement { step, read, plan, apply, commit, wall, cpu, peak_memory, resident, allocations, spilled })
    }
}
