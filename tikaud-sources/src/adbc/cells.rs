//! A driver's record batches as batches of members.

use std::{mem, slice};

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use arrow_select::filter::filter;
use tikaud_core::segment::{MemberBatch, SegmentError, TextColumn};

use super::column::Asked;
use crate::arrow::{Refusal, append_text, holds_text, text_bytes};
use crate::rule::Rule;
use crate::rule::evaluate::{Unusable, evaluate};

/// The most that one batch of members is made of, in bytes of Arrow's; a driver's batches may be of any size.
const BATCH_BYTES: usize = 32 << 20;

/// What is made of the driver's record batches.
pub(super) struct Cells {
    /// What is delivered, and after it what only the rule looks at.
    pub(super) asked: Vec<Asked>,
    pub(super) delivered: usize,
    /// A rule that the database's SQL does not express.
    pub(super) rule: Option<Rule>,
    pub(super) batch_size: usize,
    pub(super) place: String,
    /// Members and others so far.
    pub(super) rows: usize,
}

impl Cells {
    /// The members of some record batches, in as few batches as they fit in; `emit` says whether anybody wants more.
    pub(super) fn members(
        &mut self,
        batches: &[RecordBatch],
        emit: &mut dyn FnMut(MemberBatch) -> bool,
    ) -> Result<bool, SegmentError> {
        let (mut columns, mut rows, mut bytes) = (self.columns(batches), 0, 0);
        for batch in batches {
            self.check(batch)?;
            let bytes_a_row = batch.get_array_memory_size() / batch.num_rows().max(1);
            let piece = self.batch_size.min(BATCH_BYTES / bytes_a_row.max(1)).max(1);
            for from in (0..batch.num_rows()).step_by(piece) {
                let piece = batch.slice(from, piece.min(batch.num_rows() - from));
                let is_full =
                    rows + piece.num_rows() > self.batch_size || bytes + piece.num_rows() * bytes_a_row > BATCH_BYTES;
                if rows > 0 && is_full {
                    let full = mem::replace(&mut columns, self.columns(slice::from_ref(&piece)));
                    if !emit(MemberBatch::try_new(full)?) {
                        return Ok(false);
                    }
                    (rows, bytes) = (0, 0);
                }
                rows += piece.num_rows();
                bytes += piece.num_rows() * bytes_a_row;
                self.append(&mut columns, &piece)?;
            }
        }
        Ok(rows == 0 || emit(MemberBatch::try_new(columns)?))
    }

    /// Columns with room for these batches, as far as they make one of members.
    fn columns(&self, batches: &[RecordBatch]) -> Vec<TextColumn> {
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let room = |at: usize| {
            let bytes: usize = batches.iter().filter_map(|batch| batch.columns().get(at)).map(text_bytes).sum();
            let cells = rows.min(self.batch_size);
            TextColumn::with_capacity(cells, (bytes / rows.max(1) * cells).min(BATCH_BYTES))
        };
        (0..self.delivered).map(room).collect()
    }

    /// What comes from a driver has been checked by nobody: text that is not UTF-8 must not pass for it. Where nothing but
    /// text is made of text, that is done then.
    fn check(&self, batch: &RecordBatch) -> Result<(), SegmentError> {
        if batch.num_columns() != self.asked.len() {
            let message = format!("{} answers with another number of columns than it was asked for", self.place);
            return Err(SegmentError::malformed(message));
        }
        let is_checked_later =
            |array: &ArrayRef| self.rule.is_none() && matches!(array.data_type(), DataType::Utf8 | DataType::LargeUtf8);
        for (asked, array) in self.asked.iter().zip(batch.columns()) {
            let is_good = is_checked_later(array) || is_safe(array.data_type());
            if !is_good && array.to_data().validate_full().is_err() {
                return Err(self.not_utf8(asked, array));
            }
        }
        Ok(())
    }

    fn not_utf8(&self, asked: &Asked, array: &ArrayRef) -> SegmentError {
        SegmentError::malformed(format!(
            "the column `{}` of {} holds text that is not UTF-8, among the {} members after the first {}; correct it, or \
             convert the column in a view",
            asked.name,
            self.place,
            array.len(),
            self.rows
        ))
    }

