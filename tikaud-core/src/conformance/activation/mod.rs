//! The suite for [`Activation`].

pub mod cases;
mod customers;
mod destination;
mod segment;
mod store;
mod world;

use std::sync::Arc;

use crate::activation::Activation;
use crate::destination::Destination;
use crate::identifier::FieldMapping;
use crate::segment::Segment;
use crate::state::StateStore;

/// Makes the activations under test.
pub trait ActivationFixture: Send + Sync {
    /// An activation of these parts, all of which it uses. A case may ask for two of the same parts, as two processes
    /// would.
    fn activation(&self, parts: ActivationParts) -> Box<dyn Activation>;
}

/// What an activation under test is made of. Each case looks at these parts to see what the activation did.
///
/// ```
/// use tikaud_core::activation::{Activation, SegmentActivation};
/// use tikaud_core::conformance::{ActivationFixture, ActivationParts};
///
/// struct Plain;
///
/// impl ActivationFixture for Plain {
///     fn activation(&self, parts: ActivationParts) -> Box<dyn Activation> {
///         let ActivationParts { id, segment, destination, store, mapping, .. } = parts;
///         let builder = SegmentActivation::builder_shared(id, segment, destination, store);
///         Box::new(builder.mapping(mapping).build().unwrap())
///     }
/// }
///
/// tikaud_core::activation_conformance!(Plain);
/// # use tikaud_core::conformance::{block_on, activation::cases};
/// # block_on(cases::entrants_are_added_and_leavers_removed(&Plain));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ActivationParts {
    /// The activation's id.
    pub id: String,
    /// A segment whose members change in the course of a case.
    pub segment: Arc<dyn Segment>,
    /// A destination in memory, which loses replies and refuses batches where a case says so.
    pub destination: Arc<dyn Destination>,
    /// A store in memory, which can tell the living from the dead.
    pub store: Arc<dyn StateStore>,
    /// Which columns of the segment are sent, and as what.
    pub mapping: FieldMapping,
}

/// Shows the id only: the segment holds members.
impl std::fmt::Debug for ActivationParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ActivationParts").field("id", &self.id).finish_non_exhaustive()
    }
}

const _: fn(&dyn ActivationFixture) = |_| {};
