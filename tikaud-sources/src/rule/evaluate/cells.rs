//! A column's cells, read as the type that a rule asks for.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, StringArray};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, TimeUnit};

use super::super::moment::{DAY_MICROS, Moment};
use super::super::number::DIGITS;
use super::super::{LiteralType, Number};

/// A column's cells, read as one of the rule's types. Null is a cell that compares with nothing.
pub(super) enum Cells {
    Text(StringArray),
    /// Numbers in units of ten to the power of minus the scale.
    Exact(Decimal128Array, i8),
    /// Without NaN and without a negative zero.
    Float(Float64Array),
    /// Numbers that are spelled out in text.
    Spelled(Vec<Option<Spelled>>),
    Boolean(BooleanArray),
    /// Days, or microseconds, since 1970.
    Time(Int64Array),
}

/// A number that is spelled out, in order of value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Spelled {
    NegativeInfinity,
    Number(Number),
    Infinity,
}

/// Why cells cannot be read.
pub(super) enum Refusal {
    Type,
    /// The cell in this row.
    Cell(usize),
    Kernel,
}

impl From<ArrowError> for Refusal {
    fn from(_: ArrowError) -> Self {
        Self::Kernel
    }
}

/// Whether cells of a column of this type are read as the rule's type; `None` is a rule that looks at no value.
pub(crate) fn holds(data_type: &DataType, wanted: Option<LiteralType>) -> bool {
    let data_type = unwrapped(data_type);
    match wanted {
        None => true,
        Some(_) if is_text(data_type) => true,
        Some(LiteralType::Text) => false,
        Some(LiteralType::Boolean) => *data_type == DataType::Boolean,
        Some(LiteralType::Number) => data_type.is_floating() || exact(data_type).is_some(),
        Some(LiteralType::Date | LiteralType::Timestamp) => {
            matches!(data_type, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..))
        }
    }
}

/// Whether it is text that has to be read as other types. A column that never had a value has no type of its own.
pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null)
}

fn unwrapped(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => values,
        other => other,
    }
}

/// The scale of a type whose numbers are exact.
fn exact(data_type: &DataType) -> Option<i8> {
    match data_type {
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) => Some(*scale),
        DataType::Decimal256(precision, scale) if u32::from(*precision) <= DIGITS => Some(*scale),
        other => other.is_integer().then_some(0),
    }
}

impl Cells {
    pub(super) fn read(array: &ArrayRef, wanted: LiteralType) -> Result<Self, Refusal> {
        if !holds(array.data_type(), Some(wanted)) {
            return Err(Refusal::Type);
        }
        let array = &cast(array, unwrapped(array.data_type()))?;
        if is_text(array.data_type()) {
            return Self::read_text(cast(array, &DataType::Utf8)?.as_string(), wanted);
        }
        match wanted {
            LiteralType::Boolean => Ok(Self::Boolean(array.as_boolean().clone())),
            LiteralType::Number => match exact(array.data_type()) {
                Some(scale) => {
                    let decimals = DataType::Decimal128(u8::try_from(DIGITS).map_err(|_| Refusal::Kernel)?, scale);
                    Ok(Self::Exact(cast(array, &decimals)?.as_primitive().clone(), scale))
                }
                None => {
                    let floats = cast(array, &DataType::Float64)?;
                    // Arrow tells -0 from 0; adding 0 makes them one.
                    let comparable = |float: f64| (!float.is_nan()).then_some(float + 0.0);
                    Ok(Self::Float(floats.as_primitive::<Float64Type>().unary_opt(comparable)))
                }
            },
            LiteralType::Date => Ok(Self::Time(moments(array, |moment| moment.day())?)),
            LiteralType::Timestamp => Ok(Self::Time(moments(array, |moment| moment.micros())?)),
            LiteralType::Text => Err(Refusal::Type),
        }
    }

    fn read_text(text: &StringArray, wanted: LiteralType) -> Result<Self, Refusal> {
        Ok(match wanted {
            LiteralType::Text => Self::Text(text.clone()),
            LiteralType::Number => Self::Spelled(read_each(text, spelled)?),
            LiteralType::Boolean => Self::Boolean(read_each(text, |cell| boolean(cell).map(Some))?),
            LiteralType::Date => {
                Self::Time(read_each(text, |cell| Moment::read(cell).map(|moment| Some(moment.day())))?)
            }
            LiteralType::Timestamp => {
                Self::Time(read_each(text, |cell| Moment::read(cell).map(|moment| Some(moment.micros())))?)
            }
        })
    }
}

/// Reads each cell that there is, blanks around it aside; the first that cannot be read is the error.
fn read_each<T, C: FromIterator<Option<T>>>(
    text: &StringArray,
    read: impl Fn(&[u8]) -> Option<Option<T>>,
) -> Result<C, Refusal> {
    let cells = text.iter().enumerate().map(|(row, cell)| match cell {
        None => Ok(None),
        Some(cell) => read(cell.as_bytes().trim_ascii()).ok_or(Refusal::Cell(row)),
    });
    cells.collect()
}

/// A number, `Some(None)` for NaN.
fn spelled(cell: &[u8]) -> Option<Option<Spelled>> {
    if let Some(number) = Number::read(cell) {
        return Some(Some(Spelled::Number(number)));
    }
    let unsigned = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
    match unsigned.to_ascii_lowercase().as_slice() {
        b"nan" => Some(None),
        b"inf" | b"infinity" if cell.starts_with(b"-") => Some(Some(Spelled::NegativeInfinity)),
        b"inf" | b"infinity" => Some(Some(Spelled::Infinity)),
        _ => None,
    }
}

fn boolean(cell: &[u8]) -> Option<bool> {
    match cell.to_ascii_lowercase().as_slice() {
        b"true" | b"t" | b"yes" | b"y" | b"1" => Some(true),
        b"false" | b"f" | b"no" | b"n" | b"0" => Some(false),
        _ => None,
    }
}

/// Dates and timestamps of every unit.
fn moments(array: &ArrayRef, read: impl Fn(Moment) -> i64) -> Result<Int64Array, Refusal> {
    let from_micros = |micros: i64| read(Moment::Timestamp(micros));
    Ok(match array.data_type() {
        DataType::Date32 => {
            array.as_primitive::<Date32Type>().unary::<_, Int64Type>(|days| read(Moment::Date(days.into())))
        }
        DataType::Date64 => {
            array.as_primitive::<Date64Type>().unary(|millis| read(Moment::Date(millis.div_euclid(DAY_MICROS / 1000))))
        }
        DataType::Timestamp(TimeUnit::Second, _) => {
            array.as_primitive::<TimestampSecondType>().unary(|value| from_micros(value.saturating_mul(1_000_000)))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            array.as_primitive::<TimestampMillisecondType>().unary(|value| from_micros(value.saturating_mul(1000)))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().unary(from_micros)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            array.as_primitive::<TimestampNanosecondType>().unary(|value| from_micros(value.div_euclid(1000)))
        }
        _ => return Err(Refusal::Type),
    })
}
