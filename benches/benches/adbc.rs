//! Reading a table of three columns over ADBC, beside the driver alone: the same statement, its batches thrown away as they
//! come.
//!
//! ```text
//! .ci/with-adbc cargo bench -p tikaud-benches --bench adbc                            1 and 10 million rows
//! .ci/with-adbc cargo bench -p tikaud-benches --bench adbc -- --members 1000000 --rounds 1
//! ```
//!
//! Every read is in a process of its own; the ways take turns. Linux only.

#![expect(clippy::print_stdout, reason = "it says what it has not measured")]

use std::env;
use std::error::Error;
use std::path::Path;

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, LOAD_FLAG_DEFAULT, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use clap::ValueEnum;
use tikaud_benches::{Reading, count_members, measure};
use tikaud_sources::{AdbcConnection, AdbcDriver, AdbcSegment};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A way to read the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    DuckdbDriver,
    DuckdbTikaud,
    SqliteDriver,
    SqliteTikaud,
}

impl Way {
    fn engine(self) -> Engine {
        match self {
            Self::DuckdbDriver | Self::DuckdbTikaud => Engine::DuckDb,
            Self::SqliteDriver | Self::SqliteTikaud => Engine::Sqlite,
        }
    }
}

impl tikaud_benches::Way for Way {
    const BASE: &'static str = "driver";

    fn base(self) -> Self {
        match self.engine() {
            Engine::DuckDb => Self::DuckdbDriver,
            Engine::Sqlite => Self::SqliteDriver,
        }
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

#[tokio::main]
async fn main() -> Outcome<()> {
    for engine in [Engine::DuckDb, Engine::Sqlite] {
        if let Err(missing) = engine.library() {
            println!("not measured: {missing}");
            return Ok(());
        }
    }
    let reading = Reading::<Way>::from_arguments();
    if let Some((way, members, directory)) = reading.single() {
        return measure(members, read(way, directory, members)).await;
    }
    let directory = tempfile::tempdir()?;
    for &members in reading.sizes() {
        Engine::DuckDb.fill(directory.path(), members)?;
        Engine::Sqlite.fill(directory.path(), members)?;
        reading.compare(members, Some(directory.path()))?;
    }
    Ok(())
}

fn table(members: u64) -> String {
    format!("people_{members}")
}

async fn read(way: Way, directory: &Path, members: u64) -> Outcome<u64> {
    match way {
        Way::DuckdbDriver | Way::SqliteDriver => driver(way.engine(), directory, members),
        Way::DuckdbTikaud | Way::SqliteTikaud => tikaud(way.engine(), directory, members).await,
    }
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
    count_members(&AdbcSegment::relation(connection, [table(members)]).build()?).await
}
