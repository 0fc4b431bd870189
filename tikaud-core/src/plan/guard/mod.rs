//! Guards: what stops a plan before anything is sent.
//!
//! ```text
//! facts about the plan, settings ──▶ judge ──▶ a verdict each, with its reason
//! ```

mod judge;
mod settings;
#[cfg(test)]
mod tests;

pub(super) use judge::{Facts, judge};
pub use settings::{GuardAction, GuardSettings, InvalidGuard, Threshold};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What can stop a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Guard {
    /// The audience would be smaller than the destination makes use of, at first or once leavers are removed.
    MinimumSize,
    /// The segment has no identifier at all, so that the audience would be empty.
    EmptySegment,
    /// A suppression segment has no identifier at all, so that everybody who was on it would be let in again.
    EmptySuppression,
    /// A large part of the audience would be removed.
    TooManyRemovals,
    /// The audience would grow by a large part of itself.
    SuddenGrowth,
    /// The segment has far fewer members than in the last run.
    SourceShrank,
    /// The segment is read from something else than in the last run: a column's type, a view's definition, a rule.
    SchemaChanged,
    /// The field mapping, or the rules by which values are normalised, differ from the last run's.
    MappingChanged,
    /// A large part of a column's values did not become identifiers.
    TooManyRejects,
    /// E-mail addresses and phone numbers are mapped both, which the destination's API has been seen to fail on.
    EmailAndPhone,
}

impl Guard {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::MinimumSize,
        Self::EmptySegment,
        Self::EmptySuppression,
        Self::TooManyRemovals,
        Self::SuddenGrowth,
        Self::SourceShrank,
        Self::SchemaChanged,
        Self::MappingChanged,
        Self::TooManyRejects,
        Self::EmailAndPhone,
    ];

    /// The name in settings and commands; [`FromStr`] reads it.
    #[must_use]
    pub fn setting(self) -> String {
        self.as_str().replace("e-mail", "email").replace(' ', "-")
    }

    /// The name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MinimumSize => "minimum size",
            Self::EmptySegment => "empty segment",
            Self::EmptySuppression => "empty suppression",
            Self::TooManyRemovals => "too many removals",
            Self::SuddenGrowth => "sudden growth",
            Self::SourceShrank => "source shrank",
            Self::SchemaChanged => "schema changed",
            Self::MappingChanged => "mapping changed",
            Self::TooManyRejects => "too many rejects",
            Self::EmailAndPhone => "e-mail and phone",
        }
    }
}

/// No guard has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no guard `{name}`; the guards are: {}", Guard::ALL.map(Guard::setting).join(", "))]
#[non_exhaustive]
pub struct UnknownGuard {
    /// The name.
    pub name: String,
}

/// By its name in settings and commands: `minimum-size`.
impl FromStr for Guard {
    type Err = UnknownGuard;

    fn from_str(name: &str) -> Result<Self, UnknownGuard> {
        let guard = Self::ALL.into_iter().find(|guard| guard.setting() == name);
        guard.ok_or_else(|| UnknownGuard { name: name.to_owned() })
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a guard says to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing against it.
    Passed,
    /// It is told, and does not stop the plan: see [`GuardAction::Warn`].
    Warned,
    /// It must not be sent.
    Blocked,
    /// It would be blocked, and was allowed by name for this one plan.
    Allowed,
}

/// A guard's verdict on a plan, and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GuardVerdict {
    /// The guard.
    pub guard: Guard,
    /// What it says.
    pub verdict: Verdict,
    /// By how much, in words.
    pub reason: String,
}
