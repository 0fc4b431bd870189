//! Why a value cannot be used.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Bytes that a value may have at most: far more than any identifier, and a bound on the work that one cell can cause.
pub(crate) const MAX_VALUE_BYTES: usize = 1024;

/// Why a value cannot be used. Reports count values by it; the value itself is never kept.
///
/// `Display` gives a sentence's end, to follow what the value is of:
///
/// ```
/// use tikaud_core::identifier::RejectReason;
///
/// let line = format!("column `email`, 36 values: {}", RejectReason::NotAnEmail);
/// assert_eq!(line, "column `email`, 36 values: not an e-mail address");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectReason {
    /// There is nothing: null, no text, only white space, or the digest of no text.
    Empty,
    /// Longer than 1 KiB.
    TooLong,
    /// It does not read `local@domain.tld`.
    NotAnEmail,
    /// 32, 64 or 128 hex digits in a column declared plain: hashing it again would match nobody.
    LooksHashed,
    /// Something else than hex digits in a column declared hashed.
    NotADigest,
    /// A digest, yet not of the algorithm that the column is declared to hold.
    WrongDigestLength,
    /// It holds no phone number.
    NotAPhone,
    /// It reads as a phone number, and no such number can exist.
    PhoneNotValid,
    /// A phone number in national form, with no country to read it in.
    PhoneRegionMissing,
    /// It is not an advertising id: 8-4-4-4-12 hex digits with hyphens.
    NotADeviceId,
    /// The all-zero advertising id: its owner has switched tracking off.
    ZeroDeviceId,
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty",
            Self::TooLong => "longer than 1 KiB",
            Self::NotAnEmail => "not an e-mail address",
            Self::LooksHashed => "hashed already, in a column declared plain",
            Self::NotADigest => "not a digest, in a column declared hashed",
            Self::WrongDigestLength => "a digest of another algorithm than declared",
            Self::NotAPhone => "not a phone number",
            Self::PhoneNotValid => "a phone number that cannot exist",
            Self::PhoneRegionMissing => "a national phone number without a country",
            Self::NotADeviceId => "not an advertising id with hyphens",
            Self::ZeroDeviceId => "the all-zero advertising id",
        })
    }
}

impl std::error::Error for RejectReason {}

/// The value without white space around it, unless nothing is left or it is too long to look at.
pub(crate) fn present(raw: &str) -> Result<&str, RejectReason> {
    if raw.len() > MAX_VALUE_BYTES {
        return Err(RejectReason::TooLong);
    }
    let text = raw.trim();
    if text.is_empty() { Err(RejectReason::Empty) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_present_when_text_is_left_within_the_limit() {
        assert_eq!(present("\u{a0} x\t"), Ok("x"));
        assert_eq!(present(" \u{2003}\r\n"), Err(RejectReason::Empty));
        assert_eq!(present(&"x".repeat(MAX_VALUE_BYTES)).map(str::len), Ok(MAX_VALUE_BYTES));
        assert_eq!(present(&"x".repeat(MAX_VALUE_BYTES + 1)), Err(RejectReason::TooLong));
    }

    #[test]
    fn reasons_keep_their_names_in_files() {
        assert_eq!(serde_json::to_value(RejectReason::NotAnEmail).unwrap(), "not_an_email");
        assert_eq!(serde_json::to_value(RejectReason::NotAPhone).unwrap(), "not_a_phone");
        let read: RejectReason = serde_json::from_str("\"phone_region_missing\"").unwrap();
        assert_eq!(read, RejectReason::PhoneRegionMissing);
    }
}
