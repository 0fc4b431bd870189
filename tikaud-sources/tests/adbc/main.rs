//! Databases by their ADBC drivers, through the public API. Most of it needs the drivers, and some a server:
//!
//! ```text
//! .ci/with-postgres .ci/with-adbc cargo test -p tikaud-sources --features adbc --test adbc -- --include-ignored
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper of tests fails by panicking, too")]

mod cancel;
mod conformance;
mod cuts;
mod engines;
mod errors;
mod members;
mod read_only;
mod rows_that_fail;
mod rules;
mod schema;
mod types;
mod until_error;
mod warehouses;

// What rules mean, as the tests of every engine ask for it.
#[path = "../rules/oracle.rs"]
mod oracle;
#[path = "../rules/strategies.rs"]
mod strategies;
#[allow(dead_code, reason = "the tests of files need more of it")]
#[path = "../rules/table.rs"]
mod table;
