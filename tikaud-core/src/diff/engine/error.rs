//! Why an engine could not compare, or keep its sets.

use std::error::Error;
use std::fmt;

use crate::segment::{SegmentError, SegmentErrorKind};

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiffEngineErrorKind {
    /// The engine's settings contradict each other, or the mapping or the segment asks for what cannot be done there exactly.
    Refused,
    /// Sets that the state names are not there, or not what they were.
    SetsMissing,
    /// The engine cannot be reached, or has failed.
    Failed,
}

/// Why an engine could not compare, or keep its sets: what failed, where, and what to do. It never holds a cell's value or an
/// identifier.
///
/// `Display` prints one line; the cause, where there is one, is in [`source`](Error::source).
#[derive(Debug)]
pub struct DiffEngineError {
    kind: DiffEngineErrorKind,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl DiffEngineError {
    /// An error of this kind. `message` says what failed, where, and what to do.
    pub fn new(kind: DiffEngineErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same with its cause. The cause is printed with the error's chain, so it must not hold a value either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> DiffEngineErrorKind {
        self.kind
    }
}

impl fmt::Display for DiffEngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for DiffEngineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

/// The segment's error is the engine's, as it stands.
impl From<SegmentError> for DiffEngineError {
    fn from(error: SegmentError) -> Self {
        let kind = match error.kind() {
            SegmentErrorKind::Configuration | SegmentErrorKind::UnknownColumn => DiffEngineErrorKind::Refused,
            _ => DiffEngineErrorKind::Failed,
        };
        Self { kind, message: "the segment cannot be compared where it is".to_owned(), source: Some(Box::new(error)) }
    }
}
