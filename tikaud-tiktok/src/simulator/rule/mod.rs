//! What an audience has besides when it is made of rules.

mod events;
mod rule_type;

use serde_json::{Value, json};

pub(crate) use rule_type::RuleType;

/// The part of an audience that only those of rules have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleAudience {
    pub(crate) rule_type: RuleType,
    pub(crate) sub_type: &'static str,
    /// Days from its creation to its expiry, where they were given.
    pub(crate) retention: Option<u16>,
    pub(crate) is_auto_refresh: bool,
    /// The rules by which people are in, as they were given.
    pub(crate) inclusions: Value,
    /// Those by which they are not, or `null`.
    pub(crate) exclusions: Value,
}

impl RuleAudience {
    /// As `get` shows it. That a segment audience has a JSON text with these two names is known, and what is in them
    /// for an audience of rules is a guess.
    pub(crate) fn shown(&self) -> String {
        json!({"inclusions": self.inclusions, "exclusions": self.exclusions}).to_string()
    }
}
