//! Sealed objects: as they are, and as the content of a good seal, so that mutations come past the checksum.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::activation::PastRun;
use crate::state::{
    AudienceRecord, ClaimRecord, CreateIntent, Generation, Intent, ObjectKey, Receipts, StateError, seal, unseal,
};

/// What a good seal would be around this text.
pub(super) fn with_seal(text: &[u8]) -> Vec<u8> {
    let digest = const_hex::encode(Sha256::digest(text));
    [text, b"\nsha256 ", digest.as_bytes(), b"\n"].concat()
}

/// One object of the state: which one by its first byte, `g`eneration, `l`ease, `c`reate, `a`udience, `i`ntent,
/// `r`eceipts, or the record of a `p`ast run.
pub fn sealed_objects(data: &[u8]) {
    let Some((which, content)) = data.split_first() else { return };
    let read = match which {
        b'g' => read::<Generation>,
        b'l' => read::<ClaimRecord>,
        b'c' => read::<CreateIntent>,
        b'a' => read::<AudienceRecord>,
        b'i' => read::<Intent>,
        b'r' => read::<Receipts>,
        b'p' => read::<PastRun>,
        _ => return,
    };
    read(content);
    read(&with_seal(content));
}

fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let key = ObjectKey::of_activation(&"fuzzed".parse().unwrap_or_else(|error| panic!("{error}")));
    let content: T = match unseal(&key, bytes) {
        Ok(content) => content,
        Err(StateError::Damaged { .. } | StateError::Truncated { .. }) => return,
        Err(StateError::Newer { found, supported, .. }) => return assert!(found > supported),
        Err(error) => panic!("reading bytes cannot fail like this: {error:?}"),
    };
    let sealed = |content: &T| seal(&key, content).unwrap_or_else(|error| panic!("what was read: {error}"));
    let once = sealed(&content);
    let again: T = unseal(&key, &once).unwrap_or_else(|error| panic!("what was written: {error}"));
    assert_eq!(sealed(&again), once, "writing what was read changes it");
}