    fn append(&mut self, columns: &mut [TextColumn], batch: &RecordBatch) -> Result<(), SegmentError> {
        let is_member = match &self.rule {
            Some(rule) => Some(self.evaluate(rule, batch)?),
            None => None,
        };
        for ((asked, array), column) in self.asked.iter().zip(batch.columns()).zip(columns) {
            match &is_member {
                Some(is_member) => {
                    let array = filter(array, is_member).map_err(|_| self.unusable(&Unusable::Kernel))?;
                    self.append_text(asked, &array, column)?;
                }
                None => self.append_text(asked, array, column)?,
            }
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    fn evaluate(&self, rule: &Rule, batch: &RecordBatch) -> Result<arrow_array::BooleanArray, SegmentError> {
        let array = |name: &str| {
            let at = self.asked.iter().position(|asked| asked.name == name)?;
            batch.columns().get(at).cloned()
        };
        evaluate(rule, &array).map_err(|unusable| self.unusable(&unusable))
    }

    fn append_text(&self, asked: &Asked, array: &ArrayRef, column: &mut TextColumn) -> Result<(), SegmentError> {
        let before = column.len();
        append_text(column, array).map_err(|refusal| match refusal {
            Refusal::Type if holds_text(array.data_type()) => SegmentError::malformed(format!(
                "the column `{}` of {} holds a date or time outside of the years 1 to 9999; make it null in a view",
                asked.name, self.place
            )),
            Refusal::Type => SegmentError::malformed(format!(
                "the column `{}` of {} has cells that are no text (floating-point numbers, or bytes); correct them, or cast \
                 them in a view",
                asked.name, self.place
            )),
            Refusal::NotUtf8 => self.not_utf8(asked, array),
            Refusal::Full(full) => SegmentError::malformed(format!("{}: {}", self.place, SegmentError::from(full))),
        })?;
        let is_whole = |row: usize| column.cell(row).all(is_whole);
        if let Some(row) = (before..column.len()).find(|row| asked.is_whole && !is_whole(*row)) {
            return Err(SegmentError::malformed(format!(
                "the cell `{}` of member {} of {} is no whole number; cast the column to one, or to text, in a view",
                asked.name,
                self.rows + row - before + 1,
                self.place
            )));
        }
        Ok(())
    }

    fn unusable(&self, unusable: &Unusable) -> SegmentError {
        let place = &self.place;
        SegmentError::malformed(match unusable {
            Unusable::Cell { column, wanted, row } => format!(
                "{place} has in its row {} a cell of the column `{column}` that cannot be read as {wanted}, which the rule \
                 compares it with; correct it, or change the rule",
                self.rows + row + 1
            ),
            Unusable::Column { column } => {
                format!("{place} has a column `{column}` of another type than when it was looked at; run again")
            }
            Unusable::Kernel => format!("{place} cannot be compared with the rule's values"),
        })
    }
}

/// Whether every byte of its buffers is a value.
fn is_safe(data_type: &DataType) -> bool {
    data_type.is_primitive() || matches!(data_type, DataType::Boolean | DataType::Null)
}

fn is_whole(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|sign| sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{StringArray, TimestampMicrosecondArray};

    use super::*;

    fn cells(batch_size: usize) -> Cells {
        let asked = Asked { name: "c".into(), expression: String::new(), is_whole: false, first: "" };
        Cells { asked: vec![asked], delivered: 1, rule: None, batch_size, place: "`t`".into(), rows: 0 }
    }

    fn batch(array: ArrayRef) -> RecordBatch {
        RecordBatch::try_from_iter([("c", array)]).unwrap()
    }

    fn sizes(cells: &mut Cells, batches: &[RecordBatch]) -> Vec<usize> {
        let mut sizes = Vec::new();
        cells
            .members(batches, &mut |members| {
                sizes.push(members.len());
                true
            })
            .unwrap();
        sizes
    }

    #[test]
    fn a_large_batch_comes_in_pieces_and_of_long_rows_in_smaller_ones() {
        let short: ArrayRef = Arc::new(StringArray::from(vec!["a"; 2500]));
        assert_eq!(sizes(&mut cells(1000), &[batch(short)]), [1000, 1000, 500]);
        let long: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(10 << 20); 7]));
        let sizes = sizes(&mut cells(1000), &[batch(long)]);
        assert!(sizes.iter().sum::<usize>() == 7 && sizes.iter().all(|size| *size <= 3), "{sizes:?}");
    }

    #[test]
    fn small_batches_are_joined_as_far_as_they_fit() {
        let of = |rows: usize| batch(Arc::new(StringArray::from(vec!["a"; rows])));
        assert_eq!(sizes(&mut cells(1000), &[of(300), of(0), of(700), of(1)]), [1000, 1]);
        assert_eq!(sizes(&mut cells(1000), &[of(600), of(600)]), [600, 600]);
        let long = || batch(Arc::new(StringArray::from(vec!["x".repeat(10 << 20); 2])));
        assert_eq!(sizes(&mut cells(1000), &[long(), long()]), [2, 2]);
    }

    #[test]
    fn an_instant_is_written_in_utc_whatever_its_zone_is_called() {
        let zoned: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0]).with_timezone("Mars/Olympus_Mons"));
        let mut found = Vec::new();
        cells(10)
            .members(&[batch(zoned)], &mut |members| {
                found.extend(members.columns()[0].cell(0).map(str::to_owned));
                true
            })
            .unwrap();
        assert_eq!(found, ["1970-01-01T00:00:00Z"]);
    }

    #[test]
    fn nothing_more_is_made_when_nobody_wants_it() {
        let mut pieces = 0;
        let array: ArrayRef = Arc::new(StringArray::from(vec!["a"; 30]));
        let goes_on = cells(10).members(&[batch(array)], &mut |_| {
            pieces += 1;
            false
        });
        assert_eq!((goes_on.unwrap(), pieces), (false, 1));
    }
}
