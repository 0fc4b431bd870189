//! What the cells of each type look like.

use std::sync::Arc;

use insta::assert_snapshot;
use tikaud_core::segment::Segment;
use tikaud_sources::arrow::arrow_array::{
    ArrayRef, Date32Array, RecordBatch, Time64MicrosecondArray, TimestampMicrosecondArray,
};
use tikaud_sources::arrow::member_batch;
use tikaud_sources::{PostgresConnection, PostgresSegment};

use crate::server::{Server, members, rows};

/// The cells of each column of a table's only row, by COPY and as rows.
async fn cells(server: &Server, columns: &[&str]) -> Vec<Vec<String>> {
    let copied = members(&server.relation("types").build().unwrap(), columns).await.unwrap();
    let sql = format!(r#"SELECT * FROM "{}".types WHERE $1"#, server.schema);
    let query = server.query(&sql).parameter(true).build().unwrap();
    assert_eq!(members(&query, columns).await.unwrap(), copied);
    assert_eq!(copied.len(), 1);
    copied.into_iter().next().unwrap()
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn text_of_every_type_is_its_text() {
    let server = Server::new().await;
    server
        .run(
            "CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; CREATE TYPE mood AS ENUM ('so so', 'O''K'); \
             CREATE DOMAIN address AS varchar(50) CHECK (VALUE LIKE '%@%'); CREATE DOMAIN mail AS address; \
             CREATE DOMAIN anycase AS citext; \
             CREATE TABLE types (a text, b varchar(9), c char(9), d name, e citext, f mood, g mail, h uuid, i \"char\", \
             j anycase, k text, l text); \
             INSERT INTO types VALUES (' 00é ', 'b', 'c', 'd', 'MiXed', 'O''K', 'a@b', \
             '123E4567-E89B-12D3-A456-426614174000', 'x', 'MiXed', NULL, '')",
        )
        .await;
    let columns = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    assert_eq!(server.relation("types").build().unwrap().columns().await.unwrap(), columns);
    let cells = cells(&server, &columns).await;
    let expected =
        [" 00é ", "b", "c", "d", "MiXed", "O'K", "a@b", "123e4567-e89b-12d3-a456-426614174000", "x", "MiXed"];
    assert_eq!(cells[..10].concat(), expected);
    assert_eq!((&cells[10], &cells[11]), (&vec![], &vec![String::new()]));
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn numbers_keep_all_their_digits() {
    let server = Server::new().await;
    server
        .run(
            "CREATE DOMAIN phone AS numeric(20, 0); \
             CREATE TABLE types (a smallint, b integer, c bigint, d numeric(38), e numeric, f boolean, g boolean, \
             h phone, i numeric(10, 2), j real); \
             INSERT INTO types VALUES (-32768, 2147483647, -9223372036854775808, \
             12345678901234567890123456789012345678, 4915112345678, true, false, 4915112345678, 1.5, 1.5)",
        )
        .await;
    let columns = ["a", "b", "c", "d", "e", "f", "g", "h"];
    assert_eq!(server.relation("types").build().unwrap().columns().await.unwrap(), columns);
    let expected = [
        "-32768",
        "2147483647",
        "-9223372036854775808",
        "12345678901234567890123456789012345678",
        "4915112345678",
        "true",
        "false",
        "4915112345678",
    ];
    assert_eq!(cells(&server, &columns).await.concat(), expected);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_number_that_turns_out_to_have_a_fraction_is_refused() {
    let server = Server::new().await;
    for number in ["49151.00", "'NaN'", "'Infinity'"] {
        let sql = format!("SELECT n FROM (VALUES (1::numeric), ({number})) AS v (n)");
        let text = server.failure(server.query(&sql), &["n"]).await;
        assert!(text.starts_with("the cell `n` of member 2 of the query"), "{text}");
        assert!(text.contains("is no whole number; cast the column to numeric(20, 0)"), "{text}");
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn several_values_in_a_cell_fan_out() {
    let server = Server::new().await;
    server
        .run(
            "CREATE DOMAIN digits AS text; \
             CREATE TABLE types (a text[], b text[], c text[], d bigint[], e text[][], f uuid[], g digits[], h char(3)[], \
             i varchar[], j text[], k jsonb[]); \
             INSERT INTO types VALUES ('{a,NULL,\"\",\"b,c\"}', '{}', NULL, '{-1,2}', '{{a,b},{c,d}}', \
             '{123E4567-E89B-12D3-A456-426614174000}', '{1}', '{x}', '{v}', '{NULL}')",
        )
        .await;
    let columns = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    assert_eq!(server.relation("types").build().unwrap().columns().await.unwrap(), columns);
    let cells = cells(&server, &columns).await;
    assert_eq!(cells[0], ["a", "", "b,c"]);
    assert_eq!((cells[1].len(), cells[2].len(), cells[9].len()), (0, 0, 0));
    assert_eq!(cells[3], ["-1", "2"]);
    assert_eq!(cells[4], ["a", "b", "c", "d"]);
    assert_eq!(cells[5..9].concat(), ["123e4567-e89b-12d3-a456-426614174000", "1", "x", "v"]);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn dates_and_times_are_written_as_arrow_writes_them() {
    let server = Server::new().await;
    server.run("SET TimeZone TO 'UTC'; CREATE TABLE types (d date, t time, s timestamp, z timestamptz)").await;
    for micros in [0_i64, 1, 500_000, 86_399_999_999, 1_728_045_296_123_400, -1, -62_135_596_800_000_000] {
        let insert = "INSERT INTO types SELECT s::date, s::time, s, s AT TIME ZONE 'UTC' \
                      FROM (SELECT '1970-01-01'::timestamp + $1::bigint * '1 microsecond'::interval) AS v (s)";
        server.run("DELETE FROM types").await;
        server.admin.execute(insert, &[&micros]).await.unwrap();
        let days = i32::try_from(micros.div_euclid(86_400_000_000)).unwrap();
        let arrow: [(&str, ArrayRef); 4] = [
            ("d", Arc::new(Date32Array::from(vec![days]))),
            ("t", Arc::new(Time64MicrosecondArray::from(vec![micros.rem_euclid(86_400_000_000)]))),
            ("s", Arc::new(TimestampMicrosecondArray::from(vec![micros]))),
            ("z", Arc::new(TimestampMicrosecondArray::from(vec![micros]).with_timezone("+00:00"))),
        ];
        let columns = ["d", "t", "s", "z"];
        let arrow = RecordBatch::try_from_iter(arrow).unwrap();
        let expected = rows(&member_batch(&arrow, &columns.map(str::to_owned)).unwrap());
        assert_eq!([cells(&server, &columns).await], expected[..], "{micros}");
        // The session's own style and time zone change nothing.
        let options = "-c%20DateStyle=SQL,DMY%20-c%20TimeZone=Asia/Kolkata";
        let connection = PostgresConnection::from_url(&format!("{}?options={options}", server.url)).unwrap();
        let segment = PostgresSegment::relation(connection, [&server.schema, "types"]).build().unwrap();
        assert_eq!(members(&segment, &columns).await.unwrap(), expected, "{micros}");
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_date_that_cannot_be_written_is_refused() {
    let server = Server::new().await;
    let refusal = async |sql: &str| server.failure(server.query(sql), &["d"]).await;
    assert_snapshot!(refusal("SELECT 'infinity'::date AS d").await, @"the cell `d` of member 1 of the query at `127.0.0.1:PORT/postgres` is a date or time outside the years 1 to 9999; make it null in a view");
    for sql in [
        "SELECT '0044-03-15 BC'::date AS d",
        "SELECT '12024-01-01'::date AS d",
        "SELECT '-infinity'::timestamptz AS d",
        "SELECT 'infinity'::timestamp AS d",
        "SELECT '24:00'::time AS d",
    ] {
        assert!(refusal(sql).await.contains("is a date or time outside"), "{sql}");
    }
}
