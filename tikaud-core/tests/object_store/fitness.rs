//! Which stores can hold state, and what is tried to find out.

use std::error::Error;
use std::fs::{self, File};
use std::iter::successors;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tikaud_core::state::object_store::local::LocalFileSystem;
use tikaud_core::state::{ObjectKey, ObjectStateStore, StateError, StateStore};

use crate::faults::{Inability, TestStore};

fn key() -> ObjectKey {
    "a/object".parse().unwrap()
}

fn told(error: &StateError) -> String {
    let causes = successors(Some(error as &dyn Error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn a_store_that_cannot_hold_state_is_refused_before_anything_is_created() {
    for (inability, remedy) in [
        (Inability::ConditionalPut, "use a store, or a version of it, that honours `If-None-Match: *`"),
        (Inability::ConditionalCopy, "use a store, or a version of it, that honours `If-None-Match: *`"),
        (Inability::Copy, "call `with_copy_if_not_exists` on the builder"),
        (Inability::Write, "let these credentials read, write, list and delete below the prefix"),
    ] {
        let store = TestStore::new(inability);
        let state = ObjectStateStore::new(Arc::clone(&store) as _, "tikaud");
        let errors = [
            state.create(&key(), Bytes::new()).await.unwrap_err(),
            state.writer(&key()).await.map(drop).unwrap_err(),
            state.prepare().await.unwrap_err(),
        ];
        for error in errors {
            assert!(told(&error).contains(remedy), "{inability:?}: {}", told(&error));
        }
        assert_eq!(store.everything().await, [""; 0], "{inability:?}");
    }
}

#[tokio::test]
async fn a_store_is_tried_once() {
    let store = TestStore::new(Inability::None);
    let state = store.state().await;
    let tried = store.writes();
    state.clone().create(&key(), Bytes::new()).await.unwrap();
    assert_eq!(store.writes(), tried + 1);
}

#[tokio::test]
async fn looking_at_state_writes_nothing() {
    let store = TestStore::new(Inability::Write);
    let state = ObjectStateStore::new(Arc::clone(&store) as _, "tikaud");
    assert_eq!(state.list(None).await.unwrap(), []);
    assert!(matches!(state.read(&key(), 0..1).await, Err(StateError::NotFound { .. })));
    assert_eq!(store.writes(), 0);
}

#[tokio::test]
async fn uploads_of_the_dead_are_removed_once_they_are_old() {
    let directory = tempfile::tempdir().unwrap();
    let uploads = directory.path().join("tikaud/.tikaud-uploads");
    fs::create_dir_all(&uploads).unwrap();
    for (name, hours) in [("dead", 25), ("alive", 23)] {
        let file = File::create(uploads.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(hours * 60 * 60)).unwrap();
    }
    let objects = LocalFileSystem::new_with_prefix(directory.path()).unwrap();
    let state = ObjectStateStore::new(Arc::new(objects), "tikaud");
    assert_eq!(state.list(None).await.unwrap(), [], "uploads are not objects");
    state.create(&key(), Bytes::new()).await.unwrap();
    let left: Vec<_> = fs::read_dir(&uploads).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["alive"]);
}

#[tokio::test]
async fn names_that_no_key_can_have_are_no_objects() {
    use tikaud_core::state::object_store::ObjectStoreExt;
    let store = TestStore::new(Inability::None);
    let state = store.state().await;
    for name in ["tikaud/.hidden", "tikaud/a/.hidden/b", "tikaud/a/b c", "tikaud2/a", "other"] {
        store.inner.put(&name.into(), "x".into()).await.unwrap();
    }
    state.create(&key(), Bytes::new()).await.unwrap();
    let listed = state.list(None).await.unwrap();
    assert_eq!(listed.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["a/object"]);
}
