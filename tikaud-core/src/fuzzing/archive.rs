//! A state folder as one text, so that its corpus can be read and mutations hit something:
//!
//! ```text
//! == json buyers/generations/00000001.json
//! { … }                                     sealed when it is taken apart
//! == digests email_sha256 buyers/snapshots/00000001-confirmed-email_sha256.digests
//! 0b7e…                                     a digest a line, in order or not; the file around it is good
//! == text buyers/claims/0000000001.json
//! …                                         as it is, the last line break left out
//! ```

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::digest_files::repair;
use super::sealed::with_seal;
use crate::identifier::IdentifierKind;
use crate::state::{MemoryStateStore, ObjectKey};

/// The store with these objects. What does not read like one is left out.
pub(super) fn unpack(text: &str) -> MemoryStateStore {
    let store = MemoryStateStore::new();
    for section in text.split("== ").skip(1) {
        let (heading, content) = section.split_once('\n').unwrap_or((section, ""));
        let content = content.strip_suffix('\n').unwrap_or(content);
        let words: Vec<&str> = heading.split(' ').collect();
        let (key, content) = match words[..] {
            ["json", key] => (key, with_seal(content.as_bytes())),
            ["text", key] => (key, content.as_bytes().to_vec()),
            ["digests", kind, key] => match IdentifierKind::ALL.iter().find(|known| known.as_str() == kind) {
                Some(kind) => (key, digest_file(*kind, content)),
                None => continue,
            },
            _ => continue,
        };
        if let Ok(key) = key.parse::<ObjectKey>() {
            store.overwrite(&key, Bytes::from(content));
        }
    }
    store
}

/// A file of these digests of the activation `buyers`, made without the writer.
fn digest_file(kind: IdentifierKind, lines: &str) -> Vec<u8> {
    let width = kind.digest_len();
    let digests: Vec<Vec<u8>> =
        lines.lines().filter_map(|line| const_hex::decode(line).ok()).filter(|digest| digest.len() == width).collect();
    let code = IdentifierKind::ALL.iter().position(|known| *known == kind).map_or(0, |at| at as u64 + 1);
    let mut file = b"TIKAUDDF".to_vec();
    file.extend_from_slice(&(1 | code << 32).to_le_bytes());
    file.extend_from_slice(&Sha256::digest("buyers"));
    file.resize(64, 0);
    for block in digests.chunks(2048) {
        block.iter().for_each(|digest| file.extend_from_slice(digest));
        file.extend_from_slice(&[0; 8]);
    }
    file.extend_from_slice(&(digests.len() as u64).to_le_bytes());
    file.resize(file.len() + 24, 0);
    repair(kind, &mut file);
    file
}
