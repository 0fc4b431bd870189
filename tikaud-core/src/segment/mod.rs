//! Who should be in the audience: the [`Segment`] trait and the batches of members that it streams.
//!
//! In: whatever the implementor reads. Out: [`MemberBatch`]es, which go to [`identifier`](crate::identifier) and
//! nowhere else, for they hold raw values.

mod batch;
mod chosen;
mod column;
mod consented;
mod error;
mod except;
mod hold_out;
mod intersect;
mod keyed;
mod keys;
mod limited;
mod memory;
mod sampled;
mod schema;
mod shared;
mod union;

pub use batch::MemberBatch;
pub use column::{TextColumn, TextColumnFull};
pub use consented::ConsentedSegment;
pub use error::{SegmentError, SegmentErrorKind};
pub use except::ExceptSegment;
pub use hold_out::HoldOut;
pub(crate) use hold_out::Kept;
pub use intersect::IntersectSegment;
pub use limited::LimitedSegment;
pub use memory::MemorySegment;
pub use sampled::SampledSegment;
pub use schema::{SchemaColumn, SegmentSchema};
pub use union::UnionSegment;

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::identifier::{Extracted, FieldMapping};

/// The members of a segment, batch by batch. The first error ends the stream.
pub type MemberStream = BoxStream<'static, Result<MemberBatch, SegmentError>>;

/// The identifiers of members, and what became of their values, part by part. The first error ends the stream.
pub type IdentifierStream = BoxStream<'static, Result<Extracted, SegmentError>>;

/// A set of people in the user's own data: one member a row, one text column a field.
///
/// # Contract
///
/// * [`name`](Self::name) and [`description`](Self::description) are the defaults for the audience that the segment
///   is activated to.
/// * [`columns`](Self::columns) lists every column that [`members`](Self::members) can deliver, each name once.
/// * [`members`](Self::members) delivers **all** members of the segment as they are now, each batch with exactly the
///   columns asked for, in the order asked for. It reads nothing else: a column that was not asked for never leaves
///   the source.
/// * Each call of `members` starts from the beginning; two streams do not disturb each other.
/// * A read that fails part of the way **must** yield an error. A stream that just ends says "these are all members",
///   and everybody else will be removed from the audience.
/// * Batches may have any size, zero included; memory use is bounded by the largest, so keep them to some thousand
///   members.
///
/// # Errors
///
/// Say what failed, where, and what to do; never put a cell's value into an error.
///
/// # For implementors
///
/// Rows that are in memory already need no more than [`MemberBatch::from_rows`]. Run
/// `tikaud_core::segment_conformance!` (feature `conformance`) over your implementation.
///
/// ```
/// use tikaud_core::segment::{MemberBatch, MemberStream, Segment, SegmentError};
///
/// struct Customer { email: String, phone: Option<String> }
/// struct Buyers(Vec<Customer>);
/// const COLUMNS: [&str; 2] = ["email", "phone"];
///
/// #[async_trait::async_trait]
/// impl Segment for Buyers {
///     fn name(&self) -> &str { "Buyers" }
///     fn description(&self) -> Option<&str> { None }
///     async fn columns(&self) -> Result<Vec<String>, SegmentError> { Ok(COLUMNS.map(String::from).into()) }
///     async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
///         MemberBatch::from_rows(&COLUMNS, columns, &self.0, |row| [Some(row.email.as_str()), row.phone.as_deref()])
///     }
/// }
/// ```
#[async_trait]
pub trait Segment: Send + Sync {
    /// The segment's name, the default for the audience's. Never empty.
    fn name(&self) -> &str;

    /// The segment's description, the default for the audience's.
    fn description(&self) -> Option<&str>;

    /// Every column there is, in the source's order.
    ///
    /// # Errors
    ///
    /// When the source cannot be reached or read.
    async fn columns(&self) -> Result<Vec<String>, SegmentError>;

    /// What the segment is read from: its columns, with their types where the source has types, and what decides which rows
    /// there are. Default: the columns' names.
    ///
    /// # Errors
    ///
    /// As for [`columns`](Self::columns).
    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        Ok(SegmentSchema::of_names(self.columns().await?))
    }

    /// All members, with exactly these columns in this order.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::UnknownColumn`] when a column is not there; otherwise when the source cannot be reached or
    /// read. Errors that come later are items of the stream.
    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError>;

    /// The identifiers of all members, where the source makes them itself by exactly the rules of
    /// [`identifier`](crate::identifier), so that the members' values need not leave it. Default: `None`, and they are made here of
    /// [`members`](Self::members).
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Configuration`] when the source cannot make them exactly; otherwise as for `members`.
    async fn identifiers(&self, mapping: &FieldMapping) -> Result<Option<IdentifierStream>, SegmentError> {
        let _ = mapping;
        Ok(None)
    }
}

const _: fn(&dyn Segment) = |_| {};
