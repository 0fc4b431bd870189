//! The databases, and what is put into them.

use std::env;
use std::path::{Path, PathBuf};

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database as _, Driver, LOAD_FLAG_DEFAULT, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use clap::ValueEnum;
use tikaud_core::diff::{CompareRequest, DiffEngine, SetsId};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_sources::{AdbcConnection, AdbcDialect, AdbcDiffEngine, AdbcDriver, AdbcSegment};

use crate::Outcome;

/// The schema of everything.
const SCHEMA: &str = "tikaud_bench";

/// An engine that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Duckdb,
    Sail,
}

/// A database of one of them.
pub(crate) struct Database {
    engine: Engine,
    library: String,
    /// The option that says where it is.
    place: (&'static str, String),
    directory: PathBuf,
}

impl Engine {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Duckdb => "duckdb",
            Self::Sail => "sail",
        }
    }
}

fn told(variable: &str) -> Outcome<String> {
    env::var(variable).map_err(|_| format!("{variable} is not set; run it by .ci/with-adbc").into())
}

impl Database {
    pub(crate) fn new(engine: Engine, directory: &Path) -> Outcome<Self> {
        let (library, place) = match engine {
            Engine::Duckdb => {
                let path = directory.join("people.duckdb").display().to_string();
                (told("TIKAUD_TEST_ADBC_DUCKDB")?, ("path", path))
            }
            Engine::Sail => (told("TIKAUD_TEST_ADBC_FLIGHTSQL")?, ("uri", told("TIKAUD_TEST_ADBC_FLIGHT")?)),
        };
        Ok(Self { engine, library, place, directory: directory.to_owned() })
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// A connection of the driver's own.
    pub(crate) fn connect(&self) -> Outcome<ManagedConnection> {
        let entrypoint = match self.engine {
            Engine::Duckdb => Some(&b"duckdb_adbc_init"[..]),
            Engine::Sail => None,
        };
        let version = AdbcVersion::V110;
        let mut driver = ManagedDriver::load_from_name(&self.library, entrypoint, version, LOAD_FLAG_DEFAULT, None)?;
        let (key, value) = &self.place;
        let options = [(OptionDatabase::from(*key), OptionValue::from(value.as_str()))];
        Ok(driver.new_database_with_opts(options)?.new_connection()?)
    }

    /// The segment of so many members, of whom so many of a hundred have been exchanged.
    pub(crate) fn diff_engine(&self, members: u64, churn: u64) -> Outcome<AdbcDiffEngine> {
        let (key, value) = &self.place;
        let connection = AdbcConnection::new(AdbcDriver::path(&self.library)).option(*key, value);
        let connection = connection.dialect(match self.engine {
            Engine::Duckdb => AdbcDialect::DuckDb,
            Engine::Sail => AdbcDialect::Spark,
        });
        let segment = AdbcSegment::query(connection, segment(members, churn)).name("People").build()?;
        Ok(AdbcDiffEngine::try_new(&segment, [SCHEMA])?)
    }

    /// Fills the table, and settles that everybody of the segment without churn is held.
    pub(crate) async fn fill(&self, members: u64) -> Outcome<()> {
        let mut run = self.runner()?;
        run(&format!("CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))?;
        run(&format!("DROP TABLE IF EXISTS {}", people(members)))?;
        run(&format!("CREATE TABLE {} AS {}", people(members), self.rows(members)))?;
        let digests = format!("SELECT DISTINCT {} AS digest FROM ({}) AS people", self.digest(), segment(members, 0));
        run(&format!("DROP TABLE IF EXISTS {}", held_by_hand(members)))?;
        run(&format!("CREATE TABLE {} AS {digests}", held_by_hand(members)))?;
        // DuckDB's file has one writer, and the engine is to look at it.
        drop(run);

        let engine = self.diff_engine(members, 0)?;
        let statements = engine.statements(&CompareRequest::new(None, &mapping()?), &held(members)).await?;
        let mut run = self.runner()?;
        for statement in statements.iter().filter(|statement| statement.writes) {
            match statement.sql.strip_prefix("INSERT INTO ").and_then(|insert| insert.split(' ').next()) {
                // Fates come from a run; these are made where they are needed: confirmed, whatever they were.
                Some(fates) => run(&format!(
                    "INSERT INTO {fates} SELECT CAST(1 AS SMALLINT) AS kind, digest, CAST(2 AS SMALLINT) AS absent, \
                     CAST(2 AS SMALLINT) AS unconfirmed, CAST(2 AS SMALLINT) AS confirmed FROM {}",
                    held_by_hand(members)
                ))?,
                None => run(&statement.sql)?,
            }
        }
        Ok(())
    }

    /// Drops what was filled.
    pub(crate) async fn clear(&self, members: u64) -> Outcome<()> {
        self.diff_engine(members, 0)?.keep(held(members).activation(), &[], u64::MAX).await?;
        let mut run = self.runner()?;
        run(&format!("DROP TABLE {}", people(members)))?;
        run(&format!("DROP TABLE {}", held_by_hand(members)))
    }

    fn runner(&self) -> Outcome<impl FnMut(&str) -> Outcome<()>> {
        let mut connection = self.connect()?;
        Ok(move |sql: &str| {
            let mut statement = connection.new_statement()?;
            statement.set_sql_query(sql)?;
            // Sail takes no updates as such.
            statement.execute()?.try_for_each(|batch| batch.map(drop))?;
            Ok(())
        })
    }

    /// A tenth more people than there are members: one in twenty in capitals, one with blanks around it, a fifth with some
    /// capitals.
    fn rows(&self, members: u64) -> String {
        let all = members + members / 10;
        let numbers = match self.engine {
            Engine::Duckdb => format!("range(0, {all}) AS numbers (id)"),
            Engine::Sail => format!("range(0, {all}) AS numbers"),
        };
        format!(
            "SELECT id, CASE WHEN id % 20 = 0 THEN concat('CUSTOMER.', id, '@EXAMPLE.COM') \
             WHEN id % 20 = 1 THEN concat(' customer.', id, '@example.com ') \
             WHEN id % 5 = 2 THEN concat('Customer.', id, '@Example.com') \
             ELSE concat('customer.', id, '@example.com') END AS email FROM {numbers}"
        )
    }

    /// What one would write for the digest of an address.
    fn digest(&self) -> &'static str {
        match self.engine {
            Engine::Duckdb => "sha256(lower(trim(email)))",
            Engine::Sail => "sha2(lower(trim(email)), 256)",
        }
    }

    /// The anti-join, both ways at once, that one would write.
    pub(crate) fn by_hand(&self, members: u64, churn: u64) -> String {
        let (digest, segment, held) = (self.digest(), segment(members, churn), held_by_hand(members));
        format!(
            "SELECT CASE WHEN h.digest IS NULL THEN 'add' ELSE 'remove' END AS action, \
             COALESCE(s.digest, h.digest) AS digest FROM (SELECT DISTINCT {digest} AS digest FROM ({segment}) AS people) \
             AS s FULL OUTER JOIN {held} AS h ON s.digest = h.digest WHERE s.digest IS NULL OR h.digest IS NULL"
        )
    }
}

pub(crate) fn mapping() -> Outcome<FieldMapping> {
    Ok(FieldMapping::try_new([("email", Field::Email)])?)
}

/// The sets that are held.
pub(crate) fn held(members: u64) -> SetsId {
    SetsId::of(&format!("bench-{members}").parse().unwrap_or_else(|_| unreachable!()), 1, 1)
}

fn people(members: u64) -> String {
    format!("{SCHEMA}.people_{members}")
}

fn held_by_hand(members: u64) -> String {
    format!("{SCHEMA}.held_{members}")
}

fn segment(members: u64, churn: u64) -> String {
    let from = members * churn / 100;
    format!("SELECT email FROM {} WHERE id >= {from} AND id < {}", people(members), from + members)
}
