//! Whether the files of a segment have their columns in one type.

use std::collections::HashMap;

use arrow_schema::DataType;
use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::asked::Asked;
use super::header::Header;
use super::input::Input;

/// What becomes of values of a type: where it is the same, a file that has the one type is as good as one that has the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    Boolean,
    Date,
    Time,
    Timestamp,
}

fn kind(data_type: &DataType) -> Option<Kind> {
    Some(match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Kind::Text,
        DataType::Boolean => Kind::Boolean,
        DataType::Date32 | DataType::Date64 => Kind::Date,
        DataType::Time32(_) | DataType::Time64(_) => Kind::Time,
        DataType::Timestamp(..) => Kind::Timestamp,
        DataType::Dictionary(_, values) => return kind(values),
        DataType::List(item) | DataType::LargeList(item) => return kind(item.data_type()),
        // A column without any value fits all.
        DataType::Null => return None,
        _ => Kind::Whole,
    })
}

/// The types of the columns that are delivered, in the files that were looked at so far.
#[derive(Debug, Default)]
pub(super) struct Agreed(HashMap<String, (DataType, String)>);

impl Agreed {
    /// # Errors
    ///
    /// `UnknownColumn` when a column that is delivered was of another type in an earlier file: a phone number that is text there
    /// and a whole number here has lost its zeros here.
    pub(super) fn add(&mut self, input: &Input, header: &Header, asked: &Asked) -> Result<(), SegmentError> {
        for name in asked.delivered() {
            let Some(found) = header.data_type(name).filter(|found| kind(found).is_some()) else { continue };
            match self.0.get(name) {
                Some((before, first)) if kind(before) != kind(found) => {
                    let file = input.name();
                    let message = format!(
                        "the column `{name}` is of type {before} in `{first}` and of type {found} in `{file}`; write it in \
                         one type, best as text"
                    );
                    return Err(SegmentError::new(SegmentErrorKind::UnknownColumn, message));
                }
                Some(_) => {}
                None => drop(self.0.insert(name.clone(), (found.clone(), input.name().to_owned()))),
            }
        }
        Ok(())
    }
}
