//! Who has entered and who has left: sorted sets of identifiers, and the difference between them.
//!
//! In: the segment's identifiers in any order, and what the state says the audience holds. Out: [`ChangeSet`]s, which go to
//! [`plan`](crate::plan). The rules are plain functions over sets in memory. Sets of any size go through them a step at
//! a time, each step a range of digests:
//!
//! ```text
//! digests ──▶ runs: sorted, in memory or in temporary files ──▶ ┐
//! what is held: sorted, in the state ─────────────────────────▶ steps: ranges ──▶ the rules ──▶ change sets
//! ```

mod action;
mod blocks;
mod changes;
mod engine;
mod error;
mod held;
mod lane;
mod resources;
mod runs;
mod scratch;
mod set;
mod sets;
mod sort;
mod source;
mod steps;

pub use action::Action;
pub(crate) use blocks::BlockLayout;
pub use changes::ChangeSet;
pub use engine::{
    Change, CompareRequest, Compared, DiffEngine, DiffEngineError, DiffEngineErrorKind, Fate, FateSet, FateStream,
    HeldStream, KeptSets, KindCount, MemoryDiffEngine, SetsId, SettleRequest, Standing, StoredCount,
};
pub(crate) use engine::{KeptSource, SetsName};
pub(crate) use error::DiffError;
pub use error::ScratchError;
pub use held::Held;
pub(crate) use lane::{Lane, Slice};
pub use resources::{DEFAULT_MEMORY_BUDGET, MINIMUM_MEMORY_BUDGET};
pub(crate) use resources::{Resources, cores};
pub(crate) use runs::{Collector, Runs, Wanted};
pub use set::IdentifierSet;
pub use sets::IdentifierSets;
pub(crate) use source::{DigestSource, MemorySource};
pub(crate) use steps::Steps;
