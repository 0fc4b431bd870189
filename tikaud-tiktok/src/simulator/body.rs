//! The body of a POST request: a JSON object whose fields are read one by one, each with its own refusal.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::Request;
use super::refusal::{INVALID_PARAMETERS, Refusal};

/// The fields of a body, not yet read. Unknown fields are tolerated, and `null` is as good as none.
#[derive(Debug)]
pub(crate) struct Body<'a>(BTreeMap<String, &'a RawValue>);

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
        Ok(Self(fields))
    }

    /// A field's JSON text.
    pub(crate) fn raw(&self, field: &str) -> Option<&'a str> {
        self.0.get(field).map(|raw| raw.get()).filter(|raw| *raw != "null")
    }

    /// A field that must be a string.
    pub(crate) fn string(&self, field: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.raw(field).map(|raw| string(raw).ok_or_else(|| Refusal::invalid(field, "Not a valid string"))).transpose()
    }

    /// A field that must be a string, must be there, and must not be empty.
    pub(crate) fn required_string(&self, field: &str) -> Result<Cow<'a, str>, Refusal> {
        self.string(field)?.filter(|text| !text.is_empty()).ok_or_else(|| Refusal::missing(field))
    }

    /// A field that must be a list of strings, must be there, and must not be empty.
    pub(crate) fn required_list(&self, field: &str) -> Result<Vec<String>, Refusal> {
        let raw = self.raw(field).ok_or_else(|| Refusal::missing(field))?;
        string_list(raw, field)
    }

    /// A field that must be a boolean and must be there.
    pub(crate) fn required_bool(&self, field: &str) -> Result<bool, Refusal> {
        let raw = self.raw(field).ok_or_else(|| Refusal::missing(field))?;
        serde_json::from_str(raw).map_err(|_| Refusal::invalid(field, "Not a valid boolean"))
    }

    /// A field that must be a boolean, where it is there.
    pub(crate) fn bool(&self, field: &str) -> Result<Option<bool>, Refusal> {
        self.raw(field).map(|_| self.required_bool(field)).transpose()
    }

    /// A field that must be an object and must be there.
    pub(crate) fn required_object(&self, field: &str) -> Result<Self, Refusal> {
        let raw = self.raw(field).ok_or_else(|| Refusal::missing(field))?;
        serde_json::from_str(raw).map(Self).map_err(|_| Refusal::invalid(field, "Not a valid object"))
    }

    /// A field that must be one of these names and must be there.
    pub(crate) fn required_name(&self, field: &str, names: &[&'static str]) -> Result<&'static str, Refusal> {
        let name = self.required_string(field)?;
        names.iter().find(|known| **known == name).copied().ok_or_else(|| Refusal::not_one_of(field, names))
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
