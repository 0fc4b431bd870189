//! Why a segment could not be read.

use std::error::Error;
use std::fmt;

use super::TextColumnFull;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SegmentErrorKind {
    /// The source is not there: a missing file, table or view.
    NotFound,
    /// The source is there and cannot be reached or read: permissions, a broken connection, a failing disk.
    Unreadable,
    /// What was read is not what it should be: a torn file, a ragged line, a wrong encoding.
    Malformed,
    /// A column that was asked for is not there, or is of a type that holds no text.
    UnknownColumn,
    /// The segment's settings contradict each other.
    Configuration,
}

/// Why a segment could not be read: what failed, where, and what to do. It never holds a cell's value.
///
/// `Display` prints one line; the cause, where there is one, is in [`source`](Error::source).
#[derive(Debug)]
pub struct SegmentError {
    kind: SegmentErrorKind,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl SegmentError {
    /// An error of this kind. `message` says what failed, where, and what to do, without any cell's value.
    pub fn new(kind: SegmentErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same with its cause. The cause is printed with the error's chain, so it must not hold a cell's value either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The source's content is not what it should be.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(SegmentErrorKind::Malformed, message)
    }

    /// A column is not there; the message lists the columns that are.
    ///
    /// ```
    /// use tikaud_core::segment::SegmentError;
    ///
    /// let error = SegmentError::unknown_column("mail", &["id".into(), "email".into()]);
    /// assert_eq!(error.to_string(), "there is no column `mail`; the columns are: `id`, `email`");
    /// ```
    #[must_use]
    pub fn unknown_column(column: &str, columns: &[String]) -> Self {
        let there = if columns.is_empty() {
            "there are none at all".to_owned()
        } else {
            let names: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
            format!("the columns are: {}", names.join(", "))
        };
        Self::new(SegmentErrorKind::UnknownColumn, format!("there is no column `{column}`; {there}"))
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> SegmentErrorKind {
        self.kind
    }
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SegmentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

impl From<TextColumnFull> for SegmentError {
    fn from(full: TextColumnFull) -> Self {
        Self::malformed("the source emits too large a batch of members").with_source(full)
    }
}
