//! DuckDB's spelling. As for PostgreSQL, values are bound as text and cast.

use sea_query::{BinOper, Expr, ExprTrait, Func};

use super::super::condition::TextMatch;
use super::super::{Literal, LiteralType, Number};
use super::ColumnType;
use super::condition::Spelling;

pub(super) struct DuckDb;

/// The most digits of an exact number:
/// <https://duckdb.org/docs/stable/sql/data_types/numeric.html#fixed-point-decimals>
const DIGITS: usize = 38;

impl Spelling for DuckDb {
    fn cell(&self, column: Expr, found: ColumnType, wanted: LiteralType) -> Expr {
        match (wanted, found) {
            (LiteralType::Text, _) => by_code_points(column.cast_as("text")),
            // NaN is equal to itself here, and above all numbers; a rule compares it with nothing.
            (LiteralType::Number, ColumnType::Float) => {
                let nan = Expr::cust("'NaN'").cast_as("double");
                Func::cust("nullif").args([column.cast_as("double"), nan]).into()
            }
            (LiteralType::Date, ColumnType::LocalTimestamp) => column.cast_as("date"),
            (LiteralType::Date, ColumnType::Timestamp) => in_utc(column).cast_as("date"),
            (LiteralType::Timestamp, ColumnType::Date | ColumnType::LocalTimestamp) => {
                in_utc(column.cast_as("timestamp"))
            }
            _ => column,
        }
    }

    fn value(&self, value: &Literal, found: ColumnType) -> Expr {
        let bound = |text: String| Expr::val(text).cast_as("text");
        match value {
            Literal::Text(text) => bound(text.clone()),
            Literal::Number(number) if found == ColumnType::Float => bound(number.to_string()).cast_as("double"),
            Literal::Number(number) => bound(number.to_string()).cast_as(decimal(number)),
            Literal::Boolean(value) => bound(value.to_string()).cast_as("boolean"),
            Literal::Date(date) => bound(date.to_string()).cast_as("date"),
            Literal::Timestamp(instant) => bound(instant.to_string()).cast_as("timestamptz"),
        }
    }

    fn matches(&self, cell: Expr, place: TextMatch, text: Expr) -> Expr {
        let function = match place {
            TextMatch::Contains => "contains",
            TextMatch::StartsWith => "starts_with",
            TextMatch::EndsWith => "ends_with",
        };
        Func::cust(function).args([cell, text]).into()
    }

    fn lower(&self, text: Expr) -> Expr {
        // Its own `lower` knows the letters of every alphabet.
        let letters = ["'ABCDEFGHIJKLMNOPQRSTUVWXYZ'", "'abcdefghijklmnopqrstuvwxyz'"];
        Func::cust("translate").args([text, Expr::cust(letters[0]), Expr::cust(letters[1])]).into()
    }
}

/// The type that holds just this number, so that what it is compared with keeps as many digits as there can be.
fn decimal(number: &Number) -> String {
    let text = number.to_string();
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    format!("decimal({}, {})", digits.clamp(1, DIGITS), fraction.min(DIGITS))
}

fn by_code_points(text: Expr) -> Expr {
    text.binary(BinOper::Custom("COLLATE"), Expr::col("C"))
}

/// From a timestamp with a zone to one without, and the other way round.
fn in_utc(timestamp: Expr) -> Expr {
    timestamp.binary(BinOper::Custom("AT TIME ZONE"), Expr::cust("'UTC'"))
}
