//! Sorted digests on disk: what snapshots and plans are made of.
//!
//! ```text
//! header   64 bytes   magic, format, kind, fingerprint of the activation, checksum
//! blocks              up to 2,048 digests each, followed by the XXH3-64 of the block
//! footer   32 bytes   number of digests, checksum of the block checksums, checksum of the footer
//! ```
//!
//! A block is the unit that is read and checked, so that a range can be read without the rest. At 32 bytes a digest the
//! checksums cost 0.004 bytes per identifier.

mod reader;
mod writer;

pub(crate) use reader::DigestReader;
pub(crate) use writer::DigestWriter;

use std::collections::BTreeSet;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{ActivationId, ObjectKey, StateError};
use crate::diff::BlockLayout;
use crate::identifier::IdentifierKind;

const MAGIC: &[u8; 8] = b"TIKAUDDF";
const FORMAT: u32 = 1;
const HEADER: usize = 64;
const FOOTER: usize = 32;
const CHECKSUM: usize = 8;
/// Digests of a block.
const BLOCK: usize = 2048;

/// A file of sorted digests, as manifests name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestFile {
    /// Its key.
    pub key: ObjectKey,
    /// The kind of every identifier in it.
    pub kind: IdentifierKind,
    /// How many identifiers it holds.
    #[serde(deserialize_with = "plausible_count")]
    pub count: u64,
}

/// More than a file has room for. Below it, sums of counts cannot wrap, whatever a manifest says.
const TOO_MANY: u64 = 1 << 40;

/// A file that would be empty is not made.
fn plausible_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let count = u64::deserialize(deserializer)?;
    if (1..TOO_MANY).contains(&count) { Ok(count) } else { Err(D::Error::custom("no file has so many digests")) }
}

/// Whether none of these comes twice.
pub(super) fn all_differ<T: Ord>(values: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    values.into_iter().all(|value| seen.insert(value))
}

impl DigestFile {
    /// Bytes of the whole file. Never wraps: the count may come from a damaged manifest.
    pub(crate) fn len(&self) -> u64 {
        layout(self.kind).encoded_len(self.count).saturating_add((HEADER + FOOTER) as u64)
    }
}

fn layout(kind: IdentifierKind) -> BlockLayout {
    BlockLayout { width: kind.digest_len(), digests: BLOCK }
}

fn fingerprint(activation: &ActivationId) -> [u8; 32] {
    Sha256::digest(activation.as_str()).into()
}

fn header(activation: &ActivationId, kind: IdentifierKind) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    header[12..16].copy_from_slice(&kind_code(kind).to_le_bytes());
    header[16..48].copy_from_slice(&fingerprint(activation));
    let checksum = xxh3_64(&header[..HEADER - CHECKSUM]);
    header[HEADER - CHECKSUM..].copy_from_slice(&checksum.to_le_bytes());
    header
}

/// The kind's number in files. Never changed, never used again.
fn kind_code(kind: IdentifierKind) -> u32 {
    match kind {
        IdentifierKind::EmailSha256 => 1,
        IdentifierKind::EmailSha512 => 2,
        IdentifierKind::PhoneSha256 => 3,
        IdentifierKind::IdfaSha256 => 4,
        IdentifierKind::IdfaMd5 => 5,
        IdentifierKind::AaidSha256 => 6,
        IdentifierKind::AaidMd5 => 7,
    }
}

fn footer(count: u64, blocks: &Xxh3) -> [u8; FOOTER] {
    let mut footer = [0; FOOTER];
    footer[..8].copy_from_slice(&count.to_le_bytes());
    footer[8..16].copy_from_slice(&blocks.digest().to_le_bytes());
    let checksum = xxh3_64(&footer[..FOOTER - CHECKSUM]);
    footer[FOOTER - CHECKSUM..].copy_from_slice(&checksum.to_le_bytes());
    footer
}

/// Whether it is the header of this file: each thing that can be wrong with it is an error of its own.
fn check_header(activation: &ActivationId, file: &DigestFile, found: &[u8]) -> Result<(), StateError> {
    let damaged = |what| Err(StateError::damaged(&file.key, what));
    let Some((content, checksum)) = found.split_last_chunk::<CHECKSUM>() else {
        return damaged("it has no header");
    };
    if content.len() != HEADER - CHECKSUM || xxh3_64(content).to_le_bytes() != *checksum {
        return damaged("its header's checksum does not match");
    }
    if !content.starts_with(MAGIC) {
        return damaged("it is no file of digests");
    }
    let number = |at: usize| content[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    if number(8) > FORMAT {
        return Err(StateError::Newer { key: file.key.clone(), found: number(8), supported: FORMAT });
    }
    if content[16..48] != fingerprint(activation) {
        let expected = activation.clone();
        return Err(StateError::ForeignDigests { key: file.key.clone(), expected });
    }
    if number(12) != kind_code(file.kind) {
        return damaged("it holds identifiers of another kind");
    }
    if *found != header(activation, file.kind) {
        return damaged("its header has something that no version known here writes");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
