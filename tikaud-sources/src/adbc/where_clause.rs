//! The rule of a segment, for a database: as a condition in its SQL where that is known to mean the same, and else by
//! Arrow's kernels over what comes from it.

use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::column::{Asked, Column};
use super::definition::Definition;
use super::dialect::AdbcDialect;
use super::parameter::AdbcParameter;
use crate::error::configuration;
use crate::rule::Rule;
use crate::rule::evaluate::holds;
use crate::rule::sql::{SqlCondition, SqlError};

/// Which rows are members.
pub(crate) enum Filter {
    All,
    /// Those that the database finds.
    There(SqlCondition),
    /// Those that are found here.
    Here(Rule),
}

impl Filter {
    pub(crate) fn condition(&self) -> Option<&str> {
        match self {
            Self::There(sql) => Some(&sql.condition),
            _ => None,
        }
    }

    pub(crate) fn parameters(&self) -> Vec<AdbcParameter> {
        match self {
            Self::There(sql) => sql.values.iter().map(AdbcParameter::of_rule).collect(),
            _ => Vec::new(),
        }
    }

    /// What has to be read for the rule only.
    pub(crate) fn looked_at(&self, known: &[Column], delivered: &[String]) -> Result<Vec<Asked>, SegmentError> {
        let Self::Here(rule) = self else { return Ok(Vec::new()) };
        let names = rule.columns().into_iter().filter(|name| !delivered.contains(name));
        let columns = names.filter_map(|name| known.iter().find(|column| column.name == name));
        columns.map(Column::ask_as_it_is).collect()
    }

    /// The rule that is left to be evaluated.
    pub(crate) fn here(self) -> Option<Rule> {
        match self {
            Self::Here(rule) => Some(rule),
            _ => None,
        }
    }
}

/// The definition's rule over these columns.
///
/// # Errors
///
/// When a column is not there, or of a type that the rule does not compare.
pub(crate) fn of(definition: &Definition, known: &[Column], dialect: AdbcDialect) -> Result<Filter, SegmentError> {
    of_after(definition, known, dialect, 0)
}

/// The same in a statement that has so many parameters before.
pub(crate) fn of_after(
    definition: &Definition,
    known: &[Column],
    dialect: AdbcDialect,
    before: usize,
) -> Result<Filter, SegmentError> {
    let Some(rule) = &definition.rule else { return Ok(Filter::All) };
    let rule = rule.at(definition.clock.now());
    check_names(definition, &rule, known)?;
    let Some(sql) = dialect.of_rules() else {
        return here(definition, rule, known);
    };
    let taken = before + definition.source.parameters().len();
    let column_type = |name: &str| {
        let column = known.iter().find(|column| column.name == name)?;
        Some(match dialect {
            AdbcDialect::Sqlite => column.sqlite_rule_type(wanted(&rule, name)),
            _ => column.rule_type(),
        })
    };
    rule.to_sql_after(taken, sql, column_type).map(Filter::There).map_err(|error| unfit(definition, known, error))
}

/// What the rule compares a column with, first of all.
fn wanted(rule: &Rule, name: &str) -> Option<crate::rule::LiteralType> {
    rule.conditions().into_iter().find_map(|(column, condition)| condition.literal_type().filter(|_| column == name))
}

fn check_names(definition: &Definition, rule: &Rule, known: &[Column]) -> Result<(), SegmentError> {
    for name in rule.columns() {
        match known.iter().filter(|column| column.name == name).count() {
            1 => {}
            0 => {
                let all: Vec<String> = known.iter().map(|column| column.name.clone()).collect();
                let unknown = SegmentError::unknown_column(&name, &all);
                let message = format!("the rule does not fit {}: {unknown}", definition.place());
                return Err(SegmentError::new(SegmentErrorKind::UnknownColumn, message));
            }
            _ => {
                let place = definition.place();
                let message = format!("two columns of {place} are named `{name}`, which the rule looks at; rename one");
                return Err(SegmentError::malformed(message));
            }
        }
    }
    Ok(())
}

fn here(definition: &Definition, rule: Rule, known: &[Column]) -> Result<Filter, SegmentError> {
    for (name, condition) in rule.conditions() {
        let column = known.iter().find(|column| column.name == name);
        let wanted = condition.literal_type();
        if let (Some(column), Some(literal)) = (column, wanted)
            && !holds(column.arrow(), wanted)
        {
            return Err(wrong_type(definition, column, &literal.to_string()));
        }
    }
    Ok(Filter::Here(rule))
}

fn wrong_type(definition: &Definition, column: &Column, wanted: &str) -> SegmentError {
    let message = format!(
        "the rule compares the column `{}` of {} with {wanted}, but the column is of type {}",
        column.name,
        definition.place(),
        column.type_name()
    );
    SegmentError::new(SegmentErrorKind::UnknownColumn, message)
}

fn unfit(definition: &Definition, known: &[Column], error: SqlError) -> SegmentError {
    if let SqlError::ColumnType { column, wanted, .. } = &error
        && let Some(column) = known.iter().find(|known| known.name == *column)
    {
        return wrong_type(definition, column, &wanted.to_string());
    }
    configuration(format!("the segment's rule cannot be used on {}", definition.place())).with_source(error)
}
