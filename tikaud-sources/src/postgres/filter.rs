//! Rule and consent as parts of a statement: conditions, and the values that are bound to them.

use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::column::Column;
use super::parameter::PostgresParameter;
use crate::error::configuration;
use crate::rule::Rule;
use crate::rule::sql::{SqlDialect, SqlError, SqlValue};

/// What is to stand after `WHERE`.
pub(super) struct Filter {
    pub(super) rule: Option<String>,
    pub(super) consent: Option<String>,
    /// The values for all placeholders, the query's own first.
    pub(super) values: Vec<PostgresParameter>,
}

impl Filter {
    pub(super) fn new(values: Vec<PostgresParameter>) -> Self {
        Self { rule: None, consent: None, values }
    }

    /// A rule without spans from now as a condition over these columns of `place`.
    ///
    /// # Errors
    ///
    /// `UnknownColumn` when a column that the rule looks at is not there, `Malformed` when there are two of its name, and
    /// `Configuration` when the column is of a type that the rule does not compare.
    pub(super) fn condition(&mut self, rule: &Rule, columns: &[Column], place: &str) -> Result<String, SegmentError> {
        let is_twice = |name: &&String| columns.iter().filter(|column| column.name == **name).count() > 1;
        if let Some(name) = rule.columns().iter().find(is_twice) {
            return Err(SegmentError::malformed(format!(
                "two columns of {place} are named `{name}`, which the rule looks at; rename one of them"
            )));
        }
        let column_type = |name: &str| {
            let column = columns.iter().find(|column| column.name == name);
            column.map(Column::compared_as)
        };
        let sql = rule.to_sql_after(self.values.len(), SqlDialect::Postgres, column_type);
        let sql = sql.map_err(|error| refused(error, columns, place))?;
        self.values.extend(sql.values.into_iter().map(parameter));
        Ok(sql.condition)
    }

    /// Whom the rule chooses and who has consented.
    pub(super) fn members(&self) -> String {
        where_all([self.rule.clone(), self.consent.clone()])
    }

    /// Whom the rule chooses and who has not; `None` when nobody is asked.
    pub(super) fn without_consent(&self) -> Option<String> {
        let without = format!("{} IS NOT TRUE", self.consent.as_ref()?);
        Some(where_all([self.rule.clone(), Some(without)]))
    }
}

/// The conditions are in parentheses, each.
fn where_all(conditions: [Option<String>; 2]) -> String {
    let conditions: Vec<String> = conditions.into_iter().flatten().collect();
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
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
