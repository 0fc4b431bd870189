//! What a client's errors mean, without what a server may have echoed of a credential.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};

use object_store::Error as ClientError;

use super::redact::redact;
use crate::state::StateError;

/// What went wrong and what to do. The client's error is the cause.
#[derive(Debug, thiserror::Error)]
#[error("{remedy}")]
struct Failure {
    remedy: &'static str,
    source: ObjectStoreCause,
}

/// What an object store's client says, as text with its causes, for errors to be chained: without queries, users and
/// passwords of addresses, and of a server's answer its code and message only. The client's own error keeps the whole
/// answer, and S3 answers an expired session token by repeating it.
///
/// ```
/// use tikaud_core::state::{ObjectStoreCause, object_store};
///
/// let source = "GET https://account.example.com/a?sig=secret failed".into();
/// let cause = ObjectStoreCause::of(&object_store::Error::Generic { store: "Azure", source });
/// assert_eq!(cause.to_string(), "Generic Azure error: GET https://account.example.com/a failed");
/// ```
#[derive(Debug)]
pub struct ObjectStoreCause {
    text: String,
    cause: Option<Box<Self>>,
}

impl ObjectStoreCause {
    /// What this error says.
    #[must_use]
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let text = redact(&error.to_string());
        // The client's errors mostly say what their causes say; a line that says nothing new is passed over.
        let mut next = error.source();
        while let Some(said) = next.filter(|next| text.contains(&redact(&next.to_string()))) {
            next = said.source();
        }
        Self { text, cause: next.map(|next| Box::new(Self::of(next))) }
    }
}

impl fmt::Display for ObjectStoreCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for ObjectStoreCause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// A client's error as the state's.
pub(super) fn failed(operation: &'static str, object: &str, error: &ClientError) -> StateError {
    let (kind, remedy) = remedy(error);
    StateError::Io { operation, object: object.to_owned(), source: unfit(kind, remedy, error) }
}

/// A store's answer, or the lack of one, as an I/O error that says what to do.
pub(super) fn unfit(kind: ErrorKind, remedy: &'static str, error: &ClientError) -> io::Error {
    io::Error::new(kind, Failure { remedy, source: ObjectStoreCause::of(error) })
}

fn remedy(error: &ClientError) -> (ErrorKind, &'static str) {
    match error {
        ClientError::NotFound { .. } => (
            ErrorKind::NotFound,
            "it is not there, nor is its bucket or container perhaps; create that, or correct its name",
        ),
        ClientError::PermissionDenied { .. } => (
            ErrorKind::PermissionDenied,
            "the store denies access; let these credentials read, write, list and delete below the prefix",
        ),
        ClientError::Unauthenticated { .. } => {
            (ErrorKind::PermissionDenied, "the store does not accept the credentials; renew or correct them")
        }
        ClientError::NotSupported { .. } | ClientError::NotImplemented { .. } => (
            ErrorKind::Unsupported,
            "the store cannot create or copy an object only where none is, which state needs; \
             for S3, call `with_copy_if_not_exists` on the builder",
        ),
        ClientError::InvalidPath { .. } => (
            ErrorKind::InvalidData,
            "another program has put an object there whose name this client cannot read; \
             give the state a prefix of its own",
        ),
        ClientError::AlreadyExists { .. } => (
            ErrorKind::AlreadyExists,
            "others keep creating and removing it, or the store answers so by mistake; run again",
        ),
        _ => (
            ErrorKind::Other,
            "the store did not do it, or did not answer; run again, and look at the cause if it stays",
        ),
    }
}
