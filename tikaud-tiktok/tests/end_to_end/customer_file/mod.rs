//! Audiences of customer files at a simulated TikTok.

mod activation;
mod conformance;
mod crash;
mod engine;
mod recording;
mod runs;
mod secrecy;
