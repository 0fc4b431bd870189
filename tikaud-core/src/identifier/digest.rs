//! Digests: made of normalised text, or read from a column that holds them already.
//!
//! TikTok takes them unsalted, over UTF-8. Those of one kind are kept as bytes, one after the other.

#[cfg(test)]
mod tests;

mod queue;

use md5::{Digest, Md5};

pub(crate) use queue::Sha256Queue;

use super::reject::{RejectReason, present};

/// Digests of no text (MD5, SHA-256, SHA-512): what `sha256(coalesce(email, ''))` makes of everybody without an
/// address.
const OF_NOTHING: [&str; 3] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    concat!(
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce",
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    ),
];

/// Appends the MD5 of the text: 16 bytes.
pub(crate) fn md5(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&Md5::digest(text));
}

/// Appends the digest of `len` bytes that is written here in hex of either case, with or without white space around it.
///
/// # Errors
///
/// The reason why there is no such digest; `out` is then as it was.
pub(crate) fn decode_digest(raw: &str, len: usize, out: &mut Vec<u8>) -> Result<(), RejectReason> {
    let text = present(raw)?;
    if text.len() != 2 * len {
        return Err(if looks_hashed(text) { RejectReason::WrongDigestLength } else { RejectReason::NotADigest });
    }
    if OF_NOTHING.iter().any(|digest| digest.eq_ignore_ascii_case(text)) {
        return Err(RejectReason::Empty);
    }
    let before = out.len();
    out.resize(before + len, 0);
    // The decoder takes a `0x` for a prefix; the text is then two digits short and refused like any other.
    const_hex::decode_to_slice(text, &mut out[before..]).map_err(|_| {
        out.truncate(before);
        RejectReason::NotADigest
    })
}

/// Whether the value is a digest in hex: exactly 32, 64 or 128 digits, white space around them aside.
pub(crate) fn looks_hashed(raw: &str) -> bool {
    let text = raw.trim().as_bytes();
    matches!(text.len(), 32 | 64 | 128) && text.iter().all(u8::is_ascii_hexdigit)
}
