//! Names in a state store: activations and objects.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name that a state store cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` cannot be a name in a state store: use 1 to {MAX_NAME} of the characters a-z, A-Z, 0-9, `-`, `_`, `.`, \
     beginning with a letter or digit, and for an activation not with `tikaud.`, which is the library's own"
)]
pub struct InvalidName {
    name: String,
}

/// Longest part of a key: every file system takes it, suffixes included.
const MAX_NAME: usize = 100;

fn check(name: &str) -> Result<(), InvalidName> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let good =
        name.len() <= MAX_NAME && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain);
    // The text is bounded: it may come from anywhere.
    good.then_some(()).ok_or_else(|| InvalidName { name: name.chars().take(MAX_NAME).collect() })
}

/// What folders that are no activation's begin with.
const OWN: &str = "tikaud.";

/// Which activation it is, for ever: the name of its folder in the state store.
///
/// ```
/// use tikaud_core::state::ActivationId;
///
/// assert!("buyers-2026".parse::<ActivationId>().is_ok());
/// assert!("../etc".parse::<ActivationId>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ActivationId(String);

impl ActivationId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ActivationId {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        check(name)?;
        if name.starts_with(OWN) {
            return Err(InvalidName { name: name.to_owned() });
        }
        Ok(Self(name.to_owned()))
    }
}

impl TryFrom<String> for ActivationId {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, InvalidName> {
        name.parse()
    }
}

impl From<ActivationId> for String {
    fn from(id: ActivationId) -> Self {
        id.0
    }
}

impl fmt::Display for ActivationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of an object: names with `/` between them. It can never lead out of the store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The folder of an activation.
    pub(crate) fn of_activation(activation: &ActivationId) -> Self {
        Self(activation.0.clone())
    }

    /// The folder of those who have been erased, beside the activations.
    pub(crate) fn of_erasures() -> Self {
        Self(format!("{OWN}erased"))
    }

    /// Whether it is below a folder.
    pub(crate) fn is_below(&self, folder: &Self) -> bool {
        self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// A key below this one. `name` is one of the format's own names, which are valid.
    pub(crate) fn child(&self, name: impl fmt::Display) -> Self {
        Self(format!("{}/{name}", self.0))
    }
}

impl FromStr for ObjectKey {
    type Err = InvalidName;

    fn from_str(key: &str) -> Result<Self, InvalidName> {
        key.split('/').try_for_each(check).map(|()| Self(key.to_owned()))
    }
}

impl TryFrom<String> for ObjectKey {
    type Error = InvalidName;

    fn try_from(key: String) -> Result<Self, InvalidName> {
        key.parse()
    }
}

impl From<ObjectKey> for String {
    fn from(key: ObjectKey) -> Self {
        key.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_cannot_lead_out_of_the_store() {
        for key in ["", "/", "a//b", "..", "a/../b", "a/.hidden", "a\\b", "a b", "a/\0", &"a".repeat(101)] {
            assert!(key.parse::<ObjectKey>().is_err(), "{key:?}");
        }
        assert!("buyers/generations/00000001.json".parse::<ObjectKey>().is_ok());
    }

    #[test]
    fn no_activation_has_the_folder_of_those_who_were_erased() {
        let folder = ObjectKey::of_erasures();
        assert!(folder.as_str().parse::<ObjectKey>().is_ok());
        assert!(folder.as_str().parse::<ActivationId>().is_err());
    }

    #[test]
    fn a_key_from_a_file_is_checked_too() {
        assert!(serde_json::from_str::<ObjectKey>(r#""../x""#).is_err());
    }
}
