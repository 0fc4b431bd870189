//! What an audience has besides when it is a lookalike.

use serde_json::{Value, json};

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
