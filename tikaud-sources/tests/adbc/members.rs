//! Rows: names, nulls, parameters, long cells, what is not UTF-8.

use std::time::Duration;

use futures::StreamExt;
use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentErrorKind};
use tikaud_sources::{AdbcParameter, AdbcSegment};

use crate::engines::{DuckDb, Postgres, Sqlite, failure, flight, members, owned, read, rows, sails, spark, text};

const HOSTILE: [&str; 8] =
    [r#"a"; DROP TABLE innocent; --"#, r#"""#, "a.b", "Ünï ☃ 日本", "select", r"back\slash", "$1 ?", "a`b"];

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn hostile_names_are_names_everywhere() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    for name in HOSTILE {
        let quoted = name.replace('"', "\"\"");
        let create = format!(r#"CREATE TABLE "{quoted}" ("{quoted}" text)"#);
        let insert = format!(r#"INSERT INTO "{quoted}" VALUES ('v')"#);
        sqlite.run(&format!("{create}; {insert}"));
        duckdb.run(&[&create, &insert]);
        postgres.run(&format!("{create}; {insert}")).await;
        for builder in [sqlite.relation(name), duckdb.relation(name), postgres.relation(name)] {
            let segment = builder.build().unwrap();
            assert_eq!((segment.name(), segment.columns().await.unwrap()), (name, vec![name.to_owned()]));
            assert_eq!(members(&segment, &[name]).await.unwrap(), [[["v"]]], "{name}");
        }
    }
    let spark = "SELECT 'v' AS `a``b\"; DROP TABLE t; --`";
    for sail in sails() {
        let segment = AdbcSegment::query(sail, spark).name("Query");
        assert_eq!(read(segment, &["a`b\"; DROP TABLE t; --"]).await, [[["v"]]]);
    }
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn values_are_bound_and_never_a_part_of_the_query() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    let create = "CREATE TABLE people (email text, n bigint)";
    let hostile = "x' OR '1' = '1";
    let insert = "INSERT INTO people VALUES ('x'' OR ''1'' = ''1', 1), ('b', 2), (NULL, 3)";
    sqlite.run(&format!("{create}; {insert}"));
    duckdb.run(&[create, insert]);
    postgres.run(&format!("{create}; {insert}")).await;
    let dollars = "SELECT email FROM people WHERE email = $1 AND n = $2";
    let in_schema = dollars.replace("people", &format!(r#""{}".people"#, postgres.schema));
    let marks = "SELECT email FROM people WHERE email = ? AND n = ?";
    for query in [sqlite.query(marks), duckdb.query(dollars), postgres.query(&in_schema)] {
        let found = read(query.parameter(hostile).parameter(1), &["email"]).await;
        assert_eq!(found, [[[hostile]]]);
    }
    for query in [sqlite.query(marks), duckdb.query(dollars), postgres.query(&in_schema)] {
        assert!(read(query.parameter(hostile).parameter(2_i64), &["email"]).await.is_empty());
    }
    for query in [sqlite.query(marks), duckdb.query(dollars), postgres.query(&in_schema)] {
        assert!(read(query.parameter(AdbcParameter::null()).parameter(1), &["email"]).await.is_empty());
    }
    // Its server takes none by Flight SQL.
    let sail = || AdbcSegment::query(spark(), "SELECT ? AS email, 'b' = ? AS n").name("Query");
    assert_eq!(read(sail().parameter(hostile).parameter("b"), &["email", "n"]).await, [[[hostile], ["true"]]]);
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_column_may_be_asked_for_twice_and_none_gives_no_member() {
    let (sqlite, duckdb) = (Sqlite::new(), DuckDb::new());
    sqlite.run("CREATE TABLE people (email text, n bigint); INSERT INTO people VALUES ('a', 1)");
    duckdb.run(&["CREATE TABLE people (email text, n bigint)", "INSERT INTO people VALUES ('a', 1)"]);
    for segment in [sqlite.relation("people"), duckdb.relation("people")] {
        let segment = segment.build().unwrap();
        assert_eq!(members(&segment, &["n", "email", "n"]).await.unwrap(), [[["1"], ["a"], ["1"]]]);
        assert!(members(&segment, &[]).await.unwrap().is_empty());
    }
    for sail in sails() {
        let segment = AdbcSegment::query(sail, "SELECT 'a' AS x, 1 AS n").name("Query");
        assert_eq!(read(segment, &["n", "x", "n"]).await, [[["1"], ["a"], ["1"]]]);
    }
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_cell_of_ten_megabytes_is_a_cell() {
    let sqlite = Sqlite::new();
    sqlite.run("CREATE TABLE people (email text); INSERT INTO people SELECT hex(zeroblob(5 << 20)) FROM (VALUES (1), (2), (3))");
    let duckdb = DuckDb::new();
    for segment in [
        sqlite.relation("people"),
        duckdb.query("SELECT repeat('x', 10 << 20) AS email FROM range(3)"),
        AdbcSegment::query(flight(), "SELECT repeat('x', 10485760) AS email FROM range(3)").name("Long"),
        AdbcSegment::query(spark(), "SELECT repeat('x', 10485760) AS email FROM range(3)").name("Long"),
    ] {
        let long = read(segment, &["email"]).await;
        assert_eq!(long.iter().map(|row| row[0][0].len()).collect::<Vec<_>>(), [10 << 20; 3]);
    }
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn text_that_is_not_utf_8_is_an_error() {
    let sqlite = Sqlite::new();
    sqlite.run("CREATE TABLE people (id text, email text); INSERT INTO people VALUES ('1', 'a'), ('2', CAST(x'63616e617279ff' AS text))");
    assert_eq!(read(sqlite.relation("people"), &["id"]).await.len(), 2);
    let error = failure(sqlite.relation("people"), &["id", "email"]).await;
    assert_eq!(error.kind(), SegmentErrorKind::Malformed);
    assert_snapshot!(text(&error), @"the column `email` of `people` over the driver `SQLITE` holds text that is not UTF-8, among the 2 members after the first 0; correct it, or convert the column in a view");
    // Two halves of a character in two cells are text in none.
    sqlite.run(
        "CREATE TABLE halves (email text); INSERT INTO halves VALUES (CAST(x'c3' AS text)), (CAST(x'a9' AS text))",
    );
    assert_eq!(failure(sqlite.relation("halves"), &["email"]).await.kind(), SegmentErrorKind::Malformed);
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_column_that_begins_with_many_nulls_is_a_column_of_text() {
    let sqlite = Sqlite::new();
    sqlite.run(
        "CREATE TABLE people (email text, n decimal(20), x); \
         WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 20000) \
         INSERT INTO people SELECT NULL, NULL, NULL FROM c; INSERT INTO people VALUES ('a', 4915112345678, 'x')",
    );
    let query = || sqlite.query("SELECT email, n, x FROM people");
    for segment in [sqlite.relation("people"), query()] {
        let found = read(segment, &["email", "n", "x"]).await;
        assert_eq!(found.len(), 20_001);
        assert_eq!(found[20_000], [["a"], ["4915112345678"], ["x"]]);
        assert_eq!(found[0], vec![Vec::<String>::new(); 3]);
    }
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn batches_are_as_large_as_they_were_asked_to_be() {
    let duckdb = DuckDb::new();
    let segment = duckdb.query("SELECT i::text AS email FROM range(5000) t (i)").batch_size(700).build().unwrap();
    let batches: Vec<_> = segment.members(&owned(&["email"])).await.unwrap().collect().await;
    assert!(batches.iter().all(|batch| batch.as_ref().unwrap().len() <= 700));
    let all: Vec<_> = batches.iter().flat_map(|batch| rows(batch.as_ref().unwrap())).collect();
    assert_eq!((all.len(), &all[4999][0][0][..]), (5000, "4999"));
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn two_reads_at_once_do_not_disturb_each_other() {
    let duckdb = DuckDb::new();
    let segment = duckdb.query("SELECT i::text AS email FROM range(100000) t (i)").timeout(Duration::from_secs(60));
    let segment = segment.build().unwrap();
    let (first, second) = tokio::join!(members(&segment, &["email"]), members(&segment, &["email"]));
    assert_eq!((first.unwrap().len(), second.unwrap().len()), (100_000, 100_000));
}
