use proptest::prelude::*;
use sha2::{Sha256, Sha512};

use super::*;

fn sha256(text: &[u8], out: &mut Vec<u8>) {
    Sha256Queue::new(out).push(text);
}

fn hex_of(hash: fn(&[u8], &mut Vec<u8>), text: &str) -> String {
    let mut out = Vec::new();
    hash(text.as_bytes(), &mut out);
    const_hex::encode(out)
}

/// The first three are printed in TikTok's help, the first on the page "How to create a Custom Audience with a customer
/// file"; the third is labelled there with a `+` that the hashed text does not have.
#[test]
fn sha256_gives_the_digests_that_tiktok_expects() {
    let vectors = [
        ("janedoe@gmail.com", "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69"),
        ("5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25", "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd"),
        ("37493828222", "65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4"),
        ("+37493828222", "241371e614f8650dfae0f111361c69de1bb4829a72b71bb8044daae8b2e7791d"),
        ("+16577770000", "a6e82c2f4091baff57a4f33d01efb65bfbeacbbfbcfaa9d0ff9f57d28d78fedb"),
        ("+442071838750", "e631c2534428c6c9b48c2167604a8983046085e43a2c00ed748733c544c0bb4d"),
    ];
    for (text, digest) in vectors {
        assert_eq!(hex_of(sha256, text), digest, "{text}");
    }
}

#[test]
fn digests_of_no_text_are_the_published_ones() {
    let digests = [Md5::digest("").to_vec(), Sha256::digest("").to_vec(), Sha512::digest("").to_vec()];
    assert_eq!(digests.map(const_hex::encode), OF_NOTHING);
}

#[test]
fn digests_are_appended_one_after_the_other() {
    let mut out = vec![7];
    sha256(b"a", &mut out);
    md5(b"b", &mut out);
    assert_eq!((out[0], out.len()), (7, 1 + 32 + 16));
}

#[test]
fn hex_is_read_in_either_case_and_with_blanks_around_it() {
    let mut out = Vec::new();
    decode_digest(" 00ff00FF00ff00ff00ff00ff00ff00AB\n", 16, &mut out).unwrap();
    assert_eq!(const_hex::encode(out), "00ff00ff00ff00ff00ff00ff00ff00ab");
}

#[test]
fn a_cell_that_is_no_such_digest_says_why_and_appends_nothing() {
    let (md5_hex, sha256_hex, sha512_hex) = ("5a".repeat(16), "5a".repeat(32), "5a".repeat(64));
    let cases = [
        (" ", 32, RejectReason::Empty),
        (OF_NOTHING[1], 32, RejectReason::Empty),
        (&OF_NOTHING[0].to_uppercase(), 16, RejectReason::Empty),
        (&"5a".repeat(1000), 32, RejectReason::TooLong),
        (&md5_hex, 32, RejectReason::WrongDigestLength),
        (&sha512_hex, 32, RejectReason::WrongDigestLength),
        (&sha256_hex, 64, RejectReason::WrongDigestLength),
        ("ada@example.com", 32, RejectReason::NotADigest),
        ("4915112345678", 32, RejectReason::NotADigest),
        (&format!("{}zz", "5a".repeat(31)), 32, RejectReason::NotADigest),
        (&format!("0x{}", "5a".repeat(31)), 32, RejectReason::NotADigest),
        (&format!("0x{sha256_hex}"), 32, RejectReason::NotADigest),
        (&"é".repeat(32), 32, RejectReason::NotADigest),
    ];
    for (raw, len, reason) in cases {
        let mut out = vec![1, 2];
        assert_eq!(decode_digest(raw, len, &mut out), Err(reason), "{raw}");
        assert_eq!(out, [1, 2]);
    }
}

#[test]
fn only_the_lengths_of_digests_look_hashed() {
    for digits in [31, 32, 33, 40, 63, 64, 65, 127, 128, 129] {
        assert_eq!(looks_hashed(&format!(" {}\t", "a".repeat(digits))), [32, 64, 128].contains(&digits), "{digits}");
    }
    assert!(!looks_hashed(&"g".repeat(64)));
}

proptest! {
    #[test]
    fn decoding_gives_back_what_was_encoded(
        digest in prop_oneof![
            proptest::collection::vec(any::<u8>(), 16),
            proptest::collection::vec(any::<u8>(), 32),
            proptest::collection::vec(any::<u8>(), 64),
        ],
        upper in any::<bool>(),
    ) {
        let text = if upper { const_hex::encode_upper(&digest) } else { const_hex::encode(&digest) };
        let mut out = Vec::new();
        decode_digest(&text, digest.len(), &mut out).unwrap();
        prop_assert_eq!(out, digest);
    }

    #[test]
    fn any_text_is_decoded_or_refused(raw in ".*", len in prop_oneof![Just(16_usize), Just(32), Just(64)]) {
        let mut out = Vec::new();
        let decoded = decode_digest(&raw, len, &mut out).is_ok();
        prop_assert_eq!(out.len(), if decoded { len } else { 0 });
    }
}
