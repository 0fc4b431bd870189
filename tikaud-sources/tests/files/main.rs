//! Files as segments, through the public API.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking, too")]

mod conformance;
mod csv_errors;
mod cuts;
mod directory;
mod json_lines_errors;
mod members;
#[cfg(feature = "object-store")]
mod objects;
mod packed;
mod parquet_errors;
mod partitions;
mod paths;
mod schema;
