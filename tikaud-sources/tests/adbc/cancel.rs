//! What is dropped does not go on at the database.

use std::pin::Pin;
use std::time::Duration;

use futures::StreamExt;
use tikaud_core::segment::Segment;
use tikaud_sources::{AdbcSegment, AdbcSegmentBuilder};
use tokio::time::timeout;

use crate::engines::{DuckDb, Postgres, driver, owned};

/// A segment whose connection can be found among the server's by this name.
fn named(server: &Postgres, name: &str, sql: &str) -> AdbcSegmentBuilder {
    let uri = format!("{}?application_name={name}", server.url);
    AdbcSegment::query(tikaud_sources::AdbcConnection::new(driver("POSTGRESQL")).uri(uri), sql).name("Slow")
}

async fn sessions(server: &Postgres, name: &str, state: &str) -> i64 {
    let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state LIKE $2";
    server.admin.query_one(count, &[&name, &state]).await.unwrap().get(0)
}

/// Waits until they are gone; the server looks after itself meanwhile.
async fn gone(server: &Postgres, name: &str) {
    let gone = async {
        while sessions(server, name, "%").await > 0 {
            server.run("SELECT pg_sleep(0.02)").await;
        }
    };
    timeout(Duration::from_secs(20), gone).await.expect("the session is still there");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_read_that_is_dropped_cancels_its_statement() {
    let server = Postgres::new().await;
    for (name, sql) in [
        ("adbc_copy", "SELECT 'a' AS email FROM pg_sleep(600)"),
        ("adbc_query", "SELECT 'a' AS email FROM pg_sleep(600) WHERE $1 = 'x'"),
    ] {
        let mut segment = named(&server, name, sql);
        if sql.contains('$') {
            segment = segment.parameter("x");
        }
        let (segment, columns) = (segment.build().unwrap(), owned(&["email"]));
        let mut reading: Pin<Box<_>> = Box::pin(async {
            let mut members = segment.members(&columns).await.unwrap();
            members.next().await
        });
        while sessions(&server, name, "active").await == 0 {
            assert!(timeout(Duration::from_millis(20), &mut reading).await.is_err());
        }
        drop(reading);
        gone(&server, name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_stream_that_is_dropped_in_the_middle_cancels_its_statement() {
    let server = Postgres::new().await;
    let sql = "SELECT repeat('x', 1000) AS email, generate_series(1, 1000000000) AS n";
    let mut members = named(&server, "adbc_middle", sql).build().unwrap().members(&owned(&["email"])).await.unwrap();
    assert!(members.next().await.unwrap().is_ok());
    drop(members);
    gone(&server, "adbc_middle").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_read_that_has_ended_leaves_no_session() {
    let server = Postgres::new().await;
    let segment = named(&server, "adbc_ended", "SELECT 'a' AS email").build().unwrap();
    assert_eq!(segment.columns().await.unwrap(), ["email"]);
    let members: Vec<_> = segment.members(&owned(&["email"])).await.unwrap().collect().await;
    assert_eq!(members.len(), 1);
    gone(&server, "adbc_ended").await;
}

/// A database of DuckDB's has one process that may write; while a reader has it open, nobody may.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_database_within_the_process_stops_too() {
    let duckdb = DuckDb::new();
    duckdb.run(&["CREATE TABLE marker (email VARCHAR)"]);
    let sql = "SELECT count(*)::text AS email FROM range(100000000000) WHERE (SELECT count(*) FROM marker) = 0";
    let segment = duckdb.query(sql).build().unwrap();
    let columns = owned(&["email"]);
    let read = async {
        let mut members = segment.members(&columns).await.unwrap();
        members.next().await.is_some()
    };
    assert!(timeout(Duration::from_millis(500), read).await.is_err());
    let database = duckdb;
    // It cannot be opened for writing before the reader has let go of it.
    let free = tokio::task::spawn_blocking(move || {
        for _ in 0..200 {
            if database.try_run("SELECT 1") {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    });
    assert!(free.await.unwrap());
}
