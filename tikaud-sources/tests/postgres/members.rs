//! Rows: names, nulls, snapshots, long cells, encodings.

use futures::StreamExt;
use insta::assert_snapshot;
use tikaud_core::segment::Segment;
use tikaud_sources::{PostgresConnection, PostgresSegment};

use crate::server::{Server, members, owned, rows};

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn hostile_names_are_names() {
    let server = Server::new().await;
    server.run("CREATE TABLE innocent (email text)").await;
    for name in [r#"a"; DROP TABLE innocent; --"#, r#"""#, "a.b", "Ünï ☃ 日本", "select", r"back\slash", "$1", "x\ny"]
    {
        let quoted = name.replace('"', "\"\"");
        server.run(&format!(r#"CREATE TABLE "{quoted}" ("{quoted}" text); INSERT INTO "{quoted}" VALUES ('v')"#)).await;
        let segment = server.relation(name).build().unwrap();
        assert_eq!((segment.name(), segment.columns().await.unwrap()), (name, vec![name.to_owned()]));
        assert_eq!(members(&segment, &[name]).await.unwrap(), [[["v"]]], "{name}");
        let query = server.query(&format!(r#"SELECT * FROM "{}"."{quoted}" WHERE $1"#, server.schema)).parameter(true);
        assert_eq!(members(&query.build().unwrap(), &[name]).await.unwrap(), [[["v"]]], "{name}");
    }
    assert!(members(&server.relation("innocent").build().unwrap(), &["email"]).await.unwrap().is_empty());
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn every_kind_of_relation_is_read() {
    let server = Server::new().await;
    server
        .run(
            "CREATE TABLE parted (email text) PARTITION BY HASH (email); \
             CREATE TABLE part PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0); \
             INSERT INTO parted VALUES ('a'); CREATE VIEW seen AS SELECT * FROM parted; \
             CREATE MATERIALIZED VIEW kept AS SELECT * FROM parted",
        )
        .await;
    for name in ["parted", "part", "seen", "kept"] {
        assert_eq!(members(&server.relation(name).build().unwrap(), &["email"]).await.unwrap(), [[["a"]]], "{name}");
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn members_without_any_column_asked_for_are_none() {
    let server = Server::new().await;
    server.run("CREATE TABLE people (email text); INSERT INTO people VALUES ('a')").await;
    assert!(members(&server.relation("people").build().unwrap(), &[]).await.unwrap().is_empty());
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn everybody_is_read_as_of_one_moment() {
    let server = Server::new().await;
    server.run("CREATE TABLE people (email text); INSERT INTO people SELECT repeat('x', 500) FROM generate_series(1, 50000)").await;
    let segment = server.relation("people").batch_size(1000).build().unwrap();
    let mut stream = segment.members(&owned(&["email"])).await.unwrap();
    let mut found = rows(&stream.next().await.unwrap().unwrap()).len();
    server.run("DELETE FROM people").await;
    while let Some(batch) = stream.next().await {
        found += batch.unwrap().len();
    }
    assert_eq!(found, 50_000);
    assert!(members(&segment, &["email"]).await.unwrap().is_empty());
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_cell_may_be_long_but_not_of_any_length() {
    let server = Server::new().await;
    let mebibytes = |n: usize| format!("SELECT repeat('x', {n} << 20) AS email FROM generate_series(1, 3)");
    let long = members(&server.query(&mebibytes(10)).build().unwrap(), &["email"]).await.unwrap();
    assert_eq!(long.iter().map(|row| row[0][0].len()).collect::<Vec<_>>(), [10 << 20; 3]);
    assert_snapshot!(server.failure(server.query(&mebibytes(17)), &["email"]).await, @"a row of the query at `127.0.0.1:PORT/postgres`, after 0 members, is longer than 16 MiB; shorten its cells in a view");
    let with_parameter = server.query(&(mebibytes(17) + " WHERE $1")).parameter(true);
    assert_snapshot!(server.failure(with_parameter, &["email"]).await, @"a row of the query at `127.0.0.1:PORT/postgres`, after 0 members, is longer than 16 MiB; shorten its cells in a view");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn text_arrives_in_utf_8_whatever_the_database_holds_it_in() {
    let server = Server::new().await;
    let latin = server.database("latin", "LATIN1").await;
    latin.run("CREATE TABLE people (email text); INSERT INTO people VALUES ('jürgen')").await;
    assert_eq!(members(&latin.relation("people").build().unwrap(), &["email"]).await.unwrap(), [[["jürgen"]]]);

    let ascii = server.database("ascii", "SQL_ASCII").await;
    let insert = r"INSERT INTO people VALUES ('a', 'jürgen'), ('b', convert_from('\x63616e617279ff', 'SQL_ASCII'))";
    ascii.run(&format!("CREATE TABLE people (id text, email text); {insert}")).await;
    let people = || ascii.relation("people");
    assert_eq!(members(&people().build().unwrap(), &["id"]).await.unwrap().len(), 2);
    assert_snapshot!(ascii.failure(people(), &["id", "email"]).await, @"`SCHEMA.people` at `127.0.0.1:PORT/ascii` holds text that has no form in UTF-8, as a database whose encoding is SQL_ASCII may; correct it, or convert the column in a view <- PostgreSQL reports SQLSTATE 22021");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_unix_socket_is_as_good() {
    let server = Server::new().await;
    let directory: String = server.admin.query_one("SHOW unix_socket_directories", &[]).await.unwrap().get(0);
    let config = server.config();
    let connection = PostgresConnection::new(directory, "postgres", "tikaud")
        .port(config.get_ports()[0])
        .password(str::from_utf8(config.get_password().unwrap()).unwrap());
    let segment = PostgresSegment::query(connection, "SELECT inet_client_addr() IS NULL AS here").name("Here");
    assert_eq!(members(&segment.build().unwrap(), &["here"]).await.unwrap(), [[["true"]]]);
}
