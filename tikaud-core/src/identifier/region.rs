//! The country that a phone number in national form is read in.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Every code, in alphabetical order: the 249 of ISO 3166-1, and `AC`, `TA` and `XK` (Ascension, Tristan da Cunha and
/// Kosovo), which have numbering plans of their own.
const CODES: [&str; 252] = [
    "AC", "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB",
    "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ",
    "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ",
    "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR",
    "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY",
    "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO",
    "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS",
    "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR",
    "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU",
    "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO",
    "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SY", "SZ", "TA", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT",
    "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "XK",
    "YE", "YT", "ZA", "ZM", "ZW",
];

/// Where each pair of letters is in [`CODES`], by [`pair`]. Read for every row of a table with a country column.
const POSITIONS: [Option<u8>; 26 * 26] = {
    let mut positions = [None; 26 * 26];
    let mut at = 0;
    while at < CODES.len() {
        let code = CODES[at].as_bytes();
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 256 codes")]
        let position = at as u8;
        positions[pair(code[0], code[1])] = Some(position);
        at += 1;
    }
    positions
};

/// The number of a pair of letters in upper case.
const fn pair(first: u8, second: u8) -> usize {
    (first - b'A') as usize * 26 + (second - b'A') as usize
}

/// A country, by its two-letter code in ISO 3166-1: where a phone number in national form is to be read.
///
/// Parsed in either case, white space around it aside; written in upper case.
///
/// ```
/// use tikaud_core::identifier::Region;
///
/// let region: Region = " de ".parse()?;
/// assert_eq!(region.as_str(), "DE");
/// # Ok::<(), tikaud_core::identifier::UnknownRegion>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(
    /// Where in [`CODES`] the code is.
    u8,
);

/// A text names no country. It does not hold that text, which may have come from a customer's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a country: give the two letters of ISO 3166-1, such as `DE`, `US`, or `GB` for the United Kingdom")]
#[non_exhaustive]
pub struct UnknownRegion;

impl Region {
    /// The code, in upper case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        CODES[usize::from(self.0)]
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let [first, second] = <[u8; 2]>::try_from(text.trim().as_bytes()).map_err(|_| UnknownRegion)?;
        if !first.is_ascii_alphabetic() || !second.is_ascii_alphabetic() {
            return Err(UnknownRegion);
        }
        let position = POSITIONS[pair(first.to_ascii_uppercase(), second.to_ascii_uppercase())];
        position.map(Self).ok_or(UnknownRegion)
    }
}

impl TryFrom<&str> for Region {
    type Error = UnknownRegion;

    fn try_from(text: &str) -> Result<Self, UnknownRegion> {
        text.parse()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({})", self.as_str())
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
