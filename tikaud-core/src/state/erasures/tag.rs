//! One tombstone.

use serde::{Deserialize, Serialize};

use crate::identifier::{IdentifierKind, SecretKey};

/// The keyed hash of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Tag([u8; 32]);

impl Tag {
    pub(super) fn of(key: &SecretKey, kind: IdentifierKind, digest: &[u8]) -> Self {
        Self(key.hash(kind.as_str(), &[digest]))
    }

    /// What tells the key from another one.
    pub(super) fn check(key: &SecretKey) -> Self {
        Self(key.hash("key check", &[]))
    }

    /// What stands for all these together.
    pub(super) fn of_all(key: &SecretKey, tags: &[Self]) -> Self {
        let parts: Vec<&[u8]> = tags.iter().map(|tag| &tag.0[..]).collect();
        Self(key.hash("person", &parts))
    }

    /// The first half, which is more than enough to be compared by: a truncated HMAC of 128 bits (RFC 2104, section 5).
    pub(super) fn short(self) -> u128 {
        let mut first = [0; 16];
        first.copy_from_slice(&self.0[..16]);
        u128::from_be_bytes(first)
    }

    pub(super) fn to_hex(self) -> String {
        const_hex::encode(self.0)
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.to_hex()
    }
}

impl TryFrom<String> for Tag {
    type Error = const_hex::FromHexError;

    fn try_from(hex: String) -> Result<Self, Self::Error> {
        const_hex::decode_to_array(hex).map(Self)
    }
}
