//! The databases that tests run against, and what is read from them.

use std::env;
use std::error::Error;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, LOAD_FLAG_DEFAULT, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use futures::TryStreamExt;
use tempfile::TempDir;
use tikaud_core::segment::{MemberBatch, Segment, SegmentError};
use tikaud_sources::{
    AdbcConnection, AdbcDialect, AdbcDriver, AdbcError, AdbcErrorKind, AdbcSegment, AdbcSegmentBuilder,
};
use tokio_postgres::{Client, NoTls};

/// What no error may hold: tests write it into values and passwords.
pub(crate) const CANARY: &str = "canary";

/// A member's cells, each with its values.
pub(crate) type Row = Vec<Vec<String>>;

pub(crate) fn told(name: &str) -> String {
    let variable = format!("TIKAUD_TEST_ADBC_{name}");
    env::var(&variable).unwrap_or_else(|_| panic!("{variable} names nothing; run the test by .ci/with-adbc"))
}

/// The driver's library.
pub(crate) fn driver(name: &str) -> AdbcDriver {
    AdbcDriver::path(told(name))
}

pub(crate) fn library(name: &str) -> String {
    told(name)
}

/// SQL as a text in it.
pub(crate) fn literal(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), |text| format!("'{}'", text.replace('\'', "''")))
}

/// A database of SQLite, in a file of its own.
pub(crate) struct Sqlite {
    directory: TempDir,
    pub(crate) admin: rusqlite::Connection,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let admin = rusqlite::Connection::open(directory.path().join("shop.db")).unwrap();
        Self { directory, admin }
    }

    pub(crate) fn run(&self, sql: &str) {
        self.admin.execute_batch(sql).unwrap();
    }

    pub(crate) fn connection(&self) -> AdbcConnection {
        let path = self.directory.path().join("shop.db");
        AdbcConnection::new(driver("SQLITE")).uri(format!("file:{}", path.display()))
    }

    pub(crate) fn relation(&self, name: &str) -> AdbcSegmentBuilder {
        AdbcSegment::relation(self.connection(), [name])
    }

    pub(crate) fn query(&self, sql: &str) -> AdbcSegmentBuilder {
        AdbcSegment::query(self.connection(), sql).name("Query")
    }
}

/// A database of DuckDB, in a file of its own. Whoever writes to it has it for themselves, so nobody stays connected.
pub(crate) struct DuckDb {
    directory: TempDir,
}

impl DuckDb {
    pub(crate) fn new() -> Self {
        let duckdb = Self { directory: tempfile::tempdir().unwrap() };
        duckdb.run(&["SELECT 1"]);
        duckdb
    }

    pub(crate) fn path(&self) -> String {
        self.directory.path().join("shop.duckdb").display().to_string()
    }

    pub(crate) fn run<S: AsRef<str>>(&self, statements: &[S]) {
        let mut connection = self.raw();
        statements.iter().for_each(|sql| execute(&mut connection, sql.as_ref()));
    }

    pub(crate) fn raw(&self) -> ManagedConnection {
        raw("DUCKDB", Some(b"duckdb_adbc_init"), &[("path", &self.path())])
    }

    /// Whether it can be opened for writing.
    pub(crate) fn try_run(&self, sql: &str) -> bool {
        let library = told("DUCKDB");
        let entrypoint: &[u8] = b"duckdb_adbc_init";
        let mut driver =
            ManagedDriver::load_from_name(library, Some(entrypoint), AdbcVersion::V110, LOAD_FLAG_DEFAULT, None)
                .unwrap();
        let path = (OptionDatabase::from("path"), OptionValue::from(self.path()));
        let Ok(database) = driver.new_database_with_opts([path]) else { return false };
        let Ok(mut connection) = database.new_connection() else { return false };
        execute(&mut connection, sql);
        true
    }

    pub(crate) fn connection(&self) -> AdbcConnection {
        AdbcConnection::new(driver("DUCKDB")).option("path", self.path())
    }

    pub(crate) fn relation(&self, name: &str) -> AdbcSegmentBuilder {
        AdbcSegment::relation(self.connection(), [name])
    }

    pub(crate) fn query(&self, sql: &str) -> AdbcSegmentBuilder {
        AdbcSegment::query(self.connection(), sql).name("Query")
    }
}

/// A connection by the driver alone.
pub(crate) fn raw(name: &str, entrypoint: Option<&[u8]>, options: &[(&str, &str)]) -> ManagedConnection {
    let mut driver =
        ManagedDriver::load_from_name(told(name), entrypoint, AdbcVersion::V110, LOAD_FLAG_DEFAULT, None).unwrap();
    let options = options.iter().map(|(key, value)| (OptionDatabase::from(*key), OptionValue::from(*value)));
    driver.new_database_with_opts(options).unwrap().new_connection().unwrap()
}

