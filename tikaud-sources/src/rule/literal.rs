//! The values that a rule compares with, and their types.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use super::moment::Moment;
use super::{Number, RuleError};

/// A value that a rule compares cells with. Its type decides what the cells are read as.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Literal {
    /// Text.
    Text(String),
    /// A number, whole or not.
    Number(Number),
    /// True or false.
    Boolean(bool),
    /// A day of the years 1 to 9999.
    Date(Date),
    /// An instant of those years, to the microsecond.
    Timestamp(Timestamp),
}

/// The type of a [`Literal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LiteralType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// An instant.
    Timestamp,
}

impl Literal {
    /// Its type.
    #[must_use]
    pub fn literal_type(&self) -> LiteralType {
        match self {
            Self::Text(_) => LiteralType::Text,
            Self::Number(_) => LiteralType::Number,
            Self::Boolean(_) => LiteralType::Boolean,
            Self::Date(_) => LiteralType::Date,
            Self::Timestamp(_) => LiteralType::Timestamp,
        }
    }

    /// Reads a date, as `2026-11-24`.
    ///
    /// # Errors
    ///
    /// [`RuleError`] when the text is no date.
    pub fn date(text: &str) -> Result<Self, RuleError> {
        let date = text.parse().ok().filter(|_| matches!(Moment::read(text.as_bytes()), Some(Moment::Date(_))));
        date.map(Self::Date).ok_or_else(|| RuleError::new("a date is a day of the calendar, such as `2026-11-24`"))
    }

    /// Reads an instant, as `2026-11-24T10:15:30+01:00`; without an offset it is in UTC.
    ///
    /// ```
    /// use tikaud_sources::rule::Literal;
    ///
    /// assert_eq!(Literal::timestamp("2026-11-24T10:15:30+01:00")?, Literal::timestamp("2026-11-24 09:15:30")?);
    /// # Ok::<(), tikaud_sources::rule::RuleError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RuleError`] when the text is no instant. What is finer than a microsecond is cut off.
    pub fn timestamp(text: &str) -> Result<Self, RuleError> {
        let instant = match Moment::read(text.as_bytes()) {
            Some(Moment::Timestamp(micros)) => Timestamp::from_microsecond(micros).ok(),
            _ => None,
        };
        let message = "a timestamp is an instant, such as `2026-11-24T10:15:30Z`";
        instant.map(Self::Timestamp).ok_or_else(|| RuleError::new(message))
    }

    pub(super) fn check(&self) -> Result<(), RuleError> {
        let refused = |message: &str| Err(RuleError::new(message));
        match self {
            Self::Text(text) if text.contains('\0') => refused("text holds no NUL character: databases have none"),
            Self::Number(number) if !number.is_plain() => {
                refused("a number has at most 38 digits before and after the point")
            }
            Self::Date(date) if date.year() < 1 => refused("a date lies in the years 1 to 9999"),
            Self::Timestamp(instant) if jiff::tz::Offset::UTC.to_datetime(*instant).year() < 1 => {
                refused("a timestamp lies in the years 1 to 9999")
            }
            Self::Timestamp(instant) if instant.as_nanosecond() % 1000 != 0 => {
                refused("a timestamp is given to the microsecond: databases keep no more")
            }
            _ => Ok(()),
        }
    }
}

/// Shows the type only: the value may be somebody's.
impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(…)", self.literal_type())
    }
}

impl fmt::Display for LiteralType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Date => "a date",
            Self::Timestamp => "a timestamp",
        })
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Literal {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Number> for Literal {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Literal {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Literal {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Date> for Literal {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Timestamp> for Literal {
    fn from(instant: Timestamp) -> Self {
        Self::Timestamp(instant)
    }
}
