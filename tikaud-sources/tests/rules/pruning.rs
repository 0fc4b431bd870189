use std::ops::Range;
use std::path::Path;

use futures::TryStreamExt;
use parquet::file::reader::{FileReader, SerializedFileReader};
use tikaud_core::segment::{MemberBatch, Segment};
use tikaud_sources::FileSegment;
use tikaud_sources::rule::{Literal, Rule, column};

use crate::table::{Row, ids};
use crate::table_files::Files;

/// Three row groups of two rows: 0 and 1, 2 and 3, 4 and nothing.
fn files() -> Files {
    let row = |number: Option<i64>| Row {
        text: number.map(|number| format!("t{number}")),
        whole: number,
        decimal: number.map(|number| number * 100),
        float: number.map(|number| number as f64),
        flag: number.map(|number| number > 1),
        day: number.map(|number| i32::try_from(number).unwrap()),
        instant: number.map(|number| number * crate::table::DAY),
        local: None,
    };
    Files::of(&[Some(0), Some(1), Some(2), Some(3), Some(4), None].map(row), 2)
}

fn chunks(path: &Path, row_group: usize) -> Vec<Range<usize>> {
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let chunk = |column: &parquet::file::metadata::ColumnChunkMetaData| {
        let (start, length) = column.byte_range();
        let start = usize::try_from(start).unwrap();
        start..start + usize::try_from(length).unwrap()
    };
    reader.metadata().row_group(row_group).columns().iter().map(chunk).collect()
}

/// Makes all pages of a row group unreadable.
fn ruin(path: &Path, row_group: usize) {
    let mut content = std::fs::read(path).unwrap();
    for chunk in chunks(path, row_group) {
        content[chunk].fill(0xff);
    }
    std::fs::write(path, content).unwrap();
}

async fn read(segment: &FileSegment) -> Result<Vec<MemberBatch>, tikaud_core::segment::SegmentError> {
    segment.members(&["id".to_owned()]).await?.try_collect().await
}

/// The members by this rule are those, and they are found without a look at these row groups: their pages are ruined.
async fn assert_skips(rule: Rule, skipped: &[usize], expected: &[usize]) {
    let files = files();
    let path = files.path("t.parquet");
    let builder = || FileSegment::builder([&path]).filter(rule.clone());
    assert_eq!(ids(&builder().prune(false).build().unwrap()).await, expected, "{rule:?}");
    for group in skipped {
        ruin(&path, *group);
    }
    let found = read(&builder().build().unwrap()).await;
    assert!(found.is_ok(), "a row group that was to be skipped is read for {rule:?}");
    assert_eq!(ids(&builder().build().unwrap()).await, expected, "{rule:?}");
    assert!(read(&builder().prune(false).build().unwrap()).await.is_err(), "without pruning every row group is read");
    // And no more than these are skipped: ruining any other is noticed.
    for group in (0..3).filter(|group| !skipped.contains(group)) {
        let files = self::files();
        ruin(&files.path("t.parquet"), group);
        let segment = FileSegment::builder([files.path("t.parquet")]).filter(rule.clone()).build().unwrap();
        assert!(read(&segment).await.is_err(), "row group {group} is read for {rule:?}");
    }
}

#[tokio::test]
async fn row_groups_that_statistics_rule_out_are_not_read() {
    let day = |text| Literal::date(text).unwrap();
    let number = |text: &str| Literal::Number(text.parse().unwrap());
    assert_skips(column("whole").more_than(3), &[0, 1], &[4]).await;
    assert_skips(column("whole").at_most(1), &[1, 2], &[0, 1]).await;
    assert_skips(column("whole").is(2), &[0, 2], &[2]).await;
    assert_skips(column("whole").is_in([0, 4]), &[1], &[0, 4]).await;
    assert_skips(column("decimal").between(number("1.5"), number("2.5")), &[0, 2], &[2]).await;
    assert_skips(column("float").less_than(number("0.5")), &[1, 2], &[0]).await;
    assert_skips(column("text").at_least("t4"), &[0, 1], &[4]).await;
    assert_skips(column("day").is(day("1970-01-03")), &[0, 2], &[2]).await;
    assert_skips(column("instant").more_than(day("1970-01-03")), &[0], &[3, 4]).await;
    assert_skips(column("flag").is(true), &[0], &[2, 3, 4]).await;
    assert_skips(column("whole").is_null(), &[0, 1], &[5]).await;
    assert_skips(!column("whole").at_least(2), &[1, 2], &[0, 1]).await;
    assert_skips(column("local").is(day("1970-01-01")), &[0, 1, 2], &[]).await;
    assert_skips(column("whole").less_than(1) | column("whole").more_than(3), &[1], &[0, 4]).await;
    assert_skips(column("whole").less_than(3) & column("text").is_not("t0"), &[2], &[1, 2]).await;
}