pub(crate) fn execute(connection: &mut ManagedConnection, sql: &str) {
    let mut statement = connection.new_statement().unwrap();
    statement.set_sql_query(sql).unwrap();
    statement.execute_update().unwrap();
}

/// A server of PostgreSQL, with a schema of the test's own.
pub(crate) struct Postgres {
    pub(crate) url: String,
    pub(crate) schema: String,
    pub(crate) admin: Client,
}

impl Postgres {
    pub(crate) async fn new() -> Self {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let url = env::var("TIKAUD_TEST_POSTGRES")
            .expect("TIKAUD_TEST_POSTGRES names no server; run the test by .ci/with-postgres");
        let schema = format!("adbc {} {}", process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let (admin, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let server = Self { url, schema, admin };
        let schema = &server.schema;
        server.run(&format!(r#"CREATE SCHEMA "{schema}"; SET search_path TO "{schema}", public"#)).await;
        server
    }

    pub(crate) async fn run(&self, sql: &str) {
        self.admin.batch_execute(sql).await.unwrap();
    }

    pub(crate) fn connection(&self) -> AdbcConnection {
        AdbcConnection::new(driver("POSTGRESQL")).uri(&self.url)
    }

    pub(crate) fn relation(&self, name: &str) -> AdbcSegmentBuilder {
        AdbcSegment::relation(self.connection(), [&self.schema, name])
    }

    pub(crate) fn query(&self, sql: &str) -> AdbcSegmentBuilder {
        AdbcSegment::query(self.connection(), sql).name("Query")
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.parse::<tokio_postgres::Config>().unwrap().get_ports()[0]
    }
}

/// The distributed engine by Flight SQL; its SQL is Spark's.
pub(crate) fn flight() -> AdbcConnection {
    AdbcConnection::new(driver("FLIGHTSQL")).uri(told("FLIGHT")).dialect(AdbcDialect::Spark)
}

/// The distributed engine by Spark Connect, whose driver says what it speaks.
pub(crate) fn spark() -> AdbcConnection {
    AdbcConnection::new(driver("SPARK")).uri(told("CONNECT")).option("adbc.spark.session_id", spark_session())
}

/// The session that all connections of this process share: the engine's own catalog is its session's.
pub(crate) fn spark_session() -> String {
    format!("{:08x}-0000-4000-8000-000000000000", process::id())
}

/// The distributed engine by either.
pub(crate) fn sails() -> [AdbcConnection; 2] {
    [flight(), spark()]
}

/// The error of building and reading a segment.
pub(crate) async fn failure(segment: AdbcSegmentBuilder, columns: &[&str]) -> SegmentError {
    match segment.build() {
        Ok(segment) => members(&segment, columns).await.unwrap_err(),
        Err(error) => error,
    }
}

/// An error's text with its causes', checked to hold no canary; where drivers are differs.
pub(crate) fn text(error: &SegmentError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(" <- {error}");
        cause = error.source();
    }
    assert!(!text.contains(CANARY) && !format!("{error:?}{error:#?}").contains(CANARY), "{error:?}");
    for name in ["SQLITE", "POSTGRESQL", "FLIGHTSQL", "SPARK", "SNOWFLAKE", "BIGQUERY", "DUCKDB"] {
        if let Ok(path) = env::var(format!("TIKAUD_TEST_ADBC_{name}")) {
            text = text.replace(&path, name);
        }
    }
    text
}

/// What kind of failure the driver reported.
pub(crate) fn kind(error: &SegmentError) -> AdbcErrorKind {
    error.source().unwrap_or_else(|| panic!("{error}")).downcast_ref::<AdbcError>().unwrap().kind()
}

/// All members, row by row.
pub(crate) async fn members(segment: &AdbcSegment, columns: &[&str]) -> Result<Vec<Row>, SegmentError> {
    let batches: Vec<MemberBatch> = segment.members(&owned(columns)).await?.try_collect().await?;
    Ok(batches.iter().flat_map(rows).collect())
}

pub(crate) async fn read(segment: AdbcSegmentBuilder, columns: &[&str]) -> Vec<Row> {
    members(&segment.build().unwrap(), columns).await.unwrap()
}

pub(crate) fn owned(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}

pub(crate) fn rows(batch: &MemberBatch) -> Vec<Row> {
    let cell = |row: usize, column: usize| batch.columns()[column].cell(row).map(str::to_owned).collect();
    (0..batch.len()).map(|row| (0..batch.columns().len()).map(|column| cell(row, column)).collect()).collect()
}
