//! Reading what the user of the simulator wrote: worlds and fault programs.

use serde::de::DeserializeOwned;

/// A world or a fault program is not in its JSON form. The text says what is wrong and where.
///
/// It has no [`source`](std::error::Error::source): the parser's own error repeats values, and one may be a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {what} is not in its JSON form: {problem}")]
#[non_exhaustive]
pub struct InputError {
    what: &'static str,
    problem: String,
}

impl InputError {
    pub(crate) fn new(what: &'static str, problem: impl Into<String>) -> Self {
        Self { what, problem: problem.into() }
    }
}

/// Reads a value from JSON.
pub(crate) fn read<T: DeserializeOwned>(what: &'static str, text: &[u8]) -> Result<T, InputError> {
    serde_json::from_slice(text).map_err(|error| InputError::new(what, without_values(&error.to_string())))
}

/// The parser's text without the strings that it found, which it puts between double quotes.
fn without_values(text: &str) -> String {
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}…{}", &text[..first], &text[last + 1..]),
        _ => text.to_owned(),
    }
}
