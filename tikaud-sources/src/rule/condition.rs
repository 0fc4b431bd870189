//! What a rule asks of one column.

use std::fmt;

use jiff::Timestamp;

use super::literal::{Literal, LiteralType};
use super::moment::{DAY_MICROS, date_of};

/// How a cell is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Comparison {
    /// `=`
    Is,
    /// `<>`
    IsNot,
    /// `<`
    LessThan,
    /// `<=`
    AtMost,
    /// `>`
    MoreThan,
    /// `>=`
    AtLeast,
}

/// Where in a cell's text a piece of text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextMatch {
    /// Anywhere.
    Contains,
    /// At its beginning.
    StartsWith,
    /// At its end.
    EndsWith,
}

/// A span of time, measured from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Span {
    /// Days of the calendar, in UTC: cells are read as dates.
    Days(u32),
    /// Hours, to the microsecond: cells are read as instants.
    Hours(u32),
}

/// Where a cell's date lies, seen from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Relation {
    /// From the span's beginning to now, both included.
    WithinLast,
    /// From now to the span's end, both included.
    WithinNext,
    /// Before the span that ends now.
    LongerAgoThan,
}

/// What a rule asks of one column.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// The cell compares so with the value.
    Compare(Comparison, Literal),
    /// The cell is one of these values, which are of one type.
    In(Vec<Literal>),
    /// The cell is no less than the first value and no more than the second.
    Between(Literal, Literal),
    /// There is nothing in the cell.
    IsNull,
    /// The cell's text has this piece.
    Text {
        /// Where.
        place: TextMatch,
        /// The piece of text. It has no wildcards.
        text: String,
        /// Whether `a` to `z` and `A` to `Z` are the same. All other characters are always compared as they are.
        ignore_case: bool,
    },
    /// The cell's date lies so, seen from now.
    Relative(Relation, Span),
}

/// The longest span: a century.
const MOST_DAYS: u32 = 36_525;

impl Span {
    pub(super) fn is_short_enough(self) -> bool {
        match self {
            Self::Days(days) => days <= MOST_DAYS,
            Self::Hours(hours) => hours <= MOST_DAYS * 24,
        }
    }
}

impl Condition {
    /// What cells are read as; `None` when their values do not matter.
    #[must_use]
    pub fn literal_type(&self) -> Option<LiteralType> {
        match self {
            Self::Compare(_, value) | Self::Between(value, _) => Some(value.literal_type()),
            Self::In(values) => values.first().map(Literal::literal_type),
            Self::IsNull => None,
            Self::Text { .. } => Some(LiteralType::Text),
            Self::Relative(_, Span::Days(_)) => Some(LiteralType::Date),
            Self::Relative(_, Span::Hours(_)) => Some(LiteralType::Timestamp),
        }
    }

    /// The same, with dates instead of spans from now.
    pub(super) fn at(&self, now: Timestamp) -> Self {
        let Self::Relative(relation, span) = *self else { return self.clone() };
        let micros = now.as_nanosecond().div_euclid(1000);
        let micros = i64::try_from(micros).unwrap_or(i64::MAX);
        let moment = |past: bool| match span {
            Span::Days(days) => {
                let days = if past { -i64::from(days) } else { i64::from(days) };
                Literal::Date(date_of(micros.div_euclid(DAY_MICROS) + days))
            }
            Span::Hours(hours) => {
                let hours = if past { -i64::from(hours) } else { i64::from(hours) };
                let instant = Timestamp::from_microsecond(micros.saturating_add(hours * 3_600_000_000));
                Literal::Timestamp(instant.unwrap_or(now))
            }
        };
        let now = match span {
            Span::Days(_) => Literal::Date(date_of(micros.div_euclid(DAY_MICROS))),
            Span::Hours(_) => Literal::Timestamp(Timestamp::from_microsecond(micros).unwrap_or(now)),
        };
        match relation {
            Relation::WithinLast => Self::Between(moment(true), now),
            Relation::WithinNext => Self::Between(now, moment(false)),
            Relation::LongerAgoThan => Self::Compare(Comparison::LessThan, moment(true)),
        }
    }
}

/// Shows no value: it may be somebody's.
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(comparison, value) => write!(f, "{comparison:?} {value:?}"),
            Self::In(values) => write!(f, "In {} values", values.len()),
            Self::Between(low, high) => write!(f, "Between {low:?} and {high:?}"),
            Self::IsNull => f.write_str("IsNull"),
            Self::Text { place, ignore_case, .. } => {
                f.debug_struct("Text").field("place", place).field("ignore_case", ignore_case).finish_non_exhaustive()
            }
            Self::Relative(relation, span) => write!(f, "{relation:?} {span:?}"),
        }
    }
}
