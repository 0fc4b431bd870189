//! The members of several segments.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};

use super::{MemberStream, Segment, SegmentError, SegmentErrorKind, SegmentSchema};

/// The members of several segments together, one segment after the other.
///
/// Its columns are those that all of them have. Who is in several of them comes several times, which makes no difference: an
/// audience is a set of identifiers, so the same address is the same member, however it is spelt. To take people out again, see
/// [`ExceptSegment`](super::ExceptSegment) and [`suppress`](crate::activation::SegmentActivationBuilder::suppress).
///
/// ```
/// use std::sync::Arc;
/// use tikaud_core::segment::{MemorySegment, UnionSegment};
///
/// let shop = MemorySegment::try_new("Shop", ["email"], [[Some("ada@example.com")]])?;
/// let newsletter = MemorySegment::try_new("Newsletter", ["id", "email"], [[Some("1"), Some("grace@example.com")]])?;
/// let both = UnionSegment::try_new("Customers", [Arc::new(shop) as _, Arc::new(newsletter) as _])?;
/// # Ok::<(), tikaud_core::segment::SegmentError>(())
/// ```
#[derive(Clone)]
pub struct UnionSegment {
    name: String,
    description: Option<String>,
    segments: Vec<Arc<dyn Segment>>,
}

impl UnionSegment {
    /// The members of all these segments.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Configuration`] when the name is empty, or there is no segment.
    pub fn try_new(
        name: impl Into<String>,
        segments: impl IntoIterator<Item = Arc<dyn Segment>>,
    ) -> Result<Self, SegmentError> {
        let (name, segments) = (name.into(), Vec::from_iter(segments));
        if name.is_empty() || segments.is_empty() {
            let message = "a union needs a name and at least one segment";
            return Err(SegmentError::new(SegmentErrorKind::Configuration, message));
        }
        Ok(Self { name, description: None, segments })
    }

    /// The same with a description.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// What is still to be read.
struct Rest {
    columns: Vec<String>,
    /// The segment that is being read, by name, and its members.
    open: Option<(String, MemberStream)>,
    segments: VecDeque<Arc<dyn Segment>>,
}

#[async_trait]
impl Segment for UnionSegment {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        let mut common: Option<Vec<String>> = None;
        for segment in &self.segments {
            let columns = segment.columns().await.map_err(|error| within(segment.name(), error))?;
            match &mut common {
                None => common = Some(columns),
                Some(common) => common.retain(|column| columns.contains(column)),
            }
        }
        Ok(common.unwrap_or_default())
    }

    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        let mut schema = SegmentSchema::of_names(self.columns().await?);
        for segment in &self.segments {
            let part = segment.schema().await.map_err(|error| within(segment.name(), error))?;
            schema.define_as(segment.name(), part);
        }
        Ok(schema)
    }

    /// Every segment is asked for its columns first, so that what does not fit is told before anything is read.
    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let common = self.columns().await?;
        if let Some(unknown) = columns.iter().find(|column| !common.contains(column)) {
            return Err(SegmentError::unknown_column(unknown, &common));
        }
        let rest = Rest { columns: columns.to_vec(), open: None, segments: self.segments.clone().into() };
        let next = async |mut rest: Rest| {
            loop {
                if let Some((name, members)) = &mut rest.open {
                    match members.try_next().await.map_err(|error| within(name, error))? {
                        Some(batch) => return Ok(Some((batch, rest))),
                        None => rest.open = None,
                    }
                }
                let Some(segment) = rest.segments.pop_front() else { return Ok(None) };
                let members = segment.members(&rest.columns).await.map_err(|error| within(segment.name(), error))?;
                rest.open = Some((segment.name().to_owned(), members));
            }
        };
        Ok(stream::try_unfold(rest, next).boxed())
    }
}

pub(super) fn within(segment: &str, error: SegmentError) -> SegmentError {
    SegmentError::new(error.kind(), format!("the segment `{segment}` cannot be read")).with_source(error)
}

impl fmt::Debug for UnionSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.segments.iter().map(|segment| segment.name()).collect();
        f.debug_struct("UnionSegment").field("name", &self.name).field("segments", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::super::{MemberBatch, MemorySegment};
    use super::*;

    fn union() -> UnionSegment {
        let shop = MemorySegment::try_new("Shop", ["email", "phone"], [[Some("a"), None], [Some("b"), Some("1")]]);
        let list = MemorySegment::try_new("List", ["id", "email"], [[Some("7"), Some("b")]]);
        UnionSegment::try_new("All", [Arc::new(shop.unwrap()) as _, Arc::new(list.unwrap()) as _]).unwrap()
    }

    #[test]
    fn members_of_all_segments_come_with_the_columns_that_all_have() {
        let union = union();
        let batches: Vec<MemberBatch> = block_on(async {
            assert_eq!(union.columns().await.unwrap(), ["email"]);
            union.members(&["email".to_owned()]).await.unwrap().try_collect().await.unwrap()
        });
        let emails = batches
            .iter()
            .flat_map(|batch| (0..batch.len()).map(|row| batch.columns()[0].cell(row).collect::<String>()));
        assert_eq!(emails.collect::<Vec<_>>(), ["a", "b", "b"]);
    }

    #[test]
    fn a_column_that_one_segment_lacks_is_refused() {
        let error = block_on(union().members(&["phone".to_owned()])).err().unwrap();
        insta::assert_snapshot!(error, @"there is no column `phone`; the columns are: `email`");
    }

    #[test]
    fn a_union_of_nothing_is_refused() {
        assert!(UnionSegment::try_new("All", []).is_err());
    }
}
