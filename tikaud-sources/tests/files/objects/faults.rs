//! An object store in memory that goes wrong at a place of the test's choice.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use tikaud_sources::object_store::memory::InMemory;
use tikaud_sources::object_store::path::Path;
use tikaud_sources::object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What goes wrong.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// The store gives up.
    Error,
    /// What is being read just ends, as if that were all.
    End,
    /// The object is gone.
    Removed,
    /// Nothing more is heard.
    Silence,
    /// The object becomes another one.
    Replaced(Bytes),
}

/// Every request for an object, and every piece of an answer, is a step; at one of them something goes wrong.
pub(super) struct FaultyStore {
    inner: Arc<InMemory>,
    /// How long the pieces of an answer are.
    piece: usize,
    faults: Arc<Faults>,
    /// The ranges that were asked for.
    pub(super) ranges: Mutex<Vec<Range<u64>>>,
}

#[derive(Default)]
struct Faults {
    steps: AtomicUsize,
    fault: Mutex<Option<(usize, Fault)>>,
    met: AtomicUsize,
}

impl FaultyStore {
    pub(super) fn new(piece: usize) -> Arc<Self> {
        let (inner, faults, ranges) = Default::default();
        Arc::new(Self { inner, piece, faults, ranges })
    }

    pub(super) fn inner(&self) -> &InMemory {
        &self.inner
    }

    /// From now on, this goes wrong at this step, from 0.
    pub(super) fn meets(&self, step: usize, fault: Fault) {
        *self.faults.fault.lock().unwrap() = Some((step, fault));
        self.faults.steps.store(0, Ordering::SeqCst);
        self.faults.met.store(0, Ordering::SeqCst);
    }

    /// Whether it came to that.
    pub(super) fn has_met(&self) -> bool {
        self.faults.met.load(Ordering::SeqCst) > 0
    }
}

impl Faults {
    fn next(&self) -> Option<Fault> {
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        let fault = self.fault.lock().unwrap().clone().filter(|(at, _)| *at == step).map(|(_, fault)| fault);
        self.met.fetch_add(usize::from(fault.is_some()), Ordering::SeqCst);
        fault
    }
}

impl fmt::Debug for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("planted-secret")
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("planted-secret")
    }
}

fn silence() -> Error {
    let source =
        "GET https://planted-user:planted-password@host/a?sig=planted: no reply: <Error><Token>planted</Token></Error>";
    Error::Generic { store: "test", source: source.into() }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(at, payload, options).await
    }

    async fn put_multipart_opts(&self, at: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        match self.faults.next() {
            Some(Fault::Error) => return Err(silence()),
            Some(Fault::Removed) => self.inner.delete(at).await?,
            Some(Fault::Replaced(content)) => drop(self.inner.put(at, content.into()).await?),
            Some(Fault::Silence) => std::future::pending().await,
            Some(Fault::End) | None => {}
        }
        let is_head = options.head;
        let mut result = self.inner.get_opts(at, options).await?;
        if is_head {
            return Ok(result);
        }
        self.ranges.lock().unwrap().push(result.range.clone());
        let whole = std::mem::replace(&mut result.payload, GetResultPayload::Stream(stream::empty().boxed()));
        let GetResultPayload::Stream(whole) = whole else { return Err(silence()) };
        let whole: Vec<Bytes> = whole.try_collect().await?;
        let pieces: Vec<Bytes> = whole.concat().chunks(self.piece).map(Bytes::copy_from_slice).collect();
        let state = (pieces.into_iter(), Arc::clone(&self.inner), Arc::clone(&self.faults), at.clone());
        let pieces = stream::unfold(Some(state), |state| async {
            let (mut pieces, inner, faults, at) = state?;
            let piece = pieces.next()?;
            match faults.next() {
                Some(Fault::Error) => return Some((Err(silence()), None)),
                Some(Fault::End) => return None,
                Some(Fault::Silence) => std::future::pending().await,
                Some(Fault::Removed) => inner.delete(&at).await.unwrap(),
                Some(Fault::Replaced(content)) => drop(inner.put(&at, content.into()).await.unwrap()),
                None => {}
            }
            Some((Ok(piece), Some((pieces, inner, faults, at))))
        });
        result.payload = GetResultPayload::Stream(pieces.boxed());
        Ok(result)
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
