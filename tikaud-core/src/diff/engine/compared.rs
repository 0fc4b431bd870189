//! What comes of a comparison.

use std::fmt;

use futures::stream::BoxStream;

use super::DiffEngineError;
use crate::diff::{Action, IdentifierSet};
use crate::identifier::{IdentifierKind, Tally};
use crate::plan::SuppressionTally;
use crate::segment::SegmentSchema;

/// What came of a comparison: the change sets, and what they are counted from.
#[non_exhaustive]
pub struct Compared {
    /// What became of the segment's values. Where rejects stand is left out.
    pub tally: Tally,
    /// What became of the values of each suppression segment.
    pub suppressions: Vec<SuppressionTally>,
    /// What the segment was read from, of the columns that were read.
    pub schema: SegmentSchema,
    /// The segment's identifiers, by kind.
    pub counts: Vec<KindCount>,
    /// The changes: kind by kind, of each kind what goes in before what goes out, of these the digests in order. The first error
    /// ends the stream.
    pub changes: BoxStream<'static, Result<Change, DiffEngineError>>,
}

impl Compared {
    /// Identifiers, and what has to change for them.
    #[must_use]
    pub fn new(
        tally: Tally,
        schema: SegmentSchema,
        counts: Vec<KindCount>,
        changes: BoxStream<'static, Result<Change, DiffEngineError>>,
    ) -> Self {
        Self { tally, suppressions: Vec::new(), schema, counts, changes }
    }
}

impl fmt::Debug for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tally, counts, .. } = self;
        f.debug_struct("Compared").field("tally", tally).field("counts", counts).finish_non_exhaustive()
    }
}

/// The segment's distinct identifiers of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindCount {
    /// The kind.
    pub kind: IdentifierKind,
    /// Those that are wanted in the audience.
    pub wanted: u64,
    /// Those that are suppressed.
    pub suppressed: u64,
}

impl KindCount {
    /// So many of a kind.
    #[must_use]
    pub fn new(kind: IdentifierKind, wanted: u64, suppressed: u64) -> Self {
        Self { kind, wanted, suppressed }
    }
}

/// Some identifiers that go in or out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether they go in or out.
    pub action: Action,
    /// The identifiers.
    pub set: IdentifierSet,
}
