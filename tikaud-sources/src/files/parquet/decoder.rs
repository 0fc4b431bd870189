//! Some of the columns of all row groups, decoded one batch after the other.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use tikaud_core::segment::SegmentError;

use super::row_group::RowGroup;

/// Some rows of a row group, as they were decoded.
pub(super) struct Rows {
    /// Of which of the row groups that are read.
    pub(super) group: usize,
    pub(super) batch: RecordBatch,
    /// How many rows were decoded before.
    pub(super) before: usize,
}

/// Decodes these columns of row groups; ends with the first error.
pub(super) struct Decoder<'a> {
    groups: &'a [RowGroup<'a>],
    columns: &'a ProjectionMask,
    batch_size: usize,
    /// The row group that is decoded, or the next one.
    at: usize,
    open: Option<OpenGroup>,
}

/// A row group that is being decoded.
pub(super) struct OpenGroup {
    pub(super) reader: ParquetRecordBatchReader,
    /// Takes what the store that the file is in has reported.
    pub(super) failure: Box<dyn Fn() -> Option<SegmentError>>,
    /// How many rows have been decoded.
    pub(super) rows: usize,
    /// How many there are.
    pub(super) expected: usize,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(groups: &'a [RowGroup<'a>], columns: &'a ProjectionMask, batch_size: usize) -> Self {
        Self { groups, columns, batch_size, at: 0, open: None }
    }

    fn step(&mut self) -> Result<Option<Rows>, SegmentError> {
        while let Some(group) = self.groups.get(self.at) {
            let open = match &mut self.open {
                Some(open) => open,
                none => none.insert(group.open(self.columns, self.batch_size)?),
            };
            if let Some(batch) = open.reader.next() {
                // Arrow's error is a text that may quote values; it is dropped.
                let batch = batch.map_err(|_| (open.failure)().unwrap_or_else(|| group.damaged()))?;
                let before = open.rows;
                open.rows += batch.num_rows();
                return Ok(Some(Rows { group: self.at, batch, before }));
            }
            group.check_rows(open.rows, open.expected)?;
            self.open = None;
            self.at += 1;
        }
        Ok(None)
    }
}

impl Iterator for Decoder<'_> {
    type Item = Result<Rows, SegmentError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step().transpose();
        if let Some(Err(_)) = step {
            self.at = self.groups.len();
        }
        step
    }
}

impl Rows {
    /// The same rows with other columns of theirs; nothing when these are other rows.
    pub(super) fn beside(self, others: &Self) -> Option<Self> {
        let rows = self.batch.num_rows();
        if (others.group, others.before, others.batch.num_rows()) != (self.group, self.before, rows) {
            return None;
        }
        let of = |batch: &RecordBatch| (batch.schema().fields().to_vec(), batch.columns().to_vec());
        let ((mut fields, mut arrays), (more_fields, more_arrays)) = (of(&self.batch), of(&others.batch));
        fields.extend(more_fields);
        arrays.extend(more_arrays);
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).ok()?;
        Some(Self { batch, ..self })
    }
}

/// The number from 1, in the row group, of a row that was read, from 0.
pub(super) fn row_number(wanted: Option<&[Range<usize>]>, mut row: usize) -> usize {
    for range in wanted.unwrap_or_default() {
        if row < range.len() {
            return range.start + row + 1;
        }
        row -= range.len();
    }
    row + 1
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, StringArray};

    use super::*;

    fn rows(column: &str, group: usize, before: usize, cells: &[&str]) -> Rows {
        let array: ArrayRef = Arc::new(StringArray::from(cells.to_vec()));
        Rows { group, before, batch: RecordBatch::try_from_iter([(column, array)]).unwrap() }
    }

    #[test]
    fn halves_are_put_together_when_they_are_of_the_same_rows_only() {
        let whole = rows("a", 1, 2, &["x", "y"]).beside(&rows("b", 1, 2, &["p", "q"])).unwrap();
        assert_eq!((whole.group, whole.before, whole.batch.num_rows()), (1, 2, 2));
        assert_eq!(
            whole.batch.schema().fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        for others in [rows("b", 0, 2, &["p", "q"]), rows("b", 1, 0, &["p", "q"]), rows("b", 1, 2, &["p"])] {
            assert!(rows("a", 1, 2, &["x", "y"]).beside(&others).is_none());
        }
    }

    #[test]
    fn a_row_is_numbered_as_the_row_group_has_it() {
        assert_eq!(row_number(None, 4), 5);
        assert_eq!([0, 1, 2].map(|row| row_number(Some(&[3..5, 9..10]), row)), [4, 5, 10]);
    }
}
