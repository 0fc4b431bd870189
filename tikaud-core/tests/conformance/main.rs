//! The conformance suites over this crate's own implementations, and over some that break a promise each.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what a test needs and does not get fails it")]

mod activations;
mod broken;
mod destinations;
mod segments;
mod stores;
