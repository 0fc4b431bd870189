//! The diff in the database that holds the segment, beside the anti-join that one would write by hand there, and what leaves the
//! database in both cases: DuckDB, and Sail as a cluster.
//!
//! ```text
//! .ci/with-adbc cargo bench -p tikaud-benches --bench tables                       10 million rows; 0, 1 and 10 % churn
//! .ci/with-adbc cargo bench -p tikaud-benches --bench tables -- --members 1000000 --rounds 5
//! ```
//!
//! What is held is the segment as it was, settled by the engine's own statements. Each way is a process of its own, that
//! connects, compares, and takes all changes in; the ways take turns. Linux only.

#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

mod database;
mod summary;
mod ways;

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use clap::Parser;
use tikaud_benches::measure_apart;

use self::database::{Database, Engine};
use self::ways::{Measurement, Way};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many of a hundred members leave, and as many come.
const CHURN: [u64; 3] = [0, 1, 10];

/// The diff in the database, beside the anti-join written by hand.
#[derive(Debug, Parser)]
struct Arguments {
    /// Members of the segment; several sizes, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000_000])]
    members: Vec<u64>,
    /// How often each way is measured.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// The engines that are measured. Default: both.
    #[arg(long, value_enum)]
    engine: Vec<Engine>,
    /// Measures one way in this process; how they are started.
    #[arg(long, hide = true, value_enum)]
    way: Option<Way>,
    /// Its churn.
    #[arg(long, hide = true, default_value_t = 0)]
    churn: u64,
    /// Where DuckDB's file is.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = Arguments::parse();
    if let (Some(way), Some(directory), [engine], [members]) =
        (arguments.way, arguments.directory, &arguments.engine[..], &arguments.members[..])
    {
        let database = Database::new(*engine, &directory)?;
        println!("{}", serde_json::to_string(&way.measure(&database, *members, arguments.churn).await?)?);
        return Ok(());
    }
    if !arguments.bench {
        (arguments.members, arguments.rounds) = (vec![5_000], 1);
    }
    if arguments.engine.is_empty() {
        arguments.engine = vec![Engine::Duckdb, Engine::Sail];
    }
    for engine in arguments.engine {
        let directory = tempfile::tempdir()?;
        let database = match Database::new(engine, directory.path()) {
            Ok(database) => database,
            Err(missing) => {
                println!("not measured: {missing}");
                continue;
            }
        };
        for &members in &arguments.members {
            database.fill(members).await?;
            for churn in CHURN {
                let mut measured = Vec::new();
                for _ in 0..arguments.rounds {
                    for way in Way::ALL {
                        measured.push((way, start(&database, way, members, churn)?));
                    }
                }
                summary::print(engine, members, churn, &measured)?;
            }
            database.clear(members).await?;
        }
    }
    Ok(())
}

/// Measures a way in a process of its own.
fn start(database: &Database, way: Way, members: u64, churn: u64) -> Outcome<Measurement> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["--way", way.as_str(), "--engine", database.engine().as_str()]);
    command.args(["--members", &members.to_string(), "--churn", &churn.to_string()]);
    measure_apart(command.arg("--directory").arg(database.directory()))
}
