//! Who has made an object, when the store's answer does not tell.

use bytes::Bytes;
use tikaud_core::state::{ObjectKey, ObjectStateStore, StateError, StateStore};

use crate::faults::{Fault, Inability, TestStore};

/// Ways to create an object: in one request, by a writer in one request, and from parts.
const WAYS: [usize; 3] = [0, 1, 6 << 20];

fn key() -> ObjectKey {
    "a/object".parse().unwrap()
}

/// The same bytes whoever creates it.
async fn create(state: &ObjectStateStore, way: usize) -> Result<(), StateError> {
    if way == 0 {
        return state.create(&key(), Bytes::from_static(b"the same")).await;
    }
    let mut writer = state.writer(&key()).await.unwrap();
    writer.write(vec![7; way].into()).await.unwrap();
    writer.finish().await
}

fn is_taken(outcome: &Result<(), StateError>) -> bool {
    matches!(outcome, Err(StateError::AlreadyExists { key: taken }) if *taken == key())
}

fn is_unknown(outcome: &Result<(), StateError>) -> bool {
    matches!(outcome, Err(StateError::Io { operation: "create", object, .. }) if object == "tikaud/a/object")
}

#[tokio::test]
async fn an_object_whose_reply_was_lost_is_known_as_our_own() {
    for way in WAYS {
        for fault in [Fault::ReplyLost, Fault::Repeated] {
            let store = TestStore::new(Inability::None);
            let state = store.state().await;
            store.meets(&[fault]);
            create(&state, way).await.unwrap();
            assert_eq!(store.everything().await, ["tikaud/a/object"], "{way} {fault:?}");
            assert!(is_taken(&create(&state, way).await), "once only: {way} {fault:?}");
        }
    }
}

#[tokio::test]
async fn an_object_of_another_is_never_taken_for_our_own() {
    for way in WAYS {
        for fault in [Fault::ReplyLost, Fault::Repeated, Fault::Collided, Fault::RequestLost] {
            let store = TestStore::new(Inability::None);
            create(&store.state().await, way).await.unwrap();
            let other = store.state().await;
            store.meets(&[fault]);
            let outcome = create(&other, way).await;
            assert!(is_taken(&outcome), "{way} {fault:?}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_request_that_never_arrived_has_created_nothing() {
    for way in WAYS {
        let store = TestStore::new(Inability::None);
        let state = store.state().await;
        store.meets(&[Fault::RequestLost]);
        let outcome = create(&state, way).await;
        assert!(is_unknown(&outcome), "{way}: {outcome:?}");
        assert_eq!(store.everything().await, [""; 0], "{way}");
        create(&state, way).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn writers_that_have_collided_try_again() {
    for way in WAYS {
        let store = TestStore::new(Inability::None);
        let state = store.state().await;
        store.meets(&[Fault::Collided; 4]);
        create(&state, way).await.unwrap();
        assert!(is_taken(&create(&state, way).await), "{way}");
    }
}

#[tokio::test(start_paused = true)]
async fn writers_that_collide_again_and_again_give_up() {
    for way in WAYS {
        let store = TestStore::new(Inability::None);
        let state = store.state().await;
        store.meets(&[Fault::Collided; 100]);
        let outcome = create(&state, way).await;
        assert!(is_unknown(&outcome), "nobody has it: {way}: {outcome:?}");
        assert_eq!(store.faults.lock().unwrap().len(), 95, "{way}");
    }
}

/// An object that S3 has put together from parts does not say who made it.
#[tokio::test]
async fn an_object_that_says_nothing_of_its_maker_is_never_called_our_own() {
    let large = WAYS[2];
    for (fault, known) in [(Fault::Repeated, true), (Fault::ReplyLost, false)] {
        let store = TestStore::new(Inability::CopyOfMetadata);
        let state = store.state().await;
        store.meets(&[fault]);
        let outcome = create(&state, large).await;
        assert_eq!((is_taken(&outcome), is_unknown(&outcome)), (known, !known), "{fault:?}: {outcome:?}");
        assert_eq!(store.everything().await, ["tikaud/a/object"], "{fault:?}");
    }
}
