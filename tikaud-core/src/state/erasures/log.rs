//! The log of who was erased and who was let back in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Tag, Tombstones};
use crate::diff::IdentifierSets;
use crate::identifier::SecretKey;
use crate::state::sealed::{create_sealed, read_sealed};
use crate::state::{ObjectEntry, ObjectKey, StateError, StateStore};

/// Records that are read at once.
const READ_AT_ONCE: usize = 16;
/// How often a record is tried to be appended while others append theirs.
const ATTEMPTS: u32 = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    /// They are never added again.
    Erased,
    /// They may be added again.
    Lifted,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    number: u64,
    at: Timestamp,
    act: Act,
    /// Tells the key from another one.
    key_check: Tag,
    /// Sorted, each once.
    tags: Vec<Tag>,
}

/// The log, with the key that its records were made with.
#[derive(Debug)]
pub(crate) struct ErasureLog {
    pub(super) store: Arc<dyn StateStore>,
    key: SecretKey,
    /// In order, without gaps, from 1.
    records: Vec<Record>,
}

/// An erasure that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lookup {
    /// Its number.
    pub(crate) number: u64,
    /// The last erasure before it; 0 when it is the first.
    pub(crate) before: u64,
    /// Stands for the person.
    pub(crate) keyed_id: String,
    /// How many identifiers it is of.
    pub(crate) identifiers: u64,
    /// When it was written down.
    pub(crate) at: Timestamp,
}

impl ErasureLog {
    /// Reads the log.
    pub(crate) async fn open(store: &Arc<dyn StateStore>, key: &SecretKey) -> Result<Self, StateError> {
        let entries = entries(&**store).await?;
        let records = stream::iter(entries.into_values().map(|entry| async move {
            let record: Record = read_sealed(&**store, &entry.key, entry.len).await?;
            if entry.key != key_of(record.number) {
                return Err(StateError::damaged(&entry.key, format!("it says that it is record {}", record.number)));
            }
            Ok(record)
        }));
        let records: Vec<Record> = records.buffered(READ_AT_ONCE).try_collect().await?;
        for (at, record) in (1..).zip(&records) {
            if record.number != at {
                return Err(StateError::NotFound { key: key_of(at) });
            }
            if record.key_check != Tag::check(key) {
                return Err(StateError::ErasureKeyDiffers { record: key_of(at) });
            }
        }
        Ok(Self { store: Arc::clone(store), key: key.clone(), records })
    }

    /// What a run compares with; `None` when nobody has ever been erased. `gone_through` is the last erasure that the
    /// activation's state has gone through.
    pub(crate) async fn tombstones(
        store: &Arc<dyn StateStore>,
        key: Option<&SecretKey>,
        gone_through: u64,
    ) -> Result<Option<Tombstones>, StateError> {
        let last = entries(&**store).await?.last_key_value().map_or(0, |(number, _)| *number);
        if last < gone_through {
            return Err(StateError::NotFound { key: key_of(gone_through) });
        }
        if last == 0 {
            return Ok(None);
        }
        let log = Self::open(store, key.ok_or(StateError::ErasureKeyMissing)?).await?;
        let tags = log.erased().into_iter().map(Tag::short).collect();
        Ok(Some(Tombstones::new(log.key.clone(), tags, log.last_erasure(), gone_through)))
    }

    /// Writes down that these identifiers are erased, unless it says so already.
    pub(crate) async fn erase(&mut self, person: &IdentifierSets, now: Timestamp) -> Result<Lookup, StateError> {
        let tags = self.tags(person);
        for _ in 0..ATTEMPTS {
            if let Some(lookup) = self.find(&tags) {
                return Ok(lookup);
            }
            self.append(Act::Erased, &tags, now).await?;
        }
        Err(self.taken())
    }

