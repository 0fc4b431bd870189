//! Rules, which the server applies: the same members as everywhere, whatever the role's settings and the columns' collations.

use std::sync::Arc;

use futures::TryStreamExt;
use insta::assert_snapshot;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tikaud_core::segment::{MemberBatch, Segment};
use tikaud_core::state::Clock;
use tikaud_sources::rule::{Literal, Rule, Span, column};
use tikaud_sources::{PostgresConnection, PostgresSegment, PostgresSegmentBuilder};

use crate::oracle::{NOW, truth};
use crate::server::{Server, members, own};
use crate::strategies::{row, rule};
use crate::table::{COLUMNS, Row, cells, ids};

/// A clock that stands still.
#[derive(Debug)]
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn now() -> Arc<dyn Clock> {
    Arc::new(At(NOW.parse().unwrap()))
}

/// The server with the table, empty, its text in a collation for which `a` and `A` are the same; and a role that may read it, in
/// whose settings dates, times and numbers are other ones.
async fn table() -> (Server, PostgresConnection) {
    let server = Server::new().await;
    let reader = server.role("rules").await;
    let (schema, role) = (&server.schema, own("rules"));
    server
        .run(&format!(
            "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
             CREATE TABLE t (id integer, text text COLLATE any_case, whole bigint, decimal numeric(20, 2), \
             \"float\" double precision, flag boolean, day date, instant timestamptz, local timestamp); \
             GRANT USAGE ON SCHEMA \"{schema}\" TO {role}; GRANT SELECT ON t TO {role}; \
             ALTER ROLE {role} SET TimeZone = 'Asia/Kolkata'; ALTER ROLE {role} SET DateStyle = 'SQL, DMY'; \
             ALTER ROLE {role} SET extra_float_digits = -5; ALTER ROLE {role} SET search_path = ''"
        ))
        .await;
    (server, reader)
}

/// Puts these rows in the place of what is there.
async fn fill(server: &Server, rows: &[Row]) {
    let cells: Vec<_> = rows.iter().enumerate().map(|(id, row)| cells(id, row)).collect();
    let columns = COLUMNS.map(|name| COLUMNS.iter().position(|other| *other == name).unwrap());
    let columns = columns.map(|at| cells.iter().map(|row| row[at].clone()).collect::<Vec<Option<String>>>());
    let values: Vec<_> = columns.iter().map(|column| column as &(dyn tokio_postgres::types::ToSql + Sync)).collect();
    server.run("TRUNCATE t").await;
    let insert = "INSERT INTO t SELECT i::integer, x, w::bigint, d::numeric, f::double precision, b::boolean, a::date, \
                  t::timestamptz, l::timestamp FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], \
                  $6::text[], $7::text[], $8::text[], $9::text[]) AS r (i, x, w, d, f, b, a, t, l)";
    server.admin.execute(insert, &values).await.unwrap();
}

/// The table, and a query of it that has a value of its own.
fn segments(server: &Server, reader: &PostgresConnection, rule: &Rule) -> [PostgresSegment; 2] {
    let relation = PostgresSegment::relation(reader.clone(), [&server.schema, "t"]);
    let sql = format!(r#"SELECT * FROM "{}".t WHERE id >= $1"#, server.schema);
    let query = PostgresSegment::query(reader.clone(), sql).name("Query").parameter(0);
    [relation, query].map(|segment| segment.filter(rule.clone()).clock(now()).build().unwrap())
}

async fn found(segment: &PostgresSegment) -> Vec<usize> {
    let mut ids = ids(segment).await;
    ids.sort_unstable();
    ids
}

#[test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
fn the_same_rule_gives_the_same_members() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, reader) = runtime.block_on(table());
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let cases = (prop::collection::vec(row(), 1..25), rule());
    let outcome = TestRunner::new(config).run(&cases, |(rows, rule)| {
        let expected: Vec<usize> = (0..rows.len()).filter(|id| truth(&rule, &rows[*id]) == Some(true)).collect();
        runtime.block_on(fill(&server, &rows));
        for segment in segments(&server, &reader, &rule) {
            let found = runtime.block_on(found(&segment));
            prop_assert_eq!(&found, &expected, "{:?} by {}", segment, serde_json::to_string(&rule).unwrap());
        }
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn hostile_names_and_values_are_data() {
    let hostile =
        ["x\" OR 1=1 --", "a\"\"; DROP TABLE t; --", "t\".\"id", "'; DROP TABLE t; --", "\\'", "$1", "? /* */ %_"];
    let server = Server::new().await;
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let columns = hostile.map(|name| format!("{} text", quoted(name))).join(", ");
    server.run(&format!("CREATE TABLE t (id integer, {columns})")).await;
    for (id, value) in (0_i32..).zip(hostile) {
        let names = hostile.map(quoted).join(", ");
        let values = vec!["$2"; hostile.len()].join(", ");
        server
            .admin
            .execute(&format!("INSERT INTO t (id, {names}) VALUES ($1, {values})"), &[&id, &value])
            .await
            .unwrap();
    }
    for name in hostile {
        for (id, value) in hostile.iter().enumerate() {
            let rule = column(name).is(*value) | column(name).is_in([*value, "none"]);
            let segment = server.relation("t").filter(rule & column(name).contains_ignoring_case(*value));
            assert_eq!(found(&segment.build().unwrap()).await, [id], "{name} {value}");
        }
    }
}

/// A table with three members, one with a consent.
async fn people() -> Server {
    let server = Server::new().await;
    server
        .run(
            "CREATE TABLE people (id text, consent boolean, seen timestamptz, score float8, extra jsonb); \
             INSERT INTO people VALUES ('1', true, '2026-11-20', 0.5, '{}'), ('2', false, '2026-11-20', 1, NULL), \
             ('3', NULL, '2025-01-01', 2, NULL)",
        )
        .await;
    server
}

async fn chosen(segment: PostgresSegmentBuilder) -> Vec<String> {
    let rows = members(&segment.clock(now()).build().unwrap(), &["id"]).await.unwrap();
    rows.into_iter().map(|row| row[0].concat()).collect()
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_rule_chooses_by_columns_that_nobody_asks_for() {
    let server = people().await;
    assert_eq!(chosen(server.relation("people").require_consent("consent")).await, ["1"]);
    assert_eq!(chosen(server.relation("people").filter(column("score").at_least(1))).await, ["2", "3"]);
    assert_eq!(chosen(server.relation("people").filter(column("extra").is_null())).await, ["2", "3"]);
    let recent = || column("seen").within_last(Span::Days(30));
    assert_eq!(chosen(server.relation("people").filter(recent())).await, ["1", "2"]);
    assert_eq!(
        chosen(
            server
                .relation("people")
                .filter(recent())
                .filter(column("score").more_than(Literal::from(0)) & !column("id").is("1"))
        )
        .await,
        ["2"]
    );
    let query = server.query(&format!(r#"SELECT id, score AS s FROM "{}".people -- all"#, server.schema));
    assert_eq!(chosen(query.filter(column("s").less_than(1))).await, ["1"]);
    assert_eq!(
        server.relation("people").filter(recent()).build().unwrap().columns().await.unwrap(),
        ["id", "consent", "seen"]
    );
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn those_without_consent_are_counted_among_those_whom_the_rule_chooses() {
    let server = people().await;
    let left_out = async |segment: PostgresSegmentBuilder| {
        let segment = segment.require_consent("consent").clock(now()).build().unwrap();
        let batches: Vec<MemberBatch> = segment.members(&["id".to_owned()]).await.unwrap().try_collect().await.unwrap();
        let (kept, left_out) = (batches.iter().map(MemberBatch::len), batches.iter().map(MemberBatch::without_consent));
        (kept.sum::<usize>(), left_out.sum::<u64>())
    };
    assert_eq!(left_out(server.relation("people")).await, (1, 2));
    let recent = column("seen").within_last(Span::Days(30)) | column("score").more_than(7);
    assert_eq!(left_out(server.relation("people").filter(recent)).await, (1, 1));
    let sql = format!(r#"SELECT * FROM "{}".people WHERE id <> $1 -- but one"#, server.schema);
    assert_eq!(left_out(server.query(&sql).parameter("1")).await, (0, 2));
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_rule_that_does_not_fit_is_refused() {
    let server = people().await;
    let refusal = async |rule| server.failure(server.relation("people").filter(rule), &["id"]).await;
    assert_snapshot!(refusal(column("consnet").is(true)).await, @"the rule over `SCHEMA.people` at `127.0.0.1:PORT/postgres`: there is no column `consnet`; the columns are: `id`, `consent`, `seen`, `score`, `extra`");
    assert_snapshot!(refusal(column("extra").is("canary")).await, @"the rule compares the column `extra` of `SCHEMA.people` at `127.0.0.1:PORT/postgres` with text, but it is of type jsonb; change the rule, or cast the column in a view");
    assert_snapshot!(refusal(column("id").is(7)).await, @"the rule compares the column `id` of `SCHEMA.people` at `127.0.0.1:PORT/postgres` with a number, but it is of type text; change the rule, or cast the column in a view");
    assert_snapshot!(refusal(column("id").is_in(Vec::<&str>::new())).await, @"the segment's rule cannot be used <- `in` has at least one value");
    let twice = server.query("SELECT 'a' AS id, 'b' AS x, 'canary' AS x").filter(column("x").is("b"));
    assert_snapshot!(server.failure(twice, &["id"]).await, @"two columns of the query at `127.0.0.1:PORT/postgres` are named `x`, which the rule looks at; rename one of them");
}
