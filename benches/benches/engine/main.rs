//! The engine alone: e-mail columns in memory to change sets on disk, and on to the committed snapshot, in the four shapes
//! that synchronising has. The destination takes everything and does nothing.
//!
//! ```text
//! cargo bench -p tikaud-benches --bench engine                              10⁵, 10⁶ and 10⁷ members
//! cargo bench -p tikaud-benches --bench engine -- --members 100000000 --rounds 1 --generated
//! ```
//!
//! Every step is a process of its own, so that one's memory is not another's; the steps of a round follow each other on one
//! state, as runs do. Beside them, in the same round: SHA-256 alone over the same strings, sorting alone, and writing as
//! many bytes to the same disk as the change sets have. Linux only.

#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

mod floors;
mod members;
mod step;
mod summary;

use std::alloc::System;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tikaud_benches::measure_apart;

use self::step::{Measurement, Step};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// All new, no change, one per cent churn, full replacement.
#[derive(Debug, Clone, Parser)]
struct Arguments {
    /// Members of the segment; several sizes, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000, 10_000_000])]
    members: Vec<u64>,
    /// How often each step is measured.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// The memory budget, in MiB.
    #[arg(long, default_value_t = 256)]
    memory_mib: usize,
    /// Makes the members while they are read, for segments that do not fit into memory.
    #[arg(long)]
    generated: bool,
    /// Where state and temporary files go. Default: the system's directory for temporary files.
    #[arg(long)]
    directory: Option<PathBuf>,
    /// Measures one step in this process; how the steps are started.
    #[arg(long, hide = true)]
    step: Option<Step>,
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let mut arguments = Arguments::parse();
    if let (Some(step), Some(directory), [members]) = (arguments.step, &arguments.directory, &arguments.members[..]) {
        println!("{}", serde_json::to_string(&step.measure(directory, *members, &arguments)?)?);
        return Ok(());
    }
    if !arguments.bench {
        (arguments.members, arguments.rounds) = (vec![2_000], 1);
    }
    for members in arguments.members.clone() {
        let mut measurements = Vec::new();
        for _ in 0..arguments.rounds {
            let parent = arguments.directory.clone().unwrap_or_else(std::env::temp_dir);
            let directory = tempfile::tempdir_in(parent)?;
            for step in Step::ALL {
                measurements.push(start(step, directory.path(), members, &arguments)?);
            }
        }
        summary::print(members, &measurements);
    }
    Ok(())
}

/// Measures a step in a process of its own.
fn start(step: Step, directory: &Path, members: u64, arguments: &Arguments) -> Outcome<Measurement> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--step").arg(step.as_str()).arg("--directory").arg(directory);
    command.args(["--members", &members.to_string(), "--memory-mib", &arguments.memory_mib.to_string()]);
    if arguments.generated {
        command.arg("--generated");
    }
    measure_apart(&mut command)
}
