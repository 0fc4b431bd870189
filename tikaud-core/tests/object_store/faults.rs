//! An object store in memory whose answers tests change, and which notes how it is used.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::BoxStream;
use tikaud_core::state::ObjectStateStore;
use tikaud_core::state::object_store::memory::InMemory;
use tikaud_core::state::object_store::path::Path;
use tikaud_core::state::object_store::{
    CopyMode, CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use crate::uploads::WatchedUpload;

/// What becomes of the next request that creates an object where none is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is carried out, and nothing more is heard of it.
    ReplyLost,
    /// It is carried out, its reply is lost, and the client repeats it.
    Repeated,
    /// It is refused because of another that is refused too, as S3 does with 409.
    Collided,
    /// It never arrives.
    RequestLost,
}

/// What the store is unable to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inability {
    None,
    /// It overwrites, whatever the condition.
    ConditionalPut,
    /// Its copies overwrite, whatever the condition.
    ConditionalCopy,
    /// It says that it cannot copy on a condition, as S3 does when it is not told how.
    Copy,
    /// Its copies have no metadata, as those that S3 puts together from parts.
    CopyOfMetadata,
    /// It lets nobody write.
    Write,
}

#[derive(Debug)]
pub(crate) struct TestStore {
    pub(crate) inner: InMemory,
    pub(crate) inability: Inability,
    pub(crate) faults: Mutex<Vec<Fault>>,
    pub(crate) uploads: Arc<Uploads>,
    writes: AtomicUsize,
}

/// What uploads in parts have come to.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    pub(crate) parts: Mutex<Vec<usize>>,
    pub(crate) in_flight: AtomicUsize,
    pub(crate) most_in_flight: AtomicUsize,
    pub(crate) aborted: AtomicUsize,
    pub(crate) fails: AtomicUsize,
}

impl TestStore {
    pub(crate) fn new(inability: Inability) -> Arc<Self> {
        let (faults, uploads, writes) = Default::default();
        Arc::new(Self { inner: InMemory::new(), inability, faults, uploads, writes })
    }

    /// State in it, proven to be fit.
    pub(crate) async fn state(self: &Arc<Self>) -> ObjectStateStore {
        let state = ObjectStateStore::new(Arc::clone(self) as _, "tikaud");
        state.prepare().await.unwrap();
        state
    }

    pub(crate) fn meets(&self, faults: &[Fault]) {
        *self.faults.lock().unwrap() = faults.to_vec();
    }

    /// How many requests to create have come.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    /// Everything that is in the store, by its whole name.
    pub(crate) async fn everything(&self) -> Vec<String> {
        use futures::TryStreamExt;
        let found: Vec<ObjectMeta> = self.inner.list(None).try_collect().await.unwrap();
        found.into_iter().map(|object| object.location.to_string()).collect()
    }

    /// Carries out a request as the next fault has it.
    async fn carry_out<T>(&self, target: &Path, request: impl Future<Output = Result<T>>) -> Result<T> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        let exists = || Error::AlreadyExists { path: target.to_string(), source: "it is there".into() };
        let fault = self.faults.lock().unwrap().pop();
        match fault {
            None => request.await,
            Some(Fault::RequestLost) => Err(silence()),
            Some(Fault::Collided) => Err(exists()),
            Some(Fault::ReplyLost) => request.await.and(Err(silence())),
            Some(Fault::Repeated) => request.await.and(Err(exists())),
        }
    }
}

pub(crate) fn silence() -> Error {
    Error::Generic { store: "test", source: "no reply has come".into() }
}

fn unable(operation: &str) -> Error {
    Error::NotSupported { source: operation.into() }
}

impl fmt::Display for TestStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestStore")
    }
}

#[async_trait]
impl ObjectStore for TestStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, mut options: PutOptions) -> Result<PutResult> {
        assert_eq!(options.mode, PutMode::Create, "objects never change");
        match self.inability {
            Inability::ConditionalPut => options.mode = PutMode::Overwrite,
            Inability::Write => {
                return Err(Error::PermissionDenied { path: location.to_string(), source: "read only".into() });
            }
            _ => {}
        }
        self.carry_out(location, self.inner.put_opts(location, payload, options)).await
    }

    async fn put_multipart_opts(&self, at: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.inner.put_multipart_opts(at, options).await?;
        Ok(Box::new(WatchedUpload { upload, watch: Arc::clone(&self.uploads) }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, mut options: CopyOptions) -> Result<()> {
        assert_eq!(options.mode, CopyMode::Create, "objects never change");
        match self.inability {
            Inability::Copy => return Err(unable("copying where none is")),
            Inability::ConditionalCopy => options.mode = CopyMode::Overwrite,
            Inability::CopyOfMetadata => {
                let content = self.inner.get(from).await?.bytes().await?;
                let put = self.inner.put_opts(to, content.into(), PutMode::Create.into());
                return self.carry_out(to, put).await.map(drop);
            }
            _ => {}
        }
        self.carry_out(to, self.inner.copy_opts(from, to, options)).await
    }
}
