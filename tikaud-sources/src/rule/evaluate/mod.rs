//! Rules over Arrow arrays, by Arrow's own kernels.
//!
//! In: a rule without spans from now, and a column for each name in it. Out: for each row true, false or null, or the
//! columns and cells that cannot be read as the rule's types.

mod bounds;
mod cells;
mod compare;
#[cfg(test)]
mod tests;

pub(crate) use bounds::{Bounds, Known, may_be_true};
pub(crate) use cells::holds;

use arrow_arith::boolean;
use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_schema::ArrowError;

use self::cells::{Cells, Refusal};
use super::condition::{Comparison, Condition};
use super::{LiteralType, Rule};

/// Why a rule cannot be evaluated.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// A column is of a type that is not read as the rule's; or it is not there.
    Column { column: String },
    /// The cell in this row, from 0, cannot be read as the rule's type.
    Cell { column: String, wanted: LiteralType, row: usize },
    /// A kernel failed. Its error is dropped, as it may quote a value.
    Kernel,
}

impl From<ArrowError> for Unusable {
    fn from(_: ArrowError) -> Self {
        Self::Kernel
    }
}

/// Whether the rule is true, false or unknown (null), row by row.
pub(crate) fn evaluate(rule: &Rule, array: &dyn Fn(&str) -> Option<ArrayRef>) -> Result<BooleanArray, Unusable> {
    match rule {
        Rule::And(rules) => fold(rules, array, boolean::and_kleene),
        Rule::Or(rules) => fold(rules, array, boolean::or_kleene),
        Rule::Not(rule) => Ok(boolean::not(&evaluate(rule, array)?)?),
        Rule::Test { column, condition } => {
            let array = array(column).ok_or_else(|| Unusable::Column { column: column.clone() })?;
            test(column, condition, &array)
        }
    }
}

/// Every rule is evaluated, whatever the others say, so that a cell that cannot be read is found wherever it is.
fn fold(
    rules: &[Rule],
    array: &dyn Fn(&str) -> Option<ArrayRef>,
    with: fn(&BooleanArray, &BooleanArray) -> Result<BooleanArray, ArrowError>,
) -> Result<BooleanArray, Unusable> {
    let mut results = rules.iter().map(|rule| evaluate(rule, array));
    let first = results.next().ok_or(Unusable::Kernel)??;
    results.try_fold(first, |so_far, result| Ok(with(&so_far, &result?)?))
}

fn test(column: &str, condition: &Condition, array: &ArrayRef) -> Result<BooleanArray, Unusable> {
    let Some(wanted) = condition.literal_type() else {
        return Ok(BooleanArray::from_iter((0..array.len()).map(|row| Some(array.is_null(row)))));
    };
    let cells = Cells::read(array, wanted).map_err(|refusal| match refusal {
        Refusal::Type => Unusable::Column { column: column.to_owned() },
        Refusal::Cell(row) => Unusable::Cell { column: column.to_owned(), wanted, row },
        Refusal::Kernel => Unusable::Kernel,
    })?;
    Ok(match condition {
        Condition::Compare(comparison, value) => compare::compare(&cells, *comparison, value)?,
        Condition::In(values) => compare::is_in(&cells, values)?,
        Condition::Between(low, high) => boolean::and_kleene(
            &compare::compare(&cells, Comparison::AtLeast, low)?,
            &compare::compare(&cells, Comparison::AtMost, high)?,
        )?,
        Condition::Text { place, text, ignore_case } => compare::matches(&cells, *place, text, *ignore_case)?,
        // Spans from now were replaced before, and nulls are looked at above.
        Condition::Relative(..) | Condition::IsNull => return Err(Unusable::Kernel),
    })
}
