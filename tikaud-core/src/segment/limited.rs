//! The first members of another segment.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};

use super::{MemberStream, Segment, SegmentError, SegmentSchema};

/// The first so many members of another segment, in the order in which it delivers them: for a first try at a small scale.
///
/// It is the same people from run to run only where the source has an order that stays; files have one, as long as their
/// rows do. Where it has none, take a [`SampledSegment`](super::SampledSegment).
///
/// ```
/// use std::sync::Arc;
/// use tikaud_core::segment::{LimitedSegment, MemorySegment};
///
/// let buyers = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")], [Some("grace@example.com")]])?;
/// let first = LimitedSegment::new(Arc::new(buyers), 1);
/// # Ok::<(), tikaud_core::segment::SegmentError>(())
/// ```
#[derive(Clone)]
pub struct LimitedSegment {
    segment: Arc<dyn Segment>,
    members: usize,
}

impl LimitedSegment {
    /// At most so many members of `segment`.
    #[must_use]
    pub fn new(segment: Arc<dyn Segment>, members: usize) -> Self {
        Self { segment, members }
    }
}

#[async_trait]
impl Segment for LimitedSegment {
    fn name(&self) -> &str {
        self.segment.name()
    }

    fn description(&self) -> Option<&str> {
        self.segment.description()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        self.segment.columns().await
    }

    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        let mut schema = self.segment.schema().await?;
        schema.define("limit", self.members.to_string());
        Ok(schema)
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let members = self.segment.members(columns).await?;
        let next = async |(mut members, left): (MemberStream, usize)| {
            if left == 0 {
                return Ok(None);
            }
            let Some(batch) = members.try_next().await? else { return Ok(None) };
            let taken = batch.len().min(left);
            let batch =
                if taken < batch.len() { batch.filtered(batch.columns().len(), |row| row < taken)? } else { batch };
            Ok(Some((batch, (members, left - taken))))
        };
        Ok(stream::try_unfold((members, self.members), next).boxed())
    }
}

impl fmt::Debug for LimitedSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitedSegment").field("segment", &self.segment.name()).field("members", &self.members).finish()
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::super::{MemberBatch, MemorySegment};
    use super::*;

    #[test]
    fn no_more_than_the_limit_is_delivered_and_it_is_the_first() {
        let rows = MemberBatch::MEMBERS + 10;
        let people = MemorySegment::try_new("People", ["id"], (0..rows).map(|id| [Some(id.to_string())])).unwrap();
        for limit in [0, 1, MemberBatch::MEMBERS, MemberBatch::MEMBERS + 1, rows + 5] {
            let limited = LimitedSegment::new(Arc::new(people.clone()), limit);
            let batches: Vec<MemberBatch> = block_on(async {
                let members = limited.members(&["id".to_owned()]).await.unwrap();
                members.try_collect().await.unwrap()
            });
            let ids = batches
                .iter()
                .flat_map(|batch| (0..batch.len()).map(|row| batch.columns()[0].cell(row).collect::<String>()));
            let ids: Vec<String> = ids.collect();
            assert_eq!(ids.len(), limit.min(rows));
            assert!(ids.iter().enumerate().all(|(at, id)| *id == at.to_string()));
        }
    }
}
