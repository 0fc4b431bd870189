//! What can be said of a rule for many rows at once, from the least and the greatest value of each column.
//!
//! For each group of rows a condition may be true for some row, may be false for some row, or neither, when all cells are
//! null. What is not known may be anything.

use arrow_array::{Array, ArrayRef, BooleanArray, UInt64Array};

use super::super::Rule;
use super::super::condition::{Comparison, Condition};
use super::super::{Literal, LiteralType};
use super::cells::{Cells, is_text};
use super::compare;

/// What is known of a column, group by group. A null is an unknown.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    pub(crate) least: ArrayRef,
    pub(crate) greatest: ArrayRef,
    pub(crate) nulls: UInt64Array,
    pub(crate) rows: Vec<u64>,
}

/// What is known of a column without a look at its rows.
#[derive(Debug, Clone)]
pub(crate) enum Known {
    /// Its least and its greatest values.
    Bounds(Bounds),
    /// The one cell of an array, which all rows have.
    Constant(ArrayRef),
}

/// Whether the rule, or its opposite, may hold for some row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Possible {
    is_true: bool,
    is_false: bool,
}

const ANYTHING: Possible = Possible { is_true: true, is_false: true };

/// Whether a row of a group may be a member, group by group.
pub(crate) fn may_be_true(rule: &Rule, groups: usize, known: &dyn Fn(&str) -> Option<Known>) -> Vec<bool> {
    match possible(rule, groups, known) {
        Some(possible) => possible.into_iter().map(|possible| possible.is_true).collect(),
        // Whoever reads the rows meets the cell, and says so.
        None => vec![true; groups],
    }
}

/// `None` when a cell that all rows have cannot be read as the rule's type.
fn possible(rule: &Rule, groups: usize, known: &dyn Fn(&str) -> Option<Known>) -> Option<Vec<Possible>> {
    let all = |rules: &[Rule], with: fn(Possible, Possible) -> Possible| {
        let mut all = vec![ANYTHING; groups];
        for (at, rule) in rules.iter().enumerate() {
            let part = possible(rule, groups, known)?;
            all = if at == 0 { part } else { all.into_iter().zip(part).map(|(a, b)| with(a, b)).collect() };
        }
        Some(all)
    };
    match rule {
        Rule::And(rules) => {
            all(rules, |a, b| Possible { is_true: a.is_true && b.is_true, is_false: a.is_false || b.is_false })
        }
        Rule::Or(rules) => {
            all(rules, |a, b| Possible { is_true: a.is_true || b.is_true, is_false: a.is_false && b.is_false })
        }
        Rule::Not(rule) => {
            let opposite = |Possible { is_true, is_false }| Possible { is_true: is_false, is_false: is_true };
            possible(rule, groups, known).map(|possible| possible.into_iter().map(opposite).collect())
        }
        Rule::Test { column, condition } => match known(column) {
            Some(Known::Bounds(bounds)) => Some(test(condition, &bounds, groups)),
            Some(Known::Constant(cell)) => constant(column, condition, &cell).map(|possible| vec![possible; groups]),
            None => Some(vec![ANYTHING; groups]),
        },
    }
}

fn constant(column: &str, condition: &Condition, cell: &ArrayRef) -> Option<Possible> {
    let answer = super::test(column, condition, cell).ok()?;
    let is = |wanted| answer.iter().any(|answer| answer == Some(wanted));
    Some(Possible { is_true: is(true), is_false: is(false) })
}

fn test(condition: &Condition, bounds: &Bounds, groups: usize) -> Vec<Possible> {
    let nulls = |group: usize| bounds.nulls.is_valid(group).then(|| bounds.nulls.value(group));
    let rows = |group: usize| bounds.rows.get(group).copied();
    if *condition == Condition::IsNull {
        let of_group = |group| match nulls(group) {
            None => ANYTHING,
            Some(nulls) => Possible { is_true: nulls > 0, is_false: Some(nulls) < rows(group) },
        };
        return (0..groups).map(of_group).collect();
    }
    let mut possible = values(condition, bounds).unwrap_or_else(|| vec![ANYTHING; groups]);
    for (group, possible) in possible.iter_mut().enumerate() {
        if nulls(group).is_some() && nulls(group) == rows(group) {
            *possible = Possible { is_true: false, is_false: false };
        }
    }
    possible
}

/// What the bounds say of a condition; `None` when they say nothing.
fn values(condition: &Condition, bounds: &Bounds) -> Option<Vec<Possible>> {
    let wanted = condition.literal_type()?;
    // Numbers and dates that are spelled out in text are not in the order of the text.
    if is_text(bounds.least.data_type()) && wanted != LiteralType::Text {
        return None;
    }
    let ends =
        Ends { least: Cells::read(&bounds.least, wanted).ok()?, greatest: Cells::read(&bounds.greatest, wanted).ok()? };
    match condition {
        Condition::Compare(comparison, value) => ends.compare(*comparison, value),
        Condition::Between(low, high) => {
            let (low, high) = (ends.compare(Comparison::AtLeast, low)?, ends.compare(Comparison::AtMost, high)?);
            let both = |(a, b): (Possible, Possible)| Possible {
                is_true: a.is_true && b.is_true,
                is_false: a.is_false || b.is_false,
            };
            Some(low.into_iter().zip(high).map(both).collect())
        }
        Condition::In(values) => {
            let each = values.iter().map(|value| ends.compare(Comparison::Is, value));
            let any = |a: Vec<Possible>, b: Vec<Possible>| {
                let either = |(a, b): (Possible, Possible)| Possible {
                    is_true: a.is_true || b.is_true,
                    is_false: a.is_false && b.is_false,
                };
                a.into_iter().zip(b).map(either).collect()
            };
            each.collect::<Option<Vec<_>>>()?.into_iter().reduce(any)
        }
        Condition::IsNull | Condition::Text { .. } | Condition::Relative(..) => None,
    }
}

/// The least and the greatest values, read as the rule's type. Reading keeps their order.
struct Ends {
    least: Cells,
    greatest: Cells,
}

impl Ends {
    fn compare(&self, comparison: Comparison, value: &Literal) -> Option<Vec<Possible>> {
        let least = |comparison| compare::compare(&self.least, comparison, value).ok();
        let greatest = |comparison| compare::compare(&self.greatest, comparison, value).ok();
        // Some row may be less than the value when the least one is, and so on.
        let (below, through) = (least(Comparison::LessThan)?, least(Comparison::AtMost)?);
        let (above, from) = (greatest(Comparison::MoreThan)?, greatest(Comparison::AtLeast)?);
        let of_group = |group| {
            let (below, through) = (maybe(&below, group), maybe(&through, group));
            let (above, from) = (maybe(&above, group), maybe(&from, group));
            let (equal, different) = (through && from, below || above);
            let (is_true, is_false) = match comparison {
                Comparison::Is => (equal, different),
                Comparison::IsNot => (different, equal),
                Comparison::LessThan => (below, from),
                Comparison::AtMost => (through, above),
                Comparison::MoreThan => (above, through),
                Comparison::AtLeast => (from, below),
            };
            Possible { is_true, is_false }
        };
        Some((0..below.len()).map(of_group).collect())
    }
}

/// What is unknown may be true.
fn maybe(answers: &BooleanArray, group: usize) -> bool {
    answers.is_null(group) || answers.value(group)
}
