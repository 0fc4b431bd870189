//! Nothing is written, whatever a query tries.

use tikaud_core::segment::SegmentErrorKind;

use crate::engines::{DuckDb, Postgres, Sqlite, failure, kind, read, text};
use tikaud_sources::AdbcErrorKind;

/// A second statement, hidden as well as can be.
const SECOND: [&str; 5] = [
    "SELECT 'a' AS email; DELETE FROM people",
    "SELECT 'a' AS email) AS s; DELETE FROM people; SELECT * FROM (SELECT 'a' AS email",
    "SELECT 'a' AS email -- one\n; DELETE FROM people",
    "SELECT 'a' AS email /* ' */; DELETE FROM people /* ' */",
    "SELECT 'a' AS email; COMMIT; DELETE FROM people",
];

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn two_statements_in_one_text_are_refused_before_any_runs() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    let (create, insert) = ("CREATE TABLE people (email text)", "INSERT INTO people VALUES ('a')");
    sqlite.run(&format!("{create}; {insert}"));
    duckdb.run(&[create, insert]);
    postgres.run(&format!("{create}; {insert}")).await;
    for sql in SECOND {
        let in_schema = sql.replace("people", &format!(r#""{}".people"#, postgres.schema));
        for query in [sqlite.query(sql), duckdb.query(sql), postgres.query(&in_schema)] {
            let error = failure(query, &["email"]).await;
            assert_eq!(error.kind(), SegmentErrorKind::Configuration, "{sql}: {}", text(&error));
        }
    }
    for segment in [sqlite.relation("people"), duckdb.relation("people"), postgres.relation("people")] {
        assert_eq!(read(segment, &["email"]).await.len(), 1);
    }
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn what_writes_is_refused_by_the_database() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    sqlite.run("CREATE TABLE people (email text)");
    duckdb.run(&["CREATE TABLE people (email text)", "CREATE SEQUENCE numbers"]);
    postgres
        .run(&format!(
            "CREATE TABLE people (email text); CREATE SEQUENCE numbers; CREATE FUNCTION write() RETURNS text LANGUAGE sql \
             AS $$INSERT INTO \"{}\".people VALUES ('canary') RETURNING email$$",
            postgres.schema
        ))
        .await;
    let schema = &postgres.schema;
    for query in [
        sqlite.query("DELETE FROM people"),
        sqlite.query("INSERT INTO people VALUES ('a') RETURNING email"),
        sqlite.query("PRAGMA query_only = OFF"),
        duckdb.query("DELETE FROM people"),
        duckdb.query("SELECT nextval('numbers')::text AS email"),
        duckdb.query("COMMIT"),
        postgres.query(&format!(r#"DELETE FROM "{schema}".people RETURNING email"#)),
        postgres.query(&format!(
            r#"WITH d AS (INSERT INTO "{schema}".people VALUES ('a') RETURNING email) SELECT * FROM d"#
        )),
        postgres.query(&format!(r#"SELECT nextval('"{schema}".numbers')::text AS email"#)),
    ] {
        let shown = format!("{query:?}");
        let error = failure(query, &["email"]).await;
        assert_eq!(kind(&error), AdbcErrorKind::Query, "{shown}: {}", text(&error));
    }
    // While it runs the driver tells no code.
    let function = postgres.query(&format!(r#"SELECT "{schema}".write() AS email"#));
    let error = failure(function, &["email"]).await;
    text(&error);
    assert!(read(postgres.relation("people"), &["email"]).await.is_empty());
    assert!(read(sqlite.relation("people"), &["email"]).await.is_empty());
}
