//! Arrow record batches as batches of members, for the sources of this crate and for custom ones.
//!
//! In: a [`RecordBatch`]. Out: a [`MemberBatch`]. Use the Arrow crates re-exported here: two majors of Arrow in one
//! program have different types.

mod strings;
mod text;

pub use arrow_array;
pub use arrow_schema;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema};
use tikaud_core::segment::{MemberBatch, SegmentError, SegmentErrorKind, TextColumn};

pub(crate) use text::holds_text;
#[cfg(feature = "adbc")]
pub(crate) use text::{Refusal, append_text, text_bytes};

/// The columns of a record batch that were asked for, as text, in the order asked for.
///
/// | Arrow type | becomes |
/// |---|---|
/// | strings of every layout, dictionaries of them | their text |
/// | integers, decimals without fraction | decimal digits, all of them |
/// | booleans | `true`, `false` |
/// | dates, times, timestamps without a zone | ISO 8601 |
/// | timestamps with a zone, whatever it is called | ISO 8601 in UTC: `2026-11-24T09:15:30Z` |
/// | lists of any of these | a cell with several values; nulls in the list are skipped |
/// | anything else | an error: a floating-point number has lost digits of a phone number already |
///
/// ```
/// use std::sync::Arc;
/// use tikaud_sources::arrow::arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
/// use tikaud_sources::arrow::member_batch;
///
/// let phones = Int64Array::from(vec![4_915_112_345_678]);
/// let emails = StringArray::from(vec!["ada@example.com"]);
/// let record_batch =
///     RecordBatch::try_from_iter([("phone", Arc::new(phones) as ArrayRef), ("email", Arc::new(emails))])?;
///
/// let members = member_batch(&record_batch, &["email".into(), "phone".into()])?;
/// assert_eq!(members.columns()[1].cell(0).collect::<Vec<_>>(), ["4915112345678"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`SegmentErrorKind::UnknownColumn`] when a column is not there or of a type that holds no text;
/// [`SegmentErrorKind::Malformed`] when two columns have the name, or a column's text is longer than 4 GiB.
pub fn member_batch(batch: &RecordBatch, columns: &[String]) -> Result<MemberBatch, SegmentError> {
    let schema = batch.schema_ref();
    let columns = columns.iter().map(|column| text_of(column, batch.column(position(schema, column)?)));
    MemberBatch::try_new(columns.collect::<Result<_, _>>()?)
}

fn text_of(column: &str, array: &ArrayRef) -> Result<TextColumn, SegmentError> {
    text::text_column(array).map_err(|refusal| match refusal {
        text::Refusal::Type => no_text(column, array.data_type()),
        text::Refusal::NotUtf8 => {
            SegmentError::malformed(format!("the column `{column}` holds text that is not UTF-8"))
        }
        text::Refusal::Full(full) => SegmentError::from(full),
    })
}

/// The columns of a schema that [`member_batch`] can deliver, in the schema's order: what
/// [`Segment::columns`](tikaud_core::segment::Segment::columns) is to answer.
///
/// ```
/// use tikaud_sources::arrow::arrow_schema::{DataType, Field, Schema};
/// use tikaud_sources::arrow::text_columns;
///
/// let schema = Schema::new(vec![
///     Field::new("email", DataType::Utf8, true),
///     Field::new("lifetime_value", DataType::Float64, true),
/// ]);
/// assert_eq!(text_columns(&schema), ["email"]);
/// ```
#[must_use]
pub fn text_columns(schema: &Schema) -> Vec<String> {
    schema.fields().iter().filter(|field| holds_text(field.data_type())).map(|field| field.name().clone()).collect()
}

fn position(schema: &Schema, column: &str) -> Result<usize, SegmentError> {
    let mut named = schema.fields().iter().enumerate().filter(|(_, field)| field.name() == column);
    match (named.next(), named.next()) {
        (Some((at, _)), None) => Ok(at),
        (None, _) => Err(SegmentError::unknown_column(column, &text_columns(schema))),
        _ => Err(SegmentError::malformed(format!("two columns are named `{column}`; rename one of them"))),
    }
}

fn no_text(column: &str, data_type: &DataType) -> SegmentError {
    let message = format!("the column `{column}` is of type {data_type}, which holds no text; make it a text column");
    SegmentError::new(SegmentErrorKind::UnknownColumn, message)
}

#[cfg(test)]
mod tests;
