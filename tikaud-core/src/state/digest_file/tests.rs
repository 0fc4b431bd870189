use std::sync::Arc;

use super::*;
use crate::diff::{DiffError, DigestSource, IdentifierSet};
use crate::state::{MemoryStateStore, StateStore};

fn activation() -> ActivationId {
    "buyers".parse().unwrap()
}

fn key() -> ObjectKey {
    "buyers/snapshots/set.digests".parse().unwrap()
}

/// `count` digests that anybody can make again: the hashes of the numbers.
fn set(count: usize) -> IdentifierSet {
    let digests = (0..count).flat_map(|number| Sha256::digest(number.to_string())).collect();
    IdentifierSet::from_unsorted(IdentifierKind::EmailSha256, digests)
}

/// Writes the set in pieces of this many digests.
async fn write(store: &MemoryStateStore, set: &IdentifierSet, piece: usize) -> DigestFile {
    let activation = activation();
    let mut writer = DigestWriter::new(store, &activation, key(), set.kind());
    for start in (0..set.len()).step_by(piece) {
        writer.append(&set.part(start..start + piece)).await.unwrap();
    }
    writer.finish().await.unwrap().unwrap()
}

/// Reads the whole file in pieces of at least this many digests.
async fn read(
    store: &MemoryStateStore,
    activation: &ActivationId,
    file: &DigestFile,
    piece: usize,
) -> Result<Vec<u8>, DiffError> {
    let mut reader = DigestReader::new(Arc::new(store.clone()), activation.clone(), file.clone());
    let mut digests = Vec::new();
    while reader.left() > 0 {
        digests.extend_from_slice(&reader.read(piece).await?);
    }
    Ok(digests)
}

async fn content(store: &MemoryStateStore) -> bytes::Bytes {
    let len = store.list(None).await.unwrap()[0].len;
    store.read(&key(), 0..len).await.unwrap()
}

#[tokio::test]
async fn what_was_written_in_any_pieces_is_read_back_in_any_pieces() {
    for count in [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7] {
        let mut contents = Vec::new();
        for piece in [1 + BLOCK / 3, BLOCK, 5 * BLOCK] {
            let store = MemoryStateStore::new();
            let file = write(&store, &set(count), piece).await;
            assert_eq!(store.list(None).await.unwrap()[0].len, file.len());
            for piece in [1, BLOCK + 1, 9 * BLOCK] {
                assert_eq!(read(&store, &activation(), &file, piece).await.unwrap(), set(count).as_bytes(), "{count}");
            }
            contents.push(content(&store).await);
        }
        assert!(contents.windows(2).all(|pair| pair[0] == pair[1]), "the file depends on the pieces it came in");
    }
}

#[tokio::test]
async fn a_file_without_a_digest_is_not_made() {
    let (store, activation) = (MemoryStateStore::new(), activation());
    let mut writer = DigestWriter::new(&store, &activation, key(), IdentifierKind::EmailSha256);
    writer.append(&set(0)).await.unwrap();
    assert_eq!(writer.finish().await.unwrap(), None);
    assert!(store.list(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_in_order_is_not_written() {
    let (store, activation) = (MemoryStateStore::new(), activation());
    let mut writer = DigestWriter::new(&store, &activation, key(), IdentifierKind::EmailSha256);
    writer.append(&set(3)).await.unwrap();
    assert!(writer.append(&set(3)).await.is_err());
}

#[test]
fn an_identifier_costs_at_most_33_bytes() {
    let file = DigestFile { key: key(), kind: IdentifierKind::EmailSha256, count: 1_000_000 };
    assert!(file.len() <= 33_000_000, "{}", file.len());
}

#[tokio::test]
async fn every_flipped_bit_and_every_cut_is_noticed() {
    let store = MemoryStateStore::new();
    let file = write(&store, &set(3), 3).await;
    let good = content(&store).await;
    for bit in 0..good.len() * 8 {
        let mut bad = good.to_vec();
        bad[bit / 8] ^= 1 << (bit % 8);
        store.overwrite(&key(), bad.into());
        let error = read(&store, &activation(), &file, 3).await.unwrap_err();
        assert!(matches!(error, DiffError::State(StateError::Damaged { .. })), "bit {bit}: {error}");
    }
    for cut in 0..good.len() {
        store.overwrite(&key(), good.slice(..cut));
        let error = read(&store, &activation(), &file, 3).await.unwrap_err();
        assert!(matches!(error, DiffError::State(StateError::Truncated { .. })), "cut at {cut}: {error}");
    }
}

/// With its header replaced, checksum and all.
async fn read_with_header(change: impl Fn(&mut [u8])) -> DiffError {
    let store = MemoryStateStore::new();
    let file = write(&store, &set(3), 3).await;
    let mut bytes = content(&store).await.to_vec();
    change(&mut bytes[..HEADER - CHECKSUM]);
    let checksum = xxh3_64(&bytes[..HEADER - CHECKSUM]);
    bytes[HEADER - CHECKSUM..HEADER].copy_from_slice(&checksum.to_le_bytes());
    store.overwrite(&key(), bytes.into());
    read(&store, &activation(), &file, 3).await.unwrap_err()
}

#[tokio::test]
async fn a_newer_format_another_kind_and_another_file_are_told_apart() {
    let newer = read_with_header(|header| header[8] = 2).await;
    assert!(matches!(newer, DiffError::State(StateError::Newer { found: 2, supported: 1, .. })), "{newer}");
    let kind = read_with_header(|header| header[12] = 3).await;
    assert!(kind.to_string().contains("another kind"), "{kind}");
    let file = read_with_header(|header| header[0] = b'X').await;
    assert!(file.to_string().contains("no file of digests"), "{file}");
    // The room that is left, and a format before the first.
    for (at, byte) in [(50, 1), (8, 0)] {
        let other = read_with_header(|header| header[at] = byte).await;
        assert!(matches!(other, DiffError::State(StateError::Damaged { .. })), "{at}: {other}");
    }
}

#[tokio::test]
async fn another_activations_file_is_refused() {
    let store = MemoryStateStore::new();
    let file = write(&store, &set(3), 3).await;
    let error = read(&store, &"others".parse().unwrap(), &file, 3).await.unwrap_err();
    assert!(matches!(error, DiffError::State(StateError::ForeignDigests { .. })), "{error}");
}

/// The bytes of format 1, for ever: files that users have must stay readable.
#[tokio::test]
async fn the_format_is_that_of_the_golden_file() {
    let golden = include_bytes!("golden-1.digests");
    let store = MemoryStateStore::new();
    write(&store, &set(3), 3).await;
    assert_eq!(content(&store).await, golden[..]);
}
