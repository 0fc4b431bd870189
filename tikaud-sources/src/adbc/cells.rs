//! A driver's record batch as batches of members.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::filter::filter;
use tikaud_core::segment::{MemberBatch, SegmentError, SegmentErrorKind, TextColumn};

use super::column::Asked;
use crate::arrow::{holds_text, text_of};
use crate::rule::Rule;
use crate::rule::evaluate::{Unusable, evaluate};

/// The most that one batch of members is made of, in bytes of Arrow's; a driver's batches may be of any size.
const BATCH_BYTES: usize = 32 << 20;

/// What is made of each record batch.
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
    /// The members of a record batch, in pieces; `emit` says whether anybody wants more.
    pub(super) fn members(
        &mut self,
        batch: &RecordBatch,
        emit: &mut dyn FnMut(MemberBatch) -> bool,
    ) -> Result<bool, SegmentError> {
        if batch.num_columns() != self.asked.len() {
            let message = format!("{} answers with another number of columns than it was asked for", self.place);
            return Err(SegmentError::malformed(message));
        }
        for (asked, array) in self.asked.iter().zip(batch.columns()) {
            self.check(asked, array)?;
        }
        let rows = batch.num_rows();
        let piece = piece(batch, self.batch_size);
        for from in (0..rows).step_by(piece) {
            let members = self.piece(&batch.slice(from, piece.min(rows - from)))?;
            if !emit(members) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What comes from a driver has been checked by nobody: text that is not UTF-8 must not pass for it.
    fn check(&self, asked: &Asked, array: &ArrayRef) -> Result<(), SegmentError> {
        if is_safe(array.data_type()) || array.to_data().validate_full().is_ok() {
            return Ok(());
        }
        Err(SegmentError::malformed(format!(
            "the column `{}` of {} holds text that is not UTF-8, among the {} members after the first {}; correct it, or \
             convert the column in a view",
            asked.name,
            self.place,
            array.len(),
            self.rows
        )))
    }

    fn piece(&mut self, batch: &RecordBatch) -> Result<MemberBatch, SegmentError> {
        let is_member = match &self.rule {
            Some(rule) => Some(self.evaluate(rule, batch)?),
            None => None,
        };
        let mut columns = Vec::with_capacity(self.delivered);
        for (asked, array) in self.asked.iter().zip(batch.columns()).take(self.delivered) {
            let array = match &is_member {
                Some(is_member) => filter(array, is_member).map_err(|_| self.unusable(&Unusable::Kernel))?,
                None => Arc::clone(array),
            };
            columns.push(self.text(asked, &in_utc(array))?);
        }
        self.rows += batch.num_rows();
        MemberBatch::try_new(columns)
    }

    fn evaluate(&self, rule: &Rule, batch: &RecordBatch) -> Result<arrow_array::BooleanArray, SegmentError> {
        let array = |name: &str| {
            let at = self.asked.iter().position(|asked| asked.name == name)?;
            batch.columns().get(at).cloned()
        };
        evaluate(rule, &array).map_err(|unusable| self.unusable(&unusable))
    }

    fn text(&self, asked: &Asked, array: &ArrayRef) -> Result<TextColumn, SegmentError> {
        let column = text_of(&asked.name, array).map_err(|error| {
            if error.kind() == SegmentErrorKind::UnknownColumn && holds_text(array.data_type()) {
                return SegmentError::malformed(format!(
                    "the column `{}` of {} holds a date or time outside of the years 1 to 9999; make it null in a view",
                    asked.name, self.place
                ));
            }
            if error.kind() == SegmentErrorKind::UnknownColumn {
                return SegmentError::malformed(format!(
                    "the column `{}` of {} has cells that are no text (floating-point numbers, or bytes); correct them, or \
                     cast them in a view",
                    asked.name, self.place
                ));
            }
            SegmentError::new(error.kind(), format!("{}: {error}", self.place))
        })?;
        let is_whole = |row: usize| column.cell(row).all(is_whole);
        if let Some(row) = (0..column.len()).find(|row| asked.is_whole && !is_whole(*row)) {
            return Err(SegmentError::malformed(format!(
                "the cell `{}` of member {} of {} is no whole number; cast the column to one, or to text, in a view",
                asked.name,
                self.rows + row + 1,
                self.place
            )));
        }
        Ok(column)
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

/// How many rows of a batch make a batch of members: fewer, when they are long.
fn piece(batch: &RecordBatch, batch_size: usize) -> usize {
    let bytes_a_row = batch.get_array_memory_size() / batch.num_rows().max(1);
    batch_size.min(BATCH_BYTES / bytes_a_row.max(1)).max(1)
}

/// Whether every byte of its buffers is a value.
fn is_safe(data_type: &DataType) -> bool {
    data_type.is_primitive() || matches!(data_type, DataType::Boolean | DataType::Null)
}

fn is_whole(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|sign| sign.is_ascii_digit())
}

/// An instant is the same in every zone; the names of zones are for databases to know.
fn in_utc(array: ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Timestamp(unit, Some(_)) => {
            let utc = DataType::Timestamp(*unit, Some("+00:00".into()));
            cast(&array, &utc).unwrap_or(array)
        }
        _ => array,
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{StringArray, TimestampMicrosecondArray};

    use super::*;

    fn cells(batch_size: usize) -> Cells {
        let asked = Asked { name: "c".into(), expression: String::new(), is_whole: false, first: "" };
        Cells { asked: vec![asked], delivered: 1, rule: None, batch_size, place: "`t`".into(), rows: 0 }
    }

    fn batch(array: ArrayRef) -> RecordBatch {
        RecordBatch::try_from_iter([("c", array)]).unwrap()
    }

    fn sizes(cells: &mut Cells, batch: &RecordBatch) -> Vec<usize> {
        let mut sizes = Vec::new();
        cells
            .members(batch, &mut |members| {
                sizes.push(members.len());
                true
            })
            .unwrap();
        sizes
    }

    #[test]
    fn a_large_batch_comes_in_pieces_and_of_long_rows_in_smaller_ones() {
        let short: ArrayRef = Arc::new(StringArray::from(vec!["a"; 2500]));
        assert_eq!(sizes(&mut cells(1000), &batch(short)), [1000, 1000, 500]);
        let long: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(10 << 20); 7]));
        let sizes = sizes(&mut cells(1000), &batch(long));
        assert!(sizes.iter().sum::<usize>() == 7 && sizes.iter().all(|size| *size <= 3), "{sizes:?}");
    }

    #[test]
    fn an_instant_is_written_in_utc_whatever_its_zone_is_called() {
        let zoned: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0]).with_timezone("Mars/Olympus_Mons"));
        let mut found = Vec::new();
        cells(10)
            .members(&batch(zoned), &mut |members| {
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
        let goes_on = cells(10).members(&batch(array), &mut |_| {
            pieces += 1;
            false
        });
        assert_eq!((goes_on.unwrap(), pieces), (false, 1));
    }
}
