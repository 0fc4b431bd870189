//! PostgreSQL's spelling. Values are bound as text and cast: the type of a placeholder is then text, whatever stands beside it.

use sea_query::{BinOper, Expr, ExprTrait, Func};

use super::super::condition::TextMatch;
use super::super::{Literal, LiteralType};
use super::ColumnType;
use super::condition::Spelling;

pub(super) struct Postgres;

impl Spelling for Postgres {
    fn cell(&self, column: Expr, found: ColumnType, wanted: LiteralType) -> Expr {
        match (wanted, found) {
            (LiteralType::Text, _) => by_code_points(column.cast_as("text")),
            // NaN is equal to itself here, and above all numbers; a rule compares it with nothing.
            (LiteralType::Number, ColumnType::Decimal) => without_nan(column, "numeric"),
            (LiteralType::Number, ColumnType::Float) => without_nan(column, "double precision"),
            (LiteralType::Date, ColumnType::LocalTimestamp) => column.cast_as("date"),
            (LiteralType::Date, ColumnType::Timestamp) => in_utc(column).cast_as("date"),
            (LiteralType::Timestamp, ColumnType::Date) => in_utc(column.cast_as("timestamp")),
            (LiteralType::Timestamp, ColumnType::LocalTimestamp) => in_utc(column),
            _ => column,
        }
    }

    fn value(&self, value: &Literal, found: ColumnType) -> Expr {
        let bound = |text: String| Expr::val(text).cast_as("text");
        match value {
            Literal::Text(text) => bound(text.clone()),
            Literal::Number(number) if found == ColumnType::Float => {
                bound(number.to_string()).cast_as("double precision")
            }
            Literal::Number(number) => bound(number.to_string()).cast_as("numeric"),
            Literal::Boolean(value) => bound(value.to_string()).cast_as("boolean"),
            Literal::Date(date) => bound(date.to_string()).cast_as("date"),
            Literal::Timestamp(instant) => bound(instant.to_string()).cast_as("timestamptz"),
        }
    }

    fn matches(&self, cell: Expr, place: TextMatch, text: Expr) -> Expr {
        let length = || Expr::from(Func::cust("length").arg(text.clone()));
        match place {
            TextMatch::Contains => Expr::from(Func::cust("strpos").args([cell, text])).gt(Expr::cust("0")),
            TextMatch::StartsWith => Expr::from(Func::cust("left").args([cell, length()])).eq(text),
            TextMatch::EndsWith => Expr::from(Func::cust("right").args([cell, length()])).eq(text),
        }
    }

    fn lower(&self, text: Expr) -> Expr {
        // By the collation C, which knows the letters of ASCII only.
        Func::lower(by_code_points(text)).into()
    }
}

fn by_code_points(text: Expr) -> Expr {
    text.binary(BinOper::Custom("COLLATE"), Expr::col("C"))
}

fn without_nan(column: Expr, data_type: &'static str) -> Expr {
    let nan = Expr::cust("'NaN'").cast_as(data_type);
    Func::cust("nullif").args([column.cast_as(data_type), nan]).into()
}

/// From a timestamp with a zone to one without, and the other way round.
fn in_utc(timestamp: Expr) -> Expr {
    timestamp.binary(BinOper::Custom("AT TIME ZONE"), Expr::cust("'UTC'"))
}
