//! The kinds of identifier there are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an identifier is of, and how it was hashed. Together with the digest it is the identifier.
///
/// The order is the order of kinds in plans, reports and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdentifierKind {
    /// SHA-256 of a normalised e-mail address.
    EmailSha256,
    /// SHA-512 of a normalised e-mail address.
    EmailSha512,
    /// SHA-256 of a phone number in E.164 with its `+`.
    PhoneSha256,
    /// SHA-256 of an iOS advertising id (IDFA), lower-case with hyphens.
    IdfaSha256,
    /// MD5 of an iOS advertising id (IDFA), lower-case with hyphens.
    IdfaMd5,
    /// SHA-256 of an Android advertising id (AAID, also called GAID), lower-case with hyphens.
    AaidSha256,
    /// MD5 of an Android advertising id (AAID, also called GAID), lower-case with hyphens.
    AaidMd5,
}

impl IdentifierKind {
    /// Every kind, in order.
    pub const ALL: [Self; 7] = [
        Self::EmailSha256,
        Self::EmailSha512,
        Self::PhoneSha256,
        Self::IdfaSha256,
        Self::IdfaMd5,
        Self::AaidSha256,
        Self::AaidMd5,
    ];

    /// The length of a digest in bytes: 16, 32 or 64.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::IdfaMd5 | Self::AaidMd5 => 16,
            Self::EmailSha256 | Self::PhoneSha256 | Self::IdfaSha256 | Self::AaidSha256 => 32,
            Self::EmailSha512 => 64,
        }
    }

    /// The name in files and reports, such as `email_sha256`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailSha256 => "email_sha256",
            Self::EmailSha512 => "email_sha512",
            Self::PhoneSha256 => "phone_sha256",
            Self::IdfaSha256 => "idfa_sha256",
            Self::IdfaMd5 => "idfa_md5",
            Self::AaidSha256 => "aaid_sha256",
            Self::AaidMd5 => "aaid_md5",
        }
    }
}

impl fmt::Display for IdentifierKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_serialised_form() {
        for kind in IdentifierKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
