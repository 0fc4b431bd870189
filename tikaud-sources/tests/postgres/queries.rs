//! Queries: with values, of every form, and those that are none.

use insta::assert_snapshot;
use tikaud_core::segment::Segment;
use tikaud_sources::PostgresParameter;

use crate::server::{Server, members};

async fn customers() -> Server {
    let server = Server::new().await;
    server.run("CREATE TABLE customers (email text, country text, orders integer, since date)").await;
    server
        .run(
            "INSERT INTO customers VALUES ('ada@example.com', 'GB', 3, '2026-01-01'), \
             ('grace@example.com', 'US', 1, '2026-06-01'), ('o''brien@example.com', NULL, NULL, NULL)",
        )
        .await;
    server
}

/// The e-mails that a query finds with these values.
async fn found(server: &Server, condition: &str, values: Vec<PostgresParameter>) -> Vec<String> {
    let sql = format!(r#"SELECT * FROM "{}".customers WHERE {condition} ORDER BY email"#, server.schema);
    let segment = values.into_iter().fold(server.query(&sql), |segment, value| segment.parameter(value));
    let rows = members(&segment.build().unwrap(), &["email"]).await.unwrap();
    rows.into_iter().map(|row| row[0][0].clone()).collect()
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn values_are_bound_whatever_the_type_of_the_parameter() {
    let server = customers().await;
    assert_eq!(found(&server, "country = $1", vec!["GB".into()]).await, ["ada@example.com"]);
    assert_eq!(found(&server, "orders >= $1", vec![2.into()]).await, ["ada@example.com"]);
    assert_eq!(found(&server, "orders::bigint = $1", vec![1_i64.into()]).await, ["grace@example.com"]);
    assert_eq!(found(&server, "since > $1", vec!["2026-03-01".into()]).await, ["grace@example.com"]);
    assert_eq!(found(&server, "(country = 'US') = $1", vec![true.into()]).await, ["grace@example.com"]);
    assert_eq!(found(&server, "country = ANY ($1)", vec!["{GB,US}".into()]).await.len(), 2);
    assert_eq!(found(&server, "country = $1 OR orders = $2", vec!["GB".into(), "1".to_owned().into()]).await.len(), 2);
    assert_eq!(found(&server, "country IS NOT DISTINCT FROM $1", vec![None::<&str>.into()]).await.len(), 1);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_hostile_value_is_a_value() {
    let server = customers().await;
    for value in ["' OR '1'='1", "x'); DROP TABLE customers; --", "\\", "$1", "NULL", "GB\0"] {
        let segment = server.query(&format!(r#"SELECT * FROM "{}".customers WHERE country = $1"#, server.schema));
        let rows = members(&segment.parameter(value).build().unwrap(), &["email"]).await;
        // The character NUL is in no text; the server says so.
        assert_eq!(rows.map_or(0, |rows| rows.len()), 0, "{value}");
    }
    let name = "email = $1";
    assert_eq!(found(&server, name, vec!["o'brien@example.com".into()]).await, ["o'brien@example.com"]);
    assert_eq!(found(&server, "true", vec![]).await.len(), 3);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_query_may_have_any_form_that_selects() {
    let server = customers().await;
    let (schema, email) = (&server.schema, "ada@example.com");
    for sql in [
        format!(r#"WITH c AS (SELECT * FROM "{schema}".customers) SELECT email FROM c WHERE country = 'GB'"#),
        format!("SELECT '{email}' AS email -- the first one\n ; ; "),
        format!("SELECT '{email}' AS email UNION ALL SELECT NULL WHERE false ORDER BY 1 LIMIT 1"),
        format!("SELECT x AS email FROM (VALUES ('{email}')) AS v (x)"),
        format!("VALUES ('{email}')").replace("VALUES", "SELECT * FROM (VALUES") + ") AS v (email)",
    ] {
        let segment = server.query(&sql).build().unwrap();
        assert_eq!(segment.columns().await.unwrap(), ["email"], "{sql}");
        assert_eq!(members(&segment, &["email"]).await.unwrap(), [[[email]]], "{sql}");
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn what_is_no_query_is_refused() {
    let server = customers().await;
    server.run("CREATE SEQUENCE numbers").await;
    let schema = server.schema.clone();
    let refusal = async |sql: String| server.failure(server.query(&sql), &["email"]).await;
    assert_snapshot!(refusal("SELEC 'canary' AS email".into()).await, @"the query at `127.0.0.1:PORT/postgres` cannot be read from (at its character 1); it is to be one SELECT that changes nothing, with every column named once <- PostgreSQL reports SQLSTATE 42601");
    assert_snapshot!(refusal("SELECT \"canary\" AS email".into()).await, @"the query at `127.0.0.1:PORT/postgres` cannot be read from (at its character 8); it is to be one SELECT that changes nothing, with every column named once <- PostgreSQL reports SQLSTATE 42703");
    assert_snapshot!(refusal("SELECT 'canary' AS email; SELECT 1".into()).await, @"the query at `127.0.0.1:PORT/postgres` cannot be read from; it is to be one SELECT that changes nothing, with every column named once <- PostgreSQL reports SQLSTATE 42601");
    assert_snapshot!(refusal("SELECT 1) AS x, (SELECT 'canary' AS email".into()).await, @"the query at `127.0.0.1:PORT/postgres` cannot be read from (at its character 9); it is to be one SELECT that changes nothing, with every column named once <- PostgreSQL reports SQLSTATE 42601");
    assert_snapshot!(refusal(format!(r#"DELETE FROM "{schema}".customers"#)).await, @"the query at `127.0.0.1:PORT/postgres` has no columns; a query is to be a SELECT");
    assert_snapshot!(refusal(format!(r#"DELETE FROM "{schema}".customers RETURNING email"#)).await, @"the query at `127.0.0.1:PORT/postgres` cannot be read from; it is to be one SELECT that changes nothing, with every column named once <- PostgreSQL reports SQLSTATE 42601");
    assert_snapshot!(refusal(format!(r#"SELECT nextval('"{schema}".numbers')::text AS email"#)).await, @"the query at `127.0.0.1:PORT/postgres` cannot be read from; it is to be one SELECT that changes nothing, with every column named once <- PostgreSQL reports SQLSTATE 25006");
    assert_snapshot!(refusal("SELECT 'a' AS email, 'canary' AS email".into()).await, @"two columns of the query at `127.0.0.1:PORT/postgres` are named `email`; rename one of them");
    assert_snapshot!(refusal("SELECT email FROM no_such_table".into()).await, @"the query at `127.0.0.1:PORT/postgres` names a table or view that is not there (at its character 19); check the name and its schema <- PostgreSQL reports SQLSTATE 42P01");
    assert_eq!(found(&server, "true", vec![]).await.len(), 3);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn no_text_of_a_query_changes_anything() {
    let server = customers().await;
    server
        .run(
            "CREATE SEQUENCE numbers; CREATE FUNCTION evil() RETURNS text LANGUAGE plpgsql AS $$ BEGIN DELETE FROM \
                customers; RETURN 'a'; END $$; CREATE TABLE canary (email text)",
        )
        .await;
    let schema = format!(r#""{}""#, server.schema);
    for sql in [
        "SELECT 'a' AS email; DELETE FROM S.customers",
        "SELECT 'a' AS email); DELETE FROM S.customers; SELECT ('a'",
        "SELECT 'a' AS email) AS segment; DELETE FROM S.customers; --",
        "SELECT 'a' AS email /* */) TO STDOUT; DROP TABLE S.customers; COPY (SELECT 'a' AS email",
        "SELECT 'a' AS email\n) AS segment) TO PROGRAM 'touch canary' --",
        "COMMIT; DELETE FROM S.customers",
        "COMMIT",
        "ROLLBACK AND CHAIN",
        "SET TRANSACTION READ WRITE",
        "SELECT set_config('transaction_read_only', 'off', false) AS email, S.evil()",
        "WITH gone AS (DELETE FROM S.customers RETURNING email) SELECT email FROM gone",
        "SELECT S.evil() AS email",
        "SELECT nextval('S.numbers')::text AS email",
        "SELECT email FROM S.customers FOR UPDATE",
        "SELECT 'a' AS email INTO S.canary2",
        "CREATE TABLE S.canary2 AS SELECT 'a' AS email",
        "INSERT INTO S.canary VALUES ('a') RETURNING email",
        "UPDATE S.customers SET email = 'x' RETURNING email",
        "MERGE INTO S.customers AS c USING S.canary AS n ON true WHEN MATCHED THEN DELETE",
        "TRUNCATE S.customers",
        "DO 'BEGIN DELETE FROM S.customers; END'",
        "CALL S.evil()",
        "EXPLAIN ANALYZE DELETE FROM S.customers",
        "PREPARE p AS DELETE FROM S.customers",
        "COPY S.customers TO STDOUT",
        "LISTEN canary",
        "VACUUM",
        "SELECT $canary$ AS email",
        "SELECT 'a AS email",
        "SELECT 'a' AS email /*",
        "\\copy S.customers to stdout",
        "--",
        "(",
    ] {
        let sql = sql.replace("S.", &format!("{schema}."));
        for with_value in [false, true] {
            let query = if with_value { format!("{sql} WHERE $1") } else { sql.clone() };
            let segment = server.query(&query);
            let segment = if with_value { segment.parameter(true) } else { segment };
            let error = server.failure(segment, &["email"]).await;
            assert!(!error.is_empty(), "{query}");
        }
        assert_eq!(found(&server, "true", vec![]).await.len(), 3, "{sql}");
    }
    // Some servers let a transaction that can only read do this: it is rolled back.
    let made = server.query("SELECT lo_create(0)::text AS email").build().unwrap();
    let _ = members(&made, &["email"]).await;
    let left = format!(
        "SELECT (SELECT count(*) FROM {schema}.canary) + (SELECT count(*) FROM pg_largeobject_metadata) + \
         (SELECT count(*) FROM {schema}.numbers WHERE is_called)"
    );
    assert_eq!(server.admin.query_one(&left, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn values_that_do_not_fit_are_refused_and_not_shown() {
    let server = customers().await;
    let sql = format!(r#"SELECT * FROM "{}".customers WHERE orders = $1"#, server.schema);
    let query = || server.query(&sql);
    assert_snapshot!(server.failure(query(), &["email"]).await, @"the query at `127.0.0.1:PORT/postgres` is given another number of values (0) than it has parameters (1); call `PostgresSegmentBuilder::parameter` once for each");
    assert_snapshot!(server.failure(query().parameter(1).parameter(2), &["email"]).await, @"the query at `127.0.0.1:PORT/postgres` is given another number of values (2) than it has parameters (1); call `PostgresSegmentBuilder::parameter` once for each");
    assert_snapshot!(server.failure(query().parameter("canary"), &["email"]).await, @"the query at `127.0.0.1:PORT/postgres` meets a value that it cannot convert or calculate with (not shown here); correct the value, or the type of the parameter <- PostgreSQL reports SQLSTATE 22P02");
    assert_snapshot!(server.failure(server.query("SELECT ('canary' || n)::date AS d FROM generate_series(1, 2) AS n"), &["d"]).await, @"the query at `127.0.0.1:PORT/postgres` meets a value that it cannot convert or calculate with (not shown here); correct the value, or the type of the parameter <- PostgreSQL reports SQLSTATE 22007");
}
