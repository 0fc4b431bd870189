//! The error that every source has in common.

use tikaud_core::segment::{SegmentError, SegmentErrorKind};

/// The segment's settings contradict each other, or cannot be used here.
pub(crate) fn configuration(message: impl Into<String>) -> SegmentError {
    SegmentError::new(SegmentErrorKind::Configuration, message)
}
