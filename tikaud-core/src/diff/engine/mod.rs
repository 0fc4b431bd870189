//! A diff engine other than this process: the engine that already holds the segment's data.
//!
//! In this process a segment's identifiers are sorted and merged with what is held, which is kept in files of the state. A
//! [`DiffEngine`] does both where the data is: it keeps what is held, compares it with the segment, and gives the change sets,
//! nothing else. Generations, claims, plans, guards, journals and reports are the same, and so are their objects in the state.

mod compared;
mod error;
mod fate;
mod kept;
mod memory;
mod sets;

pub use compared::{Change, Compared, KindCount};
pub use error::{DiffEngineError, DiffEngineErrorKind};
pub use fate::{Fate, FateSet, Standing};
pub(crate) use kept::KeptSource;
pub use memory::MemoryDiffEngine;
pub(crate) use sets::SetsName;
pub use sets::{KeptSets, SetsId, StoredCount};

use std::fmt;

use async_trait::async_trait;
use futures::stream::BoxStream;

use super::{Held, IdentifierSets};
use crate::identifier::{FieldMapping, IdentifierKind};
use crate::state::ActivationId;

/// What is held of one kind, in steps of ascending digests. The first error ends the stream.
pub type HeldStream = BoxStream<'static, Result<Held, DiffEngineError>>;

/// The fates that changes have met, kind by kind in any order, each digest of a kind once. The first error ends the stream.
pub type FateStream = BoxStream<'static, Result<FateSet, DiffEngineError>>;

/// What is to be compared.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CompareRequest<'a> {
    /// What is held; `None` when nothing is.
    pub held: Option<&'a SetsId>,
    /// Which columns make which identifiers.
    pub mapping: &'a FieldMapping,
    /// Whether nothing is taken as confirmed, so that the whole segment is added again.
    pub resync: bool,
}

/// What the next sets are made of: those before, and what has become of the changes since.
#[non_exhaustive]
pub struct SettleRequest {
    /// The sets before; `None` when nothing was held.
    pub before: Option<SetsId>,
    /// The sets to be made. They are not there yet, but for what a call that broke off may have left.
    pub sets: SetsId,
    /// The fate of every identifier that is not among the fates.
    pub rest: Fate,
    /// The fates.
    pub fates: FateStream,
}

/// Keeps what audiences hold, and compares it with one segment, elsewhere than in this process: in the database or warehouse
/// that the segment is in. Set it with [`SegmentActivationBuilder::diff_engine`].
///
/// # Contract
///
/// * An engine is made for one segment, the activation's. [`compare`](Self::compare) reads it by the mapping with exactly the
///   outcome that reading its members here would have: the same identifiers, the same rejects.
/// * Whoever is suppressed is given to the engine, which takes them out last of all: whoever is held goes out, and nobody
///   comes in. It counts them ([`KindCount::suppressed`]), and tells what became of the lists' values
///   ([`Compared::suppressions`]).
/// * Sets are made by [`settle`](Self::settle), whole or not at all, and never change: they are there as soon as it has returned,
///   for every process, and until [`keep`](Self::keep) is told that nobody needs them.
/// * Whatever breaks off may leave things behind that are not whole. Under their names they are never read, and `settle` and
///   `keep` clear them away.
/// * Sets that should be there and are not, or are not what they were, are an error, never sets that hold nobody.
/// * Nothing is written but by `settle` and `keep`, and nowhere but where [`place`](Self::place) says.
///
/// # Errors
///
/// [`DiffEngineError`] says what failed, where, and what to do. It never holds a value of the segment or an identifier.
///
/// [`SegmentActivationBuilder::diff_engine`]: crate::activation::SegmentActivationBuilder::diff_engine
#[async_trait]
pub trait DiffEngine: fmt::Debug + Send + Sync {
    /// Where it keeps its sets, in words that stay the same from run to run and hold no secret: "duckdb, schema `tikaud`". An
    /// activation whose sets are elsewhere does not run.
    fn place(&self) -> &str;

    /// Reads the segment, and compares it with what is held. Writes nothing.
    ///
    /// # Errors
    ///
    /// [`DiffEngineErrorKind::Refused`] when a column cannot be normalised there exactly as it is here;
    /// [`DiffEngineErrorKind::SetsMissing`]; otherwise when the engine cannot be reached or fails. Errors that come later are
    /// items of the stream of changes.
    async fn compare(&self, request: &CompareRequest<'_>) -> Result<Compared, DiffEngineError>;

    /// Makes the next sets, and counts what is in them.
    ///
    /// # Errors
    ///
    /// The first error of the fates; otherwise as for [`compare`](Self::compare).
    async fn settle(&self, request: SettleRequest) -> Result<Vec<StoredCount>, DiffEngineError>;

    /// All that is held of a kind.
    ///
    /// # Errors
    ///
    /// As for [`compare`](Self::compare).
    async fn read(&self, sets: &SetsId, kind: IdentifierKind) -> Result<HeldStream, DiffEngineError>;

    /// Those of a few identifiers that are held, kind by kind.
    ///
    /// # Errors
    ///
    /// As for [`compare`](Self::compare).
    async fn find(&self, sets: &SetsId, identifiers: &IdentifierSets) -> Result<Vec<Held>, DiffEngineError>;

    /// Keeps these sets of an activation, and deletes its others up to this generation, with whatever was left behind of them.
    /// Those of later ones may be on their way in another process.
    ///
    /// # Errors
    ///
    /// When the engine cannot be reached or fails.
    async fn keep(&self, activation: &ActivationId, sets: &[SetsId], through: u64) -> Result<(), DiffEngineError>;
}

const _: fn(&dyn DiffEngine) = |_| {};

impl<'a> CompareRequest<'a> {
    /// A comparison of the segment, by this mapping, with what is held.
    #[must_use]
    pub fn new(held: Option<&'a SetsId>, mapping: &'a FieldMapping) -> Self {
        Self { held, mapping, resync: false }
    }

    /// The same with nothing taken as confirmed.
    #[must_use]
    pub fn resync(self, resync: bool) -> Self {
        Self { resync, ..self }
    }
}

impl SettleRequest {
    /// Sets that come after others.
    #[must_use]
    pub fn new(before: Option<SetsId>, sets: SetsId, rest: Fate, fates: FateStream) -> Self {
        Self { before, sets, rest, fates }
    }
}

impl fmt::Debug for SettleRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, sets, rest, .. } = self;
        f.debug_struct("SettleRequest")
            .field("before", before)
            .field("sets", sets)
            .field("rest", rest)
            .finish_non_exhaustive()
    }
}
