//! What is known to be in the audience because of us: durable, checked, never guessed.
//!
//! A [`StateStore`] keeps immutable objects under keys; everything else here is a format on top of it:
//!
//! ```text
//! <activation>/generations/00000012.json                      what the audience holds: a manifest, created, never changed
//!              snapshots/00000012-confirmed-email_sha256.digests   sorted digests, checksummed by block
//!              plans/<run>/remove-email_sha256.digests         what a run is about to do
//!              journal/<run>/…                                its intents and receipts
//!              prepared/<plan>/…                               a plan that waits to be looked at
//!              claims/0000000007.json                         who may write
//!              runs/0000000006-20261124T060000Z.json           what each run did: the history
//! tikaud.erased/log/00000001.json                             who must never be added again, beside the activations
//! ```
//!
//! Committing generation n + 1 is creating an object that must not be there yet: the one primitive that every store has.

mod background;
mod claim;
mod clock;
mod digest_file;
mod erasures;
mod error;
mod generation;
mod held_files;
mod journal;
mod key;
mod ledger;
mod local;
mod memory;
#[cfg(feature = "object-store")]
mod object;
mod planned;
mod positions;
mod run_folder;
mod sealed;

pub(crate) use claim::Claim;
#[cfg(feature = "fuzzing")]
pub(crate) use claim::ClaimRecord;
pub use clock::{Clock, SystemClock};
pub use digest_file::DigestFile;
use digest_file::all_differ;
pub(crate) use digest_file::{DigestReader, DigestWriter};
pub(crate) use erasures::{ErasureLog, Lookup, Tombstones};
pub use error::StateError;
pub use generation::{AudienceRecord, CreateIntent, Generation, PendingChanges, SnapshotFiles};
pub(crate) use held_files::{HeldFiles, Pending};
pub use journal::RunId;
pub(crate) use journal::{Intent, Journal, PlannedChange, Receipts, RunRecord};
pub use key::{ActivationId, InvalidName, ObjectKey};
pub(crate) use ledger::{
    Comparison, CopiedChange, Current, Elsewhere, KindChanges, Ledger, compare_with_nobody, forget, latest_generation,
};
pub use ledger::{InvalidPlanId, PlanId, Verification};
pub use local::LocalStateStore;
pub use memory::MemoryStateStore;
#[cfg(feature = "object-store")]
pub use object::{ObjectStateStore, ObjectStoreCause};
/// The crate that [`ObjectStateStore`] stands on, in the version that fits it.
#[cfg(feature = "object-store")]
pub use object_store;
pub(crate) use planned::{PlannedChanges, PlannedPart};
pub(crate) use positions::Positions;
pub(crate) use run_folder::{RunEntry, RunFolder, RunName};
#[cfg(feature = "scheduler")]
pub(crate) use sealed::{create_sealed, read_sealed};
#[cfg(feature = "fuzzing")]
pub(crate) use sealed::{seal, unseal};

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;

/// An object's key and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEntry {
    /// Its key.
    pub key: ObjectKey,
    /// Its length in bytes.
    pub len: u64,
}

/// Keeps immutable objects.
///
/// # Contract
///
/// * An object is created once and never changes. It appears **whole or not at all**, whatever happens: a crash, a full
///   disk, a dropped writer.
/// * [`create`](Self::create) and [`ObjectWriter::finish`] are exclusive: of several that race for one key exactly one
///   succeeds, the others get [`StateError::AlreadyExists`].
/// * When they return, the object is durable: it survives the loss of power.
/// * What one process has created every process sees at once, in [`read`](Self::read) and in [`list`](Self::list).
/// * [`hold`](Self::hold) tells the living from the dead, where a store can.
///
/// # Errors
///
/// Name the object and chain the cause.
///
/// # For implementors
///
/// Run `tikaud_core::state_store_conformance!` (feature `conformance`) over your implementation. [`MemoryStateStore`] is
/// the reference, [`LocalStateStore`] the one to use on a disk.
#[async_trait]
pub trait StateStore: fmt::Debug + Send + Sync {
    /// Creates an object, durably.
    ///
    /// # Errors
    ///
    /// [`StateError::AlreadyExists`]; [`StateError::Io`].
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError>;

    /// Starts an object that is too large to be held in memory.
    ///
    /// # Errors
    ///
    /// [`StateError::Io`].
    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError>;

    /// Exactly these bytes of an object.
    ///
    /// # Errors
    ///
    /// [`StateError::NotFound`]; [`StateError::Truncated`] when the object ends before the range does;
    /// [`StateError::Io`].
    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError>;

    /// The objects whose keys begin with `prefix` and a `/`, by key; with `None`, all. Unfinished ones are not among them.
    ///
    /// # Errors
    ///
    /// [`StateError::Io`].
    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError>;

    /// Removes an object. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`StateError::Io`].
    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError>;

    /// Marks the caller as the living holder of a key until the returned value is dropped or the process ends, however
    /// it ends. `None` when this store cannot tell the living from the dead.
    ///
    /// # Errors
    ///
    /// [`StateError::AlreadyExists`] while another living holder, in this process or another, has the key;
    /// [`StateError::Io`].
    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError>;

    /// A directory of a local disk where a run may put temporary files, which hold digests and never have a name;
    /// `None` when the store has no such place, and the system's is to be used.
    fn scratch(&self) -> Option<PathBuf>;
}

/// An object on its way. Dropping it unfinished leaves nothing behind.
#[async_trait]
pub trait ObjectWriter: Send {
    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// [`StateError::Io`].
    async fn write(&mut self, content: Bytes) -> Result<(), StateError>;

    /// Makes the object appear, whole and durable.
    ///
    /// # Errors
    ///
    /// [`StateError::AlreadyExists`]; [`StateError::Io`].
    async fn finish(self: Box<Self>) -> Result<(), StateError>;
}

/// A sign of life; see [`StateStore::hold`]. Dropping it ends it.
pub trait Hold: Send + Sync {}

const _: fn(&dyn StateStore, &dyn ObjectWriter, &dyn Hold) = |_, _, _| {};
