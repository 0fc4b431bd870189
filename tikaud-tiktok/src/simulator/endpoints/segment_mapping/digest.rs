//! The field `id`: a digest in hex, of the width that its column's type has.

use crate::simulator::IdType;
use crate::simulator::refusal::{PARAMETER_ERROR, PII_NOT_HASHED, Refusal};

/// The lengths in hex of digests that are in use: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
const DIGEST_LENGTHS: [usize; 6] = [32, 40, 56, 64, 96, 128];

/// Appends a digest, given in hex of either case. What is no digest at all counts as not hashed; that TikTok draws the
/// line here is a guess.
pub(super) fn read(text: &str, id_type: IdType, digests: &mut Vec<u8>) -> Result<(), Refusal> {
    let (start, width) = (digests.len(), id_type.digest_len());
    if text.len() == 2 * width {
        digests.resize(start + width, 0);
        if const_hex::decode_to_slice(text, &mut digests[start..]).is_ok() {
            return Ok(());
        }
        digests.truncate(start);
    }
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) && DIGEST_LENGTHS.contains(&text.len()) {
        let message = format!("not a digest of {id_type}, which has {} hexadecimal digits.", 2 * width);
        return Err(Refusal::new(PARAMETER_ERROR, message));
    }
    Err(Refusal::new(PII_NOT_HASHED, "not hashed."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str, id_type: IdType) -> Option<i64> {
        read(text, id_type, &mut Vec::new()).err().map(|refusal| refusal.code)
    }

    #[test]
    fn a_digest_is_read_in_either_case() {
        let mut digests = Vec::new();
        read(&"aB".repeat(32), IdType::PhoneSha256, &mut digests).unwrap();
        assert_eq!(digests, [0xab; 32]);
    }

    #[test]
    fn a_digest_of_another_hash_is_told_from_a_raw_value() {
        assert_eq!(code(&"a".repeat(32), IdType::EmailSha256), Some(PARAMETER_ERROR));
        assert_eq!(code(&"a".repeat(64), IdType::EmailSha512), Some(PARAMETER_ERROR));
        for raw in ["a@example.com", "442071838750", &"g".repeat(64), &format!("0x{}", "a".repeat(62)), " "] {
            assert_eq!(code(raw, IdType::EmailSha256), Some(PII_NOT_HASHED), "{raw}");
        }
        assert_eq!(code("5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25", IdType::IdfaMd5), Some(PII_NOT_HASHED));
    }

    #[test]
    fn a_refused_value_leaves_nothing_behind() {
        let mut digests = vec![1];
        read(&"g".repeat(64), IdType::EmailSha256, &mut digests).unwrap_err();
        assert_eq!(digests, [1]);
    }
}
