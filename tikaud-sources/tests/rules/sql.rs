use insta::assert_snapshot;
use proptest::prelude::*;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tikaud_sources::rule::sql::{ColumnType, SqlCondition, SqlDialect, SqlError, SqlValue};
use tikaud_sources::rule::{Literal, Rule, Span, column};

use crate::oracle::{NOW, truth};
use crate::strategies::{row, rule};
use crate::table::{COLUMNS, Row, cells};

fn column_type(name: &str) -> Option<ColumnType> {
    Some(match name {
        "id" | "whole" => ColumnType::Integer,
        "text" => ColumnType::Text,
        "decimal" => ColumnType::Decimal,
        "float" => ColumnType::Float,
        "flag" => ColumnType::Boolean,
        "day" => ColumnType::Date,
        "instant" => ColumnType::Timestamp,
        "local" => ColumnType::LocalTimestamp,
        _ => return None,
    })
}

/// The table in SQLite, dates and instants as text in the spellings that it reads.
fn database(rows: &[Row]) -> Connection {
    let database = Connection::open_in_memory().unwrap();
    database
        .execute_batch(
            "CREATE TABLE t (id INTEGER, text TEXT COLLATE NOCASE, whole INTEGER, decimal DECIMAL(20, 2), float REAL, \
             flag BOOLEAN, day DATE, instant TEXT, local TEXT)",
        )
        .unwrap();
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
        database.execute(&sql, params_from_iter(values)).unwrap();
    }
    database
}

fn select(database: &Connection, sql: &SqlCondition) -> Vec<usize> {
    let values = sql.values.iter().map(|value| match value {
        SqlValue::Text(text) => Value::Text(text.clone()),
        SqlValue::Integer(number) => Value::Integer(*number),
        SqlValue::Real(number) => Value::Real(*number),
        other => panic!("{other:?}"),
    });
    let mut query = database.prepare(&format!("SELECT id FROM t WHERE {} ORDER BY id", sql.condition)).unwrap();
    let ids = query.query_map(params_from_iter(values), |row| row.get::<_, i64>(0)).unwrap();
    ids.map(|id| usize::try_from(id.unwrap()).unwrap()).collect()
}

/// SQLite keeps NaN as null, so that there `is null` is another question.
fn without_nan(mut row: Row) -> Row {
    row.float = row.float.filter(|float| !float.is_nan());
    row
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_rule_gives_the_same_members_in_sqlite(
        rows in prop::collection::vec(row().prop_map(without_nan), 1..25), rule in rule(),
    ) {
        let sql = rule.at(NOW.parse().unwrap()).to_sql(SqlDialect::Sqlite, column_type).unwrap();
        let expected: Vec<usize> = (0..rows.len()).filter(|id| truth(&rule, &rows[*id]) == Some(true)).collect();
        prop_assert_eq!(select(&database(&rows), &sql), expected, "{}", sql.condition);
    }
}

/// Names and values that mean something to a database.
const HOSTILE: [&str; 8] =
    ["x\" OR 1=1 --", "a\"\"; DROP TABLE t; --", "t\".\"id", "t.id", "'; DROP TABLE t; --", "\\'", "$1", "? /* */ %_"];

#[test]
fn hostile_names_and_values_are_data() {
    let database = Connection::open_in_memory().unwrap();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let columns = HOSTILE.map(|name| format!("{} TEXT", quoted(name))).join(", ");
    database.execute_batch(&format!("CREATE TABLE t (id INTEGER, {columns})")).unwrap();
    for (id, value) in HOSTILE.iter().enumerate() {
        let values = std::iter::once(Value::Integer(i64::try_from(id).unwrap()))
            .chain(std::iter::repeat_n(Value::Text((*value).to_owned()), HOSTILE.len()));
        let marks = vec!["?"; HOSTILE.len() + 1].join(", ");
        database.execute(&format!("INSERT INTO t VALUES ({marks})"), params_from_iter(values)).unwrap();
    }
    for name in HOSTILE {
        for (id, value) in HOSTILE.iter().enumerate() {
            let text = |_: &str| Some(ColumnType::Text);
            let found = |rule: &Rule| select(&database, &rule.to_sql(SqlDialect::Sqlite, text).unwrap());
            assert_eq!(found(&column(name).is(*value)), [id], "{name} {value}");
            assert_eq!(found(&column(name).is_in([*value, "none"])), [id], "{name} {value}");
            assert!(found(&column(name).contains(*value)).contains(&id), "{name} {value}");
            assert!(found(&column(name).ends_with_ignoring_case(*value)).contains(&id), "{name} {value}");
            let postgres = column(name).is(*value).to_sql(SqlDialect::Postgres, text).unwrap();
            assert_eq!(
                postgres.condition,
                format!("((CAST({} AS text) COLLATE \"C\") = CAST($1 AS text))", quoted(name))
            );
            assert_eq!(postgres.values, [SqlValue::Text((*value).to_owned())]);
        }
    }
}

fn postgres(rule: &Rule) -> String {
    let sql = rule.at(NOW.parse().unwrap()).to_sql(SqlDialect::Postgres, column_type).unwrap();
    assert!(sql.values.iter().all(|value| matches!(value, SqlValue::Text(_))));
    sql.condition
}

