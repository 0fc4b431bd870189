//! What the cells of each type look like, by each database.

use insta::assert_snapshot;
use tikaud_core::segment::Segment;
use tikaud_sources::{AdbcSegment, AdbcSegmentBuilder};

use crate::engines::{DuckDb, Postgres, Sqlite, failure, members, sails, text};

/// The columns that can be asked for, and the cells of the only row.
async fn cells(segment: AdbcSegmentBuilder) -> String {
    let segment = segment.build().unwrap();
    let columns = segment.columns().await.unwrap();
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows = members(&segment, &names).await.unwrap();
    assert_eq!(rows.len(), 1);
    let cells = columns.iter().zip(&rows[0]).map(|(name, values)| format!("{name}={}", values.join("|")));
    cells.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn postgresql() {
    let server = Postgres::new().await;
    server
        .run(
            "CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; CREATE TYPE mood AS ENUM ('so so', 'O''K'); \
             CREATE TABLE types (a text, b varchar(9), c char(9), d name, e citext, f mood, h uuid, n numeric, \
             k numeric(38, 0), l text[], m bigint[], o json, p bytea, q float8, r boolean, s date, t time, u timestamp, \
             v timestamptz, w smallint, x bigint); \
             INSERT INTO types VALUES (' 00é ', 'b', 'c', 'd', 'MiXed', 'O''K', '123E4567-E89B-12D3-A456-426614174000', \
             4915112345678, 12345678901234567890123456789012345678, '{a,NULL,b}', '{1,2}', '{}', 'x', 1.5, true, \
             '2024-10-04', '10:15:30.5', '2024-10-04 10:15:30', '2024-10-04 10:15:30+02', -32768, -9223372036854775808)",
        )
        .await;
    assert_snapshot!(cells(server.relation("types")).await, @r#"
    a= 00é 
    b=b
    c=c
    d=d
    e=MiXed
    f=O'K
    h=123e4567-e89b-12d3-a456-426614174000
    n=4915112345678
    k=12345678901234567890123456789012345678
    l=a|b
    m=1|2
    r=true
    s=2024-10-04
    t=10:15:30.500
    u=2024-10-04T10:15:30
    v=2024-10-04T08:15:30Z
    w=-32768
    x=-9223372036854775808
    "#);
    let fraction = server.query("SELECT n FROM (VALUES (1::numeric), (49151.00)) AS v (n)");
    assert_snapshot!(text(&failure(fraction, &["n"]).await), @"the cell `n` of member 2 of the query over the driver `POSTGRESQL` is no whole number; cast the column to one, or to text, in a view");
    let infinite = server.query("SELECT 'infinity'::timestamp AS u");
    assert_snapshot!(text(&failure(infinite, &["u"]).await), @"the column `u` of the query over the driver `POSTGRESQL` holds a date or time outside of the years 1 to 9999; make it null in a view");
    let float = server.query("SELECT 1.5::float8 AS f, 'a' AS email");
    assert_snapshot!(text(&failure(float, &["f"]).await), @"the column `f` of the query over the driver `POSTGRESQL` is of type float8, which holds no text; cast it to text in a view or query");
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn duckdb() {
    let duckdb = DuckDb::new();
    duckdb.run(&[
        "CREATE TYPE mood AS ENUM ('so so', 'fine')",
        "CREATE TABLE types (a VARCHAR, f mood, h UUID, k HUGEINT, l VARCHAR[], m BIGINT[], n DECIMAL(20, 0), \
         o DECIMAL(20, 2), p BLOB, q DOUBLE, r BOOLEAN, s DATE, t TIME, u TIMESTAMP, v TIMESTAMPTZ, w UTINYINT, \
         y STRUCT(a INTEGER), z JSON)",
        "INSERT INTO types VALUES (' 00é ', 'fine', '123E4567-E89B-12D3-A456-426614174000', \
         12345678901234567890123456789012345678, ['a', NULL, 'b'], [1, 2], 4915112345678, 1.5, 'x', 'NaN', true, \
         '2024-10-04', '10:15:30.5', '2024-10-04 10:15:30', '2024-10-04 10:15:30+02', 255, {'a': 1}, '{}')",
    ]);
    assert_snapshot!(cells(duckdb.relation("types")).await, @r#"
    a= 00é 
    f=fine
    h=123e4567-e89b-12d3-a456-426614174000
    k=12345678901234567890123456789012345678
    l=a|b
    m=1|2
    n=4915112345678
    r=true
    s=2024-10-04
    t=10:15:30.500
    u=2024-10-04T10:15:30
    v=2024-10-04T08:15:30Z
    w=255
    z={}
    "#);
    assert_snapshot!(text(&failure(duckdb.relation("types"), &["q"]).await), @"the column `q` of `types` over the driver `DUCKDB` is of type Float64, which holds no text; cast it to text in a view or query");
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn sqlite() {
    let sqlite = Sqlite::new();
    sqlite.run(
        "CREATE TABLE types (a text, b varchar(9), c integer, d decimal(20), e boolean, f date, g, h real); \
         INSERT INTO types VALUES (' 00é ', 7, -9223372036854775808, 4915112345678, 1, '2024-10-04', 'g', 1.5)",
    );
    assert_snapshot!(cells(sqlite.relation("types")).await, @r#"
    a= 00é 
    b=7
    c=-9223372036854775808
    d=4915112345678
    e=1
    f=2024-10-04
    g=g
    "#);
    let refused = async |values: &str| {
        sqlite.run(&format!("DELETE FROM types; INSERT INTO types (a, c, d, g) VALUES {values}"));
        text(&failure(sqlite.relation("types"), &["a", "c", "d", "g"]).await)
    };
    assert_snapshot!(refused("('a', 1, 1.5, 'g')").await, @"the column `d` of `types` over the driver `SQLITE` has cells that are no text (floating-point numbers, or bytes); correct them, or cast them in a view");
    assert_snapshot!(refused("('a', 1.5, 1, 'g')").await, @"the column `c` of `types` over the driver `SQLITE` has cells that are no text (floating-point numbers, or bytes); correct them, or cast them in a view");
    assert_snapshot!(refused("('a', 1, 1, x'00')").await, @"the column `g` of `types` over the driver `SQLITE` has cells that are no text (floating-point numbers, or bytes); correct them, or cast them in a view");
    assert_snapshot!(refused("(x'00', 1, 1, 'g')").await, @"the column `a` of `types` over the driver `SQLITE` has cells that are no text (floating-point numbers, or bytes); correct them, or cast them in a view");
    assert_snapshot!(text(&failure(sqlite.relation("types"), &["h"]).await), @"the column `h` of `types` over the driver `SQLITE` is of type REAL, which holds no text; cast it to text in a view or query");
    // What a query calculates has no declared type.
    assert_snapshot!(text(&failure(sqlite.query("SELECT 1.5 AS x"), &["x"]).await), @"the column `x` of the query over the driver `SQLITE` has cells that are no text (floating-point numbers, or bytes); correct them, or cast them in a view");
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_distributed_engine() {
    let sql = "SELECT 'é' AS a, 1 AS b, CAST(4915112345678 AS BIGINT) AS c, CAST(1 AS DECIMAL(20, 0)) AS d, true AS e, \
               CAST('2024-10-04' AS DATE) AS f, CAST('2024-10-04T10:15:30Z' AS TIMESTAMP) AS g, array('a', NULL, 'b') AS h, \
               CAST(1.5 AS DOUBLE) AS i, CAST(NULL AS STRING) AS j";
    let [flight, spark] = sails().map(|sail| AdbcSegment::query(sail, sql).name("Types"));
    let found = cells(flight).await;
    assert_snapshot!(found, @r#"
    a=é
    b=1
    c=4915112345678
    d=1
    e=true
    f=2024-10-04
    g=2024-10-04T10:15:30Z
    h=a|b
    j=
    "#);
    assert_eq!(cells(spark).await, found);
}
