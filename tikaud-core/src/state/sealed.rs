//! Small objects: readable JSON with a checksum in the last line.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{ObjectKey, StateError, StateStore};

/// The format of every JSON object of the state. It changes when an older version could misread the content.
pub(crate) const FORMAT: u32 = 1;

/// Larger than any object that this library writes: a bound on what is read into memory.
const MAX_LEN: u64 = 64 << 20;

const SEAL: &str = "\nsha256 ";
/// Bytes of the checksum in hex, with the line break behind it.
const SEAL_DIGEST: usize = 65;

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    format: u32,
    content: T,
}

fn hex_sha256(text: &[u8]) -> String {
    const_hex::encode(Sha256::digest(text))
}

/// The bytes of a sealed object.
pub(crate) fn seal<T: Serialize>(key: &ObjectKey, content: &T) -> Result<Bytes, StateError> {
    let mut text = serde_json::to_string_pretty(&Envelope { format: FORMAT, content })
        .map_err(|error| StateError::damaged(key, format!("cannot be written as JSON: {error}")))?;
    let digest = hex_sha256(text.as_bytes());
    text.push_str(SEAL);
    text.push_str(&digest);
    text.push('\n');
    Ok(text.into())
}

/// The content of a sealed object, checked.
pub(crate) fn unseal<T: DeserializeOwned>(key: &ObjectKey, bytes: &[u8]) -> Result<T, StateError> {
    let text = std::str::from_utf8(bytes).map_err(|_| StateError::damaged(key, "it is not text"))?;
    let (json, digest) = text.rsplit_once(SEAL).ok_or_else(|| StateError::Truncated { key: key.clone() })?;
    if digest.len() < SEAL_DIGEST {
        return Err(StateError::Truncated { key: key.clone() });
    }
    if digest.strip_suffix('\n') != Some(hex_sha256(json.as_bytes()).as_str()) {
        return Err(StateError::damaged(key, "its checksum does not match"));
    }
    // The version is read by itself first: a newer format may have other fields.
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let unreadable = |error: serde_json::Error| StateError::damaged(key, format!("line {} is wrong", error.line()));
    let Version { format } = serde_json::from_str(json).map_err(unreadable)?;
    if format > FORMAT {
        return Err(StateError::Newer { key: key.clone(), found: format, supported: FORMAT });
    }
    serde_json::from_str::<Envelope<T>>(json).map(|envelope| envelope.content).map_err(unreadable)
}

/// Creates a sealed object.
pub(crate) async fn create_sealed<T: Serialize + Sync>(
    store: &dyn StateStore,
    key: &ObjectKey,
    content: &T,
) -> Result<(), StateError> {
    let bytes = seal(key, content)?;
    store.create(key, bytes).await
}

/// Reads a sealed object of this length.
pub(crate) async fn read_sealed<T: DeserializeOwned>(
    store: &dyn StateStore,
    key: &ObjectKey,
    len: u64,
) -> Result<T, StateError> {
    if len > MAX_LEN {
        return Err(StateError::damaged(key, format!("it is {len} bytes long, which no such object is")));
    }
    let bytes = store.read(key, 0..len).await?;
    unseal(key, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ObjectKey {
        "a/b.json".parse().unwrap()
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Content {
        value: u32,
    }

    #[test]
    fn what_was_sealed_is_read_back() {
        let bytes = seal(&key(), &Content { value: 7 }).unwrap();
        assert_eq!(unseal::<Content>(&key(), &bytes).unwrap(), Content { value: 7 });
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let bytes = seal(&key(), &Content { value: 7 }).unwrap();
        for at in 0..bytes.len() * 8 {
            let mut flipped = bytes.to_vec();
            flipped[at / 8] ^= 1 << (at % 8);
            assert!(unseal::<Content>(&key(), &flipped).is_err(), "bit {at}");
        }
        for len in 0..bytes.len() {
            let error = unseal::<Content>(&key(), &bytes[..len]).unwrap_err();
            assert!(matches!(error, StateError::Truncated { .. }), "cut at {len}: {error}");
        }
    }

    #[test]
    fn a_newer_format_is_told_from_damage() {
        let text = r#"{ "format": 2, "other": true }"#;
        let sealed = format!("{text}{SEAL}{}\n", hex_sha256(text.as_bytes()));
        assert!(matches!(unseal::<Content>(&key(), sealed.as_bytes()), Err(StateError::Newer { found: 2, .. })));
    }
}
