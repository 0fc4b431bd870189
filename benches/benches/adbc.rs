//! Reading a table of three columns over ADBC, beside the driver alone: the same statement, its batches thrown away as they
//! come.
//!
//! ```text
//! .ci/with-adbc cargo bench -p tikaud-benches --bench adbc                            1 and 10 million rows
//! .ci/with-adbc cargo bench -p tikaud-benches --bench adbc -- --members 1000000 --rounds 1
//! ```
//!
//! Every read is in a process of its own; the ways take turns. Linux only.

#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, LOAD_FLAG_DEFAULT, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use clap::{Parser, ValueEnum};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use tikaud_benches::{Spread, measure_apart, peak_memory, process_cpu};
use tikaud_core::segment::Segment;
use tikaud_sources::{AdbcConnection, AdbcDriver, AdbcSegment};

type Outcome<T> = Result<T, Box<dyn Error>>;

const COLUMNS: [&str; 3] = ["id", "email", "phone"];

/// Reading over ADBC.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rows of the table; several sizes, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000, 10_000_000])]
    members: Vec<u64>,
    /// How often each way is measured.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Measures one way in this process; how they are started.
    #[arg(long, hide = true)]
    way: Option<Way>,
    /// The directory of the databases.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A way to read the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    DuckdbDriver,
    DuckdbTikaud,
    SqliteDriver,
    SqliteTikaud,
}

impl Way {
    const ALL: [Self; 4] = [Self::DuckdbDriver, Self::DuckdbTikaud, Self::SqliteDriver, Self::SqliteTikaud];

    fn as_str(self) -> &'static str {
        match self {
            Self::DuckdbDriver => "duckdb-driver",
            Self::DuckdbTikaud => "duckdb-tikaud",
            Self::SqliteDriver => "sqlite-driver",
            Self::SqliteTikaud => "sqlite-tikaud",
        }
    }

    fn engine(self) -> Engine {
        match self {
            Self::DuckdbDriver | Self::DuckdbTikaud => Engine::DuckDb,
            Self::SqliteDriver | Self::SqliteTikaud => Engine::Sqlite,
        }
    }

    /// Whether it is the driver alone, which the way after it is compared with.
    fn is_driver(self) -> bool {
        matches!(self, Self::DuckdbDriver | Self::SqliteDriver)
    }
}

#[derive(Debug, Clone, Copy)]
enum Engine {
    DuckDb,
    Sqlite,
}

impl Engine {
    fn library(self) -> Outcome<String> {
        let variable = match self {
            Self::DuckDb => "TIKAUD_TEST_ADBC_DUCKDB",
            Self::Sqlite => "TIKAUD_TEST_ADBC_SQLITE",
        };
        env::var(variable).map_err(|_| format!("{variable} names no driver; run it by .ci/with-adbc").into())
    }

    /// The option that says where the database is.
    fn place(self, directory: &Path) -> (&'static str, String) {
        match self {
            Self::DuckDb => ("path", directory.join("people.duckdb").display().to_string()),
            Self::Sqlite => ("uri", format!("file:{}", directory.join("people.db").display())),
        }
    }

    fn connect(self, directory: &Path) -> Outcome<ManagedConnection> {
        let entrypoint = match self {
            Self::DuckDb => Some(&b"duckdb_adbc_init"[..]),
            Self::Sqlite => None,
        };
        let library = self.library()?;
        let mut driver =
            ManagedDriver::load_from_name(library, entrypoint, AdbcVersion::V110, LOAD_FLAG_DEFAULT, None)?;
        let (key, value) = self.place(directory);
        let options = [(OptionDatabase::from(key), OptionValue::from(value))];
        Ok(driver.new_database_with_opts(options)?.new_connection()?)
    }

