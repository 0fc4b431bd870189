//! The SQL against the extractor, value by value, in the engines that run here:
//!
//! ```text
//! .ci/with-postgres .ci/with-adbc cargo nextest run --workspace --lib --run-ignored all -E 'test(/^tables::value::/)'
//! ```

mod corpus;
mod engines;
mod golden;
mod judge;
mod refusals;
mod strategies;

// The databases are those of the tests over ADBC.
#[allow(dead_code, reason = "those tests need more of it")]
#[path = "../../../../tests/adbc/engines.rs"]
pub(crate) mod databases;
