//! Values that travel apart from a query's text.

use std::fmt;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, Field, Schema};

use crate::rule::sql::SqlValue;

/// The value of a query's parameter. Drivers are given it as a value of Arrow's, with its type.
#[derive(Clone, PartialEq)]
pub struct AdbcParameter(Value);

#[derive(Clone, PartialEq)]
enum Value {
    Text(Option<String>),
    Integer(i64),
    Real(f64),
    Boolean(bool),
}

impl AdbcParameter {
    /// No value.
    #[must_use]
    pub fn null() -> Self {
        Self(Value::Text(None))
    }

    pub(crate) fn of_rule(value: &SqlValue) -> Self {
        Self(match value {
            SqlValue::Text(text) => Value::Text(Some(text.clone())),
            SqlValue::Integer(number) => Value::Integer(*number),
            SqlValue::Real(number) => Value::Real(*number),
        })
    }

    fn array(&self) -> ArrayRef {
        match &self.0 {
            Value::Text(text) => Arc::new(StringArray::from(vec![text.as_deref()])),
            Value::Integer(number) => Arc::new(Int64Array::from(vec![*number])),
            Value::Real(number) => Arc::new(Float64Array::from(vec![*number])),
            Value::Boolean(value) => Arc::new(BooleanArray::from(vec![*value])),
        }
    }
}

/// The values as the only row of a batch.
pub(crate) fn row(parameters: &[AdbcParameter]) -> Result<RecordBatch, ArrowError> {
    let arrays: Vec<ArrayRef> = parameters.iter().map(AdbcParameter::array).collect();
    let named = arrays.iter().enumerate();
    let fields: Vec<Field> =
        named.map(|(at, array)| Field::new(at.to_string(), array.data_type().clone(), true)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}

impl From<&str> for AdbcParameter {
    fn from(text: &str) -> Self {
        Self(Value::Text(Some(text.to_owned())))
    }
}

impl From<String> for AdbcParameter {
    fn from(text: String) -> Self {
        Self(Value::Text(Some(text)))
    }
}

impl From<i32> for AdbcParameter {
    fn from(number: i32) -> Self {
        Self(Value::Integer(number.into()))
    }
}

impl From<i64> for AdbcParameter {
    fn from(number: i64) -> Self {
        Self(Value::Integer(number))
    }
}

impl From<f64> for AdbcParameter {
    fn from(number: f64) -> Self {
        Self(Value::Real(number))
    }
}

impl From<bool> for AdbcParameter {
    fn from(value: bool) -> Self {
        Self(Value::Boolean(value))
    }
}

/// Shows the type and not the value.
impl fmt::Debug for AdbcParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Value::Text(_) => "Text(…)",
            Value::Integer(_) => "Integer(…)",
            Value::Real(_) => "Real(…)",
            Value::Boolean(_) => "Boolean(…)",
        })
    }
}
