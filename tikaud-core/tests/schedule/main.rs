//! Schedules and the scheduler as their users meet them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod chains;
mod data;
mod memory;
mod months;
mod oracle;
mod orders;
mod places;
mod restart;
mod retries;
mod stopping;
mod times;
mod world;
