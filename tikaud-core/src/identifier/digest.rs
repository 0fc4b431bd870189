//! Digests: made of normalised text, or read from a column that holds them already.
//!
//! TikTok takes them unsalted, over UTF-8. Those of one kind are kept as bytes, one after the other.

#[cfg(test)]
mod tests;

use md5::Md5;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256, Sha512};

use super::reject::{RejectReason, present};

/// The state that SHA-256 starts from (FIPS 180-4, section 5.3.3).
const SHA256_INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The longest text that fits one block of SHA-256 together with its padding: 64 bytes less a stop byte and a length.
const ONE_BLOCK: usize = 64 - 1 - 8;

/// Digests of no text (MD5, SHA-256, SHA-512): what `sha256(coalesce(email, ''))` makes of everybody without an address.
const OF_NOTHING: [&str; 3] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    concat!(
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce",
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    ),
];

/// Appends the SHA-256 of the text: 32 bytes.
pub(crate) fn sha256(text: &[u8], out: &mut Vec<u8>) {
    if text.len() > ONE_BLOCK {
        out.extend_from_slice(&Sha256::digest(text));
    } else {
        out.extend_from_slice(&sha256_of_one_block(text));
    }
}

/// The SHA-256 of at most [`ONE_BLOCK`] bytes, padded here: the general hasher's buffering takes a tenth of its time,
/// and nearly every e-mail address and every phone number is this short.
fn sha256_of_one_block(text: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    block[..text.len()].copy_from_slice(text);
    block[text.len()] = 0x80;
    block[56..].copy_from_slice(&(8 * text.len() as u64).to_be_bytes());
    let mut state = SHA256_INITIAL;
    compress256(&mut state, &[block]);
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

/// Appends the SHA-512 of the text: 64 bytes.
pub(crate) fn sha512(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&Sha512::digest(text));
}

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
