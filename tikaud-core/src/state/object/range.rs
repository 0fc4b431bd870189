//! Parts of objects.

use std::ops::Range;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error as ClientError, GetOptions, ObjectStoreExt, Result as ClientResult};

use super::ObjectStateStore;

impl ObjectStateStore {
    /// The bytes of a range, unless the object ends before it does.
    pub(super) async fn get(&self, location: &Path, range: Range<u64>) -> ClientResult<Option<Bytes>> {
        // Stores have no notion of a range without a byte.
        if range.is_empty() {
            return Ok((self.objects.head(location).await?.size >= range.end).then(Bytes::new));
        }
        match self.objects.get_opts(location, GetOptions::new().with_range(Some(range.clone()))).await {
            // Before anything is fetched: the length may come from a damaged object.
            Ok(found) if found.meta.size < range.end => Ok(None),
            Ok(found) => found.bytes().await.map(Some),
            Err(error @ ClientError::NotFound { .. }) => Err(error),
            // A range that begins past the end is an error of a kind of its own at each store.
            Err(error) => match self.objects.head(location).await {
                Ok(found) if found.size < range.end => Ok(None),
                _ => Err(error),
            },
        }
    }
}
