//! One Arrow array as a column of text.

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, LargeStringArray, OffsetSizeTrait, StringArray, StringViewArray, downcast_integer_array,
};
use arrow_schema::DataType;
use tikaud_core::segment::{TextColumn, TextColumnFull};

use super::strings;

/// The zone that instants are written in.
const UTC: &str = "+00:00";

/// How long a whole number is, for setting memory aside: a customer's, or a phone's.
const DIGITS: usize = 12;

/// Why an array cannot become a column of text.
pub(crate) enum Refusal {
    /// It is of a type that holds no text.
    Type,
    /// Its strings are none.
    NotUtf8,
    /// Its text is longer than a column can hold.
    Full(TextColumnFull),
}

impl From<TextColumnFull> for Refusal {
    fn from(full: TextColumnFull) -> Self {
        Self::Full(full)
    }
}

/// Whether an array of this type becomes a column of text without losing anything.
pub(crate) fn holds_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) => is_scalar_text(item.data_type()),
        scalar => is_scalar_text(scalar),
    }
}

fn is_scalar_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_scalar_text(values),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        // A column without any value: writers that see only nulls leave it untyped.
        DataType::Null | DataType::Boolean => true,
        DataType::Date32 | DataType::Date64 | DataType::Time32(_) | DataType::Time64(_) => true,
        DataType::Timestamp(..) => true,
        // `49151.00` would be read as two more digits of a phone number.
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => *scale == 0,
        other => other.is_integer(),
    }
}

/// The array's cells as text; a list is a cell with several values.
pub(super) fn text_column(array: &ArrayRef) -> Result<TextColumn, Refusal> {
    let mut column = TextColumn::with_capacity(array.len(), text_bytes(array));
    append_text(&mut column, array)?;
    Ok(column)
}

/// Appends the array's cells. Strings are looked at byte by byte, so that there may be some that nobody has checked: a driver's.
///
/// # Errors
///
/// The column may then have some of the cells.
pub(crate) fn append_text(column: &mut TextColumn, array: &ArrayRef) -> Result<(), Refusal> {
    match array.data_type() {
        DataType::List(_) => append_lists::<i32>(column, array)?,
        DataType::LargeList(_) => append_lists::<i64>(column, array)?,
        DataType::Utf8 => strings::append(column, array.as_string::<i32>())?,
        DataType::LargeUtf8 => strings::append(column, array.as_string::<i64>())?,
        integers if integers.is_integer() => append_whole_numbers(column, array)?,
        _ => match &Texts::try_new(array)? {
            // The two layouts that nearly everything else has: their own iterators are the fastest.
            Texts::Utf8(array) => array.iter().try_for_each(|text| column.push_list(text))?,
            Texts::Utf8View(array) => array.iter().try_for_each(|text| column.push_list(text))?,
            other => (0..array.len()).try_for_each(|row| column.push_list(other.get(row)))?,
        },
    }
    Ok(())
}

/// How long the text of an array is in all, as far as that can be told at no cost.
pub(crate) fn text_bytes(array: &ArrayRef) -> usize {
    match array.data_type() {
        DataType::Utf8 => strings::bytes(array.as_string::<i32>()),
        DataType::LargeUtf8 => strings::bytes(array.as_string::<i64>()),
        integers if integers.is_integer() => array.len() * DIGITS,
        _ => 0,
    }
}

fn append_whole_numbers(column: &mut TextColumn, array: &ArrayRef) -> Result<(), Refusal> {
    let mut digits = itoa::Buffer::new();
    downcast_integer_array!(
        array => {
            array.iter().try_for_each(|number| column.push(number.map(|number| digits.format(number))))?;
        }
        _ => return Err(Refusal::Type),
    );
    Ok(())
}

fn append_lists<O: OffsetSizeTrait>(column: &mut TextColumn, array: &ArrayRef) -> Result<(), Refusal> {
    let lists = array.as_list::<O>();
    let texts = Texts::try_new(lists.values())?;
    for (row, ends) in lists.value_offsets().windows(2).enumerate() {
        // A null list may lie over leftover values.
        let values = if lists.is_null(row) { 0..0 } else { ends[0].as_usize()..ends[1].as_usize() };
        column.push_list(values.filter_map(|value| texts.get(value)))?;
    }
    Ok(())
}

/// An array whose cells can be borrowed as text.
enum Texts {
    Utf8(StringArray),
    LargeUtf8(LargeStringArray),
    Utf8View(StringViewArray),
    Dictionary { keys: Vec<Option<usize>>, values: Box<Self> },
}

impl Texts {
    fn try_new(array: &ArrayRef) -> Result<Self, Refusal> {
        match array.data_type() {
            data_type if !is_scalar_text(data_type) => Err(Refusal::Type),
            DataType::Utf8 => Ok(Self::Utf8(array.as_string().clone())),
            DataType::LargeUtf8 => Ok(Self::LargeUtf8(array.as_string().clone())),
            DataType::Utf8View => Ok(Self::Utf8View(array.as_string_view().clone())),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let keys = dictionary.normalized_keys().into_iter().enumerate();
                Ok(Self::Dictionary {
                    keys: keys.map(|(row, key)| array.is_valid(row).then_some(key)).collect(),
                    values: Box::new(Self::try_new(dictionary.values())?),
                })
            }
            // An instant is one whatever the zone that it is shown in, and a zone's name would take a table of all zones.
            DataType::Timestamp(unit, Some(zone)) if **zone != *UTC => {
                let in_utc = DataType::Timestamp(*unit, Some(UTC.into()));
                Self::try_new(&arrow_cast::cast(array, &in_utc).map_err(|_| Refusal::Type)?)
            }
            // The cast's own error is dropped: it may quote the value that it could not format.
            _ => match arrow_cast::cast(array, &DataType::Utf8) {
                Ok(text) => Ok(Self::Utf8(text.as_string().clone())),
                Err(_) => Err(Refusal::Type),
            },
        }
    }

    /// The value of a cell, `None` for null.
    fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Utf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::LargeUtf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Utf8View(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Dictionary { keys, values } => keys[row].and_then(|key| values.get(key)),
        }
    }
}
