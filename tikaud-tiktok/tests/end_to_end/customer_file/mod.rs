//! Audiences of customer files at a simulated TikTok.

mod conformance;
mod recording;
