//! The reference implementation: everything in memory.

use async_trait::async_trait;

use super::{Activation, ActivationError, Report, RunOptions, SegmentActivation, SettingsError};
use crate::destination::MemoryDestination;
use crate::identifier::FieldMapping;
use crate::plan::Plan;
use crate::segment::Segment;
use crate::state::{ActivationId, MemoryStateStore};

/// An activation with its destination and its state in memory: the reference implementation of [`Activation`], and a handy
/// one for tests of what is built on activations.
#[derive(Debug)]
pub struct MemoryActivation {
    activation: SegmentActivation,
    destination: MemoryDestination,
}

impl MemoryActivation {
    /// An activation of this segment, at a destination without limits.
    ///
    /// # Errors
    ///
    /// [`SettingsError`], as for [`SegmentActivationBuilder::build`](super::SegmentActivationBuilder::build).
    pub fn try_new(segment: impl Segment + 'static, mapping: FieldMapping) -> Result<Self, SettingsError> {
        Self::with_destination(segment, mapping, MemoryDestination::new())
    }

    /// The same at this destination.
    ///
    /// # Errors
    ///
    /// [`SettingsError`], as for [`SegmentActivationBuilder::build`](super::SegmentActivationBuilder::build).
    pub fn with_destination(
        segment: impl Segment + 'static,
        mapping: FieldMapping,
        destination: MemoryDestination,
    ) -> Result<Self, SettingsError> {
        let store = MemoryStateStore::new();
        let activation =
            SegmentActivation::builder("memory", segment, destination.clone(), store).mapping(mapping).build()?;
        Ok(Self { activation, destination })
    }

    /// Where the audience is.
    #[must_use]
    pub fn destination(&self) -> &MemoryDestination {
        &self.destination
    }
}

#[async_trait]
impl Activation for MemoryActivation {
    fn id(&self) -> &ActivationId {
        self.activation.id()
    }

    async fn plan(&self, options: &RunOptions) -> Result<Plan, ActivationError> {
        self.activation.plan(options).await
    }

    async fn run(&self, options: &RunOptions) -> Result<Report, ActivationError> {
        self.activation.run(options).await
    }
}
