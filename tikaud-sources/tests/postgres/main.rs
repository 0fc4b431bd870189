//! PostgreSQL as a segment, through the public API. Most of it needs a server:
//!
//! ```text
//! .ci/with-postgres cargo test -p tikaud-sources --features postgres --test postgres -- --include-ignored
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper of tests fails by panicking, too")]

mod cancel;
mod conformance;
mod cuts;
mod errors;
mod members;
mod queries;
mod rules;
mod schema;
mod server;
mod state;
mod tls;
mod types;
mod unreachable;

/// What every kind of source is tested with.
#[path = "../rules/oracle.rs"]
mod oracle;
#[path = "../rules/strategies.rs"]
mod strategies;
#[path = "../rules/table.rs"]
mod table;
