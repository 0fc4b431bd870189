//! The server that tests run against, a schema for each test, and what is read from it.

use std::env;
use std::error::Error;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::TryStreamExt;
use tikaud_core::segment::{MemberBatch, Segment, SegmentError};
use tikaud_sources::{PostgresConnection, PostgresError, PostgresErrorKind, PostgresSegment, PostgresSegmentBuilder};
use tokio_postgres::{Client, Config, NoTls};

/// What no error may hold: tests write it into values and passwords.
pub(crate) const CANARY: &str = "canary";

/// A member's cells, each with its values.
pub(crate) type Row = Vec<Vec<String>>;

/// A server, with a schema of the test's own.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) schema: String,
    pub(crate) admin: Client,
}

impl Server {
    /// The server that the environment names, with a new schema.
    pub(crate) async fn new() -> Self {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let url = env::var("TIKAUD_TEST_POSTGRES")
            .expect("TIKAUD_TEST_POSTGRES names no server; run the test by .ci/with-postgres");
        let schema = format!("test {} {}", process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let admin = connect(&url).await;
        let server = Self { url, schema, admin };
        let schema = &server.schema;
        server.run(&format!(r#"CREATE SCHEMA "{schema}"; SET search_path TO "{schema}", public"#)).await;
        server
    }

    /// Another database of this server.
    pub(crate) async fn database(&self, name: &str, encoding: &str) -> Self {
        let name = own(name);
        self.run(&format!("CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")).await;
        let url = self.url.replace("/postgres", &format!("/{name}"));
        let admin = connect(&url).await;
        Self { url, schema: "public".to_owned(), admin }
    }

    /// Another connection of the superuser's.
    pub(crate) async fn another(&self) -> Client {
        connect(&self.url).await
    }

    /// Runs SQL in the test's schema.
    pub(crate) async fn run(&self, sql: &str) {
        self.admin.batch_execute(sql).await.unwrap();
    }

    /// A role of this name that may log in with the canary as password, and connect as it.
    pub(crate) async fn role(&self, name: &str) -> PostgresConnection {
        let name = own(name);
        self.run(&format!("CREATE ROLE {name} LOGIN PASSWORD '{CANARY}'")).await;
        let port = self.config().get_ports()[0];
        PostgresConnection::new("127.0.0.1", "postgres", name).port(port).password(CANARY)
    }

    pub(crate) fn connection(&self) -> PostgresConnection {
        PostgresConnection::from_url(&self.url).unwrap()
    }

    pub(crate) fn config(&self) -> Config {
        self.url.parse().unwrap()
    }

    pub(crate) fn relation(&self, name: &str) -> PostgresSegmentBuilder {
        PostgresSegment::relation(self.connection(), [&self.schema, name])
    }

    pub(crate) fn query(&self, sql: &str) -> PostgresSegmentBuilder {
        PostgresSegment::query(self.connection(), sql).name("Query")
    }

    /// An error's text with its causes', checked to hold no canary; what differs between runs is given a name.
    pub(crate) fn text(&self, error: &SegmentError) -> String {
        let port = self.config().get_ports()[0].to_string();
        text(error).replace(&port, "PORT").replace(&self.schema, "SCHEMA").replace(&own(""), "")
    }

    /// The error of building and reading a segment.
    pub(crate) async fn failure(&self, segment: PostgresSegmentBuilder, columns: &[&str]) -> String {
        self.text(&failure(segment, columns).await)
    }
}

/// The name of something that the server has one of for all schemas.
pub(crate) fn own(name: &str) -> String {
    format!("{name}_{}", process::id())
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The error of building and reading a segment.
pub(crate) async fn failure(segment: PostgresSegmentBuilder, columns: &[&str]) -> SegmentError {
    match segment.build() {
        Ok(segment) => members(&segment, columns).await.unwrap_err(),
        Err(error) => error,
    }
}

/// An error's text with its causes', checked to hold no canary.
pub(crate) fn text(error: &SegmentError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(" <- {error}");
        cause = error.source();
    }
    assert!(!text.contains(CANARY) && !format!("{error:?}{error:#?}").contains(CANARY), "{error:?}");
    text
}

/// What kind of failure it was, for PostgreSQL.
pub(crate) fn kind(error: &SegmentError) -> PostgresErrorKind {
    error.source().unwrap().downcast_ref::<PostgresError>().unwrap().kind()
}

/// All members, row by row.
pub(crate) async fn members(segment: &PostgresSegment, columns: &[&str]) -> Result<Vec<Row>, SegmentError> {
    let batches: Vec<MemberBatch> = segment.members(&owned(columns)).await?.try_collect().await?;
    Ok(batches.iter().flat_map(rows).collect())
}

pub(crate) fn owned(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}

pub(crate) fn rows(batch: &MemberBatch) -> Vec<Row> {
    let cell = |row: usize, column: usize| batch.columns()[column].cell(row).map(str::to_owned).collect();
    (0..batch.len()).map(|row| (0..batch.columns().len()).map(|column| cell(row, column)).collect()).collect()
}
