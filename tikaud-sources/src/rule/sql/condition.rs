//! The tree of a rule as a tree of SQL; what a cell and a value look like is the dialect's.

use sea_query::{
    Expr, ExprTrait, PostgresQueryBuilder, QueryBuilder, SqlWriter, SqlWriterValues, SqliteQueryBuilder, Value,
};

use super::super::condition::{Comparison, Condition, TextMatch};
use super::super::{Literal, LiteralType, Rule};
use super::{ColumnType, SqlCondition, SqlDialect, SqlValue, duckdb, postgres, sqlite};

/// How a dialect spells cells and values.
pub(super) trait Spelling {
    /// A cell, read as the rule's type.
    fn cell(&self, column: Expr, found: ColumnType, wanted: LiteralType) -> Expr;

    /// A value beside cells of a column of this type.
    fn value(&self, value: &Literal, found: ColumnType) -> Expr;

    /// Whether a cell's text has this piece.
    fn matches(&self, cell: Expr, place: TextMatch, text: Expr) -> Expr;

    /// Text with its ASCII letters in lower case.
    fn lower(&self, text: Expr) -> Expr;
}

pub(super) fn write(
    rule: &Rule,
    taken: usize,
    dialect: SqlDialect,
    column_type: &dyn Fn(&str) -> Option<ColumnType>,
) -> SqlCondition {
    match dialect {
        SqlDialect::Postgres => render(&tree(rule, &postgres::Postgres, column_type), taken, &PostgresQueryBuilder),
        // Its placeholders and quotes are PostgreSQL's.
        SqlDialect::DuckDb => render(&tree(rule, &duckdb::DuckDb, column_type), taken, &PostgresQueryBuilder),
        SqlDialect::Sqlite => render(&tree(rule, &sqlite::Sqlite, column_type), taken, &SqliteQueryBuilder),
    }
}

/// `taken` placeholders have their numbers already.
fn render(condition: &Expr, taken: usize, builder: &impl QueryBuilder) -> SqlCondition {
    let (placeholder, is_numbered) = builder.placeholder();
    let mut writer = SqlWriterValues::new(placeholder, is_numbered);
    // The writer counts from 1, so it is made to write those first.
    (0..taken).for_each(|_| writer.push_param(Value::BigInt(None), builder));
    let before = writer.clone().into_parts().0.len();
    builder.prepare_expr(condition, &mut writer);
    let (condition, values) = writer.into_parts();
    let value = |value| match value {
        Value::BigInt(Some(number)) => SqlValue::Integer(number),
        Value::Double(Some(number)) => SqlValue::Real(number),
        Value::String(Some(text)) => SqlValue::Text(text),
        // No other values are made here.
        _ => SqlValue::Text(String::new()),
    };
    // In parentheses, so that it stays one condition whatever stands beside it.
    let condition = format!("({})", &condition[before..]);
    SqlCondition { condition, values: values.0.into_iter().skip(taken).map(value).collect() }
}

fn tree(rule: &Rule, dialect: &impl Spelling, column_type: &dyn Fn(&str) -> Option<ColumnType>) -> Expr {
    let all = |rules: &[Rule], with: fn(Expr, Expr) -> Expr| {
        let parts = rules.iter().map(|rule| tree(rule, dialect, column_type));
        parts.reduce(with).unwrap_or_else(|| Expr::cust("FALSE"))
    };
    match rule {
        Rule::And(rules) => all(rules, |left, right| left.and(right)),
        Rule::Or(rules) => all(rules, |left, right| left.or(right)),
        Rule::Not(rule) => tree(rule, dialect, column_type).not(),
        Rule::Test { column, condition } => {
            test(Expr::col(column.clone()), column_type(column).unwrap_or(ColumnType::Other), condition, dialect)
        }
    }
}

fn test(column: Expr, found: ColumnType, condition: &Condition, dialect: &impl Spelling) -> Expr {
    let cell = |value: &Literal| dialect.cell(column.clone(), found, value.literal_type());
    match condition {
        Condition::Compare(comparison, value) => compare(cell(value), found, *comparison, value, dialect),
        Condition::Between(low, high) => compare(cell(low), found, Comparison::AtLeast, low, dialect).and(compare(
            cell(high),
            found,
            Comparison::AtMost,
            high,
            dialect,
        )),
        Condition::In(values) => {
            let Some(first) = values.first() else { return Expr::cust("FALSE") };
            let among: Vec<Expr> =
                values.iter().filter(|value| is_exact(value, found)).map(|value| dialect.value(value, found)).collect();
            if among.is_empty() { constant(cell(first), false) } else { cell(first).is_in(among) }
        }
        Condition::IsNull => column.is_null(),
        Condition::Text { place, text, ignore_case } => {
            let (cell, text) =
                (dialect.cell(column.clone(), found, LiteralType::Text), dialect.value(&text.as_str().into(), found));
            if *ignore_case {
                dialect.matches(dialect.lower(cell), *place, dialect.lower(text))
            } else {
                dialect.matches(cell, *place, text)
            }
        }
        // Refused before.
        Condition::Relative(..) => Expr::cust("FALSE"),
    }
}

/// Whole numbers are compared with whole numbers: to be less than 1.5 is to be at most 1, and to be less than what no column
/// can hold is to be there at all.
fn compare(cell: Expr, found: ColumnType, comparison: Comparison, value: &Literal, dialect: &impl Spelling) -> Expr {
    if let (ColumnType::Integer, Literal::Number(number)) = (found, value) {
        let (whole, is_exact) = number.at_scale(0);
        let comparison = match comparison {
            comparison if is_exact => comparison,
            Comparison::Is => return constant(cell, false),
            Comparison::IsNot => return constant(cell, true),
            Comparison::LessThan | Comparison::AtMost => Comparison::AtMost,
            Comparison::MoreThan | Comparison::AtLeast => Comparison::MoreThan,
        };
        return match i64::try_from(whole) {
            Ok(whole) => binary(cell, comparison, dialect.value(&whole.into(), found)),
            Err(_) => constant(cell, is_beyond(comparison, whole > 0)),
        };
    }
    binary(cell, comparison, dialect.value(value, found))
}

fn binary(cell: Expr, comparison: Comparison, value: Expr) -> Expr {
    match comparison {
        Comparison::Is => cell.eq(value),
        Comparison::IsNot => cell.ne(value),
        Comparison::LessThan => cell.lt(value),
        Comparison::AtMost => cell.lte(value),
        Comparison::MoreThan => cell.gt(value),
        Comparison::AtLeast => cell.gte(value),
    }
}

/// What every cell says to a value beyond all cells, above or below them.
fn is_beyond(comparison: Comparison, is_above: bool) -> bool {
    match comparison {
        Comparison::Is => false,
        Comparison::IsNot => true,
        Comparison::LessThan | Comparison::AtMost => is_above,
        Comparison::MoreThan | Comparison::AtLeast => !is_above,
    }
}

/// Whether cells of such a column can be this value.
fn is_exact(value: &Literal, found: ColumnType) -> bool {
    match (found, value) {
        (ColumnType::Integer, Literal::Number(number)) => {
            let (whole, is_exact) = number.at_scale(0);
            is_exact && i64::try_from(whole).is_ok()
        }
        _ => true,
    }
}

/// The same for every cell, and unknown for a null.
fn constant(cell: Expr, value: bool) -> Expr {
    let same = cell.clone();
    if value { cell.eq(same) } else { cell.ne(same) }
}
