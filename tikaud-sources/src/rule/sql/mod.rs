//! Rules as the conditions of SQL queries, in the dialect of the database.
//!
//! In: a rule, and the type of each column in it. Out: a condition for a `WHERE`, which is true for exactly the rows that
//! the rule is true for, and the values to bind to its placeholders. The library that writes the SQL quotes every name and
//! binds every value: neither a column nor a value, whatever it is called, becomes part of the language.
//!
//! ```
//! use tikaud_sources::rule::column;
//! use tikaud_sources::rule::sql::{ColumnType, SqlDialect};
//!
//! let rule = column("country").is_in(["DE", "AT"]) & column("orders").at_least(3);
//! let sql = rule.to_sql(SqlDialect::Sqlite, |column| match column {
//!     "country" => Some(ColumnType::Text),
//!     "orders" => Some(ColumnType::Integer),
//!     _ => None,
//! })?;
//! assert_eq!(sql.condition, r#"(("country" COLLATE "BINARY") IN (?, ?) AND "orders" >= ?)"#);
//! assert_eq!(sql.values.len(), 3);
//! # Ok::<(), tikaud_sources::rule::sql::SqlError>(())
//! ```
//!
//! # What each dialect needs
//!
//! * **PostgreSQL** (11 or later): every value is bound as text (`$1`, `$2`, …) and cast where it is
//!   used, so that a driver need not know the columns' types.
//! * **SQLite** (3.38 or later) keeps no dates, booleans or decimals: dates and timestamps are to be text as the
//!   [rules](super) read it, seconds included and offsets as `Z` or `+02:00`; booleans 0 and 1; decimals are floating-point
//!   numbers. It keeps whatever it is given, whatever the column's type: a cell that is no date is unknown there, where a file
//!   has an error. NaN is null there.
//! * **DuckDB** (1.2 or later): as for PostgreSQL. An instant's day needs its extension `icu`, which its releases have built
//!   in. It compares exact numbers of 38 digits in all: a rule's number and a cell that have more between them, before and
//!   after the point, make the query fail.
//!
//! A column of text that is asked for a number, a boolean or a date is refused: in a database, columns have types.

mod condition;
mod duckdb;
mod postgres;
mod sqlite;

use std::fmt;

use super::condition::Condition;
use super::{LiteralType, Rule, RuleError};

/// In whose SQL a condition is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqlDialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// DuckDB.
    DuckDb,
}

/// What a column of a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// Text.
    Text,
    /// Whole numbers.
    Integer,
    /// Exact numbers with a fraction.
    Decimal,
    /// Floating-point numbers.
    Float,
    /// True and false.
    Boolean,
    /// Days.
    Date,
    /// Timestamps without a time zone, taken to be in UTC.
    LocalTimestamp,
    /// Timestamps that are instants: with a time zone or an offset.
    Timestamp,
    /// Anything else. A rule can ask whether it is null.
    Other,
}

/// A value to bind to a placeholder.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum SqlValue {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
}

/// A condition, with the values for its placeholders in order.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct SqlCondition {
    /// What is to stand after `WHERE`.
    pub condition: String,
    /// One for each placeholder.
    pub values: Vec<SqlValue>,
}

/// Why a rule cannot be written as SQL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// The rule itself is wrong.
    #[error("the rule cannot be used")]
    Rule(#[from] RuleError),
    /// The rule has spans from now.
    #[error("the rule asks for dates relative to now; say what now is, with `Rule::at`")]
    NoNow,
    /// A column is not there.
    #[error("the rule does not fit: there is no column `{column}`")]
    UnknownColumn {
        /// The column.
        column: String,
    },
    /// A column's type is not compared with the rule's.
    #[error("the rule compares the column `{column}` with {wanted}, but the column is of type {found:?}")]
    ColumnType {
        /// The column.
        column: String,
        /// What the rule compares it with.
        wanted: LiteralType,
        /// What it holds.
        found: ColumnType,
    },
}

impl ColumnType {
    /// Whether its cells are read as the rule's type.
    fn holds(self, wanted: LiteralType) -> bool {
        match wanted {
            LiteralType::Text => self == Self::Text,
            LiteralType::Number => matches!(self, Self::Integer | Self::Decimal | Self::Float),
            LiteralType::Boolean => self == Self::Boolean,
            LiteralType::Date | LiteralType::Timestamp => {
                matches!(self, Self::Date | Self::LocalTimestamp | Self::Timestamp)
            }
        }
    }
}

impl Rule {
    /// The rule as a condition in a dialect of SQL, given the type of each column by its name: `None` for one that is not
    /// there. A rule with spans from now is to be made one without first, by [`at`](Self::at).
    ///
    /// # Errors
    ///
    /// [`SqlError`], which names the column.
    pub fn to_sql(
        &self,
        dialect: SqlDialect,
        column_type: impl Fn(&str) -> Option<ColumnType>,
    ) -> Result<SqlCondition, SqlError> {
        self.to_sql_after(0, dialect, column_type)
    }

    /// The same for a query that has placeholders of its own already: where they are numbered, those of the condition are
    /// numbered after so many.
    ///
    /// # Errors
    ///
    /// As for [`to_sql`](Self::to_sql).
    pub fn to_sql_after(
        &self,
        taken: usize,
        dialect: SqlDialect,
        column_type: impl Fn(&str) -> Option<ColumnType>,
    ) -> Result<SqlCondition, SqlError> {
        self.check()?;
        for (column, condition) in self.conditions() {
            let found = column_type(column).ok_or_else(|| SqlError::UnknownColumn { column: column.to_owned() })?;
            if matches!(condition, Condition::Relative(..)) {
                return Err(SqlError::NoNow);
            }
            if let Some(wanted) = condition.literal_type().filter(|wanted| !found.holds(*wanted)) {
                return Err(SqlError::ColumnType { column: column.to_owned(), wanted, found });
            }
        }
        Ok(condition::write(self, taken, dialect, &column_type))
    }
}

/// Shows no value: it may be somebody's.
impl fmt::Debug for SqlValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(…)",
            Self::Integer(_) => "Integer(…)",
            Self::Real(_) => "Real(…)",
        })
    }
}

/// Shows the condition, which holds no value.
impl fmt::Debug for SqlCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlCondition").field("condition", &self.condition).field("values", &self.values).finish()
    }
}
