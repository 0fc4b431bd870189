//! A table of customers in CSV, e-mail and phone: the first sync, one that finds nothing to do, and one after a day of
//! churn. Against the simulator in this process, against nothing, and in parts.
//!
//! ```text
//! cargo bench -p tikaud-benches --bench first_sync
//! cargo bench -p tikaud-benches --bench first_sync -- --rows 100000 --rounds 5 --default-pace
//! ```
//!
//! Every round starts a process anew for each scenario, so that one's memory and processor time are not another's, and
//! the scenarios take turns, so that a machine whose speed drifts is the same to all of them. Linux only.

#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

mod measurement;
mod parts;
mod scenario;
mod summary;
mod sync;

use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use tikaud_benches::{CSV_HEADER, Person, measure_apart};

use self::measurement::Measurement;
use self::scenario::Scenario;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// First sync, no change, one per cent churn.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rows of the table.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u32,
    /// How often each scenario is measured.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Also once at the default pace of 10 requests per second.
    #[arg(long)]
    default_pace: bool,
    /// Measures one scenario in this process; how the scenarios are started.
    #[arg(long, hide = true, requires = "directory")]
    scenario: Option<Scenario>,
    /// Where the tables are.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let mut arguments = Arguments::parse();
    if let (Some(scenario), Some(directory)) = (arguments.scenario, &arguments.directory) {
        println!("{}", serde_json::to_string(&scenario.measure(directory)?)?);
        return Ok(());
    }
    if !arguments.bench {
        (arguments.rows, arguments.rounds) = (2_000, 1);
    }
    let directory = tempfile::tempdir()?;
    let churn = arguments.rows / 100;
    write_table(&sync::table(directory.path(), "day-1"), 0..arguments.rows)?;
    write_table(&sync::table(directory.path(), "day-2"), churn..arguments.rows + churn)?;

    println!("{} rows, {} rounds", arguments.rows, arguments.rounds);
    let mut measurements = Vec::new();
    for _ in 0..arguments.rounds {
        for scenario in [Scenario::Simulator, Scenario::Nothing, Scenario::Parts] {
            measurements.extend(start(scenario, directory.path())?);
        }
    }
    if arguments.default_pace {
        measurements.extend(start(Scenario::DefaultPace, directory.path())?);
    }
    summary::print(&measurements);
    Ok(())
}

/// Measures a scenario in a process of its own.
fn start(scenario: Scenario, directory: &Path) -> Outcome<Vec<Measurement>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--scenario").arg(scenario.as_str()).arg("--directory").arg(directory);
    measure_apart(&mut command)
}

fn write_table(path: &Path, people: Range<u32>) -> Outcome<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    file.write_all(CSV_HEADER.as_bytes())?;
    let mut line = String::new();
    for person in people.map(Person) {
        line.clear();
        person.write_csv(&mut line);
        file.write_all(line.as_bytes())?;
    }
    Ok(file.flush()?)
}
