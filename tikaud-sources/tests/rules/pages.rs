//! Pages that a rule rules out are not read; whatever the statistics, the members are the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaDataReader};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use proptest::prelude::*;
use tempfile::TempDir;
use tikaud_core::segment::{MemberBatch, Segment, SegmentError};
use tikaud_sources::FileSegment;
use tikaud_sources::arrow::arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use tikaud_sources::rule::{Rule, column};

/// Forty rows in one row group; the pages of `id`, `number` and `text` have different numbers of rows.
struct Table {
    _directory: TempDir,
    path: PathBuf,
}

fn table(numbers: &[Option<i64>]) -> Table {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.parquet");
    let texts = numbers.iter().map(|number| number.map(|number| format!("{number:04}{}", "x".repeat(300))));
    let ids = Int64Array::from_iter_values((0..numbers.len()).map(|id| i64::try_from(id).unwrap()));
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(ids) as ArrayRef, true),
        ("number", Arc::new(Int64Array::from(numbers.to_vec())), true),
        ("text", Arc::new(StringArray::from_iter(texts)), true),
    ])
    .unwrap();
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_write_batch_size(1)
        .set_data_page_row_count_limit(7)
        .set_data_page_size_limit(1000)
        .build();
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    Table { _directory: directory, path }
}

/// The first row of each page of a column, and where the page is.
fn pages(path: &Path, leaf: usize) -> Vec<(usize, std::ops::Range<usize>)> {
    let metadata = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Required)
        .parse_and_finish(&std::fs::File::open(path).unwrap())
        .unwrap();
    let locations = metadata.page_index().unwrap().page_locations(0, leaf).unwrap().clone();
    let page = |location: &parquet::file::page_index::offset_index::PageLocation| {
        let start = usize::try_from(location.offset).unwrap();
        let length = usize::try_from(location.compressed_page_size).unwrap();
        (usize::try_from(location.first_row_index).unwrap(), start..start + length)
    };
    locations.iter().map(page).collect()
}

async fn read(path: &Path, rule: &Rule, prune: bool) -> Result<Vec<String>, SegmentError> {
    let segment = FileSegment::builder([path]).filter(rule.clone()).prune(prune).batch_size(3).build()?;
    let batches: Vec<MemberBatch> = segment.members(&["id".to_owned()]).await?.try_collect().await?;
    let ids = batches.iter().flat_map(|batch| {
        (0..batch.len()).map(|row| batch.columns()[0].cell(row).collect::<String>()).collect::<Vec<_>>()
    });
    Ok(ids.collect())
}

/// Ruins each page of the columns by itself: reading fails where the page has wanted rows, and goes well where not.
async fn assert_reads(rule: Rule, rows: std::ops::Range<usize>) {
    let numbers: Vec<Option<i64>> = (0..40).map(Some).collect();
    let table = table(&numbers);
    let expected = read(&table.path, &rule, false).await.unwrap();
    assert_eq!(read(&table.path, &rule, true).await.unwrap(), expected, "{rule:?}");
    let whole = std::fs::read(&table.path).unwrap();
    let (mut skipped, columns) = (0, ["id", "number", "text"]);
    for (leaf, name) in columns.into_iter().enumerate() {
        if leaf > 0 && !rule.columns().contains(&name.to_owned()) {
            continue;
        }
        let pages = pages(&table.path, leaf);
        assert!(pages.len() > 4, "{name} has pages");
        for (at, (first, place)) in pages.iter().enumerate() {
            let mut content = whole.clone();
            content[place.clone()].fill(0xff);
            std::fs::write(&table.path, content).unwrap();
            let end = pages.get(at + 1).map_or(40, |(first, _)| *first);
            let is_wanted = *first < rows.end && rows.start < end;
            let found = read(&table.path, &rule, true).await;
            assert_eq!(found.is_err(), is_wanted, "{rule:?}: page {at} of {name}, rows {first} to {end}");
            skipped += usize::from(!is_wanted);
            assert!(read(&table.path, &rule, false).await.is_err(), "without pruning every page is read");
        }
    }
    assert!(skipped > 0, "{rule:?} skips something");
}

#[tokio::test]
async fn pages_that_statistics_rule_out_are_not_read_in_any_column() {
    let text = |number: i64| format!("{number:04}");
    // Pages of `number` begin at every seventh row.
    assert_reads(column("number").at_least(30), 28..40).await;
    assert_reads(column("number").between(10, 12), 7..14).await;
    assert_reads(column("number").less_than(7), 0..7).await;
    // The text's pages end sooner; what is left is what both have.
    assert_reads(column("text").less_than(text(2)), 0..pages_of_text(2)).await;
}

/// The row that the page of text after this row begins with.
fn pages_of_text(row: usize) -> usize {
    let numbers: Vec<Option<i64>> = (0..40).map(Some).collect();
    pages(&table(&numbers).path, 2).iter().map(|(first, _)| *first).find(|first| *first > row).unwrap()
}

#[tokio::test]
async fn the_number_of_a_row_counts_the_rows_that_were_skipped() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.parquet");
    let numbers = Int64Array::from_iter_values(0..40);
    let texts = (0..40).map(|row| if row == 38 { "canary" } else { "1" });
    let batch = RecordBatch::try_from_iter([
        ("id", Arc::new(numbers) as ArrayRef),
        ("text", Arc::new(StringArray::from_iter_values(texts))),
    ])
    .unwrap();
    let properties = WriterProperties::builder().set_write_batch_size(1).set_data_page_row_count_limit(7).build();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let rule = (column("id").is(0) | column("id").at_least(30)) & column("text").is(1);
    for prune in [true, false] {
        let error = read(&path, &rule, prune).await.unwrap_err().to_string();
        assert!(
            error.contains("has in its row 39 a cell of the column `text`") && !error.contains("canary"),
            "{error}"
        );
    }
}

fn blocking<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn about_numbers() -> impl Strategy<Value = Rule> {
    let test = (0..5_u8, 0..12_i64, 0..12_i64).prop_map(|(which, a, b)| match which {
        0 => column("number").less_than(a),
        1 => column("number").between(a.min(b), a.max(b)),
        2 => column("number").is_null(),
        3 => column("text").at_least(format!("{a:04}")),
        _ => column("text").less_than(format!("{b:04}x")),
    });
    test.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::And),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::Or),
            inner.prop_map(|rule| !rule),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Runs of like numbers and of nulls, so that pages are ruled out by all kinds of statistics.
    #[test]
    fn with_and_without_pruning_the_members_are_the_same(
        runs in prop::collection::vec((prop::option::of(0..12_i64), 1..15_usize), 1..8),
        rule in about_numbers(),
    ) {
        let numbers: Vec<Option<i64>> = runs.iter().flat_map(|(number, length)| std::iter::repeat_n(*number, *length)).collect();
        let table = table(&numbers);
        let found = |prune| blocking(read(&table.path, &rule, prune)).unwrap();
        prop_assert_eq!(found(true), found(false));
    }
}
