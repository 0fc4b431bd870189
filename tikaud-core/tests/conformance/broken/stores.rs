//! Stores that break a promise each.

use std::any::Any;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tikaud_core::conformance::StateStoreFixture;
use tikaud_core::conformance::state_store::cases;
use tikaud_core::state::{Hold, MemoryStateStore, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore};

use super::assert_fails;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// A taken key is written to again.
    Overwrites,
    /// Whether the key is taken is looked up first, and then forgotten.
    LooksBeforeItLeaps,
    /// A writer writes to the object itself.
    ShowsUnfinishedObjects,
    /// The prefix `a` finds `ab/c`.
    MatchesPartsOfNames,
    /// A read past the end gives what there is.
    ReadsShort,
    /// What was created last is not listed yet.
    ListsLate,
    /// An object is emptied before it goes.
    DeletesInSteps,
    /// Anybody may hold a key.
    HoldsForAll,
}

#[derive(Debug, Clone)]
struct Broken {
    fault: Fault,
    memory: MemoryStateStore,
}

struct Nothing;

impl Hold for Nothing {}

#[async_trait]
impl StateStore for Broken {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        match self.fault {
            Fault::Overwrites => self.memory.overwrite(key, content),
            Fault::LooksBeforeItLeaps => {
                if self.memory.read(key, 0..0).await.is_ok() {
                    return Err(StateError::AlreadyExists { key: key.clone() });
                }
                thread::sleep(Duration::from_millis(200));
                self.memory.overwrite(key, content);
            }
            _ => return self.memory.create(key, content).await,
        }
        Ok(())
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        Ok(Box::new(BrokenWriter { store: self.clone(), key: key.clone(), content: BytesMut::new() }))
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        let end = match self.memory.list(None).await?.iter().find(|entry| entry.key == *key) {
            Some(entry) if self.fault == Fault::ReadsShort => range.end.min(entry.len),
            _ => range.end,
        };
        self.memory.read(key, range.start.min(end)..end).await
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        if self.fault != Fault::MatchesPartsOfNames {
            let mut entries = self.memory.list(prefix).await?;
            if self.fault == Fault::ListsLate {
                entries.pop();
            }
            return Ok(entries);
        }
        let mut entries = self.memory.list(None).await?;
        entries.retain(|entry| prefix.is_none_or(|prefix| entry.key.as_str().starts_with(prefix.as_str())));
        Ok(entries)
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        if self.fault == Fault::DeletesInSteps && self.memory.read(key, 0..0).await.is_ok() {
            self.memory.overwrite(key, Bytes::new());
            thread::sleep(Duration::from_millis(2));
        }
        self.memory.delete(key).await
    }

    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        if self.fault == Fault::HoldsForAll { Ok(Some(Box::new(Nothing))) } else { self.memory.hold(key).await }
    }

    fn scratch(&self) -> Option<PathBuf> {
        self.memory.scratch()
    }
}

struct BrokenWriter {
    store: Broken,
    key: ObjectKey,
    content: BytesMut,
}

#[async_trait]
impl ObjectWriter for BrokenWriter {
    async fn write(&mut self, content: Bytes) -> Result<(), StateError> {
        self.content.extend_from_slice(&content);
        if self.store.fault == Fault::ShowsUnfinishedObjects {
            self.store.memory.overwrite(&self.key, self.content.clone().freeze());
        }
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), StateError> {
        self.store.create(&self.key, self.content.freeze()).await
    }
}

#[async_trait]
impl StateStoreFixture for Fault {
    async fn stores(&self) -> (Arc<dyn StateStore>, Arc<dyn StateStore>, Box<dyn Any + Send>) {
        let store = Broken { fault: *self, memory: MemoryStateStore::new() };
        (Arc::new(store.clone()), Arc::new(store), Box::new(()))
    }
}

#[test]
fn a_store_that_overwrites_is_noticed() {
    let fault = Fault::Overwrites;
    assert_fails(cases::a_taken_key_is_refused_and_keeps_its_first_content(&fault), "`create` is exclusive");
    assert_fails(cases::finishing_on_a_taken_key_is_refused_and_changes_nothing(&fault), "`finish` on a taken key");
}

#[test]
fn a_store_that_looks_before_it_leaps_is_noticed() {
    let (fault, clause) = (Fault::LooksBeforeItLeaps, "of several that race for one key exactly one succeeds");
    assert_fails(cases::of_many_that_create_one_object_exactly_one_succeeds(&fault), clause);
    assert_fails(cases::of_many_that_finish_one_large_object_exactly_one_succeeds(&fault), clause);
}

#[test]
fn a_store_that_lists_late_is_noticed() {
    let case = cases::a_listing_beside_creations_has_all_that_was_there_each_whole(&Fault::ListsLate);
    assert_fails(case, "what was created before a listing began is in it");
}

#[test]
fn a_store_that_deletes_in_steps_is_noticed() {
    let case = cases::a_reader_beside_deletions_sees_an_object_whole_or_none(&Fault::DeletesInSteps);
    assert_fails(case, "an object that others delete is there, or `NotFound`");
}

#[test]
fn a_store_that_shows_unfinished_objects_is_noticed() {
    let fault = Fault::ShowsUnfinishedObjects;
    assert_fails(cases::an_object_on_its_way_appears_when_it_is_finished(&fault), "an object on its way is not there");
    assert_fails(cases::a_dropped_writer_leaves_nothing(&fault), "a dropped writer leaves nothing");
}

#[test]
fn a_store_whose_prefixes_match_parts_of_names_is_noticed() {
    let case = cases::a_prefix_lists_what_is_below_it_in_order(&Fault::MatchesPartsOfNames);
    assert_fails(case, "whole names only");
}

#[test]
fn a_store_that_reads_less_than_was_asked_for_is_noticed() {
    let case = cases::a_read_past_the_end_is_damage(&Fault::ReadsShort);
    assert_fails(case, "an object that ends before the range does is damaged");
}

#[test]
fn a_store_that_lets_anybody_hold_a_key_is_noticed() {
    let case = cases::a_key_has_one_holder_until_it_lets_go(&Fault::HoldsForAll);
    assert_fails(case, "while a living holder has the key");
}
