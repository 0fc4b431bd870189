//! SQLite's spelling. It has neither dates nor instants, so those are text, brought into one form in which the order of the
//! text is that of time.

use jiff::tz::Offset;
use sea_query::{BinOper, Expr, ExprTrait, Func};

use super::super::condition::TextMatch;
use super::super::{Literal, LiteralType};
use super::ColumnType;
use super::condition::Spelling;

pub(super) struct Sqlite;

impl Spelling for Sqlite {
    fn cell(&self, column: Expr, _: ColumnType, wanted: LiteralType) -> Expr {
        match wanted {
            LiteralType::Text => by_code_points(column),
            LiteralType::Date => call("substr", [seconds(column), Expr::cust("1"), Expr::cust("10")]),
            LiteralType::Timestamp => {
                let micros = micros(column.clone());
                seconds(column).binary(BinOper::Custom("||"), micros)
            }
            LiteralType::Number | LiteralType::Boolean => column,
        }
    }

    fn value(&self, value: &Literal, found: ColumnType) -> Expr {
        match value {
            Literal::Text(text) => Expr::val(text.clone()),
            Literal::Number(number) => match (found, number.at_scale(0)) {
                (ColumnType::Integer, (whole, _)) => Expr::val(i64::try_from(whole).unwrap_or_default()),
                _ => Expr::val(number.to_float()),
            },
            Literal::Boolean(value) => Expr::val(i64::from(*value)),
            Literal::Date(date) => Expr::val(date.to_string()),
            Literal::Timestamp(instant) => {
                let utc = Offset::UTC.to_datetime(*instant);
                Expr::val(utc.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string())
            }
        }
    }

    fn matches(&self, cell: Expr, place: TextMatch, text: Expr) -> Expr {
        let length = call("length", [text.clone()]);
        match place {
            TextMatch::Contains => call("instr", [cell, text]).gt(Expr::cust("0")),
            TextMatch::StartsWith => call("substr", [cell, Expr::cust("1"), length]).eq(text),
            // From the end, as many characters as the text has.
            TextMatch::EndsWith => {
                let from = Expr::cust("0").sub(length);
                call("substr", [cell, from]).eq(text)
            }
        }
    }

    fn lower(&self, text: Expr) -> Expr {
        // SQLite's own `lower` knows the letters of ASCII only.
        Func::lower(text).into()
    }
}

fn by_code_points(text: Expr) -> Expr {
    text.binary(BinOper::Custom("COLLATE"), Expr::col("BINARY"))
}

/// What comes after the fraction of a second: an offset, or nothing.
fn zone(column: Expr) -> Expr {
    call("ltrim", [call("substr", [column, Expr::cust("20")]), Expr::cust("'.0123456789'")])
}

/// The instant without its fraction, in UTC. SQLite reckons with milliseconds and rounds, so the fraction goes by itself.
fn seconds(column: Expr) -> Expr {
    let whole = call("substr", [column.clone(), Expr::cust("1"), Expr::cust("19")]);
    let instant = whole.binary(BinOper::Custom("||"), zone(column));
    call("strftime", [Expr::cust("'%Y-%m-%d %H:%M:%S'"), instant])
}

/// The fraction of a second with its point, as six digits.
fn micros(column: Expr) -> Expr {
    let fraction = call("substr", [column.clone(), Expr::cust("21")]);
    let zone = call("length", [zone(column)]);
    let digits = call("substr", [fraction.clone(), Expr::cust("1"), call("length", [fraction]).sub(zone)]);
    let padded = digits.binary(BinOper::Custom("||"), Expr::cust("'000000'"));
    let six = call("substr", [padded, Expr::cust("1"), Expr::cust("6")]);
    Expr::cust("'.'").binary(BinOper::Custom("||"), six)
}

fn call<const N: usize>(function: &'static str, arguments: [Expr; N]) -> Expr {
    Func::cust(function).args(arguments).into()
}
