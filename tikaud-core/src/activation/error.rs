//! Why an activation could not be set up or run.

use super::ChangeLogError;
use crate::compute::Died;
use crate::destination::{AudienceId, DestinationError, DestinationId};
use crate::diff::{DiffEngineError, DiffError, MINIMUM_MEMORY_BUDGET, ScratchError};
use crate::identifier::{IdentifierKind, MappingError, NumberingPlansDamaged};
use crate::plan::InvalidGuard;
use crate::segment::SegmentError;
use crate::state::{ActivationId, InvalidName, PlanId, StateError};

/// Why an activation could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The activation's id cannot be a name in the state store.
    #[error("the activation's id is not usable")]
    Id(#[from] InvalidName),
    /// No field mapping was given.
    #[error("the activation has no field mapping; say which column holds e-mail addresses or phone numbers")]
    NoMapping,
    /// The name is empty.
    #[error("the audience's name is empty; give one, or leave it out to use the segment's")]
    EmptyName,
    /// The destination takes no such identifiers.
    #[error(
        "column `{column}`: the destination `{destination}` takes no identifiers of kind {kind}; leave it unmapped"
    )]
    UnsupportedKind {
        /// The column.
        column: String,
        /// The kind that would come of it.
        kind: IdentifierKind,
        /// The destination.
        destination: DestinationId,
    },
    /// The destination takes one of these kinds, and not both in one audience.
    #[error("an audience at `{destination}` holds {first} or {second}, not both; map columns to one of them")]
    ExclusiveKinds {
        /// One kind.
        first: IdentifierKind,
        /// The other.
        second: IdentifierKind,
        /// The destination.
        destination: DestinationId,
    },
    /// A suppression segment has no identifier of a kind that the activation sends.
    #[error(
        "the suppression segment `{segment}` has none of the kinds of identifier that the activation sends, so it would keep \
         nobody out; map its columns to the same kinds"
    )]
    SuppressesNothing {
        /// The suppression segment's name.
        segment: String,
    },
    /// With a diff engine, members are not read here.
    #[error("{what} of the activation would have to be read here, and its diff engine compares it elsewhere; {remedy}")]
    NotElsewhere {
        /// What would have to be read.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The destination has no audiences of the kind that the settings ask for.
    #[error("the audience kind of the settings cannot be used")]
    AudienceKind(#[source] DestinationError),
    /// A guard's setting cannot be meant.
    #[error("the settings of the guards cannot be used")]
    Guards(#[from] InvalidGuard),
    /// The memory budget is too small.
    #[error("a memory budget of {given} bytes is too small; give at least {MINIMUM_MEMORY_BUDGET}")]
    MemoryBudget {
        /// The budget that was asked for, in bytes.
        given: usize,
    },
    /// Phone numbers cannot be parsed in this build.
    #[error("phone numbers cannot be parsed")]
    Phones(#[from] NumberingPlansDamaged),
}

/// Why an activation could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActivationError {
    /// The field mapping does not fit the segment.
    #[error("the field mapping does not fit the segment `{segment}`")]
    Mapping {
        /// The segment's name.
        segment: String,
        /// Why.
        source: MappingError,
    },
    /// The segment could not be read. Nothing was sent, the audience is as it was.
    #[error("the segment `{segment}` could not be read; the audience is as it was")]
    Segment {
        /// The segment's name.
        segment: String,
        /// Why.
        source: SegmentError,
    },
    /// The state could not be read or written.
    #[error("the state of the activation could not be used")]
    State(#[from] StateError),
    /// Temporary files could not be used.
    #[error("what does not fit into the memory budget could not be put aside")]
    Scratch(#[from] ScratchError),
    /// The diff engine refused, or could not be reached.
    #[error("the diff engine could not do its part; what it keeps is as it was, and the next run carries on")]
    DiffEngine(#[from] DiffEngineError),
    /// What an interrupted run has left has to be counted in first, where a diff engine keeps what the audience holds.
    #[error(
        "an interrupted run of activation `{activation}` has to be counted in before this can be told; run it, or prepare a \
         plan, which sends nothing"
    )]
    Interrupted {
        /// The activation.
        activation: ActivationId,
    },
    /// The destination refused, or could not be reached, before any identifier was sent.
    #[error("the destination `{destination}` cannot be used; no identifier was sent")]
    Destination {
        /// The destination.
        destination: DestinationId,
        /// Why.
        source: DestinationError,
    },
    /// The audience is no longer there.
    #[error(
        "the audience {audience} is no longer at `{destination}`; nothing was sent. To have a new one created in its \
         place, set what happens when it is gone (`when_gone`) to creating it anew"
    )]
    AudienceGone {
        /// The audience.
        audience: AudienceId,
        /// The destination.
        destination: DestinationId,
        /// What the destination said.
        source: DestinationError,
    },
    /// An audience was asked for without a reply, and is not found.
    #[error("the audience that was asked for at `{destination}` without a reply is not found; nothing was sent")]
    AudienceUnknown {
        /// The destination.
        destination: DestinationId,
    },
    /// A prepared plan cannot be carried out any more.
    #[error("the plan {plan} cannot be carried out: {reason}; nothing was sent. Prepare it anew and look at it again")]
    StalePlan {
        /// Which plan.
        plan: PlanId,
        /// Why not.
        reason: &'static str,
    },
    /// The activation has another audience already.
    #[error(
        "the activation keeps audience {audience} and cannot adopt {adopted}; tear it down first, or give the other one an \
         activation of its own"
    )]
    HasAudience {
        /// The audience that it keeps.
        audience: AudienceId,
        /// The audience that it was to adopt.
        adopted: AudienceId,
    },
    /// The change log could not be opened. Nothing was sent.
    #[error("the change log cannot be written; nothing was sent")]
    ChangeLog(#[from] ChangeLogError),
    /// A background task of this run has died. The panic's message is not kept: it may quote a member's value.
    #[error("a part of the run has died; the next run carries on")]
    Task,
}

impl From<Died> for ActivationError {
    fn from(_: Died) -> Self {
        Self::Task
    }
}

impl From<DiffError> for ActivationError {
    fn from(error: DiffError) -> Self {
        match error {
            DiffError::State(error) => error.into(),
            DiffError::Scratch(error) => error.into(),
            DiffError::Engine(error) => error.into(),
            DiffError::Died(error) => error.into(),
        }
    }
}
