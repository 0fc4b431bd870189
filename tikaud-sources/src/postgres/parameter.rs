//! Values for the parameters of a query.

use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

/// A value for a parameter of a query: `$1` is the first.
///
/// It travels apart from the query's text, and the server reads it as a value of the type that the parameter has there:
/// text for a `text`, `2026-01-31` for a `date`, digits for any number, PostgreSQL's `{a,b}` for an array.
///
/// ```
/// use tikaud_sources::PostgresParameter;
///
/// let country = PostgresParameter::from("DE");
/// let since = PostgresParameter::from("2026-01-31");
/// let orders = PostgresParameter::from(3);
/// let nothing = PostgresParameter::from(None::<&str>);
/// assert_eq!(format!("{country:?}"), "PostgresParameter(..)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresParameter(Option<String>);

/// Shows no value. The driver prints parameters to `log`, too.
impl fmt::Debug for PostgresParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresParameter(..)")
    }
}

impl From<&str> for PostgresParameter {
    fn from(value: &str) -> Self {
        Self(Some(value.to_owned()))
    }
}

impl From<String> for PostgresParameter {
    fn from(value: String) -> Self {
        Self(Some(value))
    }
}

impl From<bool> for PostgresParameter {
    fn from(value: bool) -> Self {
        Self(Some(value.to_string()))
    }
}

impl From<i32> for PostgresParameter {
    fn from(value: i32) -> Self {
        Self(Some(value.to_string()))
    }
}

impl From<i64> for PostgresParameter {
    fn from(value: i64) -> Self {
        Self(Some(value.to_string()))
    }
}

impl<T: Into<Self>> From<Option<T>> for PostgresParameter {
    /// `None` is null.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self(None), Into::into)
    }
}

/// In the format of text, which the server reads by the parameter's own type, so that any type will do.
impl ToSql for PostgresParameter {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(value) = &self.0 else { return Ok(IsNull::Yes) };
        out.extend_from_slice(value.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
