//! The SQL of every field in real engines, value by value.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use tempfile::NamedTempFile;
use tikaud_core::segment::{MemberBatch, Segment};
use tikaud_sources::AdbcSegmentBuilder;

use super::super::{DigestForm, Verdict, digest_form, value};
use super::databases::{DuckDb, Postgres, owned, sails};
use super::judge::{self, Judge, Mapped};
use super::{corpus, strategies};
use crate::AdbcDialect;

/// Generated values for each run, besides the fixed ones.
const GENERATED: usize = 6000;

fn all_values() -> Vec<Option<String>> {
    corpus::values().into_iter().chain(strategies::values(GENERATED)).collect()
}

/// A file with a row for each value: its number, and the value.
fn file(values: &[Option<String>]) -> NamedTempFile {
    let numbers = Int64Array::from_iter_values(0..i64::try_from(values.len()).unwrap());
    let columns: [(&str, ArrayRef); 2] =
        [("id", Arc::new(numbers)), ("value", Arc::new(StringArray::from(values.to_vec())))];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
    // Spark overlooks files whose names begin with a dot.
    let file = tempfile::Builder::new().prefix("values-").suffix(".parquet").tempfile().unwrap();
    let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

/// The statement that judges the table's values.
fn statement(dialect: AdbcDialect, mapped: &Mapped, table: &str) -> String {
    let sql = value(dialect, &mapped.field, mapped.rule, "value", "raw", "folded").unwrap();
    let hex = match (digest_form(dialect), dialect) {
        (DigestForm::Bytes, AdbcDialect::Postgres) => "encode(digest, 'hex')",
        _ => "digest",
    };
    format!(
        "SELECT id, verdict, {hex} AS digest FROM (SELECT id, {} AS verdict, {} AS digest FROM (SELECT id, raw, {} AS folded \
         FROM (SELECT id, value AS raw FROM {table}) AS a) AS b) AS c",
        sql.verdict, sql.digest, sql.folded
    )
}

/// Holds what an engine says of every value against what the extractor says.
async fn compare(segment: AdbcSegmentBuilder, mapped: &Mapped, values: &[Option<String>]) {
    let segment = segment.build().unwrap();
    let judge = Judge::new(mapped);
    let batches: Vec<MemberBatch> =
        segment.members(&owned(&["id", "verdict", "digest"])).await.unwrap().try_collect().await.unwrap();
    let rows = batches.iter().flat_map(super::databases::rows).map(|row| {
        let number: usize = row[0][0].parse().unwrap();
        (number, (row[1][0].parse::<i64>().unwrap(), row[2].first().cloned()))
    });
    let rows: HashMap<usize, (i64, Option<String>)> = rows.collect();
    assert_eq!(rows.len(), values.len());
    let mut doubtful = 0;
    for (number, value) in values.iter().enumerate() {
        let (code, digest) = &rows[&number];
        let (expected, expected_digest) = judge.judge(value.as_deref());
        match Verdict::of_code(*code).unwrap() {
            Verdict::Doubtful => {
                doubtful += 1;
                let value = value.as_deref().unwrap();
                assert!(value.contains(|sign: char| !is_usual(sign)), "no need to doubt {value:?} as {mapped:?}");
            }
            verdict => {
                assert_eq!(verdict, expected, "{value:?} as {mapped:?}");
                if verdict == Verdict::Accepted {
                    assert_eq!(digest, &expected_digest, "{value:?} as {mapped:?}");
                }
            }
        }
    }
    assert!(doubtful * 2 < values.len() && doubtful > 0, "{doubtful} of {}", values.len());
}

fn is_usual(sign: char) -> bool {
    matches!(sign, ' '..='~')
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn duckdb_judges_every_value_as_the_extractor_does() {
    let (values, duckdb) = (all_values(), DuckDb::new());
    let file = file(&values);
    duckdb.run(&[
        // A column that compares without case and accents, as far as it is asked.
        "CREATE TABLE v (id BIGINT, value VARCHAR COLLATE NOCASE.NOACCENT)",
        &format!("INSERT INTO v SELECT id, value FROM read_parquet('{}')", file.path().display()),
    ]);
    for mapped in judge::all() {
        compare(duckdb.query(&statement(AdbcDialect::DuckDb, &mapped, "v")), &mapped, &values).await;
    }
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn postgresql_judges_every_value_as_the_extractor_does() {
    let server = Postgres::new().await;
    // There is no NUL in its texts.
    let has_nul = |value: &Option<String>| value.as_ref().is_some_and(|value| value.contains('\0'));
    let values: Vec<Option<String>> = all_values().into_iter().filter(|value| !has_nul(value)).collect();
    server.run("CREATE EXTENSION IF NOT EXISTS citext SCHEMA public").await;
    // Collations that fold Turkish letters, and a type that compares without case.
    for declared in ["text COLLATE \"tr-x-icu\"", "text", "public.citext"] {
        server.run(&format!("DROP TABLE IF EXISTS v; CREATE TABLE v (id bigint, value {declared})")).await;
        let insert = "INSERT INTO v SELECT n - 1, t FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n)";
        server.admin.execute(insert, &[&values]).await.unwrap();
        let table = format!("\"{}\".v", server.schema);
        for mapped in judge::all() {
            compare(server.query(&statement(AdbcDialect::Postgres, &mapped, &table)), &mapped, &values).await;
        }
    }
}

#[tokio::test]
#[ignore = "needs drivers and a server: run it by .ci/with-adbc"]
async fn a_distributed_engine_judges_every_value_as_the_extractor_does() {
    let values = all_values();
    let file = file(&values);
    let table = format!("parquet.`{}`", file.path().display());
    for mapped in judge::all() {
        let sql = statement(AdbcDialect::Spark, &mapped, &table);
        for sail in sails() {
            compare(tikaud_sources::AdbcSegment::query(sail, &sql).name("Values"), &mapped, &values).await;
        }
    }
}
