//! The examples as their users meet them: as processes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, and so do its helpers")]

#[path = "../common/executable.rs"]
mod executable;
mod exit_codes;
mod interrupted;
mod output;
mod simulator;
mod simulator_page;
mod support;
mod tables;
mod tiktok_sdk;
mod two_days;
