//! Rules in Rust that read like sentences.

use super::condition::{Comparison, Condition, Relation, Span, TextMatch};
use super::{Literal, Rule};

/// A column that a rule is about; made by [`column()`].
#[derive(Debug, Clone)]
#[must_use = "a column alone is no rule; say what is asked of it"]
pub struct RuleColumn(String);

/// Begins a rule about a column.
///
/// ```
/// use tikaud_sources::rule::{Literal, Span, column};
///
/// let rule = column("country").is_in(["DE", "AT"])
///     & column("last_order").within_last(Span::Days(90))
///     & (column("orders").at_least(3) | column("spent").more_than(Literal::Number("99.90".parse()?)))
///     & !column("email").ends_with_ignoring_case("@example.com");
/// rule.check()?;
/// # Ok::<(), tikaud_sources::rule::RuleError>(())
/// ```
pub fn column(name: impl Into<String>) -> RuleColumn {
    RuleColumn(name.into())
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident $comparison:ident)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(self, value: impl Into<Literal>) -> Rule {
                self.asked(Condition::Compare(Comparison::$comparison, value.into()))
            }
        )*
    };
}

impl RuleColumn {
    comparisons! {
        /// The cell is this value: `=`.
        is Is
        /// The cell is another value: `<>`.
        is_not IsNot
        /// The cell is less than this value, or before it: `<`.
        less_than LessThan
        /// The cell is this value or less: `<=`.
        at_most AtMost
        /// The cell is more than this value, or after it: `>`.
        more_than MoreThan
        /// The cell is this value or more: `>=`.
        at_least AtLeast
    }

    /// The cell is one of these values.
    #[must_use]
    pub fn is_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Rule {
        self.asked(Condition::In(values.into_iter().map(Into::into).collect()))
    }

    /// The cell is no less than `low` and no more than `high`.
    #[must_use]
    pub fn between(self, low: impl Into<Literal>, high: impl Into<Literal>) -> Rule {
        self.asked(Condition::Between(low.into(), high.into()))
    }

    /// There is nothing in the cell.
    #[must_use]
    pub fn is_null(self) -> Rule {
        self.asked(Condition::IsNull)
    }

    /// There is something in the cell.
    #[must_use]
    pub fn is_not_null(self) -> Rule {
        !self.is_null()
    }

    /// The cell's text has this piece.
    #[must_use]
    pub fn contains(self, text: impl Into<String>) -> Rule {
        self.text(TextMatch::Contains, text, false)
    }

    /// The same, with ASCII letters of either case.
    #[must_use]
    pub fn contains_ignoring_case(self, text: impl Into<String>) -> Rule {
        self.text(TextMatch::Contains, text, true)
    }

    /// The cell's text begins with this piece.
    #[must_use]
    pub fn starts_with(self, text: impl Into<String>) -> Rule {
        self.text(TextMatch::StartsWith, text, false)
    }

    /// The same, with ASCII letters of either case.
    #[must_use]
    pub fn starts_with_ignoring_case(self, text: impl Into<String>) -> Rule {
        self.text(TextMatch::StartsWith, text, true)
    }

    /// The cell's text ends with this piece.
    #[must_use]
    pub fn ends_with(self, text: impl Into<String>) -> Rule {
        self.text(TextMatch::EndsWith, text, false)
    }

    /// The same, with ASCII letters of either case.
    #[must_use]
    pub fn ends_with_ignoring_case(self, text: impl Into<String>) -> Rule {
        self.text(TextMatch::EndsWith, text, true)
    }

    /// The cell's date lies between the span's beginning and now.
    #[must_use]
    pub fn within_last(self, span: Span) -> Rule {
        self.asked(Condition::Relative(Relation::WithinLast, span))
    }

    /// The cell's date lies between now and the span's end.
    #[must_use]
    pub fn within_next(self, span: Span) -> Rule {
        self.asked(Condition::Relative(Relation::WithinNext, span))
    }

    /// The cell's date lies before the span that ends now.
    #[must_use]
    pub fn longer_ago_than(self, span: Span) -> Rule {
        self.asked(Condition::Relative(Relation::LongerAgoThan, span))
    }

    fn text(self, place: TextMatch, text: impl Into<String>, ignore_case: bool) -> Rule {
        self.asked(Condition::Text { place, text: text.into(), ignore_case })
    }

    fn asked(self, condition: Condition) -> Rule {
        Rule::Test { column: self.0, condition }
    }
}

/// Both: a rule that is an `and` already takes the other in.
impl std::ops::BitAnd for Rule {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        let mut rules = match self {
            Self::And(rules) => rules,
            rule => vec![rule],
        };
        match other {
            Self::And(more) => rules.extend(more),
            rule => rules.push(rule),
        }
        Self::And(rules)
    }
}

/// One of the two, or both: a rule that is an `or` already takes the other in.
impl std::ops::BitOr for Rule {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        let mut rules = match self {
            Self::Or(rules) => rules,
            rule => vec![rule],
        };
        match other {
            Self::Or(more) => rules.extend(more),
            rule => rules.push(rule),
        }
        Self::Or(rules)
    }
}

impl std::ops::Not for Rule {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}
