//! Reading a segment, and comparing what was read with what should have been.

use futures::StreamExt;

use crate::conformance::outcome::must;
use crate::segment::{MemberBatch, MemberStream, Segment};

/// Members as rows of cells.
pub(super) type Rows = Vec<Vec<Option<String>>>;

pub(super) async fn open(segment: &dyn Segment, columns: &[&str]) -> MemberStream {
    let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
    must(segment.members(&columns).await, "`members` delivers all members with the columns asked for")
}

/// All members, with these columns.
pub(super) async fn read(segment: &dyn Segment, columns: &[&str]) -> Rows {
    rest(open(segment, columns).await, columns).await
}

/// The members that a stream still has.
pub(super) async fn rest(mut members: MemberStream, columns: &[&str]) -> Rows {
    let mut rows = Rows::new();
    while let Some(batch) = members.next().await {
        rows.extend(rows_of(&must(batch, "a stream delivers all members"), columns));
    }
    rows
}

/// The rows of a batch with these columns.
pub(super) fn rows_of(batch: &MemberBatch, columns: &[&str]) -> Rows {
    assert_eq!(batch.columns().len(), columns.len(), "each batch has exactly the columns that were asked for");
    (0..batch.len())
        .map(|row| batch.columns().iter().map(|column| cell(&column.cell(row).collect::<Vec<_>>())).collect())
        .collect()
}

fn cell(values: &[&str]) -> Option<String> {
    assert!(values.len() <= 1, "a cell with one text has one value; here it has {}", values.len());
    values.first().map(ToString::to_string)
}

/// The same members, each once, in any order.
#[track_caller]
pub(super) fn assert_same(mut found: Rows, mut expected: Rows, clause: &str) {
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found.len(), expected.len(), "{clause}: so many members are delivered (left) of so many (right)");
    let different = found.into_iter().zip(expected).find(|(found, expected)| found != expected);
    assert!(
        different.is_none(),
        "{clause}: in order of their cells, the first to differ (found, expected): {different:?}"
    );
}
