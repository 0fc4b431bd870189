//! Objects that are too large for one request.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use bytes::Bytes;
use futures::FutureExt;
use tikaud_core::state::object_store::{MultipartUpload, PutPayload, PutResult, Result, UploadPart};
use tikaud_core::state::{ObjectKey, ObjectStateStore, ObjectWriter, StateError, StateStore};
use tokio::task::yield_now;

use crate::faults::{Inability, TestStore, Uploads, silence};

const MIB: usize = 1 << 20;

/// An upload that takes its time, so that parts are under way together.
#[derive(Debug)]
pub(crate) struct WatchedUpload {
    pub(crate) upload: Box<dyn MultipartUpload>,
    pub(crate) watch: Arc<Uploads>,
}

#[async_trait]
impl MultipartUpload for WatchedUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let watch = Arc::clone(&self.watch);
        watch.parts.lock().unwrap().push(data.content_length());
        let now = watch.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        watch.most_in_flight.fetch_max(now, Ordering::SeqCst);
        let part = self.upload.put_part(data);
        Box::pin(async move {
            for _ in 0..10 {
                yield_now().await;
            }
            watch.in_flight.fetch_sub(1, Ordering::SeqCst);
            if watch.fails.load(Ordering::SeqCst) > 0 { Err(silence()) } else { part.await }
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.upload.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.watch.aborted.fetch_add(1, Ordering::SeqCst);
        self.upload.abort().await
    }
}

fn key() -> ObjectKey {
    "a/object".parse().unwrap()
}

fn content(len: usize) -> Bytes {
    (0..len).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[2]).collect()
}

async fn writer(state: &ObjectStateStore) -> Box<dyn ObjectWriter> {
    state.writer(&key()).await.unwrap()
}

/// Lets tasks in the background come to their end.
async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

#[tokio::test]
async fn an_object_of_any_length_comes_back_and_leaves_no_upload() {
    let part = 5 * MIB;
    for len in [0, 1, part - 1, part, part + 1, 2 * part, 2 * part + 1] {
        let store = TestStore::new(Inability::None);
        let (state, whole) = (store.state().await, content(len));
        let mut writer = writer(&state).await;
        for piece in whole.chunks(3 * MIB) {
            writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        writer.finish().await.unwrap();
        assert!(state.read(&key(), 0..len as u64).await.unwrap() == whole, "{len}");
        assert_eq!(store.everything().await, ["tikaud/a/object"], "{len}");
        assert_eq!(store.uploads.aborted.load(Ordering::SeqCst), 0, "{len}");
    }
}

#[tokio::test]
async fn what_is_in_memory_is_bounded() {
    let store = TestStore::new(Inability::None);
    let mut writer = writer(&store.state().await).await;
    for _ in 0..20 {
        writer.write(vec![7; 7 * MIB / 2].into()).await.unwrap();
    }
    writer.finish().await.unwrap();
    assert_eq!(*store.uploads.parts.lock().unwrap(), [5 * MIB; 14]);
    assert_eq!(store.uploads.most_in_flight.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_part_that_fails_ends_the_upload() {
    let store = TestStore::new(Inability::None);
    let state = store.state().await;
    store.uploads.fails.store(1, Ordering::SeqCst);
    let mut failing = writer(&state).await;
    let mut outcome = Ok(());
    for _ in 0..10 {
        outcome = outcome.and(failing.write(vec![7; 5 * MIB].into()).await);
    }
    let error = outcome.unwrap_err();
    assert!(
        matches!(&error, StateError::Io { operation: "write", object, .. } if object == "tikaud/a/object"),
        "{error:?}"
    );
    // Whatever becomes of the store now: bytes are missing.
    store.uploads.fails.store(0, Ordering::SeqCst);
    assert!(matches!(failing.write(vec![7; 1].into()).await, Err(StateError::Io { .. })));
    assert!(matches!(failing.finish().await, Err(StateError::Io { .. })));
    settle().await;
    assert_eq!(store.uploads.aborted.load(Ordering::SeqCst), 1);
    assert_eq!(store.everything().await, [""; 0]);
}

#[tokio::test]
async fn a_last_part_that_fails_is_noticed() {
    let store = TestStore::new(Inability::None);
    let mut failing = writer(&store.state().await).await;
    failing.write(vec![7; 6 * MIB].into()).await.unwrap();
    store.uploads.fails.store(1, Ordering::SeqCst);
    assert!(matches!(failing.finish().await, Err(StateError::Io { .. })));
    assert_eq!(store.uploads.aborted.load(Ordering::SeqCst), 1);
    assert_eq!(store.everything().await, [""; 0]);
}

#[tokio::test]
async fn a_dropped_writer_aborts_its_upload() {
    let store = TestStore::new(Inability::None);
    let mut dropped = writer(&store.state().await).await;
    dropped.write(vec![7; 30 * MIB].into()).await.unwrap();
    assert!(store.uploads.in_flight.load(Ordering::SeqCst) > 0, "parts are on their way");
    drop(dropped);
    settle().await;
    assert_eq!(store.uploads.aborted.load(Ordering::SeqCst), 1);
    assert_eq!(store.everything().await, [""; 0]);
}

#[tokio::test]
async fn a_write_that_was_given_up_half_way_cannot_be_finished() {
    let store = TestStore::new(Inability::None);
    let mut given_up = writer(&store.state().await).await;
    assert!(given_up.write(vec![7; 60 * MIB].into()).now_or_never().is_none(), "it waits for parts on their way");
    assert!(matches!(given_up.finish().await, Err(StateError::Io { .. })));
    assert_eq!(store.everything().await, [""; 0]);
}

#[tokio::test]
async fn a_finish_that_was_given_up_leaves_no_upload() {
    let store = TestStore::new(Inability::None);
    let mut given_up = writer(&store.state().await).await;
    given_up.write(vec![7; 6 * MIB].into()).await.unwrap();
    assert!(given_up.finish().now_or_never().is_none(), "it waits for parts on their way");
    settle().await;
    assert_eq!(store.uploads.aborted.load(Ordering::SeqCst), 1);
    assert_eq!(store.everything().await, [""; 0]);
}
