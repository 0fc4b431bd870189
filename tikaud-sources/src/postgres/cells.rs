//! One field of a row as a cell: text, or a list of texts.

use std::borrow::Cow;

use tikaud_core::segment::{TextColumn, TextColumnFull};

use super::iso;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    /// Text as it is.
    Texts,
    /// Whole numbers in binary form. The server would take a tenth of a read to write them.
    Binary,
    /// Numbers that may turn out to have a fraction.
    Integers,
    Dates,
    Times,
    Timestamps,
    /// Timestamps in UTC.
    Instants,
}

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cells {
    pub(super) values: Values,
    pub(super) is_list: bool,
}

/// Why a field is no cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    NotUtf8,
    /// A number with a fraction, or none at all.
    NotInteger,
    /// A date or time that ISO 8601 cannot express.
    NotIso,
    /// Bytes that are no array.
    NotArray,
    Full(TextColumnFull),
}

impl From<TextColumnFull> for Unfit {
    fn from(full: TextColumnFull) -> Self {
        Self::Full(full)
    }
}

impl Cells {
    /// Appends the field to the column as a cell.
    pub(super) fn push(self, field: Option<&[u8]>, column: &mut TextColumn) -> Result<(), Unfit> {
        match field {
            None => column.push(None)?,
            Some(bytes) if self.is_list => {
                let values: Vec<Cow<'_, str>> = items(bytes)
                    .ok_or(Unfit::NotArray)?
                    .into_iter()
                    .map(|item| self.text(item))
                    .collect::<Result<_, _>>()?;
                column.push_list(values.iter().map(Cow::as_ref))?;
            }
            Some(bytes) if self.values == Values::Binary => {
                column.push(Some(itoa::Buffer::new().format(whole_number(bytes).ok_or(Unfit::NotInteger)?)))?;
            }
            Some(bytes) => column.push(Some(&self.text(bytes)?))?,
        }
        Ok(())
    }

    fn text(self, bytes: &[u8]) -> Result<Cow<'_, str>, Unfit> {
        let text = str::from_utf8(bytes).map_err(|_| Unfit::NotUtf8)?;
        let iso = match self.values {
            Values::Texts | Values::Binary => return Ok(Cow::Borrowed(text)),
            Values::Integers => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                return if is_integer { Ok(Cow::Borrowed(text)) } else { Err(Unfit::NotInteger) };
            }
            Values::Dates => iso::date(text),
            Values::Times => iso::time(text),
            Values::Timestamps => iso::timestamp(text),
            Values::Instants => iso::instant(text),
        };
        iso.map(Cow::Owned).ok_or(Unfit::NotIso)
    }
}

/// A `smallint`, `integer` or `bigint`.
fn whole_number(bytes: &[u8]) -> Option<i64> {
    match bytes.len() {
        2 => bytes.try_into().ok().map(i16::from_be_bytes).map(i64::from),
        4 => bytes.try_into().ok().map(i32::from_be_bytes).map(i64::from),
        8 => bytes.try_into().ok().map(i64::from_be_bytes),
        _ => None,
    }
}

/// The items of an array in binary form, of whatever dimensions, without its nulls: dimensions, flags, the items' type,
/// two words for each dimension, then length and bytes of each item. `None` when it is not that.
fn items(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (dimensions, rest) = word(bytes)?;
    let mut rest = rest.get(8..)?.get(usize::try_from(dimensions).ok()?.checked_mul(8)?..)?;
    let mut items = Vec::new();
    while !rest.is_empty() {
        let (length, after) = word(rest)?;
        rest = after;
        if let Ok(length) = usize::try_from(length) {
            items.push(rest.get(..length)?);
            rest = &rest[length..];
        }
    }
    Some(items)
}

fn word(bytes: &[u8]) -> Option<(i32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk()?;
    Some((i32::from_be_bytes(*word), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(cells: Cells, field: Option<&[u8]>) -> Result<Vec<String>, Unfit> {
        let mut column = TextColumn::default();
        cells.push(field, &mut column)?;
        assert_eq!(column.len(), 1);
        Ok(column.cell(0).map(str::to_owned).collect())
    }

    fn scalar(values: Values) -> Cells {
        Cells { values, is_list: false }
    }

    /// As the server sends `'{a,NULL,"",bc}'::text[]`.
    const LIST: &[u8] = b"\0\0\0\x01\0\0\0\x01\0\0\0\x19\0\0\0\x04\0\0\0\x01\
        \0\0\0\x01a\xff\xff\xff\xff\0\0\0\0\0\0\0\x02bc";

    #[test]
    fn text_stays_as_it_is_and_null_is_an_empty_cell() {
        assert_eq!(pushed(scalar(Values::Texts), None).unwrap(), Vec::<String>::new());
        assert_eq!(pushed(scalar(Values::Texts), Some(b"")).unwrap(), [""]);
        assert_eq!(pushed(scalar(Values::Texts), Some(" 00é ".as_bytes())).unwrap(), [" 00é "]);
        assert_eq!(pushed(scalar(Values::Texts), Some(b"a\xff")), Err(Unfit::NotUtf8));
    }

    #[test]
    fn whole_numbers_of_every_width_become_digits() {
        let digits = |bytes: &[u8]| pushed(scalar(Values::Binary), Some(bytes));
        assert_eq!(digits(&i16::MIN.to_be_bytes()).unwrap(), ["-32768"]);
        assert_eq!(digits(&i32::MAX.to_be_bytes()).unwrap(), ["2147483647"]);
        assert_eq!(digits(&i64::MIN.to_be_bytes()).unwrap(), ["-9223372036854775808"]);
        assert_eq!(digits(b"123"), Err(Unfit::NotInteger));
    }

    #[test]
    fn a_number_with_a_fraction_is_refused() {
        assert_eq!(pushed(scalar(Values::Integers), Some(b"-4915112345678")).unwrap(), ["-4915112345678"]);
        for text in ["49151.00", "NaN", "Infinity", "-", "", "1e5"] {
            assert_eq!(pushed(scalar(Values::Integers), Some(text.as_bytes())), Err(Unfit::NotInteger), "{text}");
        }
    }

    #[test]
    fn a_date_that_cannot_be_written_is_refused() {
        assert_eq!(pushed(scalar(Values::Dates), Some(b"2024-10-04")).unwrap(), ["2024-10-04"]);
        assert_eq!(pushed(scalar(Values::Instants), Some(b"infinity")), Err(Unfit::NotIso));
    }

    #[test]
    fn a_list_is_a_cell_with_several_values() {
        let cells = Cells { values: Values::Texts, is_list: true };
        assert_eq!(pushed(cells, Some(LIST)).unwrap(), ["a", "", "bc"]);
        assert_eq!(pushed(cells, Some(&[0; 12])).unwrap(), Vec::<String>::new());
        assert_eq!(pushed(cells, None).unwrap(), Vec::<String>::new());
        for length in (0..LIST.len()).filter(|length| ![20, 25, 29, 33].contains(length)) {
            assert_eq!(pushed(cells, Some(&LIST[..length])), Err(Unfit::NotArray), "{length}");
        }
    }
}
