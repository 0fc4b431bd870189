//! People's right to be forgotten: one person's identifiers are taken out of every audience, and kept out.
//!
//! First the person's tombstone is made durable, in `state/erasures`: from then on no run of any activation of the state root
//! adds them, and whichever run comes next takes them out. Then each activation that was given takes them out at once: under
//! its claim, a plan of these removes alone, with intent, journal and commit as in any run. Last, a receipt is kept. Whatever
//! breaks it off, calling it again completes it.

mod error;
mod receipt;
mod removal;
mod tombstones;

pub use error::ErasureError;
pub use receipt::{ActivationErasure, ErasureOutcome, ErasureReceipt};
pub(super) use tombstones::tombstones;

use std::fmt;
use std::sync::Arc;

use self::removal::remove;
use super::{Activation, SegmentActivation};
use crate::identifier::{Person, SecretKey};
use crate::state::{ActivationId, Clock, ErasureLog, Lookup, StateStore, SystemClock};

/// Erases people from every audience of a state root, for good.
///
/// Of whoever was erased a **keyed tombstone** is left: a hash of each identifier that tells nobody without the key whom it is
/// of, and that keeps every later run of every activation of the state root from adding them again. Every activation of
/// the root has to be given the same key ([`erasure_key`](super::SegmentActivationBuilder::erasure_key)); one without it
/// ends with an error rather than add somebody who was erased.
///
/// ```
/// # use tikaud_core::destination::MemoryDestination;
/// use tikaud_core::activation::{Activation, Erasures, RunOptions, SegmentActivation};
/// use tikaud_core::identifier::{Field, FieldMapping, Person, SecretKey};
/// use tikaud_core::segment::MemorySegment;
/// use tikaud_core::state::MemoryStateStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let from_a_secret_store = [7; 32];
/// let key = SecretKey::try_new(from_a_secret_store)?;
/// let store = MemoryStateStore::new();
/// let buyers = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")], [Some("grace@example.com")]])?;
/// let activation = SegmentActivation::builder("buyers", buyers, MemoryDestination::new(), store.clone())
///     .mapping(FieldMapping::try_new([("email", Field::Email)])?)
///     .erasure_key(key.clone())
///     .build()?;
/// activation.run(&RunOptions::new()).await?;
///
/// let erasures = Erasures::new(store, key);
/// let receipt = erasures.erase(&Person::new().email("Ada@Example.com")?, &[&activation]).await?;
/// assert!(receipt.is_complete(), "{receipt}");
///
/// // She is still in the segment, and is not added again.
/// let report = activation.run(&RunOptions::new()).await?;
/// assert_eq!((report.kinds[0].added, report.plan.kinds[0].erased), (0, 1));
/// # Ok(())
/// # }
/// ```
///
/// # What is erased
///
/// Identifiers, not people: whoever shares a phone number with the person is no longer in an audience by it, though perhaps by
/// another identifier. Who is not to lose it has to be told apart in the data. What the company's own tables hold is
/// not touched, nor what others have put into an audience, nor back-ups and old versions of the state.
///
/// No object of the state holds a digest of the person once each activation's removal was accepted and committed; the
/// destination applies what it has accepted in its own time.
#[derive(Clone)]
pub struct Erasures {
    store: Arc<dyn StateStore>,
    key: SecretKey,
    clock: Arc<dyn Clock>,
}

impl Erasures {
    /// Those of a state root, with the key that all of them are made with. Reads and writes nothing.
    #[must_use]
    pub fn new(store: impl StateStore + 'static, key: SecretKey) -> Self {
        Self::new_shared(Arc::new(store), key)
    }

    /// The same in a store that is shared with others.
    #[must_use]
    pub fn new_shared(store: Arc<dyn StateStore>, key: SecretKey) -> Self {
        Self { store, key, clock: Arc::new(SystemClock) }
    }

    /// What tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Erases a person: keeps all of their identifiers out of every audience of the state root from now on, and takes them
    /// out of those of `activations` at once. The other activations of the root take them out with their next runs.
    ///
    /// What one activation cannot do now, because it is at work or its destination refuses, holds no other back: the receipt says
    /// so. Calling it again with the same person carries on, and gives a further receipt of the same erasure.
    ///
    /// # Errors
    ///
    /// [`ErasureError`]; all but [`ErasureError::State`] come before anything is written. When it comes of the state, call
    /// it again: what was written counts.
    pub async fn erase(
        &self,
        person: &Person,
        activations: &[&SegmentActivation],
    ) -> Result<ErasureReceipt, ErasureError> {
        if person.is_empty() {
            return Err(ErasureError::NoIdentifier);
        }
        self.check_keys(activations)?;
        let identifiers = person.identifiers();
        let mut log = ErasureLog::open(&self.store, &self.key).await?;
        let erasure = log.erase(&identifiers, self.clock.now()).await?;
        let mut outcomes = Vec::new();
        for activation in activations {
            outcomes.push(match log.is_in(&activation.ledger.store, erasure.number).await {
                Ok(true) => Box::pin(remove(activation, &identifiers, &erasure)).await,
                Ok(false) => removal::elsewhere(activation),
                Err(error) => removal::failed(activation, error.into()),
            });
        }
        let given = |id: &ActivationId| activations.iter().any(|activation| activation.id() == id);
        let others = log.activations().await?.into_iter().filter(|id| !given(id));
        outcomes.extend(others.map(ActivationErasure::not_given));
        let Lookup { number, keyed_id, identifiers, at, .. } = erasure;
        let receipt = ErasureReceipt {
            number,
            keyed_id,
            identifiers,
            erased: at,
            written: self.clock.now(),
            activations: outcomes,
        };
        log.keep_receipt(number, &receipt).await?;
        Ok(receipt)
    }

    /// Lets a person be added again, who has come back and consented, and gives how many of their identifiers were erased. Who
    /// of them is in a segment is added with its next run. The receipts of the erasure stay.
    ///
    /// # Errors
    ///
    /// [`ErasureError`].
    pub async fn lift(&self, person: &Person) -> Result<u64, ErasureError> {
        if person.is_empty() {
            return Err(ErasureError::NoIdentifier);
        }
        let mut log = ErasureLog::open(&self.store, &self.key).await?;
        Ok(log.lift(&person.identifiers(), self.clock.now()).await?)
    }

    /// Whether every identifier of a person is erased. Of somebody without any it is not said.
    ///
    /// # Errors
    ///
    /// [`ErasureError`].
    pub async fn is_erased(&self, person: &Person) -> Result<bool, ErasureError> {
        if person.is_empty() {
            return Err(ErasureError::NoIdentifier);
        }
        let log = ErasureLog::open(&self.store, &self.key).await?;
        Ok(log.count(&person.identifiers()) == person.len() as u64)
    }

    /// The receipts of all erasures, the latest last. Needs no key to read, and holds no identifier.
    ///
    /// # Errors
    ///
    /// [`ErasureError::State`].
    pub async fn receipts(&self) -> Result<Vec<ErasureReceipt>, ErasureError> {
        Ok(ErasureLog::receipts(&self.store).await?)
    }

    /// An activation without the key, or with another, would end with an error from the erasure on.
    fn check_keys(&self, activations: &[&SegmentActivation]) -> Result<(), ErasureError> {
        for activation in activations {
            let id = || activation.id().clone();
            match &activation.erasure_key {
                None => return Err(ErasureError::NoKey { activation: id() }),
                Some(key) if !key.is_same(&self.key) => return Err(ErasureError::OtherKey { activation: id() }),
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// Shows no key.
impl fmt::Debug for Erasures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erasures").field("store", &self.store).finish_non_exhaustive()
    }
}
