//! The settings of an activation.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::watch::Watch;
#[cfg(doc)]
use super::{ActivationError, SegmentActivation};
use super::{ActivationSettings, Template};
use crate::destination::Destination;
use crate::diff::{DEFAULT_MEMORY_BUDGET, DiffEngine};
#[cfg(doc)]
use crate::identifier::DefaultPhoneParser;
use crate::identifier::{FieldMapping, PhoneParser, SecretKey};
use crate::plan::GuardSettings;
#[cfg(feature = "scheduler")]
use crate::schedule::{Schedule, ScheduleSettings};
use crate::segment::{HoldOut, Segment};
use crate::state::{Clock, StateStore, SystemClock};

/// What a run does when the audience is no longer there: deleted, expired, or taken away from the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhenGone {
    /// It ends with [`ActivationError::AudienceGone`] and changes nothing: somebody may have had a reason.
    #[default]
    Stop,
    /// It creates a new audience and puts the whole segment into it. Ad groups that used the old one do not use the new
    /// one until somebody applies it. The report says so.
    CreateAnew,
}

/// Sets up a [`SegmentActivation`].
pub struct SegmentActivationBuilder {
    pub(super) id: String,
    pub(super) segment: Arc<dyn Segment>,
    pub(super) destination: Arc<dyn Destination>,
    pub(super) store: Arc<dyn StateStore>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) mapping: Option<FieldMapping>,
    pub(super) suppressions: Vec<(Arc<dyn Segment>, FieldMapping)>,
    pub(super) erasure_key: Option<SecretKey>,
    pub(super) hold_out: Option<HoldOut>,
    pub(super) phone_parser: Option<Arc<dyn PhoneParser>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) guards: GuardSettings,
    #[cfg(feature = "scheduler")]
    pub(super) schedule: ScheduleSettings,
    pub(super) when_gone: WhenGone,
    pub(super) memory_budget: usize,
    pub(super) scratch: Option<PathBuf>,
    pub(super) watch: Watch,
    pub(super) engine: Option<Arc<dyn DiffEngine>>,
}

impl SegmentActivationBuilder {
    pub(super) fn new(
        id: String,
        segment: Arc<dyn Segment>,
        destination: Arc<dyn Destination>,
        store: Arc<dyn StateStore>,
    ) -> Self {
        Self {
            id,
            segment,
            destination,
            store,
            name: None,
            description: None,
            mapping: None,
            suppressions: Vec::new(),
            erasure_key: None,
            hold_out: None,
            phone_parser: None,
            clock: Arc::new(SystemClock),
            guards: GuardSettings::default(),
            #[cfg(feature = "scheduler")]
            schedule: ScheduleSettings::new(Schedule::Manual),
            when_gone: WhenGone::default(),
            memory_budget: DEFAULT_MEMORY_BUDGET,
            scratch: None,
            watch: Watch::default(),
            engine: None,
        }
    }

    /// Whatever these settings say. A template is filled with the segment's name and description. The kind of audience is the
    /// destination's business: [`ConfiguredDestination`](super::ConfiguredDestination) sees to it.
    #[must_use]
    pub fn settings(mut self, settings: ActivationSettings) -> Self {
        let segment = Arc::clone(&self.segment);
        let fill = |template: Template| template.fill(&*segment);
        self.name = settings.name.map(fill).or(self.name);
        self.description = settings.description.map(fill).or(self.description);
        self.mapping = settings.mapping.or(self.mapping);
        #[cfg(feature = "scheduler")]
        if let Some(schedule) = settings.schedule {
            self.schedule = schedule;
        }
        self.guards = settings.guards.unwrap_or(self.guards);
        self.when_gone = settings.when_gone.unwrap_or(self.when_gone);
        self.memory_budget = settings.memory_budget.unwrap_or(self.memory_budget);
        self
    }

    /// When it runs, for whoever runs it on a schedule: see [`SegmentActivation::schedule`]. Default: by call only.
    #[cfg(feature = "scheduler")]
    #[must_use]
    pub fn schedule(mut self, schedule: ScheduleSettings) -> Self {
        self.schedule = schedule;
        self
    }

