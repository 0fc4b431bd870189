//! What an audience's files hold: TikTok's calculate types, and how each kind of identifier stands in a file.
//! <https://business-api.tiktok.com/portal/docs?id=1739940567842818>

use tikaud_core::identifier::IdentifierKind;

/// What the files of one audience hold. It is fixed by the audience's first file.
///
/// `MAID_SHA256` and `MAID_MD5` are left out on purpose: they are taken at upload and not at create, where their other
/// names `FIRST_SHA256` and `FIRST_MD5` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CalculateType {
    EmailSha256,
    PhoneSha256,
    /// IDFA or GAID, in one column that does not tell which.
    FirstSha256,
    FirstMd5,
    IdfaSha256,
    IdfaMd5,
    /// GAID is TikTok's word here for what the id schema of streaming audiences calls AAID.
    GaidSha256,
    GaidMd5,
    /// Any of them, in columns with titles.
    MultipleTypes,
}

/// How identifiers stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    /// The title in the header; `None` where a file has no header. TikTok's API sample of a single type has none, though
    /// the form in Ads Manager asks for one.
    pub(crate) title: Option<&'static str>,
}

impl CalculateType {
    const ALL: [Self; 9] = [
        Self::EmailSha256,
        Self::PhoneSha256,
        Self::FirstSha256,
        Self::FirstMd5,
        Self::IdfaSha256,
        Self::IdfaMd5,
        Self::GaidSha256,
        Self::GaidMd5,
        Self::MultipleTypes,
    ];

    /// TikTok's name of it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::EmailSha256 => "EMAIL_SHA256",
            Self::PhoneSha256 => "PHONE_SHA256",
            Self::FirstSha256 => "FIRST_SHA256",
            Self::FirstMd5 => "FIRST_MD5",
            Self::IdfaSha256 => "IDFA_SHA256",
            Self::IdfaMd5 => "IDFA_MD5",
            Self::GaidSha256 => "GAID_SHA256",
            Self::GaidMd5 => "GAID_MD5",
            Self::MultipleTypes => "MULTIPLE_TYPES",
        }
    }

    /// The type of this name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    /// The type for identifiers of one kind alone; `None` when TikTok has no file for them.
    pub(crate) const fn of_kind(kind: IdentifierKind) -> Option<Self> {
        Some(match kind {
            IdentifierKind::EmailSha256 => Self::EmailSha256,
            IdentifierKind::PhoneSha256 => Self::PhoneSha256,
            IdentifierKind::IdfaSha256 => Self::IdfaSha256,
            IdentifierKind::IdfaMd5 => Self::IdfaMd5,
            IdentifierKind::AaidSha256 => Self::GaidSha256,
            IdentifierKind::AaidMd5 => Self::GaidMd5,
            _ => return None,
        })
    }

    /// How identifiers of a kind stand in a file of this type; `None` when they cannot.
    pub(crate) fn column(self, kind: IdentifierKind) -> Option<Column> {
        let single = Self::of_kind(kind)?;
        let (title, first) = match single {
            Self::EmailSha256 => ("email_SHA256", None),
            Self::PhoneSha256 => ("phone_SHA256", None),
            Self::IdfaMd5 | Self::GaidMd5 => ("MAID_MD5", Some(Self::FirstMd5)),
            _ => ("MAID_SHA256", Some(Self::FirstSha256)),
        };
        match self {
            Self::MultipleTypes => Some(Column { title: Some(title) }),
            own => (own == single || Some(own) == first).then_some(Column { title: None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_gives_its_type() {
        for known in CalculateType::ALL {
            assert_eq!(CalculateType::of_name(known.as_str()), Some(known));
        }
        assert_eq!(CalculateType::of_name("multiple_types"), Some(CalculateType::MultipleTypes));
        assert_eq!(CalculateType::of_name("FIRST_NORMAL"), None);
    }

    #[test]
    fn emails_hashed_with_sha512_have_no_file() {
        for known in CalculateType::ALL {
            assert_eq!(known.column(IdentifierKind::EmailSha512), None);
        }
    }

    #[test]
    fn a_kind_stands_in_files_of_its_own_type_without_title_and_in_those_of_several_with_one() {
        let titles = IdentifierKind::ALL.map(|kind| {
            let taken = CalculateType::ALL.into_iter().filter_map(|known| Some((known.as_str(), known.column(kind)?)));
            let shown = taken.map(|(name, column)| {
                format!("{name}{}", column.title.map_or_else(String::new, |it| format!(":{it}")))
            });
            format!("{kind}: {}", shown.collect::<Vec<_>>().join(" "))
        });
        insta::assert_snapshot!(titles.join("\n"), @r"
        email_sha256: EMAIL_SHA256 MULTIPLE_TYPES:email_SHA256
        email_sha512: 
        phone_sha256: PHONE_SHA256 MULTIPLE_TYPES:phone_SHA256
        idfa_sha256: FIRST_SHA256 IDFA_SHA256 MULTIPLE_TYPES:MAID_SHA256
        idfa_md5: FIRST_MD5 IDFA_MD5 MULTIPLE_TYPES:MAID_MD5
        aaid_sha256: FIRST_SHA256 GAID_SHA256 MULTIPLE_TYPES:MAID_SHA256
        aaid_md5: FIRST_MD5 GAID_MD5 MULTIPLE_TYPES:MAID_MD5
        ");
    }
}
