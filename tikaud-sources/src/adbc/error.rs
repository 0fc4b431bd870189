//! What went wrong at the driver or behind it, without anything that it quotes.
//!
//! Drivers' messages quote values, statements, and whole URIs with the password in them. So they are dropped; what is kept
//! is the status, the SQLSTATE and the vendor's code, and what kind of failure they tell together with the message.

use std::error::Error;
use std::fmt;

use adbc_core::error::Status;
use tikaud_core::segment::SegmentErrorKind;

/// What kind of failure a segment over ADBC met: in the [`source`](Error::source) of a
/// [`SegmentError`](tikaud_core::segment::SegmentError).
///
/// ```
/// use tikaud_core::segment::SegmentError;
/// use tikaud_sources::{AdbcError, AdbcErrorKind};
///
/// fn is_worth_another_try(error: &SegmentError) -> bool {
///     let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<AdbcError>());
///     cause.is_some_and(|cause| matches!(cause.kind(), AdbcErrorKind::Unreachable | AdbcErrorKind::BrokenOff))
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AdbcErrorKind {
    /// There is no such driver, or it cannot be loaded.
    Driver,
    /// The driver does not take one of the options.
    Option,
    /// The database does not answer, its host is not known, or its file cannot be opened.
    Unreachable,
    /// The database does not let this user in.
    Credentials,
    /// There is no such database.
    UnknownDatabase,
    /// There is no such table or view.
    UnknownRelation,
    /// The user may not read what is to be read.
    PermissionDenied,
    /// The query is not one that can be read from.
    Query,
    /// A value could not be converted or calculated while the query ran.
    Value,
    /// Somebody cancelled the statement, or the database's own time-out did.
    Cancelled,
    /// The segment's time-out was over.
    TimedOut,
    /// The members broke off before their end.
    BrokenOff,
    /// Something else; status and codes say what.
    Other,
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Loading,
    Connecting,
    /// A statement was handed over, or its answer was waited for.
    Executing,
    /// Rows were coming in.
    Reading,
}

/// A failure that the driver reported.
#[derive(Debug)]
pub struct AdbcError {
    kind: AdbcErrorKind,
    status: Option<Status>,
    sqlstate: Option<String>,
    vendor_code: Option<i32>,
}

impl AdbcError {
    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> AdbcErrorKind {
        self.kind
    }

    /// The [SQLSTATE](https://en.wikipedia.org/wiki/SQLSTATE), where the driver tells one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.sqlstate.as_deref()
    }

    /// The database's own code, where the driver tells one; what it means, the driver's documentation says.
    #[must_use]
    pub fn vendor_code(&self) -> Option<i32> {
        self.vendor_code
    }

    /// What an error says that can be repeated.
    pub(crate) fn of(error: &adbc_core::error::Error, doing: Doing) -> Self {
        let sqlstate = sqlstate(error);
        let by_code = sqlstate.as_deref().and_then(kind_of_sqlstate);
        let by_status = || kind_of_status(error.status, doing);
        let kind = match doing {
            Doing::Loading => AdbcErrorKind::Driver,
            _ => by_code.or_else(|| kind_of_message(&error.message, doing)).unwrap_or_else(by_status),
        };
        let vendor_code = Some(error.vendor_code).filter(|code| ![0, NO_CODE].contains(code));
        Self { kind, status: Some(error.status), sqlstate, vendor_code }
    }

    /// While rows come in, all that is known is a text.
    pub(crate) fn while_reading(message: &str) -> Self {
        let kind = kind_of_message(message, Doing::Reading).unwrap_or(AdbcErrorKind::BrokenOff);
        Self::of_kind(kind)
    }

    pub(crate) fn of_kind(kind: AdbcErrorKind) -> Self {
        Self { kind, status: None, sqlstate: None, vendor_code: None }
    }
}

/// What drivers say that have no code to tell:
/// <https://arrow.apache.org/adbc/current/format/specification.html>
const NO_CODE: i32 = i32::MIN;

fn sqlstate(error: &adbc_core::error::Error) -> Option<String> {
    let code: String = error.sqlstate.iter().filter_map(|sign| u8::try_from(*sign).ok()).map(char::from).collect();
    (code.bytes().all(|sign| sign.is_ascii_alphanumeric()) && code.len() == 5 && code != "00000").then_some(code)
}

