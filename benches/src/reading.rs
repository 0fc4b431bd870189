//! How the benchmarks of reading go: every read is in a process of its own, the ways take turns, and each is shown beside
//! the one that it is to be compared with.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use tikaud_core::segment::Segment;

use crate::{Spread, measure_apart, peak_memory, process_cpu};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The columns that are read.
pub const COLUMNS: [&str; 3] = ["id", "email", "phone"];

/// A way to read the same members; the order of the variants is that of the turns and of the lines.
pub trait Way: ValueEnum + Copy + PartialEq + Send + Sync + 'static {
    /// What the ways are called that others are compared with.
    const BASE: &'static str;

    /// The way that this one is compared with; itself, perhaps.
    fn base(self) -> Self;
}

/// Measures ways to read.
#[derive(Debug, Parser)]
pub struct Reading<W: Way> {
    /// Rows to read; several sizes, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000, 10_000_000])]
    members: Vec<u64>,
    /// How often each way is measured.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Measures one way in this process; how they are started.
    #[arg(long, hide = true, value_enum)]
    way: Option<W>,
    /// Where the files or databases are, for that process.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

impl<W: Way> Reading<W> {
    /// The arguments of this process.
    #[must_use]
    pub fn from_arguments() -> Self {
        let mut reading = Self::parse();
        if reading.way.is_none() && !reading.bench {
            (reading.members, reading.rounds) = (vec![20_000], 1);
        }
        reading
    }

    /// How many rows to read, one size after the other.
    #[must_use]
    pub fn sizes(&self) -> &[u64] {
        &self.members
    }

    /// What this process is to read: the way, how many rows, and the directory that [`compare`](Self::compare) was given,
    /// empty without. `None` in the process that starts the others.
    #[must_use]
    pub fn single(&self) -> Option<(W, u64, &Path)> {
        let directory = self.directory.as_deref().unwrap_or(Path::new(""));
        self.way.zip(self.members.first()).map(|(way, &members)| (way, members, directory))
    }

    /// Measures every way in processes of their own, and prints what they took.
    ///
    /// # Errors
    ///
    /// When one of them fails.
    pub fn compare(&self, members: u64, directory: Option<&Path>) -> Outcome<()> {
        let ways = W::value_variants();
        let mut measurements = vec![Vec::new(); ways.len()];
        for _ in 0..self.rounds {
            for (&way, measured) in ways.iter().zip(&mut measurements) {
                let mut command = Command::new(env::current_exe()?);
                command.args(["--way", &name(way), "--members", &members.to_string()]);
                if let Some(directory) = directory {
                    command.arg("--directory").arg(directory);
                }
                measured.push(measure_apart(&mut command)?);
            }
        }
        print(members, ways, &measurements);
        Ok(())
    }
}

/// What one read took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Measurement {
    seconds: f64,
    cpu_seconds: f64,
    peak_mib: f64,
}

/// Reads, and prints what it took for the process that has started this one.
///
/// # Errors
///
/// When reading fails, and when it does not find as many members as there are.
#[expect(clippy::print_stdout, reason = "the process that has started this one reads it there")]
pub async fn measure(members: u64, read: impl Future<Output = Outcome<u64>>) -> Outcome<()> {
    let start = (Instant::now(), process_cpu());
    let found = read.await?;
    if found != members {
        return Err(format!("{found} of {members} members were found").into());
    }
    let measured = Measurement {
        seconds: start.0.elapsed().as_secs_f64(),
        cpu_seconds: (process_cpu() - start.1).as_secs_f64(),
        peak_mib: peak_memory()? as f64 / f64::from(1 << 20),
    };
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

/// Reads the [`COLUMNS`] of all members, and counts them.
///
/// # Errors
///
/// When the segment cannot be read.
pub async fn count_members(segment: &impl Segment) -> Outcome<u64> {
    let mut members = segment.members(&COLUMNS.map(String::from)).await?;
    let mut found = 0;
    while let Some(batch) = members.try_next().await? {
        found += batch.len() as u64;
    }
    Ok(found)
}

fn name(way: impl Way) -> String {
    way.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "the benchmarks print what they have measured")]
fn print<W: Way>(members: u64, ways: &[W], measurements: &[Vec<Measurement>]) {
    let spread = |way: usize, value: fn(&Measurement) -> f64| Spread::of(measurements[way].iter().map(value));
    let of_base = format!("of {}", W::BASE);
    println!("{members} rows");
    println!("{:<22}{:>22}{:>12}{of_base:>14}{:>12}{:>12}", "", "s", "M rows/s", "cpu s", "peak MiB");
    for (at, &way) in ways.iter().enumerate() {
        let base = ways.iter().position(|&other| other == way.base()).unwrap_or(at);
        let seconds = spread(at, |measured| measured.seconds);
        let part = 100.0 * spread(base, |measured| measured.seconds).median / seconds.median;
        let rate = members as f64 / seconds.median / 1e6;
        let cpu = spread(at, |measured| measured.cpu_seconds).median;
        let peak = spread(at, |measured| measured.peak_mib).most;
        println!("{:<22}{:>22}{rate:>12.2}{part:>13.0}%{cpu:>12.2}{peak:>12.0}", name(way), seconds.seconds());
    }
}