    fn fill(self, directory: &Path, members: u64) -> Outcome<()> {
        let rows = match self {
            Self::DuckDb => format!(
                "SELECT n AS id, 'customer.' || n || '@example.com' AS email, '+4930' || lpad(n::text, 8, '0') AS phone \
                 FROM range(1, {members} + 1) AS t (n)"
            ),
            Self::Sqlite => format!(
                "WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < {members}) \
                 SELECT n, 'customer.' || n || '@example.com', '+4930' || printf('%08d', n) FROM c"
            ),
        };
        let mut connection = self.connect(directory)?;
        for sql in [
            format!("CREATE TABLE {} (id BIGINT, email VARCHAR(100), phone VARCHAR(20))", table(members)),
            format!("INSERT INTO {} {rows}", table(members)),
        ] {
            let mut statement = connection.new_statement()?;
            statement.set_sql_query(sql)?;
            statement.execute_update()?;
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Measurement {
    seconds: f64,
    cpu_seconds: f64,
    peak_mib: f64,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = Arguments::parse();
    for engine in [Engine::DuckDb, Engine::Sqlite] {
        if let Err(missing) = engine.library() {
            println!("not measured: {missing}");
            return Ok(());
        }
    }
    if let (Some(way), [members], Some(directory)) = (arguments.way, &arguments.members[..], &arguments.directory) {
        println!("{}", serde_json::to_string(&measure(way, directory, *members).await?)?);
        return Ok(());
    }
    if !arguments.bench {
        (arguments.members, arguments.rounds) = (vec![20_000], 1);
    }
    let directory = tempfile::tempdir()?;
    for members in arguments.members {
        Engine::DuckDb.fill(directory.path(), members)?;
        Engine::Sqlite.fill(directory.path(), members)?;
        let mut measurements = vec![Vec::new(); Way::ALL.len()];
        for _ in 0..arguments.rounds {
            for (way, measured) in Way::ALL.into_iter().zip(&mut measurements) {
                let mut command = Command::new(env::current_exe()?);
                command.args(["--way", way.as_str(), "--members", &members.to_string(), "--directory"]);
                measured.push(measure_apart(command.arg(directory.path()))?);
            }
        }
        print(members, &measurements);
    }
    Ok(())
}

fn table(members: u64) -> String {
    format!("people_{members}")
}

async fn measure(way: Way, directory: &Path, members: u64) -> Outcome<Measurement> {
    let start = (Instant::now(), process_cpu());
    let found = if way.is_driver() {
        driver(way.engine(), directory, members)?
    } else {
        tikaud(way.engine(), directory, members).await?
    };
    if found != members {
        return Err(format!("{way:?} found {found} of {members} members").into());
    }
    Ok(Measurement {
        seconds: start.0.elapsed().as_secs_f64(),
        cpu_seconds: (process_cpu() - start.1).as_secs_f64(),
        peak_mib: peak_memory()? as f64 / f64::from(1 << 20),
    })
}

fn driver(engine: Engine, directory: &Path, members: u64) -> Outcome<u64> {
    let mut statement = engine.connect(directory)?.new_statement()?;
    statement.set_sql_query(format!("SELECT id, email, phone FROM {}", table(members)))?;
    let mut found = 0;
    for batch in statement.execute()? {
        found += batch?.num_rows() as u64;
    }
    Ok(found)
}

async fn tikaud(engine: Engine, directory: &Path, members: u64) -> Outcome<u64> {
    let (key, value) = engine.place(directory);
    let connection = AdbcConnection::new(AdbcDriver::path(engine.library()?)).option(key, value);
    let segment = AdbcSegment::relation(connection, [table(members)]).build()?;
    let mut stream = segment.members(&COLUMNS.map(String::from)).await?;
    let mut found = 0;
    while let Some(batch) = stream.try_next().await? {
        found += batch.len() as u64;
    }
    Ok(found)
}

fn print(members: u64, measurements: &[Vec<Measurement>]) {
    let spread = |way: usize, value: fn(&Measurement) -> f64| Spread::of(measurements[way].iter().map(value));
    println!("{members} rows");
    println!("{:<22}{:>22}{:>12}{:>14}{:>12}{:>12}", "", "s", "M rows/s", "of driver", "cpu s", "peak MiB");
    for (at, way) in Way::ALL.into_iter().enumerate() {
        let driver = if way.is_driver() { at } else { at - 1 };
        let seconds = spread(at, |measured| measured.seconds);
        let part = 100.0 * spread(driver, |measured| measured.seconds).median / seconds.median;
        let rate = members as f64 / seconds.median / 1e6;
        let cpu = spread(at, |measured| measured.cpu_seconds).median;
        let peak = spread(at, |measured| measured.peak_mib).most;
        println!("{:<22}{:>22}{rate:>12.2}{part:>13.0}%{cpu:>12.2}{peak:>12.0}", way.as_str(), seconds.seconds());
    }
}
