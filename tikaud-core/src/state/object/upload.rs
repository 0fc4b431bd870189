//! An object on its way that is too large for one request: uploaded in parts, under a temporary key.
//!
//! No store can finish an upload in parts on the condition that its key is free, but each can copy on it. So the parts
//! become an object below [`UPLOADS`], where nothing is listed, and a copy inside the store gives it its key.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Attributes, MultipartUpload, ObjectStore, ObjectStoreExt, Result as ClientResult};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, JoinSet};

use super::identity::WriterId;

/// No key begins with a dot, so no object has such a name.
pub(super) const UPLOADS: &str = ".tikaud-uploads";

/// The least that S3, GCS and R2 take as a part, which is also as much as goes in one request. The [10,000
/// parts](https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html) that they allow are 50 GB, ten times what S3
/// [copies at once](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html).
pub(super) const PART: usize = 5 << 20;

/// Parts on their way at once: with the one being filled, what an object costs in memory.
const IN_FLIGHT: usize = 4;

/// An upload in parts. Dropping it removes it, in the background.
pub(super) struct Upload {
    objects: Arc<dyn ObjectStore>,
    /// Where it becomes an object; `None` once it has been removed.
    temporary: Option<Path>,
    /// `None` once it is an object.
    parts: Option<Box<dyn MultipartUpload>>,
    in_flight: JoinSet<ClientResult<()>>,
    len: u64,
}

impl Upload {
    pub(super) async fn start(
        objects: Arc<dyn ObjectStore>,
        writer: &WriterId,
        attributes: Attributes,
    ) -> ClientResult<Self> {
        let temporary = Path::from_iter([UPLOADS, writer.as_str()]);
        let parts = objects.put_multipart_opts(&temporary, attributes.into()).await?;
        Ok(Self { objects, temporary: Some(temporary), parts: Some(parts), in_flight: JoinSet::new(), len: 0 })
    }

    /// Sends a part, once few enough are on their way.
    pub(super) async fn put(&mut self, part: Bytes) -> ClientResult<()> {
        self.wait_for(IN_FLIGHT - 1).await?;
        if let Some(parts) = &mut self.parts {
            self.len += part.len() as u64;
            self.in_flight.spawn(parts.put_part(part.into()));
        }
        Ok(())
    }

    /// Makes the parts an object, and gives its temporary key and its length.
    pub(super) async fn complete(&mut self) -> ClientResult<(Path, u64)> {
        self.wait_for(0).await?;
        if let Some(parts) = &mut self.parts {
            parts.complete().await?;
            self.parts = None;
        }
        Ok((self.temporary.clone().unwrap_or_default(), self.len))
    }

    /// Removes what is left under the temporary key.
    pub(super) async fn remove(mut self) {
        if let Some(removal) = self.start_removal() {
            drop(removal.await);
        }
    }

    /// Waits until no more than so many parts are on their way.
    async fn wait_for(&mut self, at_most: usize) -> ClientResult<()> {
        while self.in_flight.len() > at_most {
            if let Some(outcome) = self.in_flight.join_next().await {
                outcome??;
            }
        }
        Ok(())
    }

    /// A task of its own, so that it goes on when nobody waits for it. What cannot be removed now is, once it is old.
    fn start_removal(&mut self) -> Option<JoinHandle<()>> {
        // Outside a runtime nothing can be asked of a store.
        let (Some(temporary), Ok(runtime)) = (self.temporary.take(), Handle::try_current()) else { return None };
        let (objects, parts) = (Arc::clone(&self.objects), self.parts.take());
        let mut in_flight = std::mem::take(&mut self.in_flight);
        Some(runtime.spawn(async move {
            // A part that arrived later than the end of its upload would stay, and cost money.
            in_flight.shutdown().await;
            if let Some(mut parts) = parts {
                drop(parts.abort().await);
            }
            // Even so: it may have become an object without our knowing.
            drop(objects.delete(&temporary).await);
        }))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        drop(self.start_removal());
    }
}
