//! Why state could not be read or written.

use std::io;

use jiff::Timestamp;

use super::{ActivationId, ObjectKey};
use crate::destination::DestinationId;

/// Why state could not be read or written. State is never guessed: each of these stops the run before anything is sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// An object that had to be new is there already.
    #[error("the state object `{key}` is there already, from another process or a state restored in part; run again")]
    AlreadyExists {
        /// The object.
        key: ObjectKey,
    },
    /// An object that had to be there is not.
    #[error("the state object `{key}` is missing; restore the state from a back-up")]
    NotFound {
        /// The object.
        key: ObjectKey,
    },
    /// The activation has state, but not the part that says what the audience holds.
    #[error(
        "the state of activation `{activation}` has lost its generations; restore it from a back-up, nothing was sent"
    )]
    GenerationsMissing {
        /// The activation.
        activation: ActivationId,
    },
    /// An object is not what was written: a flipped bit, a truncated file.
    #[error("the state object `{key}` is damaged ({what}); restore the state from a back-up, nothing was sent")]
    Damaged {
        /// The object.
        key: ObjectKey,
        /// What is wrong with it.
        what: String,
    },
    /// An object ends before it should: a copy that broke off, a file system that lost its end.
    #[error("the state object `{key}` is cut short; restore the state from a back-up, nothing was sent")]
    Truncated {
        /// The object.
        key: ObjectKey,
    },
    /// The state was written by a later version of this library.
    #[error("the state object `{key}` has format {found}, this version reads up to {supported}; upgrade tikaud")]
    Newer {
        /// The object.
        key: ObjectKey,
        /// Its format.
        found: u32,
        /// The latest format that this version reads.
        supported: u32,
    },
    /// The state is another activation's.
    #[error("the state object `{key}` belongs to activation `{found}`, not to `{expected}`; use each activation's own")]
    ForeignActivation {
        /// The object.
        key: ObjectKey,
        /// The activation that was to be run.
        expected: ActivationId,
        /// The activation that wrote it.
        found: ActivationId,
    },
    /// A file of digests is another activation's.
    #[error("the state object `{key}` belongs to another activation than `{expected}`; use each activation's own")]
    ForeignDigests {
        /// The object.
        key: ObjectKey,
        /// The activation that was to be run.
        expected: ActivationId,
    },
    /// The state is for another destination.
    #[error(
        "the state of activation `{activation}` is for `{found}`, not for `{expected}`; \
         give each account a state of its own, nothing was sent"
    )]
    ForeignDestination {
        /// The activation.
        activation: ActivationId,
        /// The destination that was to be used.
        expected: DestinationId,
        /// The destination that the state is of.
        found: DestinationId,
    },
    /// What the audience holds is kept elsewhere than the activation keeps it.
    #[error(
        "what the audience of activation `{activation}` holds is kept in {found}, not in {expected}; set the activation up as \
         before, or move it (`SegmentActivation::move_sets`). Nothing was sent"
    )]
    SetsElsewhere {
        /// The activation.
        activation: ActivationId,
        /// Where the activation keeps it.
        expected: String,
        /// Where it is.
        found: String,
    },
    /// State was to be forgotten without its activation being named.
    #[error("to forget the state of activation `{activation}`, name that activation; nothing was deleted")]
    NotNamed {
        /// The activation.
        activation: ActivationId,
    },
    /// Somebody was erased in this state root, and nobody can be told from them without the key.
    #[error(
        "people have been erased in this state root; give the activation the key that they were erased with \
         (`erasure_key`), or they would be added again. Nothing was sent"
    )]
    ErasureKeyMissing,
    /// The key is another one than that with which people were erased in this state root.
    #[error(
        "the erasure record `{record}` was made with another key; give every activation and every erasure of a state root \
         the same one, nothing was sent"
    )]
    ErasureKeyDiffers {
        /// The record.
        record: ObjectKey,
    },
    /// Another process runs this activation.
    #[error("activation `{activation}` is being run by another process until {until} at least; try again then")]
    Busy {
        /// The activation.
        activation: ActivationId,
        /// When the other's lease lapses, unless it is renewed.
        until: Timestamp,
    },
    /// Another process has taken the activation over.
    #[error("another process has taken over activation `{activation}`; this run has stopped")]
    ClaimLost {
        /// The activation.
        activation: ActivationId,
    },
    /// Another process has committed in the meantime.
    #[error("activation `{activation}` has reached generation {generation} by another process; this run has stopped")]
    Conflict {
        /// The activation.
        activation: ActivationId,
        /// The generation that was to be committed.
        generation: u64,
    },
    /// The store failed.
    #[error("cannot {operation} the state object `{object}`; check its permissions and the free space")]
    Io {
        /// What was being done.
        operation: &'static str,
        /// To which object, with its whole path where it has one.
        object: String,
        /// Why.
        source: io::Error,
    },
}

impl StateError {
    pub(crate) fn damaged(key: &ObjectKey, what: impl Into<String>) -> Self {
        Self::Damaged { key: key.clone(), what: what.into() }
    }

    pub(crate) fn io(operation: &'static str, object: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let object = object.into();
        move |source| Self::Io { operation, object, source }
    }
}
