//! What is dropped does not go on at the server.

use std::pin::Pin;
use std::time::Duration;

use futures::StreamExt;
use tikaud_core::segment::Segment;
use tikaud_sources::{PostgresConnection, PostgresSegment};
use tokio::time::timeout;

use crate::server::{Server, owned};

/// A connection that can be found among the server's by this name.
fn named(server: &Server, name: &str) -> PostgresConnection {
    PostgresConnection::from_url(&format!("{}?application_name={name}", server.url)).unwrap()
}

/// How many connections of this name there are.
async fn sessions(server: &Server, name: &str) -> i64 {
    let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
    server.admin.query_one(count, &[&name]).await.unwrap().get(0)
}

/// How many of them are at a statement of their segment's.
async fn running(server: &Server, name: &str) -> i64 {
    let count = "SELECT count(*) FROM pg_stat_activity \
                 WHERE application_name = $1 AND state = 'active' AND query LIKE '%pg_sleep%'";
    server.admin.query_one(count, &[&name]).await.unwrap().get(0)
}

/// Waits until they are gone; the server looks after itself meanwhile.
async fn gone(server: &Server, name: &str) {
    let gone = async {
        while sessions(server, name).await > 0 {
            server.run("SELECT pg_sleep(0.02)").await;
        }
    };
    timeout(Duration::from_secs(20), gone).await.expect("the session is still there");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_read_that_is_dropped_cancels_its_statement() {
    let server = Server::new().await;
    for (name, sql) in [
        ("drop_copy", "SELECT 'a' AS email FROM pg_sleep(600)"),
        ("drop_query", "SELECT 'a' AS email FROM pg_sleep(600) WHERE $1::boolean"),
    ] {
        let mut segment = PostgresSegment::query(named(&server, name), sql).name("Slow");
        if sql.contains('$') {
            segment = segment.parameter(true);
        }
        // The server keeps its first answer until there is a row.
        let (segment, columns) = (segment.build().unwrap(), owned(&["email"]));
        let mut reading: Pin<Box<_>> = segment.members(&columns);
        while running(&server, name).await == 0 {
            assert!(timeout(Duration::from_millis(20), &mut reading).await.is_err());
        }
        drop(reading);
        gone(&server, name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_stream_that_is_dropped_in_the_middle_cancels_its_statement() {
    let server = Server::new().await;
    let sql = "SELECT repeat('x', 1000) AS email, generate_series(1, 1000000000) AS n";
    let segment = PostgresSegment::query(named(&server, "drop_middle"), sql).name("Long").build().unwrap();
    let mut members = segment.members(&owned(&["email"])).await.unwrap();
    assert!(members.next().await.unwrap().is_ok());
    drop(members);
    gone(&server, "drop_middle").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_read_that_is_dropped_before_it_begins_waits_for_no_lock() {
    let server = Server::new().await;
    server.run("CREATE TABLE locked (email text)").await;
    // Another connection than the one that looks at the sessions: within a transaction these stay as they were.
    let other = server.another().await;
    other.batch_execute(&format!(r#"BEGIN; LOCK TABLE "{}".locked"#, server.schema)).await.unwrap();
    let connection = named(&server, "drop_locked");
    let segment = PostgresSegment::relation(connection, [&server.schema, "locked"]).build().unwrap();
    assert!(timeout(Duration::from_millis(200), segment.members(&owned(&["email"]))).await.is_err());
    gone(&server, "drop_locked").await;
    other.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_read_that_has_ended_leaves_no_session() {
    let server = Server::new().await;
    let segment = PostgresSegment::query(named(&server, "ended"), "SELECT 'a' AS email").name("One").build().unwrap();
    assert_eq!(segment.columns().await.unwrap(), ["email"]);
    let members: Vec<_> = segment.members(&owned(&["email"])).await.unwrap().collect().await;
    assert_eq!(members.len(), 1);
    gone(&server, "ended").await;
}
