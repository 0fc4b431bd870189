//! Advertising ids of phones and tablets: Apple's IDFA, Google's AAID.

use super::digest::looks_hashed;
use super::reject::{RejectReason, present};

/// The id that a device gives out when its owner has switched tracking off: shared by millions, so it names nobody.
const ZERO: &[u8; 36] = b"00000000-0000-0000-0000-000000000000";

/// Writes the id in the form that is hashed: without white space around it, lower-case, hyphens kept.
///
/// # Errors
///
/// The reason why there is no such id; `out` then holds nothing of use.
pub(crate) fn normalise_device_id(raw: &str, out: &mut [u8; 36]) -> Result<(), RejectReason> {
    let text = present(raw)?;
    let Ok(id) = <&[u8; 36]>::try_from(text.as_bytes()) else {
        return Err(if looks_hashed(text) { RejectReason::LooksHashed } else { RejectReason::NotADeviceId });
    };
    let well_formed = id.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    if !well_formed {
        return Err(RejectReason::NotADeviceId);
    }
    if id == ZERO {
        return Err(RejectReason::ZeroDeviceId);
    }
    *out = *id;
    out.make_ascii_lowercase();
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normal(raw: &str) -> Result<String, RejectReason> {
        let mut out = [0; 36];
        normalise_device_id(raw, &mut out)?;
        Ok(String::from_utf8(out.to_vec()).unwrap())
    }

    #[test]
    fn an_id_is_trimmed_and_lower_cased() {
        assert_eq!(
            normal("\t5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25 ").as_deref(),
            Ok("5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25")
        );
    }

    #[test]
    fn anything_but_a_hyphenated_id_is_refused() {
        let cases = [
            ("", RejectReason::Empty),
            (" \n", RejectReason::Empty),
            ("00000000-0000-0000-0000-000000000000", RejectReason::ZeroDeviceId),
            ("5f3a2b189c4d4e7fb8e217d3a1e69b25", RejectReason::LooksHashed),
            ("83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd", RejectReason::LooksHashed),
            ("{5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25}", RejectReason::NotADeviceId),
            ("5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b2", RejectReason::NotADeviceId),
            ("5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b2g", RejectReason::NotADeviceId),
            ("5f3a2b1-89c4d-4e7f-b8e2-17d3a1e69b25", RejectReason::NotADeviceId),
            ("5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69bé", RejectReason::NotADeviceId),
            ("ada@example.com", RejectReason::NotADeviceId),
        ];
        for (raw, reason) in cases {
            assert_eq!(normal(raw), Err(reason), "{raw}");
        }
        assert_eq!(normal(&"5".repeat(2000)), Err(RejectReason::TooLong));
    }

    proptest! {
        #[test]
        fn normalising_is_idempotent_and_ignores_case(id in "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}") {
            prop_assume!(id.bytes().any(|byte| !b"0-".contains(&byte)));
            let once = normal(&id).unwrap();
            prop_assert_eq!(normal(&once).unwrap(), once.clone());
            prop_assert_eq!(normal(&format!(" {} ", id.to_uppercase())).unwrap(), once);
        }

        #[test]
        fn any_text_is_normalised_or_refused(raw in ".*") {
            prop_assert!(normal(&raw).is_ok_and(|id| id.len() == 36) || normal(&raw).is_err());
        }
    }
}
