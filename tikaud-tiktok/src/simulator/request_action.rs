//! What a request does, where one endpoint does several things.

use serde::{Deserialize, Serialize};

use super::Endpoint;

/// The field `action` of the segment endpoints and of `/dmp/custom_audience/update/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RequestAction {
    /// Create an audience.
    Create,
    /// Add identifiers to audiences.
    Add,
    /// Delete an audience, or identifiers from audiences.
    Delete,
    /// Add the identifiers in customer files.
    Append,
    /// Remove the identifiers in customer files.
    Remove,
    /// Put the identifiers in customer files in the place of all others.
    Replace,
}

impl RequestAction {
    /// The action of this name at an endpoint; where there is no name, the endpoint's default.
    pub(crate) fn read(endpoint: Endpoint, name: Option<&str>) -> Option<Self> {
        match (endpoint, name) {
            (Endpoint::SegmentAudience, None | Some("create")) => Some(Self::Create),
            (Endpoint::SegmentMapping, None | Some("add")) => Some(Self::Add),
            (Endpoint::SegmentAudience | Endpoint::SegmentMapping, Some("delete")) => Some(Self::Delete),
            (Endpoint::CustomAudienceUpdate, Some("APPEND")) => Some(Self::Append),
            (Endpoint::CustomAudienceUpdate, Some("REMOVE")) => Some(Self::Remove),
            // The default, with which a forgotten action wipes an audience.
            (Endpoint::CustomAudienceUpdate, None | Some("REPLACE")) => Some(Self::Replace),
            _ => None,
        }
    }
}
