//! An object of a store, read by a thread that waits.

mod error;
mod stream;
mod windows;

use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::{Either, select};
use tikaud_core::segment::{SegmentError, SegmentErrorKind};
use tikaud_core::state::object_store::path::Path;
use tikaud_core::state::object_store::{
    Error as ClientError, GetOptions, GetResult, ObjectMeta, ObjectStoreExt, Result as ClientResult,
};

pub(in super::super) use self::error::failed;
use self::stream::Stream;
pub(super) use self::windows::Windows;
use super::super::place::Store;
use super::super::reading::{Stop, runtime};
use super::changed;

/// An object, and what it was when it was opened.
#[derive(Debug)]
pub(super) struct Object {
    name: String,
    store: Arc<Store>,
    path: Path,
    opened: ObjectMeta,
    stop: Stop,
}

/// Waits for a store, on a thread that may.
pub(in super::super) fn wait<T>(future: impl Future<Output = T>) -> Result<T, SegmentError> {
    Ok(runtime()?.block_on(future))
}

/// Waits for a store, unless nobody wants more of the object of this name.
fn wait_unless<T>(stop: &Stop, name: &str, future: impl Future<Output = T>) -> Result<T, SegmentError> {
    let either = wait(async {
        let (future, stop) = (pin!(future), pin!(stop.asked()));
        match select(future, stop).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(_) => None,
        }
    });
    either?.ok_or_else(|| SegmentError::new(SegmentErrorKind::Unreadable, format!("`{name}` is no longer wanted")))
}

impl Object {
    pub(super) fn open(name: &str, store: Arc<Store>, path: Path, stop: Stop) -> Result<Self, SegmentError> {
        let opened = wait_unless(&stop, name, store.client().head(&path))?.map_err(|error| failed(name, &error))?;
        Ok(Self { name: name.to_owned(), store, path, opened, stop })
    }

    pub(super) fn len(&self) -> u64 {
        self.opened.size
    }

    /// All bytes, from the beginning.
    pub(super) fn stream(self: &Arc<Self>) -> Result<Stream, SegmentError> {
        if self.len() == 0 {
            return Ok(Stream::empty(Arc::clone(self)));
        }
        let result = self.get(None)?;
        Ok(Stream::new(Arc::clone(self), result.into_stream()))
    }

    /// Some of the bytes, all of them.
    pub(super) fn bytes_at(&self, range: Range<u64>) -> Result<Bytes, SegmentError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let bytes = self.get(Some(range.clone()))?.bytes();
        let bytes = self.wait(bytes)?.map_err(|error| self.failed_while_read(&error))?;
        if bytes.len() as u64 == range.end - range.start { Ok(bytes) } else { Err(self.ended_early()) }
    }

    /// The object may have been replaced while it was being read; what was read of it is then a mixture.
    pub(super) fn check_unchanged(&self) -> Result<(), SegmentError> {
        let now = self.wait(self.store.client().head(&self.path))?;
        self.check_same(&now.map_err(|error| self.failed_while_read(&error))?)
    }

    fn get(&self, range: Option<Range<u64>>) -> Result<GetResult, SegmentError> {
        let wanted = range.clone().unwrap_or(0..self.len());
        let result: ClientResult<GetResult> =
            self.wait(self.store.client().get_opts(&self.path, GetOptions::new().with_range(range)))?;
        let result = result.map_err(|error| self.failed_while_read(&error))?;
        self.check_same(&result.meta)?;
        if result.range == wanted { Ok(result) } else { Err(self.ended_early()) }
    }

    /// Stores' tags of content are compared where there are any, times where there are none.
    fn check_same(&self, now: &ObjectMeta) -> Result<(), SegmentError> {
        let is_same = now.size == self.opened.size
            && match (&now.e_tag, &self.opened.e_tag) {
                (Some(now), Some(opened)) => now == opened,
                _ => now.last_modified == self.opened.last_modified,
            };
        if is_same { Ok(()) } else { Err(changed(&self.name)) }
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, SegmentError> {
        wait_unless(&self.stop, &self.name, future)
    }

    fn failed_while_read(&self, error: &ClientError) -> SegmentError {
        match error {
            ClientError::NotFound { .. } | ClientError::Precondition { .. } => changed(&self.name),
            error => failed(&self.name, error),
        }
    }

    fn ended_early(&self) -> SegmentError {
        let message = format!("the store broke off `{}` before its end; run again", self.name);
        SegmentError::new(SegmentErrorKind::Unreadable, message)
    }
}
