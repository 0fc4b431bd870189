//! Reading a table of three columns from PostgreSQL, beside the driver alone: the same rows, thrown away as they come.
//!
//! ```text
//! .ci/with-postgres cargo bench -p tikaud-benches --bench postgres                            1 and 10 million rows
//! .ci/with-postgres cargo bench -p tikaud-benches --bench postgres -- --members 100000000 --rounds 1
//! ```
//!
//! Server and reader share the machine. Every read is in a process of its own; the ways take turns. Linux only.

#![expect(clippy::print_stdout, reason = "it says what it has not measured")]

use std::env;
use std::error::Error;
use std::pin::pin;

use clap::ValueEnum;
use futures::TryStreamExt;
use tikaud_benches::{Reading, count_members, measure};
use tikaud_sources::{PostgresConnection, PostgresSegment};
use tokio_postgres::binary_copy::BinaryCopyOutStream;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What names the server.
const SERVER: &str = "TIKAUD_TEST_POSTGRES";

/// A way to read the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    /// The driver's binary COPY, its bytes not looked at.
    DriverCopy,
    /// The driver's binary COPY, each row's values taken by the driver's own decoder.
    DriverCopyDecoded,
    /// A segment of the table.
    TikaudRelation,
    /// The driver's rows of a query with a parameter, values not looked at.
    DriverRows,
    /// A segment of the same query.
    TikaudQuery,
}

impl tikaud_benches::Way for Way {
    const BASE: &'static str = "driver";

    fn base(self) -> Self {
        match self {
            Self::DriverCopy | Self::DriverCopyDecoded | Self::TikaudRelation => Self::DriverCopy,
            Self::DriverRows | Self::TikaudQuery => Self::DriverRows,
        }
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let Ok(url) = env::var(SERVER) else {
        println!("not measured: {SERVER} names no PostgreSQL server; run it by .ci/with-postgres");
        return Ok(());
    };
    let reading = Reading::<Way>::from_arguments();
    if let Some((way, members, _)) = reading.single() {
        return measure(members, read(way, &url, members)).await;
    }
    let client = connect(&url).await?;
    for &members in reading.sizes() {
        fill(&client, members).await?;
        reading.compare(members, None)?;
    }
    Ok(())
}

fn table(members: u64) -> String {
    format!("people_{members}")
}

/// Makes the table, and reads it once, so that it is in memory as far as it fits.
async fn fill(client: &Client, members: u64) -> Outcome<()> {
    let table = table(members);
    client
        .batch_execute(&format!(
            "DROP TABLE IF EXISTS {table}; CREATE UNLOGGED TABLE {table} AS \
             SELECT n AS id, 'customer.' || n || '@example.com' AS email, '+4930' || lpad(n::text, 8, '0') AS phone \
             FROM generate_series(1, {members}::bigint) AS n"
        ))
        .await?;
    client.batch_execute(&format!("VACUUM ANALYZE {table}")).await?;
    client.batch_execute(&format!("SELECT count(email) FROM {table}")).await?;
    Ok(())
}

async fn read(way: Way, url: &str, members: u64) -> Outcome<u64> {
    match way {
        Way::DriverCopy => driver_copy(url, members).await,
        Way::DriverCopyDecoded => driver_copy_decoded(url, members).await,
        Way::DriverRows => driver_rows(url, members).await,
        Way::TikaudRelation => {
            let segment = PostgresSegment::relation(PostgresConnection::from_url(url)?, [table(members)]);
            count_members(&segment.build()?).await
        }
        Way::TikaudQuery => {
            let segment = PostgresSegment::query(PostgresConnection::from_url(url)?, query(members));
            count_members(&segment.name("People").parameter(0).build()?).await
        }
    }
}

fn query(members: u64) -> String {
    format!("SELECT id, email, phone FROM {} WHERE id > $1", table(members))
}

async fn connect(url: &str) -> Outcome<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn copy(members: u64) -> String {
    format!("COPY (SELECT id, email, phone FROM {}) TO STDOUT (FORMAT binary)", table(members))
}

async fn driver_copy(url: &str, members: u64) -> Outcome<u64> {
    let client = connect(url).await?;
    let mut pieces = pin!(client.copy_out(&copy(members)).await?);
    let mut found = 0;
    while pieces.try_next().await?.is_some() {
        found += 1;
    }
    // There are more pieces than rows: for the header, and the end.
    Ok(found.min(members))
}

async fn driver_copy_decoded(url: &str, members: u64) -> Outcome<u64> {
    let client = connect(url).await?;
    let pieces = client.copy_out(&copy(members)).await?;
    let mut rows = pin!(BinaryCopyOutStream::new(pieces, &[Type::INT8, Type::TEXT, Type::TEXT]));
    let mut found = 0;
    while let Some(row) = rows.try_next().await? {
        let lengths = (row.try_get::<Option<&str>>(1)?.map(str::len), row.try_get::<Option<&str>>(2)?.map(str::len));
        found += u64::from(row.try_get::<i64>(0)? > 0 && lengths != (None, None));
    }
    Ok(found)
}

async fn driver_rows(url: &str, members: u64) -> Outcome<u64> {
    let client = connect(url).await?;
    let parameters: [&(dyn ToSql + Sync); 1] = [&0_i64];
    let mut rows = pin!(client.query_raw(&query(members), parameters).await?);
    let mut found = 0;
    while rows.try_next().await?.is_some() {
        found += 1;
    }
    Ok(found)
}
