//! What SQL cannot judge, and what to do then.

use arrow_schema::DataType;
use tikaud_core::identifier::{EmailRule, Field, MappedField};
use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::speech::Speech;
use crate::AdbcDialect;

/// What can be done whatever the reason: neither a diff engine nor [`hash_in_database`] is to be set.
///
/// [`hash_in_database`]: crate::AdbcSegmentBuilder::hash_in_database
pub(crate) const HERE: &str = "have the segment read into this process, without diff engine and `hash_in_database`";

/// Whether SQL can judge the values of a mapped column, which the driver delivers as this type.
///
/// # Errors
///
/// `Configuration`, with what to do: where the engine cannot hash; for phone numbers in any spelling, several values in a
/// cell, and columns that are no text.
pub(crate) fn check(dialect: AdbcDialect, mapped: &MappedField, delivered: &DataType) -> Result<(), SegmentError> {
    let column = &mapped.column;
    super::value(dialect, &mapped.field, EmailRule::default(), column, "text", "folded")?;
    if mapped.delimiter.is_some() {
        return Err(refused(format!(
            "the column `{column}` holds several values in a cell, which are not taken apart in the database; map a view \
             that has a row for each value, or {HERE}"
        )));
    }
    if !is_text(delivered) {
        return Err(refused(format!(
            "the column `{column}` is of type {delivered}, and only text is judged in the database; map a view that casts it \
             to text, with a row for each value of a list, or {HERE}"
        )));
    }
    Ok(())
}

/// Whether values can be judged in this SQL at all.
///
/// # Errors
///
/// `Configuration`, with what to do.
pub(crate) fn check_dialect(dialect: AdbcDialect) -> Result<(), SegmentError> {
    Speech::of(dialect).map(drop).ok_or_else(|| of_dialect(dialect))
}

/// A field that SQL has no rules for.
pub(super) fn of_field(field: &Field, column: &str) -> SegmentError {
    refused(match field {
        Field::Phone(_) => format!(
            "the column `{column}` holds phone numbers in any spelling, and no database has the numbering plans to read them \
             by; put them into E.164 and declare the column `Field::PhoneE164`, or hash them in the source and declare it \
             `Field::PhoneSha256`, or {HERE}"
        ),
        _ => format!("what the column `{column}` holds is not judged in a database; {HERE}"),
    })
}

pub(super) fn of_dialect(dialect: AdbcDialect) -> SegmentError {
    let why = match dialect {
        AdbcDialect::Sqlite => "SQLite cannot hash with SHA-256",
        _ => "it is not known how this database hashes with SHA-256; name its dialect if it has another",
    };
    refused(format!("{why}; {HERE}"))
}

fn is_text(delivered: &DataType) -> bool {
    match delivered {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

fn refused(message: String) -> SegmentError {
    SegmentError::new(SegmentErrorKind::Configuration, message)
}
