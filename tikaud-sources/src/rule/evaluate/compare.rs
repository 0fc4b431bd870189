//! Cells beside the rule's values.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::Hash;

use arrow_array::{Array, BooleanArray, Datum, Decimal128Array, Float64Array, Int64Array, Scalar, StringArray};
use arrow_ord::cmp;
use arrow_schema::ArrowError;
use arrow_string::like;

use super::super::condition::{Comparison, TextMatch};
use super::super::moment::days_of;
use super::super::number::DIGITS;
use super::super::{Literal, Number};
use super::cells::{Cells, Spelled};

type Answer = Result<BooleanArray, ArrowError>;

pub(super) fn compare(cells: &Cells, comparison: Comparison, value: &Literal) -> Answer {
    match (cells, value) {
        (Cells::Text(text), Literal::Text(value)) => {
            kernel(comparison, text, &Scalar::new(StringArray::from(vec![value.as_str()])))
        }
        (Cells::Exact(numbers, scale), Literal::Number(value)) => compare_exact(numbers, *scale, comparison, *value),
        (Cells::Float(floats), Literal::Number(value)) => {
            kernel(comparison, floats, &Float64Array::new_scalar(value.to_float() + 0.0))
        }
        (Cells::Spelled(numbers), Literal::Number(value)) => {
            let value = Spelled::Number(*value);
            Ok(numbers.iter().map(|number| number.map(|number| accepts(comparison, number.cmp(&value)))).collect())
        }
        (Cells::Boolean(booleans), Literal::Boolean(value)) => {
            kernel(comparison, booleans, &BooleanArray::new_scalar(*value))
        }
        (Cells::Time(times), value) => kernel(comparison, times, &Int64Array::new_scalar(time(value)?)),
        _ => Err(mismatch()),
    }
}

pub(super) fn is_in(cells: &Cells, values: &[Literal]) -> Answer {
    let numbers =
        values.iter().filter_map(|value| if let Literal::Number(value) = value { Some(*value) } else { None });
    Ok(match cells {
        Cells::Text(text) => {
            let texts =
                values.iter().filter_map(|value| if let Literal::Text(text) = value { Some(text) } else { None });
            let set: HashSet<&str> = texts.map(String::as_str).collect();
            among(text.iter(), &set)
        }
        Cells::Exact(decimals, scale) => {
            let exact = |number: Number| Some(number.at_scale(i32::from(*scale))).filter(|(_, exact)| *exact);
            let set: HashSet<i128> = numbers.filter_map(exact).map(|(number, _)| number).collect();
            among(decimals.iter(), &set)
        }
        Cells::Float(floats) => {
            // Neither NaN nor a negative zero is among either: equal floats have equal bits.
            let set: HashSet<u64> = numbers.map(|number| (number.to_float() + 0.0).to_bits()).collect();
            among(floats.iter().map(|float| float.map(f64::to_bits)), &set)
        }
        Cells::Spelled(spelled) => {
            let set: HashSet<Spelled> = numbers.map(Spelled::Number).collect();
            among(spelled.iter().copied(), &set)
        }
        Cells::Boolean(booleans) => {
            let set: HashSet<bool> = values.iter().map(|value| *value == Literal::Boolean(true)).collect();
            among(booleans.iter(), &set)
        }
        Cells::Time(times) => {
            let set: HashSet<i64> = values.iter().map(time).collect::<Result<_, _>>()?;
            among(times.iter(), &set)
        }
    })
}

pub(super) fn matches(cells: &Cells, place: TextMatch, text: &str, ignore_case: bool) -> Answer {
    let Cells::Text(cells) = cells else { return Err(mismatch()) };
    let kernel = match place {
        TextMatch::Contains => like::contains,
        TextMatch::StartsWith => like::starts_with,
        TextMatch::EndsWith => like::ends_with,
    };
    if !ignore_case {
        return kernel(cells, &StringArray::new_scalar(text));
    }
    let mut bytes = cells.value_data().to_vec();
    bytes.make_ascii_lowercase();
    let lower = StringArray::try_new(cells.offsets().clone(), bytes.into(), cells.nulls().cloned())?;
    kernel(&lower, &StringArray::new_scalar(text.to_ascii_lowercase()))
}

fn kernel(comparison: Comparison, cells: &dyn Datum, value: &dyn Datum) -> Answer {
    match comparison {
        Comparison::Is => cmp::eq(cells, value),
        Comparison::IsNot => cmp::neq(cells, value),
        Comparison::LessThan => cmp::lt(cells, value),
        Comparison::AtMost => cmp::lt_eq(cells, value),
        Comparison::MoreThan => cmp::gt(cells, value),
        Comparison::AtLeast => cmp::gt_eq(cells, value),
    }
}

/// A number between two of the column's units equals none of them, and is rounded down for the rest: to be less than 1.5 is
/// to be at most 1.
fn compare_exact(numbers: &Decimal128Array, scale: i8, comparison: Comparison, value: Number) -> Answer {
    let (units, is_exact) = value.at_scale(i32::from(scale));
    let comparison = match comparison {
        comparison if is_exact => comparison,
        Comparison::Is => return Ok(constant(numbers, false)),
        Comparison::IsNot => return Ok(constant(numbers, true)),
        Comparison::LessThan | Comparison::AtMost => Comparison::AtMost,
        Comparison::MoreThan | Comparison::AtLeast => Comparison::MoreThan,
    };
    let precision = u8::try_from(DIGITS).unwrap_or(u8::MAX);
    let value = Decimal128Array::from(vec![units]).with_precision_and_scale(precision, scale)?;
    kernel(comparison, numbers, &Scalar::new(value))
}

fn constant(cells: &dyn Array, value: bool) -> BooleanArray {
    (0..cells.len()).map(|row| cells.is_valid(row).then_some(value)).collect()
}

fn accepts(comparison: Comparison, ordering: Ordering) -> bool {
    match comparison {
        Comparison::Is => ordering.is_eq(),
        Comparison::IsNot => ordering.is_ne(),
        Comparison::LessThan => ordering.is_lt(),
        Comparison::AtMost => ordering.is_le(),
        Comparison::MoreThan => ordering.is_gt(),
        Comparison::AtLeast => ordering.is_ge(),
    }
}

fn among<T: Hash + Eq>(cells: impl Iterator<Item = Option<T>>, set: &HashSet<T>) -> BooleanArray {
    cells.map(|cell| cell.map(|cell| set.contains(&cell))).collect()
}

/// Days or microseconds since 1970.
fn time(value: &Literal) -> Result<i64, ArrowError> {
    match value {
        Literal::Date(date) => Ok(days_of(*date)),
        Literal::Timestamp(instant) => Ok(instant.as_microsecond()),
        _ => Err(mismatch()),
    }
}

/// Cells are read as the type of the values that they are compared with, so it does not come to this.
fn mismatch() -> ArrowError {
    ArrowError::ComputeError("cells and values are of different types".to_owned())
}
