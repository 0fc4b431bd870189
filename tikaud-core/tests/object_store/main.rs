//! State in object stores: the suite, what may go wrong on the way, and, with feature `aws`, a server that speaks S3.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get fails it")]

mod activation;
mod faults;
mod fitness;
#[cfg(feature = "aws")]
mod loopback;
mod makers;
#[cfg(feature = "aws")]
mod s3;
mod stores;
mod uploads;