/// The classes of the standard, and what PostgreSQL and Snowflake make of them:
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn kind_of_sqlstate(code: &str) -> Option<AdbcErrorKind> {
    Some(match code {
        "28000" | "28P01" => AdbcErrorKind::Credentials,
        "3D000" => AdbcErrorKind::UnknownDatabase,
        "42P01" | "42S02" | "3F000" => AdbcErrorKind::UnknownRelation,
        "42501" => AdbcErrorKind::PermissionDenied,
        "57014" => AdbcErrorKind::Cancelled,
        "53300" | "57P03" => AdbcErrorKind::Unreachable,
        "57P01" | "57P02" | "57P04" | "57P05" => AdbcErrorKind::BrokenOff,
        // Something in the query would have written.
        "25006" => AdbcErrorKind::Query,
        _ if code.starts_with("08") => AdbcErrorKind::Unreachable,
        _ if code.starts_with("22") => AdbcErrorKind::Value,
        _ if code.starts_with("42") || code.starts_with("0A") => AdbcErrorKind::Query,
        _ => return None,
    })
}

/// What drivers write for want of a code. Each phrase is one that a driver or its database begins or tags its message with.
const PHRASES: &[(&str, AdbcErrorKind)] = &[
    // libpq, of PostgreSQL
    ("password authentication failed", AdbcErrorKind::Credentials),
    ("no password supplied", AdbcErrorKind::Credentials),
    ("no pg_hba.conf entry", AdbcErrorKind::Credentials),
    ("could not translate host name", AdbcErrorKind::Unreachable),
    ("canceling statement due to", AdbcErrorKind::Cancelled),
    ("permission denied for", AdbcErrorKind::PermissionDenied),
    ("division by zero", AdbcErrorKind::Value),
    ("invalid input syntax for type", AdbcErrorKind::Value),
    ("out of range", AdbcErrorKind::Value),
    // SQLite
    ("no such table", AdbcErrorKind::UnknownRelation),
    ("no such column", AdbcErrorKind::Query),
    ("syntax error", AdbcErrorKind::Query),
    ("attempt to write a readonly database", AdbcErrorKind::Query),
    ("in a read-only transaction", AdbcErrorKind::Query),
    ("failed to open", AdbcErrorKind::Unreachable),
    ("unable to open database", AdbcErrorKind::Unreachable),
    ("type mismatch in column", AdbcErrorKind::Value),
    // DuckDB
    ("values were not provided for", AdbcErrorKind::Query),
    ("interrupt error", AdbcErrorKind::Cancelled),
    ("catalog error", AdbcErrorKind::UnknownRelation),
    ("parser error", AdbcErrorKind::Query),
    ("binder error", AdbcErrorKind::Query),
    ("read-only mode", AdbcErrorKind::Query),
    ("conversion error", AdbcErrorKind::Value),
    ("invalid input error", AdbcErrorKind::Value),
    ("permission error", AdbcErrorKind::PermissionDenied),
    // Flight SQL: gRPC's codes, and what Spark says, by its conditions:
    // <https://spark.apache.org/docs/latest/sql-error-conditions.html>
    ("(unavailable", AdbcErrorKind::Unreachable),
    ("(unauthenticated", AdbcErrorKind::Credentials),
    ("(permissiondenied", AdbcErrorKind::PermissionDenied),
    ("(canceled", AdbcErrorKind::Cancelled),
    ("(cancelled", AdbcErrorKind::Cancelled),
    ("table_or_view_not_found", AdbcErrorKind::UnknownRelation),
    ("schema_not_found", AdbcErrorKind::UnknownRelation),
    ("insufficient_permissions", AdbcErrorKind::PermissionDenied),
    // What Sail says of a schema, and of a text that is no SQL
    ("database not found", AdbcErrorKind::UnknownRelation),
    ("invalid argument: found", AdbcErrorKind::Query),
    ("parse error", AdbcErrorKind::Query),
    ("analysis error", AdbcErrorKind::Query),
    // Snowflake and BigQuery
    ("incorrect username or password", AdbcErrorKind::Credentials),
    ("credentials", AdbcErrorKind::Credentials),
    ("auth:", AdbcErrorKind::Credentials),
    ("connection refused", AdbcErrorKind::Unreachable),
];

