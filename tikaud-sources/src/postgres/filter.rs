//! The segment's rule as a part of the statement: a condition, and the values that are bound to it.

use jiff::Timestamp;
use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::column::Column;
use super::error::configuration;
use super::parameter::PostgresParameter;
use crate::rule::Rule;
use crate::rule::sql::{SqlDialect, SqlError, SqlValue};

/// What is to stand after `WHERE`, and the values for its placeholders.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) condition: Option<String>,
    pub(super) values: Vec<PostgresParameter>,
}

impl Filter {
    /// The rule over these columns of `place`, as of `now`; `taken` placeholders are the query's own.
    ///
    /// # Errors
    ///
    /// `UnknownColumn` when a column that the rule looks at is not there, `Malformed` when there are two of its name, and
    /// `Configuration` when the column is of a type that the rule does not compare.
    pub(super) fn new(
        rule: &Rule,
        now: Timestamp,
        columns: &[Column],
        taken: usize,
        place: &str,
    ) -> Result<Self, SegmentError> {
        let is_twice = |name: &&String| columns.iter().filter(|column| column.name == **name).count() > 1;
        let looked_at = rule.columns();
        if let Some(name) = looked_at.iter().find(is_twice) {
            return Err(SegmentError::malformed(format!(
                "two columns of {place} are named `{name}`, which the rule looks at; rename one of them"
            )));
        }
        let column_type = |name: &str| {
            let column = columns.iter().find(|column| column.name == name);
            column.map(Column::compared_as)
        };
        let sql = rule.at(now).to_sql_after(taken, SqlDialect::Postgres, column_type);
        let sql = sql.map_err(|error| refused(error, columns, place))?;
        let values = sql.values.into_iter().map(parameter).collect();
        Ok(Self { condition: Some(sql.condition), values })
    }
}

/// Every value is bound as text in this dialect.
fn parameter(value: SqlValue) -> PostgresParameter {
    match value {
        SqlValue::Text(text) => text.into(),
        SqlValue::Integer(number) => number.into(),
        SqlValue::Real(number) => number.to_string().into(),
    }
}

fn refused(error: SqlError, columns: &[Column], place: &str) -> SegmentError {
    match &error {
        SqlError::UnknownColumn { column } => {
            let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            let unknown = SegmentError::unknown_column(column, &names);
            SegmentError::new(SegmentErrorKind::UnknownColumn, format!("the rule over {place}: {unknown}"))
        }
        SqlError::ColumnType { column, wanted, .. } => {
            let found = columns.iter().find(|found| found.name == *column).map_or("?", Column::type_name);
            configuration(format!(
                "the rule compares the column `{column}` of {place} with {wanted}, but it is of type {found}; change the \
                 rule, or cast the column in a view"
            ))
        }
        SqlError::Rule(_) | SqlError::NoNow => {
            configuration(format!("the rule over {place} cannot be used")).with_source(error)
        }
    }
}
