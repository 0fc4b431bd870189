//! What a segment says that it is read from, so that a run can tell what has changed.

use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentSchema};
use tikaud_sources::AdbcSegmentBuilder;
use tikaud_sources::rule::column;

use crate::engines::{DuckDb, Postgres, Sqlite};

async fn schema(segment: AdbcSegmentBuilder) -> SegmentSchema {
    segment.build().unwrap().schema().await.unwrap()
}

/// Columns with their types, and what decides on the rows.
fn shown(schema: &SegmentSchema) -> String {
    let columns = schema.columns.iter().map(|column| format!("{} {}", column.name, column.data_type.as_ref().unwrap()));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let definitions = schema.definitions.iter().map(|(what, hash)| {
        assert_eq!(hash.len(), 64, "{what}");
        what.clone()
    });
    format!("{columns}; {}", definitions.collect::<Vec<_>>().join(", "))
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_view_whose_definition_changes_is_told() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    let create = "CREATE TABLE people (email varchar(40), n bigint)";
    let view = |condition: &str| format!("CREATE VIEW buyers AS SELECT email, n FROM people WHERE n > {condition}");
    sqlite.run(&format!("{create}; {}", view("1")));
    duckdb.run(&[create, &view("1")]);
    postgres.run(&format!("{create}; {}", view("1"))).await;
    let all = async || {
        let (sqlite, duckdb) = (schema(sqlite.relation("buyers")).await, schema(duckdb.relation("buyers")).await);
        [sqlite, duckdb, schema(postgres.relation("buyers")).await]
    };
    let before = all().await;
    assert_eq!(all().await, before);
    let texts = before.each_ref().map(shown).join("\n").replace(&postgres.schema, "SCHEMA");
    assert_snapshot!(texts, @r#"
    email VARCHAR(40), n BIGINT; view `buyers`
    email Utf8, n Int64; view `buyers`
    email varchar, n int8; view `SCHEMA.buyers`
    "#);

    let (drop, again) = ("DROP VIEW buyers", view("2"));
    sqlite.run(&format!("{drop}; {again}"));
    duckdb.run(&[drop, &again]);
    postgres.run(&format!("{drop}; {again}")).await;
    for (before, after) in before.iter().zip(all().await) {
        assert_eq!(before.columns, after.columns);
        assert_ne!(before.definitions, after.definitions);
    }
    let within = [sqlite.connection(), duckdb.connection()].map(|connection| {
        let schema = if format!("{connection:?}").contains("duckdb") { "main" } else { "MAIN" };
        tikaud_sources::AdbcSegment::relation(connection, [schema, "buyers"])
    });
    for segment in within {
        assert_eq!(schema(segment).await.definitions.len(), 1, "a view is found in its schema, too");
    }
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_table_has_no_definition_and_a_query_and_a_rule_have() {
    let duckdb = DuckDb::new();
    duckdb.run(&["CREATE TABLE people (email VARCHAR, n BIGINT, score DOUBLE)"]);
    assert_snapshot!(shown(&schema(duckdb.relation("people")).await), @"email Utf8, n Int64;");
    assert_snapshot!(shown(&schema(duckdb.relation("people").filter(column("n").is(1))).await), @"email Utf8, n Int64; rule");
    assert_snapshot!(shown(&schema(duckdb.query("SELECT email FROM people WHERE email <> 'canary'")).await), @"email Utf8; query");
    let by = async |n: i32| schema(duckdb.relation("people").filter(column("n").is(n))).await.definitions;
    assert_ne!(by(1).await, by(2).await);
}
