use futures::executor::block_on;

use super::*;
use crate::state::MemoryStateStore;

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

#[test]
fn what_was_written_is_read_back_at_every_size() {
    for count in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, BLOCK * BLOCKS_AT_ONCE + 1] {
        let store = MemoryStateStore::new();
        let file = block_on(write_digests(&store, &activation(), key(), &set(count))).unwrap();
        assert_eq!(block_on(store.list(None)).unwrap()[0].len, file.len());
        assert_eq!(block_on(read_digests(&store, &activation(), &file)).unwrap(), set(count), "{count}");
    }
}

#[test]
fn an_identifier_costs_at_most_33_bytes() {
    let file = DigestFile { key: key(), kind: IdentifierKind::EmailSha256, count: 1_000_000 };
    assert!(file.len() <= 33_000_000, "{}", file.len());
}

#[test]
fn every_flipped_byte_and_every_cut_is_noticed() {
    let store = MemoryStateStore::new();
    let file = block_on(write_digests(&store, &activation(), key(), &set(3))).unwrap();
    let good = block_on(store.read(&key(), 0..file.len())).unwrap();
    for at in 0..good.len() {
        let mut bad = good.to_vec();
        bad[at] ^= 0x10;
        store.overwrite(&key(), bad.into());
        let error = block_on(read_digests(&store, &activation(), &file)).unwrap_err();
        assert!(matches!(error, StateError::Damaged { .. }), "byte {at}: {error}");
        store.overwrite(&key(), good.slice(..at));
        let error = block_on(read_digests(&store, &activation(), &file)).unwrap_err();
        assert!(matches!(error, StateError::Damaged { .. }), "cut at {at}: {error}");
    }
}

#[test]
fn another_activations_file_is_refused() {
    let store = MemoryStateStore::new();
    let file = block_on(write_digests(&store, &activation(), key(), &set(3))).unwrap();
    assert!(block_on(read_digests(&store, &"others".parse().unwrap(), &file)).is_err());
}

/// The bytes of format 1, for ever: files that users have must stay readable.
#[test]
fn the_format_is_that_of_the_golden_file() {
    let golden = include_bytes!("golden-1.digests");
    let store = MemoryStateStore::new();
    let file = block_on(write_digests(&store, &activation(), key(), &set(3))).unwrap();
    assert_eq!(block_on(store.read(&key(), 0..file.len())).unwrap(), golden[..]);
}
