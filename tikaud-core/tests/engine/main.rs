//! The engine as its users meet it: activations over segments, destinations and state stores.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod canary;
mod change_log;
mod crash;
mod damage;
mod disk_full;
mod elsewhere;
mod erasure;
mod erasure_crash;
mod events;
mod faults;
mod golden;
mod history;
mod hold_out;
mod life;
mod observed;
mod oracle;
mod prepared;
mod refusals;
mod runs;
mod seeds;
mod settings;
mod state_tools;
mod suppression;
mod world;
