//! The conformance suites over this crate's own implementations, and over some that break a promise each.

mod activations;
mod broken;
mod destinations;
mod segments;
mod stores;
