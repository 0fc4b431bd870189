//! What an audience is made of.

use serde_json::{Value, json};

use super::file_audience::FileAudience;

/// What an audience is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identifiers by mapping requests.
    Streaming,
    /// Identifiers in files.
    CustomerFile(FileAudience),
    /// People who resemble those of another audience.
    Lookalike(LookalikeSpec),
}

impl Kind {
    /// TikTok's name of the type.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Streaming => "Partner",
            Self::CustomerFile(_) => "Customer File Audience",
            Self::Lookalike(_) => "Lookalike Audience",
        }
    }

    pub(crate) const fn lookalike(&self) -> Option<&LookalikeSpec> {
        match self {
            Self::Lookalike(spec) => Some(spec),
            Self::Streaming | Self::CustomerFile(_) => None,
        }
    }

    pub(crate) const fn files(&self) -> Option<&FileAudience> {
        match self {
            Self::CustomerFile(files) => Some(files),
            Self::Streaming | Self::Lookalike(_) => None,
        }
    }

    pub(crate) const fn files_mut(&mut self) -> Option<&mut FileAudience> {
        match self {
            Self::CustomerFile(files) => Some(files),
            Self::Streaming | Self::Lookalike(_) => None,
        }
    }

    /// The type of its identifiers, where it has any.
    pub(crate) fn calculate_type(&self) -> Option<&'static str> {
        match self {
            Self::Streaming => Some("MULTIPLE_TYPES"),
            Self::CustomerFile(files) => Some(files.calculate_type.as_str()),
            Self::Lookalike(_) => None,
        }
    }
}

/// What a lookalike audience was asked to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LookalikeSpec {
    pub(crate) source_audience_id: String,
    pub(crate) include_source: bool,
    pub(crate) mobile_os: &'static str,
    pub(crate) placements: Vec<String>,
    pub(crate) location_ids: Vec<String>,
    pub(crate) audience_size: &'static str,
}

/// The sizes of lookalike audiences, with the number that stands for each in TikTok's specification.
pub(crate) const SIZES: [(&str, u64); 3] = [("NARROW", 10), ("BALANCED", 20), ("BROAD", 30)];

impl LookalikeSpec {
    /// As `get` shows it.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "source_audience_id": self.source_audience_id,
            "include_source": self.include_source,
            "mobile_os": self.mobile_os,
            "placements": self.placements,
            "location_ids": self.location_ids,
            "audience_size": self.audience_size,
        })
    }

    /// How many people it has when its source has this many: a guess that tells the sizes apart.
    pub(crate) fn size(&self, source: u64) -> u64 {
        let factor = SIZES.iter().find(|(name, _)| *name == self.audience_size).map_or(1, |(_, factor)| *factor);
        source.saturating_mul(factor)
    }
}