    /// The audience's name. Default: the segment's.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The audience's description. Default: the segment's, if it has one.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Which columns are sent, and as what. Required.
    #[must_use]
    pub fn mapping(mut self, mapping: FieldMapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// Keeps the members of another segment out of the audience: those who have opted out, staff, buyers already served.
    /// Applied last and always. Call it once for each such segment.
    ///
    /// It works by identifiers, made by the activation's own rules, so an address is found however it is spelt, and whoever
    /// comes onto the list is removed by the next run. It does not work by person: somebody who is on the list with an e-mail
    /// address only stays in the audience by a phone number that is mapped too, and the plan warns of that. Map every column of
    /// identifiers that the list has.
    ///
    /// A suppression segment that cannot be read fails the run before anything is sent; one without a single identifier is
    /// stopped by the guard [`EmptySuppression`](crate::plan::Guard::EmptySuppression).
    ///
    /// ```
    /// # use tikaud_core::destination::MemoryDestination;
    /// # use tikaud_core::state::MemoryStateStore;
    /// use tikaud_core::activation::{Activation, RunOptions, SegmentActivation};
    /// use tikaud_core::identifier::{Field, FieldMapping};
    /// use tikaud_core::segment::MemorySegment;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let buyers = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")], [Some("grace@example.com")]])?;
    /// let opted_out = MemorySegment::try_new("Opted out", ["mail"], [[Some(" ADA@Example.com")]])?;
    /// let activation = SegmentActivation::builder("buyers", buyers, MemoryDestination::new(), MemoryStateStore::new())
    ///     .mapping(FieldMapping::try_new([("email", Field::Email)])?)
    ///     .suppress(opted_out, FieldMapping::try_new([("mail", Field::Email)])?)
    ///     .build()?;
    /// let report = activation.run(&RunOptions::new()).await?;
    /// assert_eq!((report.kinds[0].added, report.plan.kinds[0].suppressed), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn suppress(self, segment: impl Segment + 'static, mapping: FieldMapping) -> Self {
        self.suppress_shared(Arc::new(segment), mapping)
    }

    /// The same of a segment that is shared with others.
    #[must_use]
    pub fn suppress_shared(mut self, segment: Arc<dyn Segment>, mapping: FieldMapping) -> Self {
        self.suppressions.push((segment, mapping));
        self
    }

    /// The key with which people are [erased](super::Erasures) in this state root, so that whoever was is never added again.
    ///
    /// Required once somebody has been: a run without it ends before anything is sent. It is kept nowhere; give it at once,
    /// and to every activation of the root, so that the first erasure stops none of them.
    #[must_use]
    pub fn erasure_key(mut self, key: SecretKey) -> Self {
        self.erasure_key = Some(key);
        self
    }

    /// Keeps a part of the members out of the audience, always the same one, so that what the audience brings can be measured.
    /// Plan and report say how many it is.
    #[must_use]
    pub fn hold_out(mut self, hold_out: HoldOut) -> Self {
        self.hold_out = Some(hold_out);
        self
    }

    /// What reads phone numbers. Default: [`DefaultPhoneParser`]. Another reading makes other identifiers.
    #[must_use]
    pub fn phone_parser(mut self, parser: Arc<dyn PhoneParser>) -> Self {
        self.phone_parser = Some(parser);
        self
    }

    /// What tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How strict the guards are. Default: [`GuardSettings::default`], which blocks what is rarely meant.
    #[must_use]
    pub fn guards(mut self, guards: GuardSettings) -> Self {
        self.guards = guards;
        self
    }

    /// What happens when the audience is no longer there. Default: [`WhenGone::Stop`].
    #[must_use]
    pub fn when_gone(mut self, when_gone: WhenGone) -> Self {
        self.when_gone = when_gone;
        self
    }

    /// Has an engine compare the segment where it is and keep what the audience holds, in the place of this process and the state
    /// store. It has to be one for the activation's segment. Generations, claims, plans, journals and reports stay in the state
    /// store. An activation that has run without it, or with another, is [moved](SegmentActivation::move_sets) first.
    ///
    /// Suppression segments are given to the engine then, and nobody can be held out: members are not read here.
    #[must_use]
    pub fn diff_engine(mut self, engine: Arc<dyn DiffEngine>) -> Self {
        self.engine = Some(engine);
        self
    }

    /// Memory that comparing may use, in bytes, whatever the segment's size. Default: [`DEFAULT_MEMORY_BUDGET`], 256 MiB.
    ///
    /// What does not fit goes to temporary files: at most the segment's identifiers, 32 bytes each for SHA-256, and a
    /// run's report says how much it was. The process as a whole takes up to half as much again as the budget. Batches of the source and of the destination are not part of it.
    #[must_use]
    pub fn memory_budget(mut self, bytes: usize) -> Self {
        self.memory_budget = bytes;
        self
    }

    /// Where temporary files go when the memory budget is used up. Default: where the state store has its disk, or the
    /// system's directory for temporary files when it has none. The files have no name, so that none is left
    /// behind, however the process ends.
    #[must_use]
    pub fn scratch_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.scratch = Some(directory.into());
        self
    }
}

impl fmt::Debug for SegmentActivationBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentActivationBuilder")
            .field("id", &self.id)
            .field("segment", &self.segment.name())
            .field("destination", &self.destination)
            .field("name", &self.name)
            .field("mapping", &self.mapping)
            .field("suppressions", &self.suppressions.len())
            .finish_non_exhaustive()
    }
}
