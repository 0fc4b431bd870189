//! The body of a POST request: a JSON object whose fields are read one by one, each with its own refusal.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::Request;
use super::refusal::{INVALID_PARAMETERS, Refusal};

/// The fields of a body, or of an object in it, not yet read. Unknown fields are tolerated, and `null` is as good as
/// none.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    fields: Fields<'a>,
    /// What leads to the object, such as `lookalike_spec.`, for refusals; empty for the body itself.
    path: String,
}

type Fields<'a> = BTreeMap<String, &'a RawValue>;

impl<'a> Body<'a> {
    /// The body of a request, which must be a JSON object and must say so.
    pub(crate) fn read(request: &'a Request<'_>) -> Result<Self, Refusal> {
        let content_type = request.header("Content-Type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Refusal::new(INVALID_PARAMETERS, "Content-Type: Must be application/json."));
        }
        let fields = serde_json::from_slice(request.body())
            .map_err(|_| Refusal::new(INVALID_PARAMETERS, "The body is not a JSON object."))?;
        Ok(Self { fields, path: String::new() })
    }

    /// A field's whole name.
    pub(crate) fn name(&self, field: &str) -> String {
        format!("{}{field}", self.path)
    }

    /// The refusal of a field that is not what it must be.
    pub(crate) fn invalid(&self, field: &str, expected: &str) -> Refusal {
        Refusal::invalid(&self.name(field), expected)
    }

    /// The refusal of a field that must be there and is not.
    pub(crate) fn missing(&self, field: &str) -> Refusal {
        Refusal::missing(&self.name(field))
    }

    /// A field's JSON text.
    pub(crate) fn raw(&self, field: &str) -> Option<&'a str> {
        self.fields.get(field).map(|raw| raw.get()).filter(|raw| *raw != "null")
    }

    /// A field's JSON text, which must be there.
    pub(crate) fn required(&self, field: &str) -> Result<&'a str, Refusal> {
        self.raw(field).ok_or_else(|| self.missing(field))
    }

    /// A field that must be a string.
    pub(crate) fn string(&self, field: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.raw(field).map(|raw| string(raw).ok_or_else(|| self.invalid(field, "Not a valid string"))).transpose()
    }

    /// A field that must be a string, must be there, and must not be empty.
    pub(crate) fn required_string(&self, field: &str) -> Result<Cow<'a, str>, Refusal> {
        self.string(field)?.filter(|text| !text.is_empty()).ok_or_else(|| self.missing(field))
    }

    /// A field that must be a list of strings, must be there, and must not be empty.
    pub(crate) fn required_list(&self, field: &str) -> Result<Vec<String>, Refusal> {
        string_list(self.required(field)?, &self.name(field))
    }

    /// A field that must be a list of strings and must not be empty, where it is there.
    pub(crate) fn list(&self, field: &str) -> Result<Option<Vec<String>>, Refusal> {
        self.raw(field).map(|raw| string_list(raw, &self.name(field))).transpose()
    }

    /// A field that must be a boolean and must be there.
    pub(crate) fn required_bool(&self, field: &str) -> Result<bool, Refusal> {
        serde_json::from_str(self.required(field)?).map_err(|_| self.invalid(field, "Not a valid boolean"))
    }

    /// A field that must be a boolean, where it is there.
    pub(crate) fn bool(&self, field: &str) -> Result<Option<bool>, Refusal> {
        self.raw(field).map(|_| self.required_bool(field)).transpose()
    }

    /// A field that must be one of these numbers and must be there.
    pub(crate) fn required_number(&self, field: &str, allowed: &[u16]) -> Result<u16, Refusal> {
        let number = self.required(field)?.parse().ok().filter(|number| allowed.contains(number));
        number.ok_or_else(|| {
            let allowed: Vec<String> = allowed.iter().map(u16::to_string).collect();
            self.invalid(field, &format!("Must be one of {}", allowed.join(", ")))
        })
    }

    /// A field that must be an object and must be there.
    pub(crate) fn required_object(&self, field: &str) -> Result<Self, Refusal> {
        let fields = serde_json::from_str(self.required(field)?);
        let fields = fields.map_err(|_| self.invalid(field, "Not a valid object"))?;
        Ok(Self { fields, path: self.name(field) + "." })
    }

    /// A field that must be a list of objects, must be there, and must not be empty.
    pub(crate) fn required_objects(&self, field: &str) -> Result<Vec<Self>, Refusal> {
        let objects: Vec<Fields<'a>> = serde_json::from_str(self.required(field)?)
            .map_err(|_| self.invalid(field, "Not a valid list of objects"))?;
        if objects.is_empty() {
            return Err(self.missing(field));
        }
        let name = self.name(field);
        let object = |(at, fields)| Self { fields, path: format!("{name}[{at}].") };
        Ok(objects.into_iter().enumerate().map(object).collect())
    }

    /// A field that must be one of these names and must be there.
    pub(crate) fn required_name(&self, field: &str, names: &[&'static str]) -> Result<&'static str, Refusal> {
        let name = self.required_string(field)?;
        let known = names.iter().find(|known| **known == name).copied();
        known.ok_or_else(|| Refusal::not_one_of(&self.name(field), names))
    }

    /// A field that must be one of these names, where it is there.
    pub(crate) fn optional_name(&self, field: &str, names: &[&'static str]) -> Result<Option<&'static str>, Refusal> {
        self.raw(field).map(|_| self.required_name(field, names)).transpose()
    }

    /// How many elements a field has, when it is a list.
    pub(crate) fn count(&self, field: &str) -> Option<u64> {
        let elements: Vec<IgnoredAny> = serde_json::from_str(self.raw(field)?).ok()?;
        Some(elements.len() as u64)
    }
}

/// The string that is this JSON text, without a copy where it has no escapes.
pub(crate) fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

/// The list of strings, none of them empty, that is this JSON text.
pub(crate) fn string_list(raw: &str, field: &str) -> Result<Vec<String>, Refusal> {
    let list: Vec<String> =
        serde_json::from_str(raw).map_err(|_| Refusal::invalid(field, "Not a valid list of strings"))?;
    if list.is_empty() || list.iter().any(String::is_empty) {
        return Err(Refusal::missing(field));
    }
    Ok(list)
}