#[test]
fn postgres_is_written_with_every_value_bound_as_text() {
    let number = |text: &str| Literal::Number(text.parse().unwrap());
    let date = || Literal::date("2026-11-24").unwrap();
    let instant = || Literal::timestamp("2026-11-24T10:00:00Z").unwrap();
    assert_snapshot!(postgres(&(column("text").less_than("a") & !column("flag").is(true))), @r#"((CAST("text" AS text) COLLATE "C") < CAST($1 AS text) AND (NOT "flag" = CAST(CAST($2 AS text) AS boolean)))"#);
    assert_snapshot!(postgres(&column("whole").less_than(number("2.5"))), @r#"("whole" <= CAST(CAST($1 AS text) AS numeric))"#);
    assert_snapshot!(postgres(&column("whole").is_in([number("2.5"), number("3")])), @r#"("whole" IN (CAST(CAST($1 AS text) AS numeric)))"#);
    assert_snapshot!(postgres(&column("whole").is(number("2.5"))), @r#"("whole" <> "whole")"#);
    assert_snapshot!(postgres(&column("decimal").between(1, 2)), @r#"(nullif(CAST("decimal" AS numeric), CAST(('NaN') AS numeric)) >= CAST(CAST($1 AS text) AS numeric) AND nullif(CAST("decimal" AS numeric), CAST(('NaN') AS numeric)) <= CAST(CAST($2 AS text) AS numeric))"#);
    assert_snapshot!(postgres(&column("float").at_least(1)), @r#"(nullif(CAST("float" AS double precision), CAST(('NaN') AS double precision)) >= CAST(CAST($1 AS text) AS double precision))"#);
    assert_snapshot!(postgres(&column("text").contains_ignoring_case("a%")), @r#"(strpos(LOWER((CAST("text" AS text) COLLATE "C") COLLATE "C"), LOWER(CAST($1 AS text) COLLATE "C")) > (0))"#);
    assert_snapshot!(postgres(&column("text").starts_with("a")), @r#"(left(CAST("text" AS text) COLLATE "C", length(CAST($1 AS text))) = CAST($2 AS text))"#);
    assert_snapshot!(postgres(&column("text").ends_with("a")), @r#"(right(CAST("text" AS text) COLLATE "C", length(CAST($1 AS text))) = CAST($2 AS text))"#);
    assert_snapshot!(postgres(&column("day").within_last(Span::Days(3))), @r#"("day" >= CAST(CAST($1 AS text) AS date) AND "day" <= CAST(CAST($2 AS text) AS date))"#);
    assert_snapshot!(postgres(&column("instant").is(date())), @r#"(CAST(("instant" AT TIME ZONE ('UTC')) AS date) = CAST(CAST($1 AS text) AS date))"#);
    assert_snapshot!(postgres(&column("local").is(date())), @r#"(CAST("local" AS date) = CAST(CAST($1 AS text) AS date))"#);
    assert_snapshot!(postgres(&column("local").at_most(instant())), @r#"(("local" AT TIME ZONE ('UTC')) <= CAST(CAST($1 AS text) AS timestamptz))"#);
    assert_snapshot!(postgres(&column("day").at_most(instant())), @r#"((CAST("day" AS timestamp) AT TIME ZONE ('UTC')) <= CAST(CAST($1 AS text) AS timestamptz))"#);
    assert_snapshot!(postgres(&column("day").is_null()), @r#"("day" IS NULL)"#);
}

#[test]
fn placeholders_are_numbered_after_those_that_a_query_has() {
    let rule = column("whole").is(1) | column("whole").is_in([2, 3]);
    let sql = rule.to_sql_after(2, SqlDialect::Postgres, column_type).unwrap();
    assert_snapshot!(sql.condition, @r#"("whole" = CAST(CAST($3 AS text) AS numeric) OR "whole" IN (CAST(CAST($4 AS text) AS numeric), CAST(CAST($5 AS text) AS numeric)))"#);
    assert_eq!(sql.values.len(), 3);
    let sql = rule.to_sql_after(2, SqlDialect::Sqlite, column_type).unwrap();
    assert_snapshot!(sql.condition, @r#"("whole" = ? OR "whole" IN (?, ?))"#);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let refusal = |rule: Rule| rule.to_sql(SqlDialect::Postgres, column_type).unwrap_err();
    assert_snapshot!(refusal(column("canary").is(1)), @"the rule does not fit: there is no column `canary`");
    assert_snapshot!(refusal(column("text").is(1)), @"the rule compares the column `text` with a number, but the column is of type Text");
    assert_snapshot!(refusal(column("whole").is("1")), @"the rule compares the column `whole` with text, but the column is of type Integer");
    assert_snapshot!(refusal(column("day").within_next(Span::Days(1))), @"the rule asks for dates relative to now; say what now is, with `Rule::at`");
    assert!(matches!(refusal(Rule::And(vec![])), SqlError::Rule(_)));
}

#[test]
fn debug_shows_no_value() {
    let sql = column("text").is("canary").to_sql(SqlDialect::Sqlite, column_type).unwrap();
    assert!(!format!("{sql:?}{sql:#?}").contains("canary"));
}
