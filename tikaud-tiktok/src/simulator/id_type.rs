//! The types of identifiers.

use std::fmt;

/// An identifier type: as the field `id_schema` of `/segment/mapping/` names it, and those that only customer files have.
///
/// TikTok's published enum for `id_schema` has six values. [`EmailSha512`](Self::EmailSha512) is not among them and is taken
/// only in a world that says so; [`MaidSha256`](Self::MaidSha256) and [`MaidMd5`](Self::MaidMd5) are never taken there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IdType {
    /// `EMAIL_SHA256`
    EmailSha256,
    /// `EMAIL_SHA512`, which TikTok does not document.
    EmailSha512,
    /// `PHONE_SHA256`
    PhoneSha256,
    /// `IDFA_SHA256`
    IdfaSha256,
    /// `IDFA_MD5`
    IdfaMd5,
    /// `AAID_SHA256`
    AaidSha256,
    /// `AAID_MD5`, which customer files call `GAID_MD5`.
    AaidMd5,
    /// `MAID_SHA256`: an IDFA or an AAID in a customer file that does not say which.
    MaidSha256,
    /// `MAID_MD5`, likewise.
    MaidMd5,
}

impl IdType {
    /// Every type.
    pub const ALL: [Self; 9] = [
        Self::EmailSha256,
        Self::EmailSha512,
        Self::PhoneSha256,
        Self::IdfaSha256,
        Self::IdfaMd5,
        Self::AaidSha256,
        Self::AaidMd5,
        Self::MaidSha256,
        Self::MaidMd5,
    ];

    /// The name, such as `EMAIL_SHA256`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailSha256 => "EMAIL_SHA256",
            Self::EmailSha512 => "EMAIL_SHA512",
            Self::PhoneSha256 => "PHONE_SHA256",
            Self::IdfaSha256 => "IDFA_SHA256",
            Self::IdfaMd5 => "IDFA_MD5",
            Self::AaidSha256 => "AAID_SHA256",
            Self::AaidMd5 => "AAID_MD5",
            Self::MaidSha256 => "MAID_SHA256",
            Self::MaidMd5 => "MAID_MD5",
        }
    }

    /// The type of this name, in either case: TikTok takes lower-case names as well.
    ///
    /// ```
    /// use tikaud_tiktok::simulator::IdType;
    ///
    /// assert_eq!(IdType::parse("email_sha256"), Some(IdType::EmailSha256));
    /// assert_eq!(IdType::parse("GAID_SHA256"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|id_type| id_type.as_str().eq_ignore_ascii_case(name))
    }

    /// The length of a digest in bytes: 16, 32 or 64.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::IdfaMd5 | Self::AaidMd5 | Self::MaidMd5 => 16,
            Self::EmailSha256 | Self::PhoneSha256 | Self::IdfaSha256 | Self::AaidSha256 | Self::MaidSha256 => 32,
            Self::EmailSha512 => 64,
        }
    }

    /// The type that hashes the same device id in the other way, with which it must not be mixed in one audience.
    pub(crate) const fn rival(self) -> Option<Self> {
        match self {
            Self::IdfaSha256 => Some(Self::IdfaMd5),
            Self::IdfaMd5 => Some(Self::IdfaSha256),
            Self::AaidSha256 => Some(Self::AaidMd5),
            Self::AaidMd5 => Some(Self::AaidSha256),
            // A customer file has one type for good, so that these cannot meet.
            Self::EmailSha256 | Self::EmailSha512 | Self::PhoneSha256 | Self::MaidSha256 | Self::MaidMd5 => None,
        }
    }
}

impl fmt::Display for IdType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
