//! A table with a column of every type, and what it looks like as text. Every kind of source is tested with it.

use futures::TryStreamExt;
use tikaud_core::segment::{MemberBatch, Segment};

pub(crate) const DAY: i64 = 86_400_000_000;

/// A row, apart from its number.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) text: Option<String>,
    pub(crate) whole: Option<i64>,
    /// In hundredths.
    pub(crate) decimal: Option<i64>,
    pub(crate) float: Option<f64>,
    pub(crate) flag: Option<bool>,
    /// Days since 1970.
    pub(crate) day: Option<i32>,
    /// Microseconds since 1970, in UTC.
    pub(crate) instant: Option<i64>,
    /// The same without a zone.
    pub(crate) local: Option<i64>,
}

/// A row's cells as text, `None` for null: `id` and the columns of [`Row`], in order.
pub(crate) const COLUMNS: [&str; 9] = ["id", "text", "whole", "decimal", "float", "flag", "day", "instant", "local"];

pub(crate) fn day_text(day: i32) -> String {
    micros_text(i64::from(day) * DAY)[..10].to_owned()
}

pub(crate) fn micros_text(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
}

pub(crate) fn decimal_text(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100)
}

/// The cells as an export of text has them, in spellings that differ from row to row.
pub(crate) fn cells(id: usize, row: &Row) -> [Option<String>; 9] {
    let flag = |flag| match (flag, id % 3) {
        (true, 0) => "true",
        (true, 1) => "T",
        (true, _) => "1",
        (false, 0) => "FALSE",
        (false, 1) => "no",
        (false, _) => "0",
    };
    let instant = |micros: i64| match id % 3 {
        0 => micros_text(micros),
        // The same instant, as clocks two hours ahead show it.
        1 => micros_text(micros + 7_200_000_000).replace('Z', "+02:00"),
        _ => micros_text(micros).replace('T', " ").replace('Z', "+00"),
    };
    [
        Some(id.to_string()),
        row.text.clone(),
        row.whole.map(|whole| whole.to_string()),
        row.decimal.map(decimal_text),
        row.float.map(|float| format!("{float:?}")),
        row.flag.map(|value| flag(value).to_owned()),
        row.day.map(day_text),
        row.instant.map(instant),
        row.local.map(|micros| micros_text(micros).replace('T', " ").replace('Z', "")),
    ]
}

/// The numbers of a segment's members, in order; no column that only a rule looks at is asked for.
pub(crate) async fn ids(segment: &dyn Segment) -> Vec<usize> {
    let batches: Vec<MemberBatch> = segment.members(&["id".to_owned()]).await.unwrap().try_collect().await.unwrap();
    let ids = batches.iter().flat_map(|batch| {
        assert_eq!(batch.columns().len(), 1, "what only the rule looks at is delivered to nobody");
        (0..batch.len()).map(|row| batch.columns()[0].cell(row).next().unwrap().parse().unwrap())
    });
    ids.collect()
}
