//! The same rule gives the same members in every database, as a plain reading of it says.

use std::sync::Arc;

use insta::assert_snapshot;
use proptest::prelude::*;
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use tikaud_core::segment::Segment;
use tikaud_core::state::Clock;
use tikaud_sources::rule::{Rule, column};
use tikaud_sources::{AdbcSegment, AdbcSegmentBuilder};
use tokio::runtime::Runtime;

use crate::engines::{DuckDb, Postgres, Sqlite, failure, flight, literal, members, read, sails, text};
use crate::oracle::{NOW, truth};
use crate::strategies::{row, rule};
use crate::table::{COLUMNS, Row, cells, day_text, decimal_text, micros_text};

/// Tells always the same time.
#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> jiff::Timestamp {
        NOW.parse().unwrap()
    }
}

/// The rows as a query of PostgreSQL's and DuckDB's, with types.
fn query(rows: &[Row], collation: &str) -> String {
    let typed = |text: Option<String>, name: &str| format!("CAST({} AS {name})", literal(text.as_deref()));
    let row = |(id, row): (usize, &Row)| {
        let float = |float: f64| match float {
            f64::INFINITY => "Infinity".to_owned(),
            f64::NEG_INFINITY => "-Infinity".to_owned(),
            float => format!("{float:?}"),
        };
        let cells = [
            typed(Some(id.to_string()), "bigint"),
            typed(row.text.clone(), "text") + collation,
            typed(row.whole.map(|whole| whole.to_string()), "bigint"),
            typed(row.decimal.map(decimal_text), "numeric(20, 2)"),
            typed(row.float.map(float), "float8"),
            typed(row.flag.map(|flag| flag.to_string()), "boolean"),
            typed(row.day.map(day_text), "date"),
            typed(row.instant.map(micros_text), "timestamptz"),
            typed(row.local.map(|micros| micros_text(micros).replace('T', " ").replace('Z', "")), "timestamp"),
        ];
        format!("({})", cells.join(", "))
    };
    let rows: Vec<String> = rows.iter().enumerate().map(row).collect();
    format!("SELECT * FROM (VALUES {}) AS t ({})", rows.join(", "), COLUMNS.join(", "))
}

fn expected(rows: &[Row], rule: &Rule) -> Vec<String> {
    let ids = (0..rows.len()).filter(|id| truth(rule, &rows[*id]) == Some(true));
    ids.map(|id| id.to_string()).collect()
}

