//! Files in object stores.

mod cuts;
mod faults;
mod fixture;
mod patterns;
#[cfg(feature = "aws")]
mod s3;
mod secrets;
