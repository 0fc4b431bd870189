//! The members of a segment who are not in another one.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::keyed::Keyed;
use super::{MemberStream, Segment, SegmentError, SegmentSchema};

/// The members of a segment whose key is not among the keys of another segment: an exclusion list.
///
/// Keys are compared, and the other segment is read and held, as for an [`IntersectSegment`](super::IntersectSegment). A null is no
/// key, so a member without a key is never left out.
///
/// This takes out **members by a key**: whoever is on the list is no member, while the same address, when another row has it under
/// another key, stays. A [suppression](crate::activation::SegmentActivationBuilder::suppress) takes out **identifiers**, after
/// everything else and whatever row they come from. What must never be in the audience, such as the addresses of people who
/// objected, belongs there; a list of customer numbers that are not wanted this time belongs here.
///
/// ```
/// use std::sync::Arc;
/// use tikaud_core::segment::{ExceptSegment, MemorySegment};
///
/// let buyers = MemorySegment::try_new("Buyers", ["id", "email"], [
///     [Some("1"), Some("ada@example.com")],
///     [Some("2"), Some("grace@example.com")],
/// ])?;
/// let staff = MemorySegment::try_new("Staff", ["customer"], [[Some("2")]])?;
/// let others = ExceptSegment::new(Arc::new(buyers), "id", Arc::new(staff), "customer");
/// # Ok::<(), tikaud_core::segment::SegmentError>(())
/// ```
#[derive(Clone)]
pub struct ExceptSegment(Keyed);

impl ExceptSegment {
    /// The members of `segment` whose values in the column `key` are not among those of `other` in its column `other_key`.
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
impl Segment for ExceptSegment {
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
        self.0.schema("exclusion").await
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        self.0.members(columns, false).await
    }
}

impl fmt::Debug for ExceptSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug(f, "ExceptSegment")
    }
}
