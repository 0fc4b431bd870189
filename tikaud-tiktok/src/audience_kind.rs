//! Which kind of audience a destination keeps.

use tikaud_core::identifier::IdentifierKind;

/// Which kind of audience a destination keeps in its ad account. TikTok does not turn one kind into the other.
///
/// | | streaming | customer file |
/// |---|---|---|
/// | changes | any number, at any time | one at a time, each processed for up to 48 hours |
/// | an audience of fewer than 1,000 people | is there, and cannot be used in ads | is not taken |
/// | access | the Streaming API may have to be opened to the app (code 40118) | the scope Audience Management |
/// | several kinds of device id | in one audience | in an audience each |
///
/// The rule: streaming, [unless the app has no access to it](Self::by_access).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum AudienceKind {
    /// Filled by the Streaming API; TikTok calls it `Partner`.
    #[default]
    Streaming,
    /// Filled by uploaded files; TikTok calls it `Customer File Audience`.
    CustomerFile,
}

impl AudienceKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Streaming, Self::CustomerFile];

    /// The name in settings: `streaming` and `customer-file`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Streaming => "streaming",
            Self::CustomerFile => "customer-file",
        }
    }

    /// The kind for an app: streaming where TikTok has opened the Streaming API to it, customer files otherwise.
    ///
    /// Streaming takes a leaver out with every run, where a customer file may be busy; so it is the better kind of the
    /// two for any size. What it costs is that TikTok may have to open it to the app.
    ///
    /// ```
    /// use tikaud_tiktok::AudienceKind;
    ///
    /// assert_eq!(AudienceKind::by_access(true), AudienceKind::default());
    /// assert_eq!(AudienceKind::by_access(false), AudienceKind::CustomerFile);
    /// ```
    #[must_use]
    pub const fn by_access(streaming_api: bool) -> Self {
        if streaming_api { Self::Streaming } else { Self::CustomerFile }
    }
}

/// The files of [customer file audiences](AudienceKind::CustomerFile).
///
/// ```
/// use tikaud_core::identifier::IdentifierKind;
/// use tikaud_tiktok::{CustomerFiles, FileContent};
///
/// let mut files = CustomerFiles::default();
/// files.content = FileContent::Only(IdentifierKind::EmailSha256);
/// files.file_bytes = 10_000_000;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomerFiles {
    /// What the files of a new audience hold. An audience that is there keeps what it was made with.
    pub content: FileContent,
    /// Bytes of a file at most, which are also held in memory until it is uploaded. 50,000,000 by default, which is
    /// some 770,000 identifiers; from 1,000,000 to 250,000,000, which is TikTok's limit.
    ///
    /// One request of TikTok's names 49 files, and the first change of an audience is one request: what does not fit
    /// waits for the next runs.
    pub file_bytes: usize,
}

impl Default for CustomerFiles {
    fn default() -> Self {
        Self { content: FileContent::default(), file_bytes: 50_000_000 }
    }
}

/// What the files of an audience hold. Its first file fixes that for the audience's life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum FileContent {
    /// E-mails, phone numbers and one kind of device id, so that columns can be mapped later on. TikTok calls it
    /// `MULTIPLE_TYPES`.
    #[default]
    Several,
    /// Identifiers of one kind, for ever.
    Only(IdentifierKind),
}
