//! State in an object store: S3, Google Cloud Storage, Azure Blob Storage, and what else [`object_store`] knows.

mod error;
mod exclusive;
mod fitness;
mod identity;
mod range;
mod redact;
mod upload;
mod writer;

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{
    Attributes, Error as ClientError, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
    Result as ClientResult,
};
use tokio::sync::OnceCell;

pub use self::error::ObjectStoreCause;
use self::error::failed;
use self::fitness::Abilities;
use self::identity::WriterId;
use self::writer::Writer;
use super::{Hold, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore};

/// State in an object store, which any number of machines can share. Clones share what they know of the store.
///
/// The store is a value of the crate [`object_store`], re-exported here in the version that fits. The features `aws`, `gcp`
/// and `azure` bring its clients; their builders read credentials from wherever the platform keeps them.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "aws")] {
/// use std::{sync::Arc, time::Duration};
///
/// use tikaud_core::state::ObjectStateStore;
/// use tikaud_core::state::object_store::RetryConfig;
/// use tikaud_core::state::object_store::aws::{AmazonS3Builder, S3CopyIfNotExists};
///
/// // `from_env` takes what AWS_ACCESS_KEY_ID and its like say; without them, the machine's or the pod's own role.
/// let s3 = AmazonS3Builder::from_env()
///     .with_region("eu-central-1")
///     .with_bucket_name("audiences")
///     // S3 copies on a condition; other servers may need `S3CopyIfNotExists::Multipart`.
///     .with_copy_if_not_exists(S3CopyIfNotExists::Header("If-None-Match".into(), "*".into()))
///     // A claim is good for a minute; there is no use in trying for longer.
///     .with_retry(RetryConfig { retry_timeout: Duration::from_secs(30), ..RetryConfig::default() })
///     .build()?;
/// let state = ObjectStateStore::new(Arc::new(s3), "tikaud/production");
/// # }
/// # Ok(()) }
/// ```
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "gcp")] {
/// use std::sync::Arc;
///
/// use tikaud_core::state::ObjectStateStore;
/// use tikaud_core::state::object_store::gcp::GoogleCloudStorageBuilder;
///
/// // `from_env` takes the key that GOOGLE_APPLICATION_CREDENTIALS points to; without it, the machine's service account.
/// let gcs = GoogleCloudStorageBuilder::from_env().with_bucket_name("audiences").build()?;
/// let state = ObjectStateStore::new(Arc::new(gcs), "tikaud/production");
/// # }
/// # Ok(()) }
/// ```
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "azure")] {
/// use std::sync::Arc;
///
/// use tikaud_core::state::ObjectStateStore;
/// use tikaud_core::state::object_store::azure::MicrosoftAzureBuilder;
///
/// let azure =
///     MicrosoftAzureBuilder::from_env().with_account("acme").with_container_name("audiences").build()?;
/// let state = ObjectStateStore::new(Arc::new(azure), "tikaud/production");
/// # }
/// # Ok(()) }
/// ```
///
/// # What it needs
///
/// * **Conditional creation.** An object is created, and copied, only where none is (`If-None-Match: *` and its like).
///   Before it writes for the first time it tries whether the store keeps to that, with objects of a few bytes, and
///   refuses one that does not. Amazon S3, Google Cloud Storage and Azure do.
/// * **Permission** to read, write, list and delete below the prefix. Looking at state takes reading and listing only.
/// * **A prefix of its own**, below which nobody else writes.
///
/// # What it does
///
/// * An object of up to 5 MiB is one request. A larger one goes up in parts of that size, of which at most five are in
///   memory, becomes an object below `.tikaud-uploads/`, and is copied to its key. S3 copies 5 GB at most, which is
///   150 million identifiers of one kind.
/// * A dropped writer removes its upload in the background. What dies with its process is removed by the next one, a day
///   later; parts that never became an object are seen by nobody but the bill, and a lifecycle rule that ends incomplete
///   multipart uploads clears them away.
/// * It cannot tell whether another process is alive. A run that was killed is taken over once its claim has lapsed, after
///   a minute.
/// * Errors have the client's error as their cause, as text: what the server answered is left out but for its code and
///   message, since some repeat credentials.
#[derive(Clone)]
pub struct ObjectStateStore {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    abilities: Arc<OnceCell<Abilities>>,
}

impl ObjectStateStore {
    /// State below a prefix of a store: `tikaud/production`. The empty prefix is the whole store.
    ///
    /// Asks nothing of the store yet; see [`prepare`](Self::prepare).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tikaud_core::state::ObjectStateStore;
    /// use tikaud_core::state::object_store::memory::InMemory;
    ///
    /// let state = ObjectStateStore::new(Arc::new(InMemory::new()), "tikaud/production");
    /// ```
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, prefix: impl Into<Path>) -> Self {
        let prefix = prefix.into();
        let objects = Arc::new(PrefixStore::new(store, prefix.clone()));
        Self { objects, prefix, abilities: Arc::default() }
    }

    /// Makes sure that the store can hold state, and removes uploads that dead processes have left. The first object that
    /// is created does the same; a service that calls this when it starts learns then that its store is not fit.
    ///
    /// # Errors
    ///
    /// [`StateError::Io`] when the store cannot be reached, denies access, or would overwrite.
    ///
    /// ```
    /// # tikaud_core::conformance::block_on(async {
    /// use std::sync::Arc;
    ///
    /// use tikaud_core::state::ObjectStateStore;
    /// use tikaud_core::state::object_store::memory::InMemory;
    ///
    /// let state = ObjectStateStore::new(Arc::new(InMemory::new()), "tikaud");
    /// state.prepare().await.expect("memory refuses to overwrite");
    /// # });
    /// ```
    pub async fn prepare(&self) -> Result<(), StateError> {
        self.abilities().await.map(drop)
    }

    async fn abilities(&self) -> Result<Abilities, StateError> {
        let first = || async {
            let abilities = fitness::prove(&*self.objects, self.prefix.as_ref()).await?;
            if let Err(error) = fitness::remove_abandoned(&*self.objects).await {
                let error = failed("list", self.prefix.as_ref(), &error);
                tracing::warn!(prefix = %self.prefix, %error, "abandoned uploads were not removed");
            }
            Ok(abilities)
        };
        self.abilities.get_or_try_init(first).await.copied()
    }

    /// The metadata by which an object shows who made it, where the store has metadata.
    async fn attributes(&self, writer: &WriterId) -> Result<Attributes, StateError> {
        Ok(if self.abilities().await?.attributes { writer.attributes() } else { Attributes::new() })
    }

    /// Creates an object in one request.
    async fn create_by(&self, key: &ObjectKey, writer: &WriterId, content: Bytes) -> Result<(), StateError> {
        let (location, attributes) = (location(key), self.attributes(writer).await?);
        let put = || async {
            let options = PutOptions { mode: PutMode::Create, attributes: attributes.clone(), ..PutOptions::default() };
            self.objects.put_opts(&location, content.clone().into(), options).await.map(drop)
        };
        self.exclusively(key, writer, put).await
    }

    fn draw_writer(&self, key: &ObjectKey) -> Result<WriterId, StateError> {
        WriterId::draw().map_err(StateError::io("create", self.shown(key)))
    }

    /// An object as errors name it, with the prefix, since a user may have several.
    fn shown(&self, key: &ObjectKey) -> String {
        if self.prefix.is_root() { key.to_string() } else { format!("{}/{key}", self.prefix) }
    }
}

