//! Who may write: a claim with a lease, under an epoch that only ever rises.
//!
//! Claiming, renewing and releasing are one act: creating `claims/<epoch + 1>.json`, which exactly one process can. The
//! highest epoch is the claim that counts. A lease that has lapsed may be taken over, and so may one whose holder is
//! known to be dead.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::sealed::{create_sealed, read_sealed};
use super::{ActivationId, Clock, Hold, ObjectEntry, ObjectKey, StateError, StateStore};

/// How long a claim is good for without being renewed.
const LEASE: Duration = Duration::from_secs(60);
const RENEW_EVERY: Duration = Duration::from_secs(15);
/// Names have ten digits, so that they sort: an epoch a second needs 300 years for them.
const LAST_EPOCH: u64 = 9_999_999_999;
/// How often to look for a claim that others keep renewing.
const ATTEMPTS: u32 = 5;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ClaimRecord {
    /// When the lease lapses.
    lapses: Timestamp,
    /// Whether the holder has let go.
    released: bool,
    /// Whether the holder also gives a sign of life, so that it is dead when another can give it.
    shows_life: bool,
    /// The generation that the holder knew of: there is no going back behind it.
    pub(super) generation: u64,
}

/// The right to write to an activation's state.
pub(crate) struct Claim {
    store: Arc<dyn StateStore>,
    clock: Arc<dyn Clock>,
    activation: ActivationId,
    folder: ObjectKey,
    /// Says that this process lives, where the store can tell.
    hold: Option<Box<dyn Hold>>,
    held: Mutex<Lease>,
}

#[derive(Clone, Copy)]
struct Lease {
    epoch: u64,
    lapses: Timestamp,
    generation: u64,
}

impl Claim {
    /// Claims the activation.
    pub(super) async fn acquire(
        store: Arc<dyn StateStore>,
        clock: Arc<dyn Clock>,
        activation: &ActivationId,
    ) -> Result<Self, StateError> {
        let folder = ObjectKey::of_activation(activation).child("claims");
        let hold = match store.hold(&folder.child("holder")).await {
            Err(StateError::AlreadyExists { .. }) => Err(()),
            hold => Ok(hold?),
        };
        let (epoch, generation) = match read_latest(&*store, &folder).await? {
            None => (0, 0),
            Some((epoch, record)) => {
                // One that took over from a holder that still lived, however late, has no sign of life to lose.
                let holder_is_dead = record.shows_life && matches!(hold, Ok(Some(_)));
                if !(record.released || holder_is_dead || record.lapses <= clock.now()) {
                    return Err(StateError::Busy { activation: activation.clone(), until: record.lapses });
                }
                (epoch, record.generation)
            }
        };
        let claim = Self {
            hold: hold.unwrap_or_default(),
            held: Mutex::new(Lease { epoch, lapses: clock.now(), generation }),
            activation: activation.clone(),
            store,
            clock,
            folder,
        };
        claim.advance(false).await.map_err(|error| match error {
            StateError::ClaimLost { activation } => {
                StateError::Busy { activation, until: lapse_from(claim.clock.now()) }
            }
            other => other,
        })?;
        claim.delete_earlier().await?;
        Ok(claim)
    }

    /// The epoch of the claim.
    pub(crate) fn epoch(&self) -> u64 {
        self.lease().epoch
    }

    /// Whether the lease is still good, by our own clock. Called before whatever another holder must not see.
    pub(crate) fn check(&self) -> Result<(), StateError> {
        if self.clock.now() < self.lease().lapses {
            return Ok(());
        }
        Err(StateError::ClaimLost { activation: self.activation.clone() })
    }

    /// Renews the lease again and again; ends only when it is lost. Runs beside the work and ends it.
    pub(crate) async fn keep(&self) -> StateError {
        loop {
            sleep(RENEW_EVERY).await;
            match self.advance(false).await {
                // What cannot be deleted now is deleted at the next renewal.
                Ok(()) => drop(self.delete_earlier().await),
                Err(StateError::Io { .. }) if self.check().is_ok() => {
                    tracing::warn!(activation = %self.activation, "the claim could not be renewed and will be tried again");
                }
                Err(error) => return error,
            }
        }
    }

    /// The state has reached this generation.
    pub(super) fn committed(&self, generation: u64) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).generation = generation;
    }

    /// Lets go.
    pub(crate) async fn release(self) -> Result<(), StateError> {
        self.advance(true).await
    }

    /// Earlier epochs mean nothing any more.
    async fn delete_earlier(&self) -> Result<(), StateError> {
        let ours = self.epoch();
        for entry in self.store.list(Some(&self.folder)).await? {
            if epoch_of(&entry).is_some_and(|epoch| epoch < ours) {
                self.store.delete(&entry.key).await?;
            }
        }
        Ok(())
    }

    fn lease(&self) -> Lease {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates the next epoch and makes sure that it is the last.
    async fn advance(&self, released: bool) -> Result<(), StateError> {
        let lost = || StateError::ClaimLost { activation: self.activation.clone() };
        let Lease { epoch: before, generation, .. } = self.lease();
        let (epoch, lapses) = (before + 1, lapse_from(self.clock.now()));
        let record = ClaimRecord { lapses, released, shows_life: self.hold.is_some(), generation };
        match create_sealed(&*self.store, &claim_key(&self.folder, epoch), &record).await {
            Err(StateError::AlreadyExists { .. }) => return Err(lost()),
            outcome => outcome?,
        }
        // Another may have gone on from our epoch and cleaned up behind itself, so that ours looked free.
        let claims = self.store.list(Some(&self.folder)).await?;
        if claims.iter().filter_map(epoch_of).any(|other| other > epoch) {
            return Err(lost());
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        // The generation stays: the run beside us may have committed one since.
        (held.epoch, held.lapses) = (epoch, lapses);
        Ok(())
    }
}

fn claim_key(folder: &ObjectKey, epoch: u64) -> ObjectKey {
    folder.child(format_args!("{epoch:010}.json"))
}

fn epoch_of(entry: &ObjectEntry) -> Option<u64> {
    entry.key.name().strip_suffix(".json")?.parse().ok()
}

fn lapse_from(now: Timestamp) -> Timestamp {
    now.saturating_add(SignedDuration::try_from(LEASE).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
}

/// The claim that counts, with its epoch.
pub(super) async fn read_latest(
    store: &dyn StateStore,
    folder: &ObjectKey,
) -> Result<Option<(u64, ClaimRecord)>, StateError> {
    // A claim that is renewed between listing and reading is gone when it is read: look again.
    for _ in 0..ATTEMPTS {
        let claims = store.list(Some(folder)).await?;
        let latest = claims.iter().filter_map(|entry| Some((epoch_of(entry)?, entry))).max_by_key(|(epoch, _)| *epoch);
        let Some((epoch, entry)) = latest else {
            return Ok(None);
        };
        if epoch >= LAST_EPOCH {
            return Err(StateError::damaged(&entry.key, "no claim has such a number"));
        }
        match read_sealed(store, &entry.key, entry.len).await {
            Err(StateError::NotFound { .. }) => {}
            record => return record.map(|record| Some((epoch, record))),
        }
    }
    Err(StateError::NotFound { key: folder.clone() })
}

#[cfg(test)]
mod tests;
