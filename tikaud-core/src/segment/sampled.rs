//! A part of another segment's members, always the same.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};

use super::chosen::chosen;
use super::{MemberStream, Segment, SegmentError, SegmentErrorKind, SegmentSchema};

/// A part of another segment's members, always the same one: for a test with a control group, or a slow start.
///
/// Members fall into 1,000 buckets by one column's value, and those in some of the buckets are members. Which bucket it is
/// depends on the value and on a key, and on nothing else: not on the order, the source or the run. With one key, a
/// larger sample contains a smaller one of its buckets, and samples of other buckets share nobody; with another key, all
/// are dealt anew.
///
/// ```
/// use std::sync::Arc;
/// use tikaud_core::segment::{MemorySegment, SampledSegment, Segment};
///
/// let buyers: Arc<dyn Segment> = Arc::new(MemorySegment::try_new("Buyers", ["id", "email"], [
///     [Some("7"), Some("ada@example.com")],
/// ])?);
/// let nine_in_ten = SampledSegment::try_new(Arc::clone(&buyers), "id", "autumn 2026", 0..900)?;
/// let control_group = SampledSegment::try_new(buyers, "id", "autumn 2026", 900..1000)?;
/// # Ok::<(), tikaud_core::segment::SegmentError>(())
/// ```
///
/// The bucket can be told anywhere: take the SHA-256 of the key, a zero byte and the value in UTF-8, read its first eight
/// bytes as a number, the first byte counting most, multiply by 1,000 and divide by 2⁶⁴, rounding down. Of a cell with
/// several values the first counts. A member without a value is in no sample.
#[derive(Clone)]
pub struct SampledSegment {
    segment: Arc<dyn Segment>,
    column: String,
    key: String,
    buckets: Range<u16>,
}

impl SampledSegment {
    /// How many buckets there are.
    pub const BUCKETS: u16 = 1000;

    /// The members of `segment` that fall into these buckets, by the values of `column`, which need not be mapped.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Configuration`] when there is no such bucket, or none at all.
    pub fn try_new(
        segment: Arc<dyn Segment>,
        column: impl Into<String>,
        key: impl Into<String>,
        buckets: Range<u16>,
    ) -> Result<Self, SegmentError> {
        if buckets.is_empty() || buckets.end > Self::BUCKETS {
            let message = format!("a sample has at least one bucket of 0..{}", Self::BUCKETS);
            return Err(SegmentError::new(SegmentErrorKind::Configuration, message));
        }
        Ok(Self { segment, column: column.into(), key: key.into(), buckets })
    }
}

fn bucket(key: &str, value: &str) -> u16 {
    let digest = Sha256::new().chain_update(key).chain_update([0]).chain_update(value).finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    let bucket = (u128::from(u64::from_be_bytes(first)) * u128::from(SampledSegment::BUCKETS)) >> 64;
    u16::try_from(bucket).unwrap_or_default()
}

#[async_trait]
impl Segment for SampledSegment {
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
        let (column, key, buckets) = (&self.column, &self.key, &self.buckets);
        schema.define("sample", format!("{column}\0{key}\0{buckets:?}"));
        Ok(schema)
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let (key, buckets) = (self.key.clone(), self.buckets.clone());
        let is_member = move |values: &[&str], _: u64| {
            Ok(values.first().is_some_and(|value| buckets.contains(&bucket(&key, value))))
        };
        let members = chosen(&*self.segment, columns, &self.column, is_member).await?;
        Ok(members.map_ok(|chosen| chosen.batch).boxed())
    }
}

/// Shows no key: whoever knows it can tell who is in the control group.
impl fmt::Debug for SampledSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SampledSegment")
            .field("segment", &self.segment.name())
            .field("column", &self.column)
            .field("buckets", &self.buckets)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use futures::executor::block_on;

    use super::super::{MemberBatch, MemorySegment};
    use super::*;

    fn people() -> Arc<dyn Segment> {
        let rows = (0..5000).map(|number| [(number % 50 > 0).then(|| number.to_string()), Some(format!("p{number}"))]);
        Arc::new(MemorySegment::try_new("People", ["id", "name"], rows).unwrap())
    }

    fn names(key: &str, buckets: Range<u16>) -> BTreeSet<String> {
        let sampled = SampledSegment::try_new(people(), "id", key, buckets).unwrap();
        let batches: Vec<MemberBatch> = block_on(async {
            let members = sampled.members(&["name".to_owned()]).await.unwrap();
            members.try_collect().await.unwrap()
        });
        let cells = batches.iter().flat_map(|batch| {
            assert_eq!(batch.columns().len(), 1);
            (0..batch.len()).map(|row| batch.columns()[0].cell(row).collect::<String>())
        });
        cells.collect()
    }

    #[test]
    fn a_value_is_in_the_same_bucket_for_ever() {
        // Made with Python: int.from_bytes(sha256(b"autumn 2026\0ada").digest()[:8]) * 1000 >> 64
        assert_eq!(bucket("autumn 2026", "ada"), 262);
        assert_eq!(bucket("", ""), 430);
    }

    #[test]
    fn buckets_are_of_one_size_and_share_nobody() {
        let (tenth, rest, all) = (names("a", 0..100), names("a", 100..1000), names("a", 0..1000));
        assert!((400..600).contains(&tenth.len()), "{}", tenth.len());
        assert!(tenth.is_disjoint(&rest));
        assert_eq!(tenth.union(&rest).cloned().collect::<BTreeSet<_>>(), all);
        assert_eq!(all.len(), 4900, "whoever has no value is in no sample");
        assert!(names("a", 0..50).is_subset(&tenth));
        assert_ne!(names("b", 0..100), tenth);
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "it is what is refused")]
    fn buckets_that_are_not_there_are_refused() {
        for buckets in [0..0, 5..3, 0..1001] {
            assert!(SampledSegment::try_new(people(), "id", "a", buckets).is_err());
        }
    }
}
