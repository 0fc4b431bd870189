//! Files of digests, read through the reader: arbitrary bytes under an arbitrary manifest.

use std::sync::Arc;

use bytes::Bytes;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::runtime::wait_for;
use crate::diff::{DiffError, DigestSource, IdentifierSet};
use crate::identifier::IdentifierKind;
use crate::state::{
    ActivationId, DigestFile, DigestReader, DigestWriter, MemoryStateStore, ObjectKey, StateError, StateStore,
};

/// The format's numbers, written down once more: a change to one of them has to be meant.
const HEADER: usize = 64;
const FOOTER: usize = 32;
const BLOCK: usize = 2048;

/// The file, behind six bytes: the kind, how many digests are read at a time, whether the checksums are made good
/// (0 or 1), and how many digests more than fit into the bytes the manifest promises, as three bytes, the highest last.
pub fn digest_files(data: &[u8]) {
    let Some((&[kind, piece, repaired, count @ ..], content)) = data.split_first_chunk::<6>() else { return };
    let kind = IdentifierKind::ALL[usize::from(kind) % IdentifierKind::ALL.len()];
    let more = u64::from(u32::from_le_bytes([count[0], count[1], count[2], 0]));
    let mut content = content.to_vec();
    if repaired % 2 == 1 {
        repair(kind, &mut content);
    }
    let count = match count {
        [.., 255] => u64::MAX / (1 + more),
        _ => more + fitting(kind, content.len()),
    };
    let (activation, key) = names();
    let file = DigestFile { key, kind, count };
    let store = MemoryStateStore::new();
    store.overwrite(&file.key, Bytes::from(content.clone()));

    let first = wait_for(read(&store, &activation, &file, 1));
    let again = wait_for(read(&store, &activation, &file, 1 + usize::from(piece) * 64));
    match (first, again) {
        (Ok(digests), Ok(again)) => {
            assert_eq!(digests, again, "what is read depends on the pieces");
            assert_eq!(digests.len() as u64, count * kind.digest_len() as u64, "not what the manifest promises");
            let Some(set) = IdentifierSet::from_sorted(kind, digests.into()) else { panic!("they are not sorted") };
            let written = wait_for(write(&activation, &file, &set));
            // The one way to write them: nothing of the file went unread, but for what lies behind it.
            assert!(set.is_empty() || content.starts_with(&written), "bytes that nobody has checked");
        }
        (Err(first), Err(again)) => [first, again].iter().for_each(is_told),
        (first, again) => panic!("whether it can be read depends on the pieces: {first:?}, {again:?}"),
    }
}

fn names() -> (ActivationId, ObjectKey) {
    match ("fuzzed".parse(), "fuzzed/file.digests".parse()) {
        (Ok(activation), Ok(key)) => (activation, key),
        _ => panic!("these are names"),
    }
}

/// How many digests a file of this length has.
fn fitting(kind: IdentifierKind, len: usize) -> u64 {
    let (blocks, width) = (len.saturating_sub(HEADER + FOOTER), kind.digest_len());
    let whole = blocks / (width * BLOCK + 8);
    let rest = (blocks % (width * BLOCK + 8)).saturating_sub(8) / width;
    (whole * BLOCK + rest) as u64
}

/// Puts the right checksums over whatever is there, so that mutations come past them.
pub(super) fn repair(kind: IdentifierKind, content: &mut [u8]) {
    if content.len() < HEADER + FOOTER {
        return;
    }
    let (header, rest) = content.split_at_mut(HEADER);
    let (blocks, footer) = rest.split_at_mut(rest.len() - FOOTER);
    let sum = |content: &mut [u8]| {
        let Some((content, checksum)) = content.split_last_chunk_mut::<8>() else { return [0; 8] };
        *checksum = xxh3_64(content).to_le_bytes();
        *checksum
    };
    sum(header);
    let mut checksums = Xxh3::new();
    for block in blocks.chunks_mut(kind.digest_len() * BLOCK + 8) {
        checksums.update(&sum(block));
    }
    footer[8..16].copy_from_slice(&checksums.digest().to_le_bytes());
    sum(footer);
}

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

async fn write(activation: &ActivationId, file: &DigestFile, set: &IdentifierSet) -> Bytes {
    let store = MemoryStateStore::new();
    let mut writer = DigestWriter::new(&store, activation, file.key.clone(), file.kind);
    let written = match writer.append(set).await {
        Ok(()) => writer.finish().await,
        Err(error) => Err(error),
    };
    match written {
        Ok(written) => assert!(written.is_none_or(|written| written == *file), "another manifest"),
        Err(error) => panic!("what was read cannot be written: {error}"),
    }
    store.read(&file.key, 0..file.len()).await.unwrap_or_default()
}

/// Whatever is wrong with a file has an error of its own.
fn is_told(error: &DiffError) {
    match error {
        DiffError::State(
            StateError::Damaged { .. }
            | StateError::Truncated { .. }
            | StateError::Newer { .. }
            | StateError::ForeignDigests { .. },
        ) => {}
        other => panic!("reading bytes cannot fail like this: {other:?}"),
    }
}
