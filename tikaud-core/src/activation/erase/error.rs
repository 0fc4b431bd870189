//! Why somebody could not be erased.

use crate::state::{ActivationId, StateError};

/// Why somebody could not be erased. What a single activation could not do is no error, and is in the
/// [receipt](super::ErasureReceipt).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErasureError {
    /// The person has no identifier.
    #[error("the person has no identifier; give every address, number and digest that is known of them")]
    NoIdentifier,
    /// An activation could not run any more after the erasure.
    #[error(
        "the activation `{activation}` has no key for erasures, and could not run any more; give it the same one \
         (`erasure_key`), nothing was erased"
    )]
    NoKey {
        /// The activation.
        activation: ActivationId,
    },
    /// An activation has another key.
    #[error(
        "the activation `{activation}` has another key for erasures; give every activation of a state root the same one, \
         nothing was erased"
    )]
    OtherKey {
        /// The activation.
        activation: ActivationId,
    },
    /// The log of erasures could not be read or written, or is of another key.
    #[error("the state root's record of erasures could not be used; erase again once it can")]
    State(#[from] StateError),
}
