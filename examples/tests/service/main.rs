//! The example `service` as its users meet it: a process that is asked over HTTP, and a page in a browser.
//!
//! The page needs Chromium:
//!
//! ```text
//! cargo build -p tikaud-examples --examples
//! .ci/with-chromium cargo test -p tikaud-examples --test service -- --include-ignored
//! ```

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, and so do its helpers")]

mod access;
mod activations;
mod browser;
mod configuration;
#[path = "../common/executable.rs"]
mod executable;
mod months;
mod page;
mod page_access;
mod plans;
mod running;
mod stopping;
mod world;
