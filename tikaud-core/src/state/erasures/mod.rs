//! Who has been erased: a log of keyed tombstones beside the activations.
//!
//! ```text
//! tikaud.erased/log/00000003.json             somebody was erased, or let back in: keyed hashes, never changed
//!               receipts/00000003-0001.json   what came of it, activation by activation
//! ```
//!
//! A tombstone is HMAC-SHA-256 of an identifier, its kind and digest, with a key that is never written: without it nobody can
//! tell whom a tombstone is of, not even by trying every phone number there is. The log is read front to back, and the last
//! record that names an identifier counts. Each record has a check value of the key, so that a wrong one is an error
//! and never a log in which nobody is found; records are numbered without gaps, so that a lost one is an error as well.
//!
//! What is compared with the log: every identifier that a run would add. What is confirmed in an audience is compared once
//! after each erasure, and the generation says up to which one that was done ([`Generation::erased`]): from then on no
//! confirmed identifier is erased, for none is added. A run without news costs a list and the reading of the log.
//!
//! A generation that has gone through an erasure is kept without those before it (`ledger/retention.rs`), so that no snapshot
//! holds a digest of whoever was erased, once the destination has accepted the removal.
//!
//! [`Generation::erased`]: super::Generation::erased

mod log;
mod receipts;
mod tag;
mod tombstones;

pub(crate) use log::{ErasureLog, Lookup};
pub(crate) use tombstones::Tombstones;

use tag::Tag;
