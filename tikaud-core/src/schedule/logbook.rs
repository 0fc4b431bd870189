//! Where the agenda is written down: `scheduler/<name>/<number>.json` in a state store, the highest number counts.
//!
//! An object is never changed, so each state of the agenda is a new one, and the ones before it are deleted. Creating
//! number n + 1 is also how two schedulers of one name find out about each other: the one that finds it taken has been
//! overtaken, and stops.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::SchedulerError;
use super::agenda::AgendaRecord;
use crate::state::{Hold, ObjectEntry, ObjectKey, StateError, StateStore, create_sealed, read_sealed};

/// The folder of all schedulers of a store.
pub(super) const FOLDER: &str = "scheduler";
/// How often to look for an object that a scheduler which is being overtaken deletes under our eyes.
const ATTEMPTS: u32 = 5;
/// Names have ten digits, so that they sort: a state a second needs 300 years for them.
const LAST_NUMBER: u64 = 9_999_999_999;

pub(super) struct Logbook {
    store: Arc<dyn StateStore>,
    folder: ObjectKey,
    writer: u64,
    number: u64,
    /// Says that this process lives, where the store can tell.
    _hold: Option<Box<dyn Hold>>,
}

impl Logbook {
    /// Opens the logbook and reads what was written last.
    pub(super) async fn open(
        store: Arc<dyn StateStore>,
        folder: ObjectKey,
    ) -> Result<(Self, Option<AgendaRecord>), SchedulerError> {
        let hold = match store.hold(&folder.child("holder")).await {
            Err(StateError::AlreadyExists { .. }) => return Err(SchedulerError::Busy { folder }),
            hold => hold.map_err(SchedulerError::State)?,
        };
        let (number, record) = read_latest(&*store, &folder).await?.map_or((0, None), |(n, record)| (n, Some(record)));
        // A number that nobody else draws: the hasher's keys are random.
        let writer = RandomState::new().hash_one(number);
        Ok((Self { store, folder, writer, number, _hold: hold }, record))
    }

    /// Who writes: goes into each record.
    pub(super) fn writer(&self) -> u64 {
        self.writer
    }

    /// Writes the next state down, durably.
    pub(super) async fn write(&mut self, record: &AgendaRecord) -> Result<(), SchedulerError> {
        loop {
            let number = self.number + 1;
            match create_sealed(&*self.store, &self.key(number), record).await {
                // It may be our own, whose acknowledgement was lost: then the next number is for what is true now.
                Err(StateError::AlreadyExists { .. }) => self.check_is_ours(number).await?,
                created => {
                    created?;
                    self.number = number;
                    return self.clear_up().await;
                }
            }
            self.number = number;
        }
    }

    async fn check_is_ours(&self, number: u64) -> Result<(), SchedulerError> {
        let overtaken = || SchedulerError::Overtaken { folder: self.folder.clone() };
        let entries = self.store.list(Some(&self.folder)).await?;
        let entry = entries.iter().find(|entry| number_of(entry) == Some(number)).ok_or_else(overtaken)?;
        let record: AgendaRecord = read_sealed(&*self.store, &entry.key, entry.len).await?;
        if record.writer == self.writer { Ok(()) } else { Err(overtaken()) }
    }

    /// Deletes what counts no more, after a look whether ours still does: another may have gone on from our number and cleared
    /// up behind itself, so that ours looked free.
    async fn clear_up(&self) -> Result<(), SchedulerError> {
        let entries = self.store.list(Some(&self.folder)).await?;
        if entries.iter().filter_map(number_of).any(|number| number > self.number) {
            return Err(SchedulerError::Overtaken { folder: self.folder.clone() });
        }
        // The one before stays, so that there is something to go back to should a disk lose the last.
        for entry in entries.iter().filter(|entry| number_of(entry).is_some_and(|number| number + 1 < self.number)) {
            self.store.delete(&entry.key).await?;
        }
        Ok(())
    }

    fn key(&self, number: u64) -> ObjectKey {
        self.folder.child(format_args!("{number:010}.json"))
    }
}

fn number_of(entry: &ObjectEntry) -> Option<u64> {
    entry.key.name().strip_suffix(".json")?.parse().ok()
}

async fn read_latest(
    store: &dyn StateStore,
    folder: &ObjectKey,
) -> Result<Option<(u64, AgendaRecord)>, SchedulerError> {
    for _ in 0..ATTEMPTS {
        let entries = store.list(Some(folder)).await?;
        let latest = entries.iter().filter_map(|entry| Some((number_of(entry)?, entry))).max_by_key(|(at, _)| *at);
        let Some((number, entry)) = latest else {
            return Ok(None);
        };
        if number >= LAST_NUMBER {
            return Err(StateError::damaged(&entry.key, "no agenda has such a number").into());
        }
        match read_sealed(store, &entry.key, entry.len).await {
            Err(StateError::NotFound { .. }) => {}
            record => return Ok(Some((number, record?))),
        }
    }
    Err(StateError::NotFound { key: folder.clone() }.into())
}
