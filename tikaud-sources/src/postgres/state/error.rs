//! What failed, as the state's error, with what to do.

use std::error::Error;
use std::io::{self, ErrorKind};

use tikaud_core::segment::SegmentError;
use tikaud_core::state::StateError;

use super::link::STATEMENT_TIMEOUT;
use crate::postgres::error::{PostgresError, PostgresErrorKind};

/// Why something could not be done, before it is known of which object.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// No connection came about; the error says why, and what to do.
    #[error(transparent)]
    Connecting(SegmentError),
    /// A statement failed, or the connection while it ran.
    #[error("{}", remedy(.0).1)]
    Asking(#[from] PostgresError),
    /// What was found is not what is needed, with what to do.
    #[error("{0}")]
    Unfit(String),
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes")]
    Random(#[source] io::Error),
}

impl Failure {
    /// Whether another connection may do better.
    pub(super) fn is_transient(&self) -> bool {
        let kind = match self {
            Self::Connecting(error) => error.source().and_then(|cause| cause.downcast_ref()).map(PostgresError::kind),
            Self::Asking(error) => Some(error.kind()),
            Self::Unfit(_) | Self::Random(_) => None,
        };
        matches!(kind, Some(PostgresErrorKind::ConnectionLost | PostgresErrorKind::Unreachable))
    }

    /// The same as the state's error.
    pub(super) fn while_doing(self, operation: &'static str, object: impl Into<String>) -> StateError {
        let kind = match &self {
            Self::Connecting(_) => ErrorKind::NotConnected,
            Self::Asking(error) => remedy(error).0,
            Self::Unfit(_) => ErrorKind::Unsupported,
            Self::Random(_) => ErrorKind::Other,
        };
        StateError::Io { operation, object: object.into(), source: io::Error::new(kind, self) }
    }
}

fn remedy(error: &PostgresError) -> (ErrorKind, String) {
    let (kind, advice) = match (error.kind(), error.sqlstate()) {
        (_, Some("0A000" | "25006")) => (
            ErrorKind::ReadOnlyFilesystem,
            "the server only reads, as a standby does; connect to the one that writes (`target_session_attrs=read-write` \
             in a URL finds it)",
        ),
        (_, Some("53100")) => (ErrorKind::StorageFull, "the server's disk is full; make room there"),
        (PostgresErrorKind::PermissionDenied, _) => (
            ErrorKind::PermissionDenied,
            "the role may not do it; grant it USAGE on the schema, and SELECT, INSERT and DELETE on its tables \
             `tikaud_objects` and `tikaud_object_parts`",
        ),
        (PostgresErrorKind::UnknownRelation, _) => (
            ErrorKind::NotFound,
            "the schema's tables `tikaud_objects` and `tikaud_object_parts` are gone; restore them from a back-up",
        ),
        (PostgresErrorKind::Query, _) => (
            ErrorKind::InvalidData,
            "the tables are not as this version makes them, or PostgreSQL is older than 13; give the state a schema of \
             its own",
        ),
        (PostgresErrorKind::Cancelled, _) => {
            let advice = format!(
                "it took longer than {STATEMENT_TIMEOUT:?}, or somebody cancelled it at the server; look for locks on \
                 the tables there, and run again"
            );
            return (ErrorKind::TimedOut, advice);
        }
        (PostgresErrorKind::ConnectionLost | PostgresErrorKind::Unreachable, _) => {
            (ErrorKind::ConnectionAborted, "the connection was lost, and no other one did better; run again")
        }
        (_, None) => (ErrorKind::Other, "PostgreSQL is asked on the Tokio runtime; call this from within one"),
        _ => (ErrorKind::Other, "the server failed; run again, and look the code up if it persists"),
    };
    (kind, advice.to_owned())
}
