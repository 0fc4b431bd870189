//! TikTok Ads as a destination.

#[cfg(feature = "simulator")]
pub mod simulator;
