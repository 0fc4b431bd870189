//! Implementations that break a promise each, to show that the suites notice.

mod activations;
mod destinations;
mod segments;
mod stores;

use std::panic::{AssertUnwindSafe, catch_unwind};

use tikaud_core::conformance::block_on;

/// What a case says of an implementation that breaks its promise.
#[track_caller]
fn failure(case: impl Future<Output = ()>) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| block_on(case))).expect_err("the case fails");
    let text =
        panic.downcast::<&str>().map(|text| (*text).to_owned()).or_else(|panic| panic.downcast().map(|text| *text));
    text.expect("a failed case says why")
}

/// Checks that a case fails with this clause.
#[track_caller]
fn assert_fails(case: impl Future<Output = ()>, clause: &str) {
    let message = failure(case);
    assert!(message.contains(clause), "another failure than expected: {message}");
}
