//! From a document to a rule.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error};

use super::super::condition::{Condition, Span};
use super::super::moment::Moment;
use super::super::{Literal, Number, Rule, RuleError};
use super::node::{Depth, NODE_DEPTH, Node};
use super::{COMPARISONS, PLACES, RELATIONS, named};

/// What the `toml` crate gives its own dates as: a table with this key.
const TOML_DATE: &str = "$__toml_private_datetime";

/// What `serde_json` gives numbers as when its feature `arbitrary_precision` is on.
const JSON_NUMBER: &str = "$serde_json::private::Number";

/// From JSON, TOML and the like. Unknown keys are errors, as is everything that [`check`](Rule::check) refuses.
impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let node = Depth(NODE_DEPTH).deserialize(deserializer)?;
        let checked = rule(node).and_then(|rule| rule.check().map(|()| rule));
        checked.map_err(D::Error::custom)
    }
}

fn rule(node: Node) -> Result<Rule, RuleError> {
    let Node::Table(mut entries) = node else {
        let what = node.what();
        return Err(RuleError::new(format!("a rule is a table with `and`, `or`, `not` or `column`; this is {what}")));
    };
    if let Some((at, _)) = entries.iter().enumerate().find(|(at, entry)| entries[..*at].iter().any(|e| e.0 == entry.0))
    {
        return Err(RuleError::new("the key is there twice").within(&entries[at].0));
    }
    if let Some(column) = remove(&mut entries, "column") {
        let Node::Text(column) = column else {
            return Err(RuleError::new("a column's name is text").within("column"));
        };
        return test(column, entries);
    }
    let (key, node) = match entries.len() {
        1 => entries.remove(0),
        0 => return Err(RuleError::new("a rule has `and`, `or`, `not` or `column`; this one is empty")),
        _ => return Err(RuleError::new("a rule has one of `and`, `or`, `not` alone, or a `column` and one condition")),
    };
    let made = match key.as_str() {
        "and" => rules(node).map(Rule::And),
        "or" => rules(node).map(Rule::Or),
        "not" => rule(node).map(|rule| !rule),
        _ => Err(RuleError::new("a rule has `and`, `or`, `not` or `column`")),
    };
    made.map_err(|error| error.within(key))
}

fn rules(node: Node) -> Result<Vec<Rule>, RuleError> {
    let items = list(node, "rules")?.into_iter().enumerate();
    items.map(|(at, node)| rule(node).map_err(|error| error.within(format_args!("[{at}]")))).collect()
}

/// What is asked of one column.
fn test(column: String, mut entries: Vec<(String, Node)>) -> Result<Rule, RuleError> {
    let ignore_case = match remove(&mut entries, "ignore_case") {
        None => None,
        Some(Node::Boolean(ignore_case)) => Some(ignore_case),
        Some(_) => return Err(RuleError::new("this is true or false").within("ignore_case")),
    };
    let (key, node) = match entries.len() {
        1 => entries.remove(0),
        0 => return Err(RuleError::new(format!("the column has no condition; there are {}", conditions()))),
        _ => {
            let message = "a column has one condition; put several into an `and`";
            return Err(RuleError::new(message).within(&entries[1].0));
        }
    };
    if ignore_case.is_some() && named(&PLACES, &key).is_none() {
        let message = "case can be ignored with `contains`, `starts_with` and `ends_with`";
        return Err(RuleError::new(message).within("ignore_case"));
    }
    let is_negated = key == "is_null" && matches!(node, Node::Boolean(false));
    let condition = condition(&key, node, ignore_case.unwrap_or(false)).map_err(|error| error.within(&key))?;
    let test = Rule::Test { column, condition };
    Ok(if is_negated { !test } else { test })
}