fn location(key: &ObjectKey) -> Path {
    Path::from(key.as_str())
}

impl fmt::Debug for ObjectStateStore {
    /// The client's own shows its credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectStateStore").field("prefix", &self.prefix.as_ref()).finish_non_exhaustive()
    }
}

#[async_trait]
impl StateStore for ObjectStateStore {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        self.create_by(key, &self.draw_writer(key)?, content).await
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        // Before gigabytes go up to a store that will not give them their key.
        self.prepare().await?;
        Ok(Box::new(Writer::new(self.clone(), key.clone(), self.draw_writer(key)?)))
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        match self.get(&location(key), range).await {
            Ok(found) => found.ok_or_else(|| StateError::Truncated { key: key.clone() }),
            Err(ClientError::NotFound { .. }) => Err(StateError::NotFound { key: key.clone() }),
            Err(error) => Err(failed("read", &self.shown(key), &error)),
        }
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        let below = prefix.map(location);
        let found: ClientResult<Vec<_>> = self.objects.list(below.as_ref()).try_collect().await;
        let found = found.map_err(|error| {
            failed("list", &prefix.map_or_else(|| self.prefix.to_string(), |prefix| self.shown(prefix)), &error)
        })?;
        // Names that no key can have are not objects: uploads are among them. Consoles mark a folder by an object of
        // its own name.
        let entry = |found: ObjectMeta| {
            let key: ObjectKey = found.location.as_ref().parse().ok()?;
            (Some(&key) != prefix).then_some(ObjectEntry { key, len: found.size })
        };
        let mut entries: Vec<ObjectEntry> = found.into_iter().filter_map(entry).collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(entries)
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        match self.objects.delete(&location(key)).await {
            Ok(()) | Err(ClientError::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("delete", &self.shown(key), &error)),
        }
    }

    async fn hold(&self, _key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        // An object does not go when its maker dies.
        Ok(None)
    }

    fn scratch(&self) -> Option<PathBuf> {
        None
    }
}
