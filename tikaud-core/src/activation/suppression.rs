//! Segments whose members' identifiers are never in the audience.

use std::sync::Arc;

use crate::identifier::{Extractor, FieldMapping, PhoneParser};
use crate::segment::Segment;

use super::SettingsError;

/// A segment whose members' identifiers are never in the audience.
pub(super) struct Suppression {
    pub(super) segment: Arc<dyn Segment>,
    pub(super) mapping: FieldMapping,
    pub(super) extractor: Arc<Extractor>,
}

impl Suppression {
    /// Identifiers are made by the activation's own rules: otherwise the same address would not be the same identifier.
    pub(super) fn try_new(
        segment: Arc<dyn Segment>,
        mapping: FieldMapping,
        activation: &FieldMapping,
        parser: &Arc<dyn PhoneParser>,
    ) -> Result<Self, SettingsError> {
        if mapping.kinds().is_disjoint(&activation.kinds()) {
            return Err(SettingsError::SuppressesNothing { segment: segment.name().to_owned() });
        }
        let mapping = mapping.with_email_rule(activation.email_rule());
        let extractor = Arc::new(Extractor::new(&mapping, Arc::clone(parser)));
        Ok(Self { segment, mapping, extractor })
    }
}