fn condition(key: &str, node: Node, ignore_case: bool) -> Result<Condition, RuleError> {
    if let Some(comparison) = named(&COMPARISONS, key) {
        return Ok(Condition::Compare(comparison, literal(node)?));
    }
    if let Some(place) = named(&PLACES, key) {
        let Node::Text(text) = node else { return Err(RuleError::new(format!("this is text, not {}", node.what()))) };
        return Ok(Condition::Text { place, text, ignore_case });
    }
    if let Some(relation) = named(&RELATIONS, key) {
        return Ok(Condition::Relative(relation, span(node)?));
    }
    match key {
        "in" => Ok(Condition::In(literals(node)?)),
        "between" => {
            let values = literals(node)?;
            let [low, high] = <[Literal; 2]>::try_from(values)
                .map_err(|values| RuleError::new(format!("`between` has two values; here are {}", values.len())))?;
            Ok(Condition::Between(low, high))
        }
        "is_null" if matches!(node, Node::Boolean(_)) => Ok(Condition::IsNull),
        "is_null" => Err(RuleError::new("this is true or false")),
        _ => Err(RuleError::new(format!("there is no such condition; there are {}", conditions()))),
    }
}

fn literals(node: Node) -> Result<Vec<Literal>, RuleError> {
    let items = list(node, "values")?.into_iter().enumerate();
    items.map(|(at, node)| literal(node).map_err(|error| error.within(format_args!("[{at}]")))).collect()
}

fn literal(node: Node) -> Result<Literal, RuleError> {
    match node {
        Node::Text(text) => Ok(Literal::Text(text)),
        Node::Boolean(value) => Ok(Literal::Boolean(value)),
        Node::Integer(number) => number.to_string().parse().map(Literal::Number),
        Node::Float(number) => Number::try_from_float(number).map(Literal::Number),
        Node::Table(entries) => typed(&entries),
        Node::Null => Err(RuleError::new("null is no value; use `is_null`")),
        Node::List(_) => Err(RuleError::new("a list is no value; use `in` or `between`")),
    }
}

/// A value whose type is named: `{"date": "2026-11-24"}`.
fn typed(entries: &[(String, Node)]) -> Result<Literal, RuleError> {
    const TYPES: &str = "a value is text, a number, a boolean, or one of {\"date\": \"…\"}, {\"timestamp\": \"…\"}, \
                         {\"number\": \"…\"}";
    let [(key, Node::Text(text))] = entries else { return Err(RuleError::new(TYPES)) };
    let read = match key.as_str() {
        "date" => Literal::date(text),
        "timestamp" => Literal::timestamp(text),
        "number" => text.parse().map(Literal::Number),
        JSON_NUMBER => return text.parse().map(Literal::Number),
        TOML_DATE => {
            return match Moment::read(text.as_bytes()) {
                Some(Moment::Date(_)) => Literal::date(text),
                Some(Moment::Timestamp(_)) => Literal::timestamp(text),
                None => Err(RuleError::new("a time of day is no value; a date or a timestamp is")),
            };
        }
        _ => Err(RuleError::new(TYPES)),
    };
    read.map_err(|error| error.within(key))
}

fn span(node: Node) -> Result<Span, RuleError> {
    let refused = || RuleError::new("a span is {\"days\": 90} or {\"hours\": 48}, a whole number, not negative");
    let Node::Table(entries) = node else { return Err(refused()) };
    let mut entries = entries.into_iter();
    let (Some((key, node)), None) = (entries.next(), entries.next()) else { return Err(refused()) };
    let Literal::Number(number) = literal(node)? else { return Err(refused()) };
    let (whole, is_whole) = number.at_scale(0);
    match (key.as_str(), u32::try_from(whole)) {
        ("days", Ok(days)) if is_whole => Ok(Span::Days(days)),
        ("hours", Ok(hours)) if is_whole => Ok(Span::Hours(hours)),
        _ => Err(refused()),
    }
}

fn list(node: Node, of: &str) -> Result<Vec<Node>, RuleError> {
    match node {
        Node::List(nodes) => Ok(nodes),
        node => Err(RuleError::new(format!("this is a list of {of}, not {}", node.what()))),
    }
}

fn remove(entries: &mut Vec<(String, Node)>, key: &str) -> Option<Node> {
    let at = entries.iter().position(|(known, _)| known == key)?;
    Some(entries.remove(at).1)
}

/// The names of all conditions.
fn conditions() -> String {
    let names = COMPARISONS.iter().map(|(name, _)| *name).chain(["in", "between", "is_null"]);
    let names = names.chain(PLACES.iter().map(|(name, _)| *name)).chain(RELATIONS.iter().map(|(name, _)| *name));
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
