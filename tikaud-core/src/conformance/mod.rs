//! One suite of tests for each trait: what its documentation promises, as tests that anybody runs over their own
//! implementation with one line.
//!
//! | trait | fixture | macro |
//! |---|---|---|
//! | [`Segment`](crate::segment::Segment) | [`SegmentFixture`] | [`segment_conformance!`] |
//! | [`Destination`](crate::destination::Destination) and its writer | [`DestinationFixture`] | [`destination_conformance!`] |
//! | [`StateStore`](crate::state::StateStore) | [`StateStoreFixture`] | [`state_store_conformance!`] |
//! | [`Activation`](crate::activation::Activation) | [`ActivationFixture`] | [`activation_conformance!`] |
//!
//! A fixture makes the thing under test. The macro takes a fixture and becomes one `#[test]` for each case, so that
//! no case can be forgotten; two suites in one file go into modules of their own. The fixture's expression is
//! evaluated afresh in each test, inside the test's tokio runtime, and may hold an `.await`. Where the thing under
//! test is not everywhere, `ignore = "needs a server"` after the fixture has the tests say so, and run only when they are
//! asked for.
//!
//! ```
//! use std::any::Any;
//!
//! use tikaud_core::conformance::{SegmentFixture, Table};
//! use tikaud_core::segment::{MemorySegment, Segment};
//!
//! struct InMemory;
//!
//! #[async_trait::async_trait]
//! impl SegmentFixture for InMemory {
//!     async fn segment(&self, table: &Table) -> (Box<dyn Segment>, Box<dyn Any + Send>) {
//!         let segment = MemorySegment::try_new("Buyers", Table::COLUMNS, table.rows().to_vec()).unwrap();
//!         // The second value is kept until the case has ended: a temporary directory, a server.
//!         (Box::new(segment), Box::new(()))
//!     }
//! }
//!
//! tikaud_core::segment_conformance!(InMemory);
//!
//! // Each case is a function as well, for those who look for one failure.
//! use tikaud_core::conformance::{block_on, segment::cases};
//! block_on(cases::every_member_is_delivered_once(&InMemory));
//! ```
//!
//! A case fails by panicking, and its message says which clause of the contract is violated.
//!
//! # What no suite can tell
//!
//! * Of a segment: that it leaves columns alone that were not asked for, and that its memory is bounded. That a read
//!   which fails part of the way yields an error is tested where the fixture can make one fail. That the columns of a
//!   batch are of one length needs no test: no other batch can be made. Cells with several values are not tested,
//!   since many sources have none.
//! * Of a destination: what it does about lost replies, refused tokens and its pace, and that its retries are
//!   bounded. These are the platform's protocol, and are tested against a server that misbehaves.
//! * Of a state store: that objects survive the loss of power, and that other machines see them.
//! * Of an activation: that it survives the end of its process. Cases break runs off by dropping them, between any two
//!   steps of the store and the destination.
//!
//! [`segment_conformance!`]: crate::segment_conformance
//! [`destination_conformance!`]: crate::destination_conformance
//! [`state_store_conformance!`]: crate::state_store_conformance
//! [`activation_conformance!`]: crate::activation_conformance

#![expect(clippy::panic, reason = "a case fails by panicking, as every test does")]

#[macro_use]
mod cases;
mod outcome;

pub mod segment;

pub mod destination;

pub mod state_store;

pub mod activation;

pub use activation::{ActivationFixture, ActivationParts};
pub use destination::DestinationFixture;
pub use segment::{Row, SegmentFixture, Table};
pub use state_store::StateStoreFixture;

use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::timeout;

use self::outcome::must;

/// No case takes longer, unless it hangs.
const LONGEST_CASE: Duration = Duration::from_secs(300);

/// Runs a case to its end on a tokio runtime of its own, with whatever drivers this build of tokio has.
///
/// # Panics
///
/// When the case fails, or has not ended after five minutes.
pub fn block_on(case: impl Future<Output = ()>) {
    let runtime = must(Builder::new_current_thread().enable_all().build(), "a test needs a tokio runtime");
    must(runtime.block_on(async { timeout(LONGEST_CASE, case).await }), "a case ends within five minutes");
}
