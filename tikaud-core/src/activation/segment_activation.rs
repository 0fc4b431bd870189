//! The activation: a segment, a destination, a state store, and the settings between them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::read::Tallies;
use super::suppression::Suppression;
use super::watch::Watch;
use super::{
    Activation, ActivationError, Report, RunOptions, SegmentActivationBuilder, Teardown, TornDown, WhenGone, adopt,
    propose, run, tear_down,
};
use crate::destination::{AudienceId, AudienceSpec, Destination};
use crate::identifier::{Extractor, FieldMapping, SecretKey};
use crate::plan::{GuardSettings, Plan, PlanInput};
#[cfg(feature = "scheduler")]
use crate::schedule::ScheduleSettings;
use crate::segment::{HoldOut, Segment};
use crate::state::{ActivationId, Generation, HeldFiles, KindChanges, Ledger, StateError, StateStore};

/// A segment that is kept in an audience: the [`Activation`] to use.
///
/// ```
/// use std::sync::Arc;
/// use tikaud_core::activation::{Activation, Outcome, RunOptions, SegmentActivation};
/// use tikaud_core::destination::MemoryDestination;
/// use tikaud_core::identifier::{Field, FieldMapping};
/// use tikaud_core::segment::MemorySegment;
/// use tikaud_core::state::MemoryStateStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")]])?;
/// let activation = SegmentActivation::builder("buyers", segment, MemoryDestination::new(), MemoryStateStore::new())
///     .mapping(FieldMapping::try_new([("email", Field::Email)])?)
///     .build()?;
/// let report = activation.run(&RunOptions::new()).await?;
/// assert_eq!(report.outcome, Outcome::Done);
/// # Ok(())
/// # }
/// ```
pub struct SegmentActivation {
    pub(super) segment: Arc<dyn Segment>,
    pub(super) destination: Arc<dyn Destination>,
    pub(super) ledger: Ledger,
    pub(super) mapping: FieldMapping,
    pub(super) extractor: Arc<Extractor>,
    pub(super) suppressions: Vec<Suppression>,
    pub(super) erasure_key: Option<SecretKey>,
    pub(super) hold_out: Option<Arc<HoldOut>>,
    pub(super) spec: AudienceSpec,
    pub(super) guards: GuardSettings,
    #[cfg(feature = "scheduler")]
    pub(super) schedule: ScheduleSettings,
    pub(super) when_gone: WhenGone,
    pub(super) watch: Watch,
}

impl SegmentActivation {
    /// Begins to set up an activation. `id` is its name in the state store, for ever.
    pub fn builder(
        id: impl Into<String>,
        segment: impl Segment + 'static,
        destination: impl Destination + 'static,
        store: impl StateStore + 'static,
    ) -> SegmentActivationBuilder {
        Self::builder_shared(id, Arc::new(segment), Arc::new(destination), Arc::new(store))
    }

    /// The same of parts that are shared with others.
    pub fn builder_shared(
        id: impl Into<String>,
        segment: Arc<dyn Segment>,
        destination: Arc<dyn Destination>,
        store: Arc<dyn StateStore>,
    ) -> SegmentActivationBuilder {
        SegmentActivationBuilder::new(id.into(), segment, destination, store)
    }

    /// When it is to run: what to give to a [`Scheduler`](crate::schedule::Scheduler) with it.
    #[cfg(feature = "scheduler")]
    #[must_use]
    pub fn schedule(&self) -> &ScheduleSettings {
        &self.schedule
    }

    /// Where the activation stands: its audience and the generation of its state, interrupted runs counted in. Reads the
    /// state, and asks nobody.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub async fn state(&self) -> Result<Generation, StateError> {
        self.ledger.generation().await
    }

    /// Has the activation keep an audience that is there already, in the place of one that it would create. What the audience
    /// holds is left alone: only what this activation puts in is ever removed. It keeps its name until the
    /// activation's name changes. Adopting the activation's own audience again changes nothing.
    ///
    /// ```
    /// # use tikaud_core::activation::{Activation, RunOptions, SegmentActivation};
    /// # use tikaud_core::destination::{AudienceSpec, Destination, MemoryDestination};
    /// # use tikaud_core::identifier::{Field, FieldMapping};
    /// # use tikaud_core::segment::MemorySegment;
    /// # use tikaud_core::state::MemoryStateStore;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let destination = MemoryDestination::new();
    /// let spec = AudienceSpec { name: "Made by hand".to_owned(), description: None };
    /// let audience = destination.create_audience(&spec).await?.id;
    /// let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")]])?;
    /// let activation = SegmentActivation::builder("buyers", segment, destination.clone(), MemoryStateStore::new())
    ///     .mapping(FieldMapping::try_new([("email", Field::Email)])?)
    ///     .build()?;
    /// activation.adopt(&audience).await?;
    /// activation.run(&RunOptions::new()).await?;
    /// assert_eq!(destination.audiences(), [audience]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ActivationError::HasAudience`] when it has another one; [`ActivationError::AudienceGone`] when there is no such
    /// audience; [`ActivationError::Destination`] when it is of another kind, or cannot be used;
    /// [`ActivationError::State`] when the state cannot be used, or a run is under way.
    pub async fn adopt(&self, audience: &AudienceId) -> Result<Generation, ActivationError> {
        adopt::adopt(self, audience).await
    }

    /// Ends the activation: keeps, drains or deletes its audience, and forgets its state. What was not completed is
    /// completed by calling it again.
    ///
    /// # Errors
    ///
    /// [`ActivationError::Destination`] when the destination refuses or cannot be reached; [`ActivationError::State`] when
    /// the state cannot be used, or a run is under way. The state is kept then.
    pub async fn tear_down(&self, teardown: Teardown) -> Result<TornDown, ActivationError> {
        tear_down::tear_down(self, teardown).await
    }

    pub(super) fn make_plan(
        &self,
        generation: &Generation,
        held: &HeldFiles,
        changes: Vec<KindChanges>,
        tallies: Tallies,
        options: &RunOptions,
    ) -> Plan {
        Plan::new(PlanInput {
            generation,
            changes,
            tally: tallies.segment,
            suppressions: tallies.suppressions,
            hold_out: tallies.hold_out,
            schema: tallies.schema,
            spec: &self.spec,
            mapping: &self.mapping,
            capabilities: self.destination.capabilities(),
            held: held.possible_count(),
            guards: &self.guards,
            allowed: &options.allowed,
        })
    }
}

#[async_trait]
impl Activation for SegmentActivation {
    fn id(&self) -> &ActivationId {
        &self.ledger.activation
    }

    async fn plan(&self, options: &RunOptions) -> Result<Plan, ActivationError> {
        propose::plan(self, options).await
    }

    async fn run(&self, options: &RunOptions) -> Result<Report, ActivationError> {
        run::run(self, options).await
    }
}

impl fmt::Debug for SegmentActivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentActivation")
            .field("ledger", &self.ledger)
            .field("segment", &self.segment.name())
            .field("destination", &self.destination)
            .field("mapping", &self.mapping)
            .field("suppressions", &self.suppressions.len())
            .field("spec", &self.spec)
            .field("watch", &self.watch)
            .finish_non_exhaustive()
    }
}
