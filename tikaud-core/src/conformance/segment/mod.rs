//! The suite for [`Segment`].

pub mod cases;
mod read;
mod table;

pub use table::{Row, Table};

use std::any::Any;

use async_trait::async_trait;

use crate::segment::Segment;

/// Makes the segments under test.
#[async_trait]
pub trait SegmentFixture: Send + Sync {
    /// A segment whose members are the rows of this table, and a value that is kept until the case has ended.
    async fn segment(&self, table: &Table) -> (Box<dyn Segment>, Box<dyn Any + Send>);

    /// The same over a source that breaks off when some of the members have been read, such as a file that was cut.
    ///
    /// Override it wherever that can be arranged: a read that fails and does not say so empties an audience. `None`,
    /// the default, means that it cannot.
    async fn breaking_segment(&self, table: &Table) -> Option<(Box<dyn Segment>, Box<dyn Any + Send>)> {
        let _ = table;
        None
    }
}

const _: fn(&dyn SegmentFixture) = |_| {};
