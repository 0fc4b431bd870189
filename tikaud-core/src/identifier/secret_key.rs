//! A secret that hashes are keyed with: whoever does not have it cannot tell whom they are of.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A secret that hashes are keyed with: of [those who were erased](crate::activation::Erasures), and of
/// [hold-out groups](crate::segment::HoldOut).
///
/// Identifiers can be guessed, so that a plain hash of one tells whose it is to whoever tries enough addresses; one that is
/// keyed tells it to nobody without the key. The key is kept nowhere: it is the caller's to keep, apart from the state, for as
/// long as what was made with it is to be understood. Take it from a secret store, as random bytes:
///
/// ```
/// use tikaud_core::identifier::SecretKey;
///
/// # let from_a_secret_store = [7; 32];
/// let key = SecretKey::try_new(from_a_secret_store)?;
/// assert_eq!(format!("{key:?}"), "SecretKey(…)");
/// # Ok::<(), tikaud_core::identifier::KeyTooShort>(())
/// ```
#[derive(Clone)]
pub struct SecretKey {
    /// Keyed, and copied for each use: that spares hashing the key again.
    mac: Hmac<Sha256>,
}

/// A key that could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key of {given} bytes can be guessed; give {} random bytes at least", SecretKey::MIN_BYTES)]
#[non_exhaustive]
pub struct KeyTooShort {
    /// How many bytes were given.
    pub given: usize,
}

impl SecretKey {
    /// Bytes that a key has at the least: 32, as many as SHA-256 gives ([RFC 2104], section 3).
    ///
    /// [RFC 2104]: https://www.rfc-editor.org/rfc/rfc2104#section-3
    pub const MIN_BYTES: usize = 32;

    /// The key of these bytes. It is for them to be random: that cannot be checked.
    ///
    /// # Errors
    ///
    /// [`KeyTooShort`] when there are fewer than [`MIN_BYTES`](Self::MIN_BYTES).
    pub fn try_new(secret: impl AsRef<[u8]>) -> Result<Self, KeyTooShort> {
        let secret = secret.as_ref();
        let too_short = KeyTooShort { given: secret.len() };
        if secret.len() < Self::MIN_BYTES {
            return Err(too_short);
        }
        Hmac::new_from_slice(secret).map(|mac| Self { mac }).map_err(|_| too_short)
    }

    /// Whether it is the same key as another.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.hash("key check", &[]) == other.hash("key check", &[])
    }

    /// HMAC-SHA-256 of these parts with a zero byte between them. The first says what it is for, so that one key serves
    /// several purposes.
    pub(crate) fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&[0]);
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Shows nothing of it.
impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_could_be_guessed_is_refused() {
        assert_eq!(SecretKey::try_new([7; 31]).unwrap_err(), KeyTooShort { given: 31 });
        assert!(SecretKey::try_new([7; 200]).is_ok());
    }

    #[test]
    fn hashes_stay_what_they_are() {
        // Made with Python: hmac.new(bytes(range(32)), b"email_sha256\0" + hashlib.sha256(b"ada@example.com").digest(),
        // "sha256").hexdigest(), and so on.
        let key = SecretKey::try_new(std::array::from_fn::<u8, 32, _>(|at| u8::try_from(at).unwrap())).unwrap();
        let hash = |purpose, parts: &[&[u8]]| const_hex::encode(key.hash(purpose, parts));
        use sha2::{Digest, Sha256};
        assert_eq!(hash("email_sha256", &[&Sha256::digest("ada@example.com")]), GOLDEN[0]);
        assert_eq!(hash("key check", &[]), GOLDEN[1]);
        assert_eq!(hash("hold-out", &[b"autumn 2026", b"ada"]), GOLDEN[2]);
    }

    const GOLDEN: [&str; 3] = [
        "1c9cd0f994d6df436cc36a8eb2bd63320c429bb169a76639ea733af265536674",
        "2164625b589f20c4807386d5162b926e851be91a835694efcbddd729917e0c63",
        "9ff9bda0388dcf5abf91fae84527642b225358a18333cde1aeb72a7a13dd74b4",
    ];
}
