//! Sets that a diff engine keeps, as generations name them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identifier::IdentifierKind;
use crate::state::ActivationId;

/// The sets of one generation of one activation, as an engine names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetsId {
    activation: ActivationId,
    name: SetsName,
}

/// The name of sets: the generation and the epoch of the claim that made them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct SetsName(String);

impl SetsId {
    pub(crate) fn new(activation: &ActivationId, name: &SetsName) -> Self {
        Self { activation: activation.clone(), name: name.clone() }
    }

    /// Sets of an activation by their generation and the epoch of the claim under which they are made.
    #[must_use]
    pub fn of(activation: &ActivationId, generation: u64, epoch: u64) -> Self {
        Self::new(activation, &SetsName::new(generation, epoch))
    }

    /// The generation that they are of.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.name.generation()
    }

    /// The activation that they are of.
    #[must_use]
    pub fn activation(&self) -> &ActivationId {
        &self.activation
    }

    /// Their name among the activation's sets: digits and a hyphen, such as `00000012-0000000007`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name.0
    }
}

impl fmt::Display for SetsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of activation `{}`", self.name.0, self.activation)
    }
}

impl SetsName {
    pub(crate) fn new(generation: u64, epoch: u64) -> Self {
        Self(format!("{generation:08}-{epoch:010}"))
    }

    fn generation(&self) -> u64 {
        // Digits, and few enough of them: see `try_from`.
        self.0.split('-').next().and_then(|generation| generation.parse().ok()).unwrap_or(u64::MAX)
    }
}

impl TryFrom<String> for SetsName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let good = name.len() <= 40
            && name.split_once('-').is_some_and(|(generation, epoch)| is_number(generation) && is_number(epoch));
        if good { Ok(Self(name)) } else { Err("no sets of a diff engine have such a name") }
    }
}

impl From<SetsName> for String {
    fn from(name: SetsName) -> Self {
        name.0
    }
}

/// Sets that a diff engine keeps for a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeptSets {
    /// Where they are: [`DiffEngine::place`](super::DiffEngine::place).
    pub place: String,
    pub(crate) name: SetsName,
    /// What is in them, kind by kind.
    pub counts: Vec<StoredCount>,
}

impl KeptSets {
    pub(crate) fn new(place: &str, name: SetsName, counts: Vec<StoredCount>) -> Self {
        Self { place: place.to_owned(), name, counts }
    }

    /// How many identifiers are in them.
    #[must_use]
    pub fn possible_count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(count.possible()))
    }
}

/// How many identifiers of a kind are in the sets of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredCount {
    /// The kind.
    pub kind: IdentifierKind,
    /// Acknowledged as added, with no removal tried since.
    pub confirmed: u64,
    /// Those that the destination may hold besides.
    pub unconfirmed: u64,
}

impl StoredCount {
    /// So many of a kind.
    #[must_use]
    pub fn new(kind: IdentifierKind, confirmed: u64, unconfirmed: u64) -> Self {
        Self { kind, confirmed, unconfirmed }
    }

    /// All that the destination may hold.
    #[must_use]
    pub fn possible(&self) -> u64 {
        self.confirmed.saturating_add(self.unconfirmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_name_sets() {
        let read = |name: &str| serde_json::from_str::<SetsName>(&format!("\"{name}\""));
        assert_eq!(read("00000012-0000000007").unwrap(), SetsName::new(12, 7));
        for name in ["", "-", "1", "1-", "1-2-3", "1-x", "a\\u0022;DROP-1"] {
            assert!(read(name).is_err(), "{name}");
        }
    }
}
