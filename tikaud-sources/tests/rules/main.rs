//! Rules, through the public API: the same members whatever the engine, and as a plain reading of the rule says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod consent;
mod errors;
mod files;
mod oracle;
mod pages;
mod pruning;
mod sql;
mod strategies;
mod table;
mod table_files;
