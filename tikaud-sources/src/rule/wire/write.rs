//! From a rule to a document.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::super::condition::{Condition, Span};
use super::super::{Literal, Rule};
use super::{COMPARISONS, PLACES, RELATIONS, name_of};

/// To JSON, TOML and the like: what is written is read as the same rule.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut table = serializer.serialize_map(None)?;
        match self {
            Self::And(rules) => table.serialize_entry("and", rules)?,
            Self::Or(rules) => table.serialize_entry("or", rules)?,
            Self::Not(rule) => table.serialize_entry("not", rule)?,
            Self::Test { column, condition } => {
                table.serialize_entry("column", column)?;
                write_condition(condition, &mut table)?;
            }
        }
        table.end()
    }
}

fn write_condition<M: SerializeMap>(condition: &Condition, table: &mut M) -> Result<(), M::Error> {
    match condition {
        Condition::Compare(comparison, value) => {
            table.serialize_entry(name_of(&COMPARISONS, comparison), &Value(value))
        }
        Condition::In(values) => table.serialize_entry("in", &values.iter().map(Value).collect::<Vec<_>>()),
        Condition::Between(low, high) => table.serialize_entry("between", &[Value(low), Value(high)]),
        Condition::IsNull => table.serialize_entry("is_null", &true),
        Condition::Text { place, text, ignore_case } => {
            table.serialize_entry(name_of(&PLACES, place), text)?;
            if *ignore_case { table.serialize_entry("ignore_case", &true) } else { Ok(()) }
        }
        Condition::Relative(relation, span) => table.serialize_entry(name_of(&RELATIONS, relation), &Length(*span)),
    }
}

struct Value<'a>(&'a Literal);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Literal::Text(text) => serializer.serialize_str(text),
            Literal::Boolean(value) => serializer.serialize_bool(*value),
            Literal::Number(number) => match number.at_scale(0) {
                (whole, true) if i64::try_from(whole).is_ok() => {
                    serializer.serialize_i64(i64::try_from(whole).unwrap_or_default())
                }
                // As text, for a format's own numbers with a fraction are floats.
                _ => write_typed("number", number, serializer),
            },
            Literal::Date(date) => write_typed("date", date, serializer),
            Literal::Timestamp(instant) => write_typed("timestamp", instant, serializer),
        }
    }
}

fn write_typed<S: Serializer>(key: &str, value: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    let mut table = serializer.serialize_map(Some(1))?;
    table.serialize_entry(key, &value.to_string())?;
    table.end()
}

struct Length(Span);

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut table = serializer.serialize_map(Some(1))?;
        match self.0 {
            Span::Days(days) => table.serialize_entry("days", &days)?,
            Span::Hours(hours) => table.serialize_entry("hours", &hours)?,
        }
        table.end()
    }
}