/// The ids of the members, in the order of their numbers.
fn found(runtime: &Runtime, segment: AdbcSegmentBuilder, rule: &Rule) -> Vec<String> {
    let segment = segment.filter(rule.clone()).clock(Arc::new(FixedClock)).build().unwrap();
    let mut rows = runtime.block_on(members(&segment, &["id"])).unwrap();
    rows.sort_by_key(|row| row[0][0].parse::<u64>().unwrap());
    rows.into_iter().map(|row| row.concat().concat()).collect()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn table() -> impl Strategy<Value = (Vec<Row>, Rule)> {
    (prop::collection::vec(row(), 1..25), rule())
}

#[test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
fn the_same_rule_gives_the_same_members_in_duckdb() {
    let (runtime, duckdb) = (runtime(), DuckDb::new());
    proptest!(cases(400), |((rows, rule) in table())| {
        // A collation that knows no case is the column's, and not the rule's.
        let segment = duckdb.query(&query(&rows, " COLLATE NOCASE"));
        prop_assert_eq!(found(&runtime, segment, &rule), expected(&rows, &rule), "{}", serde_json::to_string(&rule).unwrap());
    });
}

#[test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
fn the_same_rule_gives_the_same_members_in_a_table_of_duckdb() {
    let runtime = runtime();
    proptest!(cases(30), |((rows, rule) in table())| {
        let duckdb = DuckDb::new();
        duckdb.run(&[format!("CREATE TABLE t AS {}", query(&rows, ""))]);
        prop_assert_eq!(found(&runtime, duckdb.relation("t"), &rule), expected(&rows, &rule));
    });
}

#[test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
fn the_same_rule_gives_the_same_members_in_postgresql() {
    let runtime = runtime();
    let server = runtime.block_on(Postgres::new());
    proptest!(cases(200), |((rows, rule) in table())| {
        let segment = server.query(&query(&rows, ""));
        prop_assert_eq!(found(&runtime, segment, &rule), expected(&rows, &rule), "{}", serde_json::to_string(&rule).unwrap());
    });
}

#[test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
fn the_same_rule_gives_the_same_members_in_sqlite() {
    let runtime = runtime();
    // SQLite keeps NaN as null, so that there `is null` is another question.
    let without_nan = row().prop_map(|mut row| {
        row.float = row.float.filter(|float| !float.is_nan());
        row
    });
    proptest!(cases(200), |(rows in prop::collection::vec(without_nan, 1..25), rule in rule())| {
        let sqlite = Sqlite::new();
        sqlite.run(
            "CREATE TABLE t (id INTEGER, text TEXT COLLATE NOCASE, whole INTEGER, decimal DECIMAL(20, 2), float REAL, \
             flag BOOLEAN, day DATE, instant TEXT, local DATETIME)",
        );
        for (id, row) in rows.iter().enumerate() {
            let text = |cell: Option<String>| cell.map_or(Value::Null, Value::Text);
            let [_, _, _, _, _, _, day, instant, local] = cells(id, row);
            let values = [
                Value::Integer(i64::try_from(id).unwrap()),
                text(row.text.clone()),
                row.whole.map_or(Value::Null, Value::Integer),
                row.decimal.map_or(Value::Null, |hundredths| Value::Real(hundredths as f64 / 100.0)),
                row.float.map_or(Value::Null, Value::Real),
                row.flag.map_or(Value::Null, |flag| Value::Integer(flag.into())),
                text(day),
                text(instant.map(|instant| instant.replace("+00", "+00:00").replace("+00:00:00", "+00:00"))),
                text(local),
            ];
            let sql = format!("INSERT INTO t VALUES ({})", ["?"; COLUMNS.len()].join(", "));
            sqlite.admin.execute(&sql, params_from_iter(values)).unwrap();
        }
        prop_assert_eq!(found(&runtime, sqlite.relation("t"), &rule), expected(&rows, &rule), "{}", serde_json::to_string(&rule).unwrap());
    });
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn where_the_sql_is_not_known_the_rule_is_evaluated_here() {
    let sql = "SELECT * FROM VALUES ('a', 'DE', 1.5D, true), ('b', 'AT', CAST('NaN' AS DOUBLE), true), \
               ('c', 'FR', 2.5D, true), ('d', NULL, 2.5D, true), ('e', 'DE', 2.5D, NULL) AS t(email, country, value, consent)";
    for sail in sails() {
        let segment = || AdbcSegment::query(sail.clone(), sql).name("Query");
        let rule = column("country").is_in(["DE", "AT"]) & column("value").less_than(2);
        assert_eq!(read(segment().filter(rule.clone()), &["email"]).await, [[["a"]]]);
        assert_eq!(read(segment().filter(!rule), &["email"]).await, [[["c"]], [["d"]], [["e"]]]);
        assert_eq!(read(segment().require_consent("consent"), &["email", "consent"]).await.len(), 4);
    }
    let segment = || AdbcSegment::query(flight(), sql).name("Query");
    assert_snapshot!(text(&failure(segment().filter(column("consent").is("x")), &["email"]).await), @"the rule compares the column `consent` of the query over the driver `FLIGHTSQL` with text, but the column is of type Boolean");
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn values_of_a_rule_come_after_those_of_the_query() {
    let duckdb = DuckDb::new();
    let sql = "SELECT * FROM (VALUES ('a', 1), ('b', 2), ('c', 3)) AS t (email, n) WHERE n >= $1";
    let segment = duckdb.query(sql).parameter(2).filter(column("n").less_than(3)).filter(column("email").is_not("x"));
    assert_eq!(read(segment, &["email"]).await, [[["b"]]]);
    let sqlite = Sqlite::new();
    sqlite.run("CREATE TABLE t (email text, n integer); INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)");
    let segment = sqlite.query("SELECT * FROM t WHERE n >= ?").parameter(2).filter(column("n").less_than(3));
    assert_eq!(read(segment, &["email"]).await, [[["b"]]]);
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_rule_that_does_not_fit_is_an_error_before_anything_is_read() {
    let duckdb = DuckDb::new();
    duckdb.run(&[
        "CREATE TABLE t (email VARCHAR, n BIGINT, \"x\"\" OR 1=1 --\" VARCHAR)",
        "INSERT INTO t VALUES ('a', 1, 'canary')",
    ]);
    let by = async |rule: Rule| text(&failure(duckdb.relation("t").filter(rule), &["email"]).await);
    assert_snapshot!(by(column("mail").is("canary")).await, @r#"the rule does not fit `t` over the driver `DUCKDB`: there is no column `mail`; the columns are: `email`, `n`, `x" OR 1=1 --`"#);
    assert_snapshot!(by(column("n").is("canary")).await, @"the rule compares the column `n` of `t` over the driver `DUCKDB` with text, but the column is of type Int64");
    let hostile = column("x\" OR 1=1 --").is("'; DROP TABLE t; --");
    assert!(read(duckdb.relation("t").filter(hostile), &["email"]).await.is_empty());
    let segment = duckdb.relation("t").filter(column("mail").is("x")).build().unwrap();
    assert!(segment.columns().await.is_err(), "a rule that does not fit is told of when columns are asked for, too");
}
