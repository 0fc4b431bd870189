//! The field `calculate_type`: what the files of an audience hold.

use super::IdType;

/// A calculate type. `MAID_SHA256` and `MAID_MD5` are other names of the `FIRST` ones: in TikTok's OpenAPI files they have
/// the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CalculateType {
    /// Files of one type, without a header.
    Single(IdType),
    /// Files whose header says what each column is.
    Multiple,
}

/// The single types that both upload and create take.
const SINGLE: [(&str, IdType); 8] = [
    ("EMAIL_SHA256", IdType::EmailSha256),
    ("PHONE_SHA256", IdType::PhoneSha256),
    ("FIRST_SHA256", IdType::MaidSha256),
    ("FIRST_MD5", IdType::MaidMd5),
    ("IDFA_SHA256", IdType::IdfaSha256),
    ("IDFA_MD5", IdType::IdfaMd5),
    ("GAID_SHA256", IdType::AaidSha256),
    ("GAID_MD5", IdType::AaidMd5),
];

/// Those that upload takes besides.
const AT_UPLOAD: [(&str, IdType); 2] = [("MAID_SHA256", IdType::MaidSha256), ("MAID_MD5", IdType::MaidMd5)];

const MULTIPLE: &str = "MULTIPLE_TYPES";

impl CalculateType {
    /// The type of this name at an upload. The enum is strict.
    pub(crate) fn at_upload(name: &str) -> Option<Self> {
        let single = AT_UPLOAD.iter().find(|(known, _)| *known == name).map(|(_, id_type)| Self::Single(*id_type));
        single.or_else(|| Self::at_create(name))
    }

    /// The type of this name when an audience is made.
    pub(crate) fn at_create(name: &str) -> Option<Self> {
        if name == MULTIPLE {
            return Some(Self::Multiple);
        }
        SINGLE.iter().find(|(known, _)| *known == name).map(|(_, id_type)| Self::Single(*id_type))
    }

    /// Its name in answers.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Multiple => MULTIPLE,
            Self::Single(own) => SINGLE.iter().find(|(_, id_type)| *id_type == own).map_or("", |(name, _)| name),
        }
    }
}
