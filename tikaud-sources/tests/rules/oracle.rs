//! A rule read as plainly as can be, cell by cell, with arithmetic that cannot be wrong on the table's small values.

use std::cmp::Ordering;

use tikaud_sources::rule::{Comparison, Condition, Literal, Relation, Rule, Span, TextMatch};

use crate::table::{DAY, Row};

/// What now is in these tests: 2026-11-24T10:00:00Z.
pub(crate) const NOW: &str = "2026-11-24T10:00:00Z";

fn now() -> i64 {
    NOW.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// Whether the rule is true, false or unknown for a row.
pub(crate) fn truth(rule: &Rule, row: &Row) -> Option<bool> {
    match rule {
        Rule::And(rules) => {
            let truths: Vec<_> = rules.iter().map(|rule| truth(rule, row)).collect();
            if truths.contains(&Some(false)) {
                Some(false)
            } else if truths.contains(&None) {
                None
            } else {
                Some(true)
            }
        }
        Rule::Or(rules) => {
            let truths: Vec<_> = rules.iter().map(|rule| truth(rule, row)).collect();
            if truths.contains(&Some(true)) {
                Some(true)
            } else if truths.contains(&None) {
                None
            } else {
                Some(false)
            }
        }
        Rule::Not(rule) => truth(rule, row).map(|truth| !truth),
        Rule::Test { column, condition } => test(column, condition, row),
    }
}

fn test(column: &str, condition: &Condition, row: &Row) -> Option<bool> {
    match condition {
        Condition::IsNull => Some(match column {
            "text" => row.text.is_none(),
            "whole" => row.whole.is_none(),
            "decimal" => row.decimal.is_none(),
            "float" => row.float.is_none(),
            "flag" => row.flag.is_none(),
            "day" => row.day.is_none(),
            "instant" => row.instant.is_none(),
            "local" => row.local.is_none(),
            other => panic!("{other}"),
        }),
        Condition::Compare(comparison, value) => order(column, value, row).map(|order| accepts(*comparison, order)),
        Condition::Between(low, high) => Some(order(column, low, row)?.is_ge() && order(column, high, row)?.is_le()),
        Condition::In(values) => {
            let orders: Option<Vec<Ordering>> = values.iter().map(|value| order(column, value, row)).collect();
            Some(orders?.contains(&Ordering::Equal))
        }
        Condition::Text { place, text, ignore_case } => {
            let fold = |text: &str| if *ignore_case { text.to_ascii_lowercase() } else { text.to_owned() };
            let (cell, text) = (fold(row.text.as_ref()?), fold(text));
            Some(match place {
                TextMatch::Contains => cell.contains(&text),
                TextMatch::StartsWith => cell.starts_with(&text),
                TextMatch::EndsWith => cell.ends_with(&text),
                other => panic!("{other:?}"),
            })
        }
        Condition::Relative(relation, span) => {
            let (cell, now, length) = match span {
                Span::Days(days) => (micros(column, row)?.div_euclid(DAY), now().div_euclid(DAY), i64::from(*days)),
                Span::Hours(hours) => (micros(column, row)?, now(), i64::from(*hours) * 3_600_000_000),
                other => panic!("{other:?}"),
            };
            Some(match relation {
                Relation::WithinLast => now - length <= cell && cell <= now,
                Relation::WithinNext => now <= cell && cell <= now + length,
                Relation::LongerAgoThan => cell < now - length,
                other => panic!("{other:?}"),
            })
        }
        other => panic!("{other:?}"),
    }
}

fn micros(column: &str, row: &Row) -> Option<i64> {
    match column {
        "day" => row.day.map(|day| i64::from(day) * DAY),
        "instant" => row.instant,
        "local" => row.local,
        other => panic!("{other}"),
    }
}

/// How a cell compares with a value; `None` when that is unknown.
fn order(column: &str, value: &Literal, row: &Row) -> Option<Ordering> {
    match value {
        Literal::Text(text) => row.text.as_ref().map(|cell| cell.as_bytes().cmp(text.as_bytes())),
        Literal::Boolean(value) => row.flag.map(|cell| cell.cmp(value)),
        Literal::Date(date) => {
            let days = date.to_string() + "T00:00:00Z";
            let days = days.parse::<jiff::Timestamp>().unwrap().as_microsecond() / DAY;
            micros(column, row).map(|cell| cell.div_euclid(DAY).cmp(&days))
        }
        Literal::Timestamp(instant) => micros(column, row).map(|cell| cell.cmp(&instant.as_microsecond())),
        Literal::Number(number) => {
            // The tests' numbers have at most three digits after the point.
            let thousandths = thousandths(&number.to_string());
            match column {
                "whole" => row.whole.map(|cell| (i128::from(cell) * 1000).cmp(&thousandths)),
                "decimal" => row.decimal.map(|cell| (i128::from(cell) * 10).cmp(&thousandths)),
                "float" => row.float.and_then(|cell| cell.partial_cmp(&number.to_string().parse::<f64>().unwrap())),
                other => panic!("{other}"),
            }
        }
        other => panic!("{other:?}"),
    }
}

fn thousandths(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = format!("{whole}{fraction:0<3}").parse().unwrap();
    digits
}

fn accepts(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Is => order.is_eq(),
        Comparison::IsNot => order.is_ne(),
        Comparison::LessThan => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::MoreThan => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
        other => panic!("{other:?}"),
    }
}
