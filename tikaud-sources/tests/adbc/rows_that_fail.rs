//! A row that the database cannot answer with, in whichever batch it is: the error comes once, and nothing after it.

use crate::engines::{DuckDb, Sqlite};
use crate::until_error::{Delivered, until_error};

const ROWS: usize = 60_000;

/// More than DuckDB works out before it delivers the first.
const MANY_ROWS: usize = 400_000;

/// How many rows there are in a batch, of SQLite's driver by our own option, of DuckDB as it is made.
const SQLITE_BATCH: usize = 8192;
const DUCKDB_BATCH: usize = 2048;

/// The first and the last row of a batch, and rows within.
fn failing_rows(batch: usize) -> Vec<usize> {
    let at = |batches: usize| [batches * batch, batches * batch + 1, batches * batch + batch / 2];
    let rows = [1, 2, batch - 1].into_iter().chain([1, 2, 3, 5, 7].into_iter().flat_map(at));
    rows.chain([ROWS]).filter(|row| *row <= ROWS).collect()
}

/// The rows before the one that fails, from the first on; how many, the driver decides.
fn check(delivered: &Delivered, fails: usize) {
    let expected = (1..fails).map(|row| vec![vec![row.to_string()]]);
    assert!(delivered.members.len() < fails, "{fails}: {}", delivered.members.len());
    assert!(delivered.members.iter().cloned().eq(expected.take(delivered.members.len())), "{fails}");
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn sqlite_delivers_every_batch_before_the_one_with_a_row_that_fails() {
    let sqlite = Sqlite::new();
    sqlite.run(&format!(
        "CREATE TABLE n (i integer); \
         WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < {ROWS}) INSERT INTO n SELECT i FROM c"
    ));
    for fails in failing_rows(SQLITE_BATCH) {
        let sql = format!("SELECT CASE WHEN i = {fails} THEN json('canary') ELSE CAST(i AS text) END AS email FROM n");
        let delivered = until_error(&sqlite.query(&sql).build().unwrap(), &["email"], &sql, |_| ()).await;
        check(&delivered, fails);
        // Its driver's first row is ours.
        let whole = fails / SQLITE_BATCH;
        assert_eq!(delivered.members.len(), (whole * SQLITE_BATCH).saturating_sub(1), "{fails}");
        assert!(delivered.batches >= whole, "{fails}: {}", delivered.batches);
    }
}

/// How many batches DuckDB delivers before the row that fails, of so many.
async fn duckdb_batches(rows: usize, fails: usize) -> usize {
    let sql = format!(
        "SELECT CASE WHEN i = {fails} THEN error('canary') ELSE i::text END AS email FROM range(1, {rows} + 1) AS t (i)"
    );
    let delivered = until_error(&DuckDb::new().query(&sql).build().unwrap(), &["email"], &sql, |_| ()).await;
    check(&delivered, fails);
    delivered.batches
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn whichever_row_fails_in_duckdb_the_error_is_the_last_thing_that_comes() {
    for fails in failing_rows(DUCKDB_BATCH) {
        duckdb_batches(ROWS, fails).await;
    }
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn duckdb_delivers_batches_before_a_row_that_fails_late() {
    for fails in [100 * DUCKDB_BATCH, 100 * DUCKDB_BATCH + 1, MANY_ROWS] {
        assert!(duckdb_batches(MANY_ROWS, fails).await > 0, "{fails}");
    }
}