    /// Writes down that these identifiers may be added again, and gives how many of them were erased.
    pub(crate) async fn lift(&mut self, person: &IdentifierSets, now: Timestamp) -> Result<u64, StateError> {
        let tags = self.tags(person);
        let mut lifted = 0;
        for _ in 0..ATTEMPTS {
            let erased = self.erased();
            let left = tags.iter().filter(|tag| erased.contains(tag)).count() as u64;
            lifted = lifted.max(left);
            if left == 0 {
                return Ok(lifted);
            }
            self.append(Act::Lifted, &tags, now).await?;
        }
        Err(self.taken())
    }

    /// How many of these identifiers are erased.
    pub(crate) fn count(&self, person: &IdentifierSets) -> u64 {
        let erased = self.erased();
        self.tags(person).iter().filter(|tag| erased.contains(tag)).count() as u64
    }

    /// The key of an erasure's record.
    pub(super) fn record_key(number: u64) -> ObjectKey {
        key_of(number)
    }

    /// Appends a record, or reads those that others have appended in the meantime.
    async fn append(&mut self, act: Act, tags: &[Tag], at: Timestamp) -> Result<(), StateError> {
        let number = self.records.len() as u64 + 1;
        let record = Record { number, at, act, key_check: Tag::check(&self.key), tags: tags.to_vec() };
        match create_sealed(&*self.store, &key_of(number), &record).await {
            Ok(()) => self.records.push(record),
            Err(StateError::AlreadyExists { .. }) => *self = Self::open(&self.store, &self.key).await?,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// An erasure of exactly these identifiers, all of which it still counts for.
    fn find(&self, tags: &[Tag]) -> Option<Lookup> {
        let erased = self.erased();
        let record = self.records.iter().rev().find(|record| record.act == Act::Erased && record.tags == tags)?;
        let counts = tags.iter().all(|tag| erased.contains(tag));
        counts.then(|| Lookup {
            number: record.number,
            before: last_erasure(self.records.iter().take_while(|other| other.number < record.number)),
            keyed_id: Tag::of_all(&self.key, tags).to_hex()[..16].to_owned(),
            identifiers: tags.len() as u64,
            at: record.at,
        })
    }

    /// Every identifier that is erased.
    fn erased(&self) -> BTreeSet<Tag> {
        let mut erased = BTreeSet::new();
        for record in &self.records {
            match record.act {
                Act::Erased => erased.extend(&record.tags),
                Act::Lifted => {
                    for tag in &record.tags {
                        erased.remove(tag);
                    }
                }
            }
        }
        erased
    }

    fn tags(&self, person: &IdentifierSets) -> Vec<Tag> {
        let of_set = person.iter().flat_map(|set| set.iter().map(|digest| Tag::of(&self.key, set.kind(), digest)));
        of_set.collect::<BTreeSet<Tag>>().into_iter().collect()
    }

    fn last_erasure(&self) -> u64 {
        last_erasure(self.records.iter())
    }

    fn taken(&self) -> StateError {
        StateError::AlreadyExists { key: key_of(self.records.len() as u64 + 1) }
    }
}

fn last_erasure<'a>(records: impl Iterator<Item = &'a Record>) -> u64 {
    records.filter(|record| record.act == Act::Erased).last().map_or(0, |record| record.number)
}

fn folder() -> ObjectKey {
    ObjectKey::of_erasures().child("log")
}

fn key_of(number: u64) -> ObjectKey {
    folder().child(format_args!("{number:08}.json"))
}

/// The records that there are, by number.
async fn entries(store: &dyn StateStore) -> Result<BTreeMap<u64, ObjectEntry>, StateError> {
    let number = |entry: &ObjectEntry| {
        let number = entry.key.name().strip_suffix(".json").and_then(|name| name.parse().ok());
        number.ok_or_else(|| StateError::damaged(&entry.key, "no version known here writes such an object"))
    };
    let entries = store.list(Some(&folder())).await?.into_iter();
    entries.map(|entry| Ok((number(&entry)?, entry))).collect()
}
