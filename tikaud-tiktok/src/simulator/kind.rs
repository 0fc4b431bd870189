//! What an audience is made of.

use super::file_audience::FileAudience;
use super::lookalike_spec::LookalikeSpec;
use super::rule::RuleAudience;

/// What an audience is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identifiers by mapping requests.
    Streaming,
    /// Identifiers in files.
    CustomerFile(FileAudience),
    /// People who resemble those of another audience.
    Lookalike(LookalikeSpec),
    /// People who did something.
    Rule(RuleAudience),
}

impl Kind {
    /// TikTok's name of the type.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Streaming => "Partner",
            Self::CustomerFile(_) => "Customer File Audience",
            Self::Lookalike(_) => "Lookalike Audience",
            Self::Rule(rule) => rule.rule_type.type_name(),
        }
    }

    pub(crate) const fn lookalike(&self) -> Option<&LookalikeSpec> {
        match self {
            Self::Lookalike(spec) => Some(spec),
            Self::Streaming | Self::CustomerFile(_) | Self::Rule(_) => None,
        }
    }

    pub(crate) const fn files(&self) -> Option<&FileAudience> {
        match self {
            Self::CustomerFile(files) => Some(files),
            Self::Streaming | Self::Lookalike(_) | Self::Rule(_) => None,
        }
    }

    pub(crate) const fn files_mut(&mut self) -> Option<&mut FileAudience> {
        match self {
            Self::CustomerFile(files) => Some(files),
            Self::Streaming | Self::Lookalike(_) | Self::Rule(_) => None,
        }
    }

    pub(crate) const fn rule(&self) -> Option<&RuleAudience> {
        match self {
            Self::Rule(rule) => Some(rule),
            Self::Streaming | Self::CustomerFile(_) | Self::Lookalike(_) => None,
        }
    }

    /// The type of its identifiers, where it has any.
    pub(crate) fn calculate_type(&self) -> Option<&'static str> {
        match self {
            Self::Streaming => Some("MULTIPLE_TYPES"),
            Self::CustomerFile(files) => Some(files.calculate_type.as_str()),
            Self::Lookalike(_) | Self::Rule(_) => None,
        }
    }

    /// For which ads it can be used.
    pub(crate) const fn sub_type(&self) -> &'static str {
        match self {
            Self::CustomerFile(files) => files.sub_type,
            Self::Rule(rule) => rule.sub_type,
            Self::Streaming | Self::Lookalike(_) => "NORMAL",
        }
    }

    /// The same, to be changed: where that can be done. Of lookalikes TikTok says that it cannot.
    pub(crate) const fn sub_type_mut(&mut self) -> Option<&mut &'static str> {
        match self {
            Self::CustomerFile(files) => Some(&mut files.sub_type),
            Self::Rule(rule) => Some(&mut rule.sub_type),
            Self::Streaming | Self::Lookalike(_) => None,
        }
    }

    /// Days from its creation to its expiry, where they were given.
    pub(crate) const fn retention(&self) -> Option<u16> {
        match self {
            Self::CustomerFile(files) => files.retention,
            Self::Rule(rule) => rule.retention,
            Self::Streaming | Self::Lookalike(_) => None,
        }
    }

    /// Whether it can be shared with other ad accounts.
    pub(crate) const fn is_shareable(&self) -> bool {
        match self {
            Self::Streaming | Self::CustomerFile(_) | Self::Lookalike(_) => true,
            Self::Rule(rule) => rule.rule_type.is_shareable(),
        }
    }
}
