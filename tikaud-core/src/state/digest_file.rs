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

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{ActivationId, ObjectKey, StateError, StateStore};
use crate::diff::IdentifierSet;
use crate::identifier::IdentifierKind;

const MAGIC: &[u8; 8] = b"TIKAUDDF";
const FORMAT: u32 = 1;
const HEADER: usize = 64;
const FOOTER: usize = 32;
const CHECKSUM: usize = 8;
const BLOCK: usize = 2048;
/// Blocks that go to, and come from, the store together: some megabytes.
const BLOCKS_AT_ONCE: usize = 64;

/// A file of sorted digests, as manifests name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestFile {
    /// Its key.
    pub key: ObjectKey,
    /// The kind of every identifier in it.
    pub kind: IdentifierKind,
    /// How many identifiers it holds.
    pub count: u64,
}

impl DigestFile {
    fn len(&self) -> u64 {
        let blocks = self.count.div_ceil(BLOCK as u64);
        let digests = self.count.saturating_mul(self.kind.digest_len() as u64);
        digests.saturating_add(blocks.saturating_mul(CHECKSUM as u64)).saturating_add((HEADER + FOOTER) as u64)
    }
}

fn header(activation: &ActivationId, kind: IdentifierKind) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    header[12..16].copy_from_slice(&kind_code(kind).to_le_bytes());
    header[16..48].copy_from_slice(&Sha256::digest(activation.as_str()));
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

/// Writes a set to a new object.
pub(crate) async fn write_digests(
    store: &dyn StateStore,
    activation: &ActivationId,
    key: ObjectKey,
    set: &IdentifierSet,
) -> Result<DigestFile, StateError> {
    let kind = set.kind();
    let mut writer = store.writer(&key).await?;
    let mut checksums = Xxh3::new();
    let mut buffer = BytesMut::from(&header(activation, kind)[..]);
    for (at, block) in set.as_bytes().chunks(BLOCK * kind.digest_len()).enumerate() {
        if at > 0 && at.is_multiple_of(BLOCKS_AT_ONCE) {
            writer.write(buffer.split().freeze()).await?;
        }
        let checksum = xxh3_64(block).to_le_bytes();
        checksums.update(&checksum);
        buffer.put_slice(block);
        buffer.put_slice(&checksum);
    }
    buffer.put_slice(&footer(set.len() as u64, &checksums));
    writer.write(buffer.freeze()).await?;
    writer.finish().await?;
    Ok(DigestFile { key, kind, count: set.len() as u64 })
}

/// Reads a whole file back, checking everything.
pub(crate) async fn read_digests(
    store: &dyn StateStore,
    activation: &ActivationId,
    file: &DigestFile,
) -> Result<IdentifierSet, StateError> {
    let damaged = |what: &str| StateError::damaged(&file.key, what);
    let (head, end) = (HEADER as u64, file.len() - FOOTER as u64);
    check_header(activation, file, &store.read(&file.key, 0..head).await?)?;

    let block = BLOCK * file.kind.digest_len() + CHECKSUM;
    let mut checksums = Xxh3::new();
    let mut digests = Vec::new();
    let mut at = head;
    while at < end {
        let upto = end.min(at + (BLOCKS_AT_ONCE * block) as u64);
        for block in store.read(&file.key, at..upto).await?.chunks(block) {
            let (content, checksum) = block.split_last_chunk::<CHECKSUM>().ok_or_else(|| damaged("a block is cut"))?;
            if xxh3_64(content).to_le_bytes() != *checksum {
                return Err(damaged("a block's checksum does not match"));
            }
            checksums.update(checksum);
            digests.extend_from_slice(content);
        }
        at = upto;
    }
    if store.read(&file.key, end..file.len()).await? != footer(file.count, &checksums)[..] {
        return Err(damaged("its footer does not match"));
    }
    IdentifierSet::from_sorted(file.kind, Bytes::from(digests)).ok_or_else(|| damaged("it is not sorted"))
}

fn check_header(activation: &ActivationId, file: &DigestFile, found: &[u8]) -> Result<(), StateError> {
    let (content, checksum) =
        found.split_last_chunk::<CHECKSUM>().ok_or_else(|| StateError::damaged(&file.key, "it has no header"))?;
    if !content.starts_with(MAGIC) || xxh3_64(content).to_le_bytes() != *checksum {
        return Err(StateError::damaged(&file.key, "its header does not match"));
    }
    let format = u32::from_le_bytes([content[8], content[9], content[10], content[11]]);
    if format > FORMAT {
        return Err(StateError::Newer { key: file.key.clone(), found: format, supported: FORMAT });
    }
    if found != header(activation, file.kind) {
        return Err(StateError::damaged(&file.key, "it is of another activation or kind"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
