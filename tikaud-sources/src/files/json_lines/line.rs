//! One line: a JSON object, its values as text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use tikaud_core::segment::{TextColumn, TextColumnFull};

use super::super::header::Origin;

/// What is wrong with a line. It holds no value.
#[derive(Debug)]
pub(super) enum Problem {
    /// It is JSON, but not an object.
    NotAnObject,
    /// It is JSON only up to this column, from 1.
    Syntax(usize),
    /// The key of the column at this position is there twice.
    Twice(usize),
    /// The value of the column at this position is one that no text can be made of.
    NoText(usize, &'static str),
    /// The batch is too large.
    Full(TextColumnFull),
}

/// An object's keys and values, in the line's order. Values stay unparsed: most are not wanted, and numbers are to keep
/// their digits.
pub(super) struct Object<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    pub(super) fn parse(line: &'a str) -> Result<Self, Problem> {
        // The error's own text may quote a value, so its place is all that is taken.
        serde_json::from_str(line)
            .map_err(|error| if error.is_data() { Problem::NotAnObject } else { Problem::Syntax(error.column()) })
    }

    /// Appends the values of these keys, or of the file's path, to their columns, a null cell where there is none. The
    /// first so many are delivered, and are not to have lost digits; the others a rule looks at, and are numbers of every
    /// kind.
    pub(super) fn push_to(
        &self,
        names: &[String],
        origins: &[Origin],
        delivered: usize,
        columns: &mut [TextColumn],
    ) -> Result<(), Problem> {
        for (at, ((name, origin), column)) in names.iter().zip(origins).zip(columns).enumerate() {
            if let Origin::Path(value) = origin {
                column.push_list(value.as_deref()).map_err(Problem::Full)?;
                continue;
            }
            let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| *value);
            match (values.next(), values.next()) {
                (Some(value), None) => push_value(value, at, at >= delivered, column)?,
                (None, _) => column.push_list(None).map_err(Problem::Full)?,
                _ => return Err(Problem::Twice(at)),
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::with_capacity(8);
        while let Some(Key(key)) = map.next_key()? {
            pairs.push((key, map.next_value()?));
        }
        Ok(Object(pairs))
    }
}

/// A key, borrowed from the line unless it has escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}

const FRACTION: &str = "number with a fraction or an exponent";

/// What a value is, when it is something that no text can be made of.
pub(super) fn no_text(value: &RawValue) -> Option<&'static str> {
    match elements(value) {
        None => scalar_no_text(value),
        Some(elements) => elements.into_iter().find_map(|element| {
            if is_array(element) { Some("array within an array") } else { scalar_no_text(element) }
        }),
    }
}

fn scalar_no_text(value: &RawValue) -> Option<&'static str> {
    match value.get().as_bytes() {
        [b'{', ..] => Some("object"),
        [b'-' | b'0'..=b'9', rest @ ..] if !rest.iter().all(u8::is_ascii_digit) => Some(FRACTION),
        _ => None,
    }
}

fn is_array(value: &RawValue) -> bool {
    value.get().starts_with('[')
}

fn elements(value: &RawValue) -> Option<Vec<&RawValue>> {
    is_array(value).then(|| serde_json::from_str(value.get()).unwrap_or_default())
}

fn push_value(value: &RawValue, at: usize, any_number: bool, column: &mut TextColumn) -> Result<(), Problem> {
    if let Some(json_type) = no_text(value)
        && !(any_number && json_type == FRACTION)
    {
        return Err(Problem::NoText(at, json_type));
    }
    match elements(value) {
        None => column.push_list(text(value, at)?.as_deref()),
        Some(elements) => {
            let texts = elements.into_iter().filter_map(|element| text(element, at).transpose());
            column.push_list(texts.collect::<Result<Vec<_>, _>>()?.iter().map(Cow::as_ref))
        }
    }
    .map_err(Problem::Full)
}

/// A value's text, `None` for null.
fn text(value: &RawValue, at: usize) -> Result<Option<Cow<'_, str>>, Problem> {
    let json = value.get();
    match json.strip_prefix('"').and_then(|json| json.strip_suffix('"')) {
        None => Ok((json != "null").then_some(Cow::Borrowed(json))),
        Some(text) if !text.contains('\\') => Ok(Some(Cow::Borrowed(text))),
        // The syntax is right, so what can be wrong is an escape that is half of a character.
        Some(_) => match serde_json::from_str(json) {
            Ok(text) => Ok(Some(Cow::Owned(text))),
            Err(_) => Err(Problem::NoText(at, "string with half a character (a lone surrogate)")),
        },
    }
}
