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

    struct Typed;

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
