//! What a column can hold.

use serde::{Deserialize, Serialize};

use super::{IdentifierKind, Region};

/// What a column holds, and so which identifier is made of it.
///
/// A column is declared plain or hashed; a digest in a plain column, or a plain value in a hashed one, is rejected, never
/// guessed at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// E-mail addresses, hashed here with SHA-256.
    Email,
    /// E-mail addresses, hashed already with SHA-256: 64 hexadecimal digits.
    EmailSha256,
    /// E-mail addresses, hashed already with SHA-512: 128 hexadecimal digits.
    EmailSha512,
    /// Phone numbers, E.164 preferred, hashed here with SHA-256.
    Phone(PhoneRegion),
    /// Phone numbers in E.164 already, such as `+442071838750`: `+` and 7 to 15 digits, hashed here with SHA-256.
    ///
    /// They are taken at their word: no numbering plan is asked, so a number that cannot exist is hashed like any other,
    /// and every other spelling is [rejected](super::RejectReason::NotAPhone). For columns that were put into E.164 before, and
    /// for databases that are to hash by themselves, where there are no numbering plans. The form is that of
    /// [ITU-T E.164](https://www.itu.int/rec/T-REC-E.164-201011-I/en), section 6: a country code, which begins with no zero,
    /// and fifteen digits at most; that fewer than seven are no number is a convention of ours.
    PhoneE164,
    /// Phone numbers, E.164 with `+`, hashed already with SHA-256: 64 hexadecimal digits.
    PhoneSha256,
    /// iOS advertising ids (IDFA), hashed here.
    Idfa(DeviceHash),
    /// iOS advertising ids (IDFA), hashed already with SHA-256.
    IdfaSha256,
    /// iOS advertising ids (IDFA), hashed already with MD5.
    IdfaMd5,
    /// Android advertising ids (AAID, also called GAID), hashed here.
    Aaid(DeviceHash),
    /// Android advertising ids (AAID, also called GAID), hashed already with SHA-256.
    AaidSha256,
    /// Android advertising ids (AAID, also called GAID), hashed already with MD5.
    AaidMd5,
}

impl Field {
    /// The kind of identifier that comes of it.
    #[must_use]
    pub const fn kind(&self) -> IdentifierKind {
        match self {
            Self::Email | Self::EmailSha256 => IdentifierKind::EmailSha256,
            Self::EmailSha512 => IdentifierKind::EmailSha512,
            Self::Phone(_) | Self::PhoneE164 | Self::PhoneSha256 => IdentifierKind::PhoneSha256,
            Self::Idfa(DeviceHash::Sha256) | Self::IdfaSha256 => IdentifierKind::IdfaSha256,
            Self::Idfa(DeviceHash::Md5) | Self::IdfaMd5 => IdentifierKind::IdfaMd5,
            Self::Aaid(DeviceHash::Sha256) | Self::AaidSha256 => IdentifierKind::AaidSha256,
            Self::Aaid(DeviceHash::Md5) | Self::AaidMd5 => IdentifierKind::AaidMd5,
        }
    }
}

/// Where the default region of a phone number comes from: what a national spelling is read by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneRegion {
    /// There is none: only numbers with a country code are accepted.
    International,
    /// One region for all numbers.
    Fixed(Region),
    /// A column of the row, holding ISO 3166-1 alpha-2 codes; a cell that holds none means that there is no region.
    Column(String),
}

/// How device ids are hashed. An audience uses one for each platform, for all its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceHash {
    /// SHA-256, which TikTok recommends.
    #[default]
    Sha256,
    /// MD5.
    Md5,
}

/// A column and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedField {
    /// The column's name, as the segment has it.
    pub column: String,
    /// What it holds.
    pub field: Field,
    /// What stands between several values in one cell, where there can be several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
}
