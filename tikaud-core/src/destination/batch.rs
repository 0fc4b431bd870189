//! One request's worth of change, and what became of it.

use std::fmt;

use bytes::Bytes;

use super::DestinationError;
use crate::diff::Action;
use crate::identifier::IdentifierKind;

/// Identifiers of one kind that go in, or out, together. Kind and digests cannot disagree: the digests are of the
/// kind's width by construction.
#[derive(Clone)]
pub struct Batch {
    action: Action,
    kind: IdentifierKind,
    digests: Bytes,
}

impl Batch {
    /// A batch of these digests, one after the other without separator; `None` when their length is not a multiple
    /// of the kind's [`digest_len`](IdentifierKind::digest_len).
    #[must_use]
    pub fn new(action: Action, kind: IdentifierKind, digests: Bytes) -> Option<Self> {
        digests.len().is_multiple_of(kind.digest_len()).then_some(Self { action, kind, digests })
    }

    /// In or out.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The kind of every identifier in it.
    #[must_use]
    pub fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// How many identifiers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests.len() / self.kind.digest_len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The same identifiers as two batches; the second has the odd one.
    pub(crate) fn halves(&self) -> [Self; 2] {
        let middle = self.len() / 2 * self.kind.digest_len();
        [self.digests.slice(..middle), self.digests.slice(middle..)].map(|digests| Self { digests, ..*self })
    }

    /// The digests, each [`digest_len`](IdentifierKind::digest_len) bytes long.
    pub fn digests(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.digests.chunks_exact(self.kind.digest_len())
    }
}

/// Shows the size only: a digest is an identifier.
impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("action", &self.action)
            .field("kind", &self.kind)
            .field("identifiers", &self.len())
            .finish_non_exhaustive()
    }
}

/// What became of a batch.
#[derive(Debug)]
#[non_exhaustive]
pub enum Receipt {
    /// The destination has taken it for good (which is not to say that it has matched anybody yet).
    Accepted,
    /// It counts once [`finish`](super::AudienceWriter::finish) says that its stage does.
    Staged(Stage),
    /// The destination will not have it; sending it again changes nothing. None of it was carried out, unless the error
    /// says that it [may have been](DestinationError::may_have_happened).
    Refused(Refusal),
    /// The reply was lost: it may or may not have been taken.
    Unknown(DestinationError),
}

/// Batches that count together, or not at all: the writer's own number for them, which has no meaning beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stage(u64);

impl Stage {
    /// The stage of this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

/// Why a batch was refused, and how far the refusal reaches.
#[derive(Debug)]
pub struct Refusal {
    /// How far it reaches.
    pub scope: RefusalScope,
    /// The destination's word.
    pub error: DestinationError,
}

/// How far a refusal reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalScope {
    /// This batch; others may well be taken.
    Batch,
    /// Every batch of this kind of identifier: the destination does not know the kind.
    Kind,
}
