//! Segments that keep every promise.

use std::any::Any;

use async_trait::async_trait;
use tikaud_core::conformance::{Row, SegmentFixture, Table};
use tikaud_core::segment::{MemberBatch, MemberStream, MemorySegment, Segment, SegmentError, SegmentErrorKind};

mod memory {
    use super::*;

    struct InMemory;

    #[async_trait]
    impl SegmentFixture for InMemory {
        async fn segment(&self, table: &Table) -> (Box<dyn Segment>, Box<dyn Any + Send>) {
            (Box::new(MemorySegment::try_new("Buyers", Table::COLUMNS, table.rows().to_vec()).unwrap()), Box::new(()))
        }
    }

    tikaud_core::segment_conformance!(InMemory);
}

/// A segment of typed records, as the documentation of `Segment` shows one, with a source that can break.
mod typed {
    use futures::{StreamExt, stream};

    use super::*;

    struct Customer {
        id: String,
        email: Option<String>,
        phone: Option<String>,
        name: Option<String>,
    }

    struct Buyers {
        customers: Vec<Customer>,
        breaks: bool,
    }

    impl Buyers {
        fn new(rows: &[Row], breaks: bool) -> Self {
            let customer = |[id, email, phone, name]: &Row| Customer {
                id: id.clone().unwrap(),
                email: email.clone(),
                phone: phone.clone(),
                name: name.clone(),
            };
            Self { customers: rows.iter().map(customer).collect(), breaks }
        }
    }

    #[async_trait]
    impl Segment for Buyers {
        fn name(&self) -> &str {
            "Buyers"
        }

        fn description(&self) -> Option<&str> {
            None
        }

        async fn columns(&self) -> Result<Vec<String>, SegmentError> {
            Ok(Table::COLUMNS.map(str::to_owned).to_vec())
        }

        async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
            let members = MemberBatch::from_rows(&Table::COLUMNS, columns, &self.customers, |row| {
                [Some(row.id.as_str()), row.email.as_deref(), row.phone.as_deref(), row.name.as_deref()]
            })?;
            let failure = self.breaks.then(|| Err(SegmentError::new(SegmentErrorKind::Unreadable, "the line was cut")));
            Ok(members.take(if self.breaks { 1 } else { usize::MAX }).chain(stream::iter(failure)).boxed())
        }
    }

    pub(super) struct Typed;

    #[async_trait]
    impl SegmentFixture for Typed {
        async fn segment(&self, table: &Table) -> (Box<dyn Segment>, Box<dyn Any + Send>) {
            (Box::new(Buyers::new(table.rows(), false)), Box::new(()))
        }

        async fn breaking_segment(&self, table: &Table) -> Option<(Box<dyn Segment>, Box<dyn Any + Send>)> {
            Some((Box::new(Buyers::new(table.rows(), true)), Box::new(())))
        }
    }

    tikaud_core::segment_conformance!(Typed);
}

/// Segments that choose among other segments' members, here in such a way that it is all of them.
mod choosing {
    use std::sync::Arc;

    use tikaud_core::segment::{ExceptSegment, IntersectSegment, LimitedSegment, SampledSegment, UnionSegment};

    use super::*;

    type Made = (Box<dyn Segment>, Box<dyn Any + Send>);

    fn wrapped<S: Segment + 'static>((segment, kept): Made, wrap: impl Fn(Arc<dyn Segment>) -> S) -> Made {
        (Box::new(wrap(Arc::from(segment))), kept)
    }

    macro_rules! choosing {
        ($module:ident, $wrap:expr) => {
            mod $module {
                use super::*;

                struct Choosing;

                #[async_trait]
                impl SegmentFixture for Choosing {
                    async fn segment(&self, table: &Table) -> Made {
                        wrapped(typed::Typed.segment(table).await, $wrap)
                    }

                    async fn breaking_segment(&self, table: &Table) -> Option<Made> {
                        typed::Typed.breaking_segment(table).await.map(|made| wrapped(made, $wrap))
                    }
                }

                tikaud_core::segment_conformance!(Choosing);
            }
        };
    }

    choosing!(sampled, |segment| SampledSegment::try_new(segment, "id", "key", 0..SampledSegment::BUCKETS).unwrap());
    choosing!(limited, |segment| LimitedSegment::new(segment, usize::MAX));
    choosing!(united, |segment: Arc<dyn Segment>| {
        let nobody = MemorySegment::try_new("Nobody", Table::COLUMNS, Vec::<Row>::new()).unwrap();
        let name = segment.name().to_owned();
        UnionSegment::try_new(name, [Arc::new(nobody.clone()) as _, segment, Arc::new(nobody) as _]).unwrap()
    });
    choosing!(intersected, |segment: Arc<dyn Segment>| {
        IntersectSegment::new(Arc::clone(&segment), "id", segment, "id")
    });
    choosing!(excepted, |segment| {
        let nobody = MemorySegment::try_new("Nobody", ["number"], [["no such member"].map(Some)]).unwrap();
        ExceptSegment::new(segment, "id", Arc::new(nobody), "number")
    });
}
