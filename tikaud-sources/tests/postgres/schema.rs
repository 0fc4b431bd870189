//! What a segment is read from, and what happens when that changes.

use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentSchema};
use tikaud_sources::PostgresSegmentBuilder;
use tikaud_sources::rule::column;

use crate::server::Server;

async fn schema(segment: PostgresSegmentBuilder) -> SegmentSchema {
    segment.build().unwrap().schema().await.unwrap()
}

/// What defines the rows, with what differs between runs given a name.
fn definitions(server: &Server, schema: &SegmentSchema) -> Vec<String> {
    schema.definitions.keys().map(|what| what.replace(&server.schema, "SCHEMA")).collect()
}

async fn customers() -> Server {
    let server = Server::new().await;
    server
        .run(
            "CREATE TABLE customers (id bigint, email varchar(99), score float8, orders numeric(9)); \
             CREATE VIEW buyers AS SELECT * FROM customers WHERE orders > 0; \
             CREATE MATERIALIZED VIEW kept AS SELECT id, email FROM buyers; \
             CREATE VIEW \"the best\" AS SELECT kept.id, kept.email FROM kept JOIN pg_stat_activity ON true",
        )
        .await;
    server
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_schema_has_types_and_every_view_on_the_way() {
    let server = customers().await;
    let table = schema(server.relation("customers")).await;
    let types: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{} {}", column.name, column.data_type.as_deref().unwrap()))
        .collect();
    assert_eq!(types, ["id int8", "email varchar", "score float8", "orders numeric"]);
    assert!(table.definitions.is_empty());
    let view = schema(server.relation("the best")).await;
    assert_eq!(
        definitions(&server, &view),
        ["materialized view `SCHEMA.kept`", "view `SCHEMA.buyers`", "view `SCHEMA.the best`"]
    );
    let query = server.query(&format!(r#"SELECT * FROM "{}".buyers WHERE id > $1"#, server.schema)).parameter(0);
    assert_eq!(definitions(&server, &schema(query.filter(column("score").more_than(1))).await), ["query", "rule"]);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn what_has_changed_has_another_definition() {
    let server = customers().await;
    let best = async || schema(server.relation("the best")).await;
    let before = best().await;
    assert_eq!(best().await, before);
    server.run("CREATE OR REPLACE VIEW buyers AS SELECT * FROM customers WHERE orders > 1").await;
    let after = best().await;
    let changed: Vec<&String> = before
        .definitions
        .iter()
        .filter(|(what, hash)| after.definitions[*what] != **hash)
        .map(|(what, _)| what)
        .collect();
    assert_eq!(changed, [&format!("view `{}.buyers`", server.schema)]);

    let query =
        async |sql: &str, least: i32| schema(server.query(sql).filter(column("n").at_least(least))).await.definitions;
    let (one, two) = (query("SELECT 1 AS n", 1).await, query("SELECT 2 AS n", 2).await);
    assert!(one["query"] != two["query"] && one["rule"] != two["rule"]);
    assert_eq!(one, query("SELECT 1 AS n;", 1).await);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_column_that_is_gone_renamed_or_of_another_type_is_named_before_anything_is_read() {
    let server = customers().await;
    let refusal = async |change: &str| {
        server.run(change).await;
        server.failure(server.relation("customers"), &["id", "email"]).await
    };
    assert_snapshot!(refusal("ALTER TABLE customers RENAME email TO mail").await, @"`SCHEMA.customers` at `127.0.0.1:PORT/postgres`: there is no column `email`; the columns are: `id`, `mail`, `orders`");
    assert_snapshot!(refusal("DROP VIEW buyers CASCADE; ALTER TABLE customers RENAME mail TO email; ALTER TABLE customers ALTER email TYPE json USING NULL").await, @"the column `email` of `SCHEMA.customers` at `127.0.0.1:PORT/postgres` is of type json, which holds no text; take the text out in a view, as in … ->> 'email'");
    assert_snapshot!(refusal("DROP TABLE customers CASCADE").await, @"there is no table or view `SCHEMA.customers` at `127.0.0.1:PORT/postgres`; check its name, that of its schema, and that the role `tikaud` has USAGE on the schema <- PostgreSQL reports SQLSTATE 42P01");
}
