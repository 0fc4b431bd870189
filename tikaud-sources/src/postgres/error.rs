//! What went wrong at the server or on the way to it, without anything that the server quotes.
//!
//! The server's messages quote values ("invalid input syntax for type date: …"), names that were meant to be values, and
//! details of rows. So they are dropped, and so are the driver's errors, which hold them; what is kept is the code.

use std::error::Error;
use std::fmt;
use std::io;

use tikaud_core::segment::SegmentErrorKind;

/// What kind of failure PostgreSQL met: that of the [`source`](Error::source) of a
/// [`SegmentError`](tikaud_core::segment::SegmentError), or at the end of a [`StateError`](tikaud_core::state::StateError)'s.
///
/// ```
/// use tikaud_core::segment::SegmentError;
/// use tikaud_sources::{PostgresError, PostgresErrorKind};
///
/// fn is_worth_another_try(error: &SegmentError) -> bool {
///     let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<PostgresError>());
///     cause.is_some_and(|cause| {
///         matches!(cause.kind(), PostgresErrorKind::Unreachable | PostgresErrorKind::ConnectionLost)
///     })
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PostgresErrorKind {
    /// The host's name is not known.
    UnknownHost,
    /// The host does not answer, refuses the connection, or has no connection to spare.
    Unreachable,
    /// No trusted encryption came about.
    Tls,
    /// The server does not let this user in.
    Credentials,
    /// The server has no such database.
    UnknownDatabase,
    /// The database has no such table, view or schema.
    UnknownRelation,
    /// The role may not read what is to be read.
    PermissionDenied,
    /// The query is not one that can be read from.
    Query,
    /// A value could not be converted or calculated while the query ran.
    Value,
    /// The server cancelled the statement: its time was up, or somebody asked for it.
    Cancelled,
    /// The connection ended before the members did.
    ConnectionLost,
    /// Something else; [`PostgresError::sqlstate`] says what.
    Other,
}

/// A failure that the server or the connection to it reported.
#[derive(Debug)]
pub struct PostgresError {
    kind: PostgresErrorKind,
    sqlstate: Option<String>,
    source: Option<io::Error>,
}

impl PostgresError {
    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> PostgresErrorKind {
        self.kind
    }

    /// The server's [code](https://www.postgresql.org/docs/current/errcodes-appendix.html), when it was the server that
    /// failed.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.sqlstate.as_deref()
    }

    /// What the driver's error says that can be repeated.
    pub(super) fn of(error: tokio_postgres::Error) -> Self {
        let sqlstate = error.code().map(|code| code.code().to_owned());
        let kind = match &sqlstate {
            Some(code) => kind_of_code(code),
            None => kind_of_driver(&error),
        };
        let source = error.into_source().and_then(|source| source.downcast::<io::Error>().ok());
        Self { kind, sqlstate, source: source.map(|source| *source) }
    }

    /// Whether text could not be converted: invalid bytes, or a character that the other encoding does not have.
    pub(super) fn is_about_encoding(&self) -> bool {
        matches!(self.sqlstate(), Some("22021" | "22P05"))
    }

    pub(super) fn timed_out() -> Self {
        Self { kind: PostgresErrorKind::Unreachable, sqlstate: None, source: Some(io::ErrorKind::TimedOut.into()) }
    }

    /// A failure on this side of the connection.
    pub(super) fn of_io(source: io::Error) -> Self {
        Self { kind: PostgresErrorKind::Other, sqlstate: None, source: Some(source) }
    }

    /// The same of another kind.
    pub(super) fn with_kind(self, kind: PostgresErrorKind) -> Self {
        Self { kind, ..self }
    }
}

impl fmt::Display for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sqlstate {
            Some(code) => write!(f, "PostgreSQL reports SQLSTATE {code}"),
            None => f.write_str("the connection to PostgreSQL failed"),
        }
    }
}

impl Error for PostgresError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn kind_of_code(code: &str) -> PostgresErrorKind {
    match code {
        "28000" | "28P01" => PostgresErrorKind::Credentials,
        "3D000" => PostgresErrorKind::UnknownDatabase,
        "42P01" | "3F000" => PostgresErrorKind::UnknownRelation,
        "42501" => PostgresErrorKind::PermissionDenied,
        "57014" => PostgresErrorKind::Cancelled,
        // Too many connections; starting up or shutting down.
        "53300" | "57P03" => PostgresErrorKind::Unreachable,
        "57P01" | "57P02" | "57P04" | "57P05" => PostgresErrorKind::ConnectionLost,
        // Something in the query would have written.
        "25006" => PostgresErrorKind::Query,
        _ if code.starts_with("08") => PostgresErrorKind::ConnectionLost,
        _ if code.starts_with("22") => PostgresErrorKind::Value,
        _ if code.starts_with("42") || code.starts_with("0A") => PostgresErrorKind::Query,
        _ => PostgresErrorKind::Other,
    }
}

/// The driver keeps its own kinds to itself, but for their texts.
fn kind_of_driver(error: &tokio_postgres::Error) -> PostgresErrorKind {
    let cause = error.source().map(ToString::to_string);
    match (error.to_string().as_str(), cause.as_deref()) {
        ("error performing TLS handshake", _) => PostgresErrorKind::Tls,
        ("authentication error", _) | (_, Some("password missing")) => PostgresErrorKind::Credentials,
        ("error connecting to server", _) => PostgresErrorKind::Unreachable,
        ("connection closed" | "error communicating with the server", _) => PostgresErrorKind::ConnectionLost,
        _ => PostgresErrorKind::Other,
    }
}

impl PostgresErrorKind {
    /// The same in the words of segments.
    pub(super) fn of_segment(self) -> SegmentErrorKind {
        match self {
            Self::UnknownDatabase | Self::UnknownRelation => SegmentErrorKind::NotFound,
            Self::Query => SegmentErrorKind::Configuration,
            Self::Value => SegmentErrorKind::Malformed,
            _ => SegmentErrorKind::Unreadable,
        }
    }
}
