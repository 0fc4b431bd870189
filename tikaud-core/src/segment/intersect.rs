//! The members of a segment who are in another one, too.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::keyed::Keyed;
use super::{MemberStream, Segment, SegmentError, SegmentSchema};

/// The members of a segment whose key is among the keys of another segment: those who are in both.
///
/// The key is a column, such as a customer number, which need not be mapped. Keys are the same when their text is, byte for byte:
/// `7` is not `07`, and `Ada` not `ada`. A null is no key and matches nothing, not even another null; text of no length is a key
/// like any other. Of a cell with several values each is a key, and one is enough. Members come as the first segment has them,
/// those with one key in common each.
///
/// The other segment is read first, and wholly, by its key alone; when that fails, so does this. Its keys are held as sixteen bytes
/// each, those that repeat once: 160 MB for ten million, and up to twice that while they are read.
///
/// ```
/// use std::sync::Arc;
/// use tikaud_core::segment::{IntersectSegment, MemorySegment};
///
/// let buyers = MemorySegment::try_new("Buyers", ["id", "email"], [
///     [Some("1"), Some("ada@example.com")],
///     [Some("2"), Some("grace@example.com")],
/// ])?;
/// let subscribers = MemorySegment::try_new("Subscribers", ["customer"], [[Some("2")]])?;
/// let both = IntersectSegment::new(Arc::new(buyers), "id", Arc::new(subscribers), "customer");
/// # Ok::<(), tikaud_core::segment::SegmentError>(())
/// ```
///
/// To leave people out, see [`ExceptSegment`](super::ExceptSegment).
#[derive(Clone)]
pub struct IntersectSegment(Keyed);

impl IntersectSegment {
    /// The members of `segment` whose values in the column `key` are among those of `other` in its column `other_key`.
    #[must_use]
    pub fn new(
        segment: Arc<dyn Segment>,
        key: impl Into<String>,
        other: Arc<dyn Segment>,
        other_key: impl Into<String>,
    ) -> Self {
        Self(Keyed { segment, key: key.into(), other, other_key: other_key.into() })
    }
}

#[async_trait]
impl Segment for IntersectSegment {
    fn name(&self) -> &str {
        self.0.segment.name()
    }

    fn description(&self) -> Option<&str> {
        self.0.segment.description()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        self.0.segment.columns().await
    }

    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        self.0.schema("intersection").await
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        self.0.members(columns, true).await
    }
}

impl fmt::Debug for IntersectSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug(f, "IntersectSegment")
    }
}