fn kind_of_message(message: &str, doing: Doing) -> Option<AdbcErrorKind> {
    let message = message.to_ascii_lowercase();
    if doing == Doing::Connecting && message.contains("database \"") && message.contains("does not exist") {
        return Some(AdbcErrorKind::UnknownDatabase);
    }
    let is_not_known = message.contains("unknown") || message.contains("not recognized");
    if doing == Doing::Connecting && is_not_known && message.contains("option") {
        return Some(AdbcErrorKind::Option);
    }
    PHRASES.iter().find(|(phrase, _)| message.contains(phrase)).map(|(_, kind)| *kind)
}

fn kind_of_status(status: Status, doing: Doing) -> AdbcErrorKind {
    match (status, doing) {
        (Status::Unauthenticated, _) => AdbcErrorKind::Credentials,
        (Status::Unauthorized, _) => AdbcErrorKind::PermissionDenied,
        (Status::Cancelled | Status::Timeout, _) => AdbcErrorKind::Cancelled,
        (Status::NotFound, Doing::Executing) => AdbcErrorKind::UnknownRelation,
        (Status::InvalidArguments | Status::NotImplemented, Doing::Executing) => AdbcErrorKind::Query,
        (Status::NotImplemented | Status::InvalidArguments, Doing::Connecting) => AdbcErrorKind::Option,
        (Status::InvalidData, _) => AdbcErrorKind::Value,
        (Status::IO, Doing::Connecting) => AdbcErrorKind::Unreachable,
        (_, Doing::Reading) => AdbcErrorKind::BrokenOff,
        _ => AdbcErrorKind::Other,
    }
}

impl fmt::Display for AdbcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ADBC driver reports a failure")?;
        let parts = [
            self.status.map(|status| format!("status {status:?}")),
            self.sqlstate.as_ref().map(|code| format!("SQLSTATE {code}")),
            self.vendor_code.map(|code| format!("vendor's code {code}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { Ok(()) } else { write!(f, " ({})", parts.join(", ")) }
    }
}

impl Error for AdbcError {}

impl AdbcErrorKind {
    /// The same in the words of segments.
    pub(crate) fn of_segment(self) -> SegmentErrorKind {
        match self {
            Self::UnknownDatabase | Self::UnknownRelation => SegmentErrorKind::NotFound,
            Self::Driver | Self::Option | Self::Query => SegmentErrorKind::Configuration,
            Self::Value => SegmentErrorKind::Malformed,
            _ => SegmentErrorKind::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: &str, status: Status, sqlstate: &str) -> adbc_core::error::Error {
        let mut error = adbc_core::error::Error::with_message_and_status(message, status);
        for (place, sign) in error.sqlstate.iter_mut().zip(sqlstate.bytes()) {
            *place = std::os::raw::c_char::try_from(sign).unwrap();
        }
        error
    }

    #[test]
    fn a_code_counts_before_a_message_and_a_message_before_a_status() {
        let kind = |message, status, code| AdbcError::of(&error(message, status, code), Doing::Executing).kind();
        assert_eq!(kind("Parser Error: canary", Status::Internal, "42P01"), AdbcErrorKind::UnknownRelation);
        assert_eq!(kind("Parser Error: canary", Status::Internal, ""), AdbcErrorKind::Query);
        assert_eq!(kind("canary", Status::Unauthorized, ""), AdbcErrorKind::PermissionDenied);
        assert_eq!(kind("canary", Status::Unknown, ""), AdbcErrorKind::Other);
    }

    #[test]
    fn nothing_that_a_driver_writes_is_repeated() {
        let error = AdbcError::of(&error("canary", Status::IO, "08006"), Doing::Connecting);
        assert_eq!(error.to_string(), "the ADBC driver reports a failure (status IO, SQLSTATE 08006)");
        assert!(!format!("{error:?}{error:#?}").contains("canary"));
        let error = AdbcError::while_reading("C Data interface error: canary");
        assert_eq!((error.kind(), error.to_string().contains("canary")), (AdbcErrorKind::BrokenOff, false));
    }
}
