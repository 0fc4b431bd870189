//! What a store's errors mean for whoever reads.

use tikaud_core::segment::{SegmentError, SegmentErrorKind};
use tikaud_core::state::ObjectStoreCause;
use tikaud_core::state::object_store::Error as ClientError;

/// A client's error at an object or a pattern of this name.
pub(in super::super::super) fn failed(name: &str, error: &ClientError) -> SegmentError {
    let (kind, message) = match error {
        ClientError::NotFound { .. } => (
            SegmentErrorKind::NotFound,
            format!("there is no object `{name}`, or not even its bucket or container; check the URL"),
        ),
        ClientError::PermissionDenied { .. } => (
            SegmentErrorKind::Unreadable,
            format!("the store denies access to `{name}`; let these credentials list and read what is there"),
        ),
        ClientError::Unauthenticated { .. } => (
            SegmentErrorKind::Unreadable,
            format!("the store does not accept the credentials for `{name}`; renew or correct them"),
        ),
        ClientError::InvalidPath { .. } => (
            SegmentErrorKind::Unreadable,
            format!("there is an object near `{name}` whose name this client cannot read; move it elsewhere"),
        ),
        _ => (
            SegmentErrorKind::Unreadable,
            format!(
                "`{name}` cannot be read: the store did not answer, or broke off; run again, and look at the cause if it stays"
            ),
        ),
    };
    SegmentError::new(kind, message).with_source(ObjectStoreCause::of(error))
}
