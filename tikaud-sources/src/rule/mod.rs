//! Rules: which rows of a source are members, without SQL, as plain data.
//!
//! A [`Rule`] is written in JSON or TOML, or built in Rust with [`column()`]; the sources evaluate it where the data is. In:
//! a rule, and rows. Out: those rows for which the rule is true.
//!
//! ```
//! use tikaud_sources::rule::{Rule, Span, column};
//!
//! let rule: Rule = serde_json::from_str(
//!     r#"{"and": [
//!         {"column": "country", "in": ["DE", "AT"]},
//!         {"column": "last_order", "within_last": {"days": 90}},
//!         {"not": {"column": "email", "ends_with": "@example.com", "ignore_case": true}}
//!     ]}"#,
//! )?;
//! let same = column("country").is_in(["DE", "AT"])
//!     & column("last_order").within_last(Span::Days(90))
//!     & !column("email").ends_with_ignoring_case("@example.com");
//! assert_eq!(rule, same);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # What a rule means
//!
//! The same rule gives the same members in every engine. This is what each of them must reproduce:
//!
//! * **Truth.** A condition is true, false, or, for a cell without a value, unknown; `is null` is never unknown. `and`,
//!   `or` and `not` reckon with unknown as SQL does: `not` of unknown is unknown, false `and` unknown is false, true `or`
//!   unknown is true. **A row is a member when its rule is true**, so a row without a country is in neither of "country is
//!   DE" and "not country is DE".
//! * **Types.** A value's type decides what the column's cells are read as. Cells of another type are read so:
//!
//!   | the rule has | cells may be | and are read as |
//!   |---|---|---|
//!   | text | text | they are |
//!   | a number | integers, decimals | they are, exactly |
//!   | | floating point | they are; the rule's number becomes the nearest `f64`, and `-0` is `0` |
//!   | a boolean | booleans | they are |
//!   | a date, or a span of days | dates | they are |
//!   | | timestamps | their day in UTC |
//!   | a timestamp, or a span of hours | timestamps | they are, to the microsecond, what is finer cut off |
//!   | | dates | their first instant in UTC |
//!
//!   In files of text every cell is text, and is read as the rule's type, blanks around it aside: a number as
//!   `-12.50` or `1.5e3` of at most 38 digits; a boolean as `true`, `t`, `yes`, `y`, `1`, `false`, `f`, `no`, `n` or `0` in
//!   either case; a date as `2026-11-24`; a timestamp as `2026-11-24T10:15:30.5+01:00`, with a blank instead of the `T`,
//!   without seconds, fraction or offset. A text column of a typed file is read likewise.
//! * **A cell that cannot be read as the rule's type is an error**, which names the column and the member and shows no value:
//!   what cannot be read must never make a segment shrink. It does not matter whether another condition has decided on the
//!   row already. A column of a wrong type is an error before anything is read.
//! * **Null** is a null cell, an empty CSV field, a key that is missing in JSON. Text of no length in a typed column is text.
//! * **NaN** compares with nothing: each comparison with it is unknown, as with null. It is not null, though. An infinity
//!   lies beyond all numbers.
//! * **Numbers are compared as numbers**: 2 is less than 10, and `1.50` is 1.5.
//! * **Text is compared by code points** (SQL's collation `C`), and never by a language: `Z` comes before `a`, `é` after
//!   `z`. Nothing is trimmed or normalised. Where case is ignored, the letters `A` to `Z` equal `a` to `z`, and nothing
//!   else does.
//! * **Time zones.** A timestamp with an offset is an instant. One without is taken to be in UTC, in cells and in rules
//!   alike. Days are days of UTC.
//! * **Now** is what the source's clock says when a read begins, cut to the microsecond, and stays so for the whole read. *Within
//!   the last 3 days* is today and the three days before; *longer ago than 3 days* is every day before those; *within the next 3
//!   days* is today and the three days after. Spans of hours go to the microsecond, ends included.
//!
//! # Bounds
//!
//! A rule is nested at most 32 deep, has at most 1,000 conditions and 10,000 values, each of at most 4,096 bytes.
//! `Debug` shows columns and no values: those may be somebody's.

// The examples of the guide are tests.
#[cfg(all(doctest, feature = "sql"))]
#[doc = include_str!("../../docs/rules.md")]
struct Guide;

mod build;
mod check;
mod condition;
mod error;
mod literal;
mod moment;
mod number;
mod wire;

pub(crate) mod evaluate;

#[cfg(feature = "sql")]
pub mod sql;

pub use build::{RuleColumn, column};
pub use condition::{Comparison, Condition, Relation, Span, TextMatch};
pub use error::RuleError;
pub use literal::{Literal, LiteralType};
pub use number::Number;

use jiff::Timestamp;

/// Which rows are members. See the [module](self) for what it means, and [`column()`] for how to build one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Rule {
    /// All of these.
    And(Vec<Self>),
    /// At least one of these.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// What is asked of one column.
    Test {
        /// The column's name.
        column: String,
        /// What is asked of it.
        condition: Condition,
    },
}

impl Rule {
    /// Checks that the rule's values fit together, and that it is within bounds. Rules that were read from JSON or TOML are
    /// checked already; sources check every rule.
    ///
    /// # Errors
    ///
    /// [`RuleError`], which says where in the rule.
    pub fn check(&self) -> Result<(), RuleError> {
        check::check(self)
    }

    /// Every column that the rule looks at, each once.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for (column, _) in self.conditions() {
            if !columns.iter().any(|known| known == column) {
                columns.push(column.to_owned());
            }
        }
        columns
    }

    /// Every condition with its column.
    pub fn conditions(&self) -> Vec<(&str, &Condition)> {
        match self {
            Self::And(rules) | Self::Or(rules) => rules.iter().flat_map(Self::conditions).collect(),
            Self::Not(rule) => rule.conditions(),
            Self::Test { column, condition } => vec![(column, condition)],
        }
    }

    /// The same rule with dates and instants instead of spans from now: what an engine without a clock evaluates.
    ///
    /// ```
    /// use tikaud_sources::rule::{Literal, Span, column};
    ///
    /// let rule = column("last_order").within_last(Span::Days(30)).at("2026-11-24T10:00:00Z".parse()?);
    /// assert_eq!(rule, column("last_order").between(Literal::date("2026-10-25")?, Literal::date("2026-11-24")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        match self {
            Self::And(rules) => Self::And(rules.iter().map(|rule| rule.at(now)).collect()),
            Self::Or(rules) => Self::Or(rules.iter().map(|rule| rule.at(now)).collect()),
            Self::Not(rule) => Self::Not(Box::new(rule.at(now))),
            Self::Test { column, condition } => Self::Test { column: column.clone(), condition: condition.at(now) },
        }
    }
}
