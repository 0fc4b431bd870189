//! The folder of the history: a record of each run, and a mark of each that has begun.
//!
//! ```text
//! runs/0000000042-20261124T060000Z.started.json   a run has begun; gone when it has its record
//!      0000000042-20261124T060000Z.json           its record
//! ```
//!
//! Names begin with the epoch of the run's claim, which only ever rises, and say when the run began, so that a list of the
//! folder is enough to know what is in it. Nothing here decides what a run does.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::sealed::{create_sealed, read_sealed};
use super::{ActivationId, ObjectEntry, ObjectKey, StateError, StateStore};

/// When a run began, as it is in names.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// The history of one activation, as objects.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder {
    store: Arc<dyn StateStore>,
    folder: ObjectKey,
}

/// Which run an object of the history is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunName {
    /// The epoch of its claim when it began.
    pub(crate) number: u64,
    /// When it began, to the second.
    pub(crate) started: Timestamp,
}

/// A run in the history.
#[derive(Debug, Clone)]
pub(crate) struct RunEntry {
    pub(crate) name: RunName,
    record: Option<ObjectEntry>,
    mark: Option<ObjectKey>,
}

impl RunEntry {
    /// Whether it has begun and not been heard of since.
    pub(crate) fn is_open(&self) -> bool {
        self.record.is_none()
    }
}

impl RunName {
    pub(crate) fn new(number: u64, started: Timestamp) -> Self {
        Self { number, started: Timestamp::from_second(started.as_second()).unwrap_or(started) }
    }

    fn text(self) -> String {
        format!("{:010}-{}", self.number, self.started.strftime(TIME))
    }

    fn read(text: &str) -> Option<Self> {
        let (number, started) = text.split_once('-')?;
        let started = TimeZone::UTC.to_timestamp(DateTime::strptime(TIME, started).ok()?).ok()?;
        Some(Self { number: number.parse().ok()?, started })
    }
}

impl RunFolder {
    pub(crate) fn new(store: Arc<dyn StateStore>, activation: &ActivationId) -> Self {
        Self { store, folder: ObjectKey::of_activation(activation).child("runs") }
    }

    fn record_key(&self, name: RunName) -> ObjectKey {
        self.folder.child(format_args!("{}.json", name.text()))
    }

    fn mark_key(&self, name: RunName) -> ObjectKey {
        self.folder.child(format_args!("{}.started.json", name.text()))
    }

    /// The runs that there are, in the order in which they began.
    pub(crate) async fn entries(&self) -> Result<Vec<RunEntry>, StateError> {
        let mut runs = BTreeMap::<RunName, RunEntry>::new();
        for object in self.store.list(Some(&self.folder)).await? {
            let Some(stem) = object.key.name().strip_suffix(".json") else { continue };
            let (text, is_mark) = stem.strip_suffix(".started").map_or((stem, false), |text| (text, true));
            let Some(name) = RunName::read(text) else { continue };
            let entry = runs.entry(name).or_insert(RunEntry { name, record: None, mark: None });
            if is_mark { entry.mark = Some(object.key) } else { entry.record = Some(object) }
        }
        Ok(runs.into_values().collect())
    }

    /// Marks that a run has begun.
    pub(crate) async fn begin<T: Serialize + Sync>(&self, name: RunName, mark: &T) -> Result<(), StateError> {
        create_sealed(&*self.store, &self.mark_key(name), mark).await
    }

    /// Writes a run's record, which takes the place of its mark. One that has its record already keeps it.
    pub(crate) async fn end<T: Serialize + Sync>(&self, name: RunName, record: &T) -> Result<(), StateError> {
        match create_sealed(&*self.store, &self.record_key(name), record).await {
            Ok(()) | Err(StateError::AlreadyExists { .. }) => self.store.delete(&self.mark_key(name)).await,
            Err(error) => Err(error),
        }
    }

    /// A run's record; `None` when it has none, or was pruned in the meantime.
    pub(crate) async fn read<T: DeserializeOwned>(&self, entry: &RunEntry) -> Result<Option<T>, StateError> {
        let Some(record) = &entry.record else { return Ok(None) };
        match read_sealed(&*self.store, &record.key, record.len).await {
            Err(StateError::NotFound { .. }) => Ok(None),
            record => record.map(Some),
        }
    }

    /// Clears away the mark of a run that has its record: what a run that was killed between the two has left.
    pub(crate) async fn delete_mark(&self, entry: &RunEntry) -> Result<(), StateError> {
        match &entry.mark {
            Some(mark) if !entry.is_open() => self.store.delete(mark).await,
            _ => Ok(()),
        }
    }

    /// Deletes all there is of a run.
    pub(crate) async fn delete(&self, entry: &RunEntry) -> Result<(), StateError> {
        for key in entry.record.iter().map(|record| &record.key).chain(&entry.mark) {
            self.store.delete(key).await?;
        }
        Ok(())
    }

    /// Reads and checks every object of the folder, and gives the number of records.
    pub(crate) async fn verify(&self) -> Result<u64, StateError> {
        let mut records = 0;
        for object in self.store.list(Some(&self.folder)).await? {
            match read_sealed::<IgnoredAny>(&*self.store, &object.key, object.len).await {
                // A run beside us goes on writing, and clears away.
                Err(StateError::NotFound { .. }) => {}
                sound => sound.map(drop)?,
            }
            records += u64::from(!object.key.name().ends_with(".started.json"));
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_run_it_is_and_when_it_began() {
        let name = RunName::new(42, "2026-11-24T06:00:00.25Z".parse().unwrap());
        assert_eq!(name.text(), "0000000042-20261124T060000Z");
        assert_eq!(RunName::read(&name.text()), Some(name));
        for text in ["", "42", "x-20261124T060000Z", "42-2026", "0000000042-20261324T060000Z"] {
            assert_eq!(RunName::read(text), None, "{text}");
        }
    }
}
