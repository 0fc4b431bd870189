//! The row that SQLite's driver is shown first.
//!
//! It takes a column's type from the values in its first batch, and a column without any there for one of integers. So it is
//! shown a row of the right types before the others, which is dropped again.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use tikaud_core::segment::SegmentError;

use super::column::Asked;

/// The length of the text in it: its bytes, nobody has checked yet.
const LENGTH: i32 = 6;

/// A statement with it.
pub(super) fn select(asked: &[Asked]) -> String {
    let first: Vec<&str> = asked.iter().map(|asked| asked.first).collect();
    format!("SELECT {}", first.join(", "))
}

/// The first batch, without it.
pub(super) fn without(batch: &RecordBatch) -> Result<RecordBatch, SegmentError> {
    let is_it = batch.columns().iter().all(|array| match array.as_string_opt::<i32>() {
        Some(text) => array.is_valid(0) && text.value_offsets()[..2] == [0, LENGTH],
        None => array.is_valid(0),
    });
    if is_it { Ok(batch.slice(1, batch.num_rows() - 1)) } else { Err(missing()) }
}

pub(super) fn missing() -> SegmentError {
    SegmentError::malformed(
        "SQLite's driver has not answered with the row that it was asked for first; please report it",
    )
}
