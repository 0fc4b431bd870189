//! Reading a table of three columns from PostgreSQL, beside the driver alone: the same rows, thrown away as they come.
//!
//! ```text
//! .ci/with-postgres cargo bench -p tikaud-benches --bench postgres                            1 and 10 million rows
//! .ci/with-postgres cargo bench -p tikaud-benches --bench postgres -- --members 100000000 --rounds 1
//! ```
//!
//! Server and reader share the machine. Every read is in a process of its own; the ways take turns. Linux only.

#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

use std::env;
use std::error::Error;
use std::pin::pin;
use std::process::Command;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use tikaud_benches::{Spread, measure_apart, peak_memory, process_cpu};
use tikaud_core::segment::Segment;
use tikaud_sources::{PostgresConnection, PostgresSegment, PostgresSegmentBuilder};
use tokio_postgres::binary_copy::BinaryCopyOutStream;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What names the server.
const SERVER: &str = "TIKAUD_TEST_POSTGRES";
const COLUMNS: [&str; 3] = ["id", "email", "phone"];

/// Reading from PostgreSQL.
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
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

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

impl Way {
    const ALL: [Self; 5] =
        [Self::DriverCopy, Self::DriverCopyDecoded, Self::TikaudRelation, Self::DriverRows, Self::TikaudQuery];

    fn as_str(self) -> &'static str {
        match self {
            Self::DriverCopy => "driver-copy",
            Self::DriverCopyDecoded => "driver-copy-decoded",
            Self::TikaudRelation => "tikaud-relation",
            Self::DriverRows => "driver-rows",
            Self::TikaudQuery => "tikaud-query",
        }
    }

    /// The way of the driver that it is to be compared with.
    fn driver(self) -> Self {
        match self {
            Self::DriverCopy | Self::DriverCopyDecoded | Self::TikaudRelation => Self::DriverCopy,
            Self::DriverRows | Self::TikaudQuery => Self::DriverRows,
        }
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
    let Ok(url) = env::var(SERVER) else {
        println!("not measured: {SERVER} names no PostgreSQL server; run it by .ci/with-postgres");
        return Ok(());
    };
    if let (Some(way), [members]) = (arguments.way, &arguments.members[..]) {
        println!("{}", serde_json::to_string(&measure(way, &url, *members).await?)?);
        return Ok(());
    }
    if !arguments.bench {
        (arguments.members, arguments.rounds) = (vec![20_000], 1);
    }
    let client = connect(&url).await?;
    for members in arguments.members {
        fill(&client, members).await?;
        let mut measurements = vec![Vec::new(); Way::ALL.len()];
        for _ in 0..arguments.rounds {
            for (way, measured) in Way::ALL.into_iter().zip(&mut measurements) {
                let mut command = Command::new(env::current_exe()?);
                measured.push(measure_apart(command.args(["--way", way.as_str(), "--members", &members.to_string()]))?);
            }
        }
        print(members, &measurements);
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

async fn measure(way: Way, url: &str, members: u64) -> Outcome<Measurement> {
    let start = (Instant::now(), process_cpu());
    let found = match way {
        Way::DriverCopy => driver_copy(url, members).await?,
        Way::DriverCopyDecoded => driver_copy_decoded(url, members).await?,
        Way::DriverRows => driver_rows(url, members).await?,
        Way::TikaudRelation => {
            tikaud(PostgresSegment::relation(PostgresConnection::from_url(url)?, [table(members)])).await?
        }
        Way::TikaudQuery => {
            let segment = PostgresSegment::query(PostgresConnection::from_url(url)?, query(members));
            tikaud(segment.name("People").parameter(0)).await?
        }
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

async fn tikaud(segment: PostgresSegmentBuilder) -> Outcome<u64> {
    let mut members = segment.build()?.members(&COLUMNS.map(String::from)).await?;
    let mut found = 0;
    while let Some(batch) = members.try_next().await? {
        found += batch.len() as u64;
    }
    Ok(found)
}

fn print(members: u64, measurements: &[Vec<Measurement>]) {
    let spread = |way: usize, value: fn(&Measurement) -> f64| Spread::of(measurements[way].iter().map(value));
    println!("{members} rows");
    println!("{:<22}{:>22}{:>12}{:>14}{:>12}{:>12}", "", "s", "M rows/s", "of driver", "cpu s", "peak MiB");
    for (at, way) in Way::ALL.into_iter().enumerate() {
        let driver = Way::ALL.iter().position(|other| *other == way.driver()).unwrap_or(at);
        let seconds = spread(at, |measured| measured.seconds);
        let part = 100.0 * spread(driver, |measured| measured.seconds).median / seconds.median;
        let rate = members as f64 / seconds.median / 1e6;
        let cpu = spread(at, |measured| measured.cpu_seconds).median;
        let peak = spread(at, |measured| measured.peak_mib).most;
        println!("{:<22}{:>22}{rate:>12.2}{part:>13.0}%{cpu:>12.2}{peak:>12.0}", way.as_str(), seconds.seconds());
    }
}
