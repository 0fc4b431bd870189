//! What can go wrong at a server that is there.

use std::time::Duration;

use futures::StreamExt;
use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentErrorKind};
use tikaud_sources::{PostgresConnection, PostgresErrorKind, PostgresSegment};

use crate::server::{CANARY, Server, failure, kind, own, owned};

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn somebody_whom_the_server_does_not_know() {
    let server = Server::new().await;
    let port = server.config().get_ports()[0];
    let as_user = |user| PostgresConnection::new("127.0.0.1", "postgres", user).port(port);
    let refusal = async |connection| {
        let error = failure(PostgresSegment::relation(connection, ["buyers"]), &["email"]).await;
        assert_eq!(kind(&error), PostgresErrorKind::Credentials);
        server.text(&error)
    };
    assert_snapshot!(refusal(as_user("tikaud").password(CANARY)).await, @"PostgreSQL at `127.0.0.1:PORT/postgres` does not let the user `tikaud` in; check user, password, and the server's pg_hba.conf <- PostgreSQL reports SQLSTATE 28P01");
    assert_snapshot!(refusal(as_user("stranger").password(CANARY)).await, @"PostgreSQL at `127.0.0.1:PORT/postgres` does not let the user `stranger` in; check user, password, and the server's pg_hba.conf <- PostgreSQL reports SQLSTATE 28P01");
    assert_snapshot!(refusal(as_user("tikaud")).await, @"PostgreSQL at `127.0.0.1:PORT/postgres` does not let the user `tikaud` in; check user, password, and the server's pg_hba.conf <- the connection to PostgreSQL failed");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_database_table_or_column_that_is_not_there() {
    let server = Server::new().await;
    server.run("CREATE TABLE buyers (id bigint, email text, score float8, extra jsonb)").await;
    let elsewhere = server.url.replace("/postgres", "/nowhere");
    let elsewhere = PostgresSegment::relation(PostgresConnection::from_url(&elsewhere).unwrap(), ["buyers"]);
    let error = failure(elsewhere, &["email"]).await;
    assert_eq!((error.kind(), kind(&error)), (SegmentErrorKind::NotFound, PostgresErrorKind::UnknownDatabase));
    assert_snapshot!(server.text(&error), @"PostgreSQL at `127.0.0.1:PORT/nowhere` has no such database; check its name <- PostgreSQL reports SQLSTATE 3D000");

    let error = failure(server.relation("Buyers"), &["email"]).await;
    assert_eq!((error.kind(), kind(&error)), (SegmentErrorKind::NotFound, PostgresErrorKind::UnknownRelation));
    assert_snapshot!(server.text(&error), @"there is no table or view `SCHEMA.Buyers` at `127.0.0.1:PORT/postgres`; check its name, that of its schema, and that the role `tikaud` has USAGE on the schema <- PostgreSQL reports SQLSTATE 42P01");
    let no_schema = PostgresSegment::relation(server.connection(), ["no schema", "buyers"]);
    assert_eq!(kind(&failure(no_schema, &["email"]).await), PostgresErrorKind::UnknownRelation);

    let buyers = || server.relation("buyers");
    assert_eq!(buyers().build().unwrap().columns().await.unwrap(), ["id", "email"]);
    assert_snapshot!(server.failure(buyers(), &["id", "Email"]).await, @"`SCHEMA.buyers` at `127.0.0.1:PORT/postgres`: there is no column `Email`; the columns are: `id`, `email`");
    assert_snapshot!(server.failure(buyers(), &["score"]).await, @"the column `score` of `SCHEMA.buyers` at `127.0.0.1:PORT/postgres` is of type float8, which holds no text; it has lost digits of a phone number already: make it a text or bigint column");
    assert_snapshot!(server.failure(buyers(), &["extra"]).await, @"the column `extra` of `SCHEMA.buyers` at `127.0.0.1:PORT/postgres` is of type jsonb, which holds no text; take the text out in a view, as in … ->> 'email'");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_role_reads_what_it_is_granted_and_no_more() {
    let server = Server::new().await;
    server
        .run("CREATE TABLE buyers (email text, phone text); INSERT INTO buyers VALUES ('a@example.com', 'canary')")
        .await;
    let connection = server.role("reader").await;
    let buyers = || PostgresSegment::relation(connection.clone(), [&server.schema, "buyers"]);
    let refusal = async |column| {
        let error = failure(buyers(), &[column]).await;
        assert_eq!((error.kind(), kind(&error)), (SegmentErrorKind::Unreadable, PostgresErrorKind::PermissionDenied));
        server.text(&error)
    };
    assert_snapshot!(refusal("email").await, @"the role `reader` may not read `SCHEMA.buyers` at `127.0.0.1:PORT/postgres`; grant it SELECT there, or on the columns that are mapped, and USAGE on the schema <- PostgreSQL reports SQLSTATE 42501");
    server.run(&format!(r#"GRANT USAGE ON SCHEMA "{}" TO {}"#, server.schema, own("reader"))).await;
    assert_snapshot!(refusal("email").await, @"the role `reader` may not read `SCHEMA.buyers` at `127.0.0.1:PORT/postgres`; grant it SELECT there, or on the columns that are mapped, and USAGE on the schema <- PostgreSQL reports SQLSTATE 42501");
    // Columns that are not mapped need no grant.
    server.run(&format!("GRANT SELECT (email) ON buyers TO {}", own("reader"))).await;
    refusal("phone").await;
    assert_eq!(crate::server::members(&buyers().build().unwrap(), &["email"]).await.unwrap(), [[["a@example.com"]]]);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_statement_that_takes_too_long() {
    let (server, mut texts) = (Server::new().await, Vec::new());
    for sql in ["SELECT 'a' AS email FROM pg_sleep(600)", "SELECT $1 AS email FROM pg_sleep(600)"] {
        let mut segment = server.query(sql).statement_timeout(Duration::from_millis(100));
        if sql.contains('$') {
            segment = segment.parameter(CANARY);
        }
        let error = failure(segment, &["email"]).await;
        assert_eq!((error.kind(), kind(&error)), (SegmentErrorKind::Unreadable, PostgresErrorKind::Cancelled));
        texts.push(server.text(&error));
    }
    assert_eq!(texts[0], texts[1]);
    assert_snapshot!(texts[0], @"reading the query at `127.0.0.1:PORT/postgres` was cancelled: it took longer than the statement's time-out of 100ms, or somebody cancelled it at the server; raise `PostgresSegmentBuilder::statement_timeout`, or add an index <- PostgreSQL reports SQLSTATE 57014");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_session_that_is_ended_in_the_middle() {
    let server = Server::new().await;
    for (name, filter) in [("end_copy", ""), ("end_query", " WHERE $1")] {
        let sql = format!("SELECT repeat('canary', 200) AS email FROM generate_series(1, 1000000){filter}");
        let connection = PostgresConnection::from_url(&format!("{}?application_name={name}", server.url)).unwrap();
        let mut segment = PostgresSegment::query(connection, sql).name("Long");
        if !filter.is_empty() {
            segment = segment.parameter(true);
        }
        let mut members = segment.build().unwrap().members(&owned(&["email"])).await.unwrap();
        assert!(members.next().await.unwrap().is_ok());
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1";
        assert_eq!(server.admin.query_one(end, &[&name]).await.unwrap().get::<_, i64>(0), 1);
        let mut error = None;
        while let Some(batch) = members.next().await {
            assert!(error.is_none(), "nothing comes after the error");
            error = batch.err();
        }
        let error = error.expect("a session that was ended is an error");
        assert_eq!((error.kind(), kind(&error)), (SegmentErrorKind::Unreadable, PostgresErrorKind::ConnectionLost));
        let text = server.text(&error);
        assert!(text.starts_with("the connection was lost while the query at `127.0.0.1:PORT/postgres` was"), "{text}");
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_server_that_has_no_connection_to_spare() {
    let server = Server::new().await;
    let connection = server.role("nobody_at_a_time").await;
    server.run(&format!("ALTER ROLE {} CONNECTION LIMIT 0", own("nobody_at_a_time"))).await;
    let error = failure(PostgresSegment::query(connection, "SELECT 'a' AS email").name("One"), &["email"]).await;
    assert_eq!(kind(&error), PostgresErrorKind::Unreachable);
    assert_snapshot!(server.text(&error), @"PostgreSQL at `127.0.0.1:PORT/postgres` lets nobody in at the moment: it starts up, or has no connection to spare; try again later <- PostgreSQL reports SQLSTATE 53300");
}
