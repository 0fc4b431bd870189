//! Audiences of customer files at a simulated TikTok.

mod conformance;
mod crash;
mod engine;
mod recording;
mod runs;
mod secrecy;
