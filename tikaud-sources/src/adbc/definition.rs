//! What is to be read and from where, and how errors tell it.

use std::sync::Arc;
use std::time::Duration;

use tikaud_core::segment::SegmentError;
use tikaud_core::state::Clock;

use super::connection::AdbcConnection;
use super::dialect::AdbcDialect;
use super::error::{AdbcError, AdbcErrorKind, Doing};
use super::source::Source;
use crate::rule::Rule;

/// All that a segment was built from.
pub(crate) struct Definition {
    pub(crate) connection: AdbcConnection,
    pub(crate) source: Source,
    pub(crate) rule: Option<Rule>,
    /// What says what now is, for the rule.
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timeout: Duration,
    pub(crate) batch_size: usize,
}

impl Definition {
    /// What is read, as errors call it: `shop.buyers` over the driver `postgresql`.
    pub(crate) fn place(&self) -> String {
        format!("{} over the driver `{}`", self.source, self.connection.driver())
    }

    /// Options of the database that keep it from being written to, where it is known by its options.
    pub(crate) fn added_options(&self) -> Vec<(&'static str, &'static str)> {
        let told = self.connection.told_dialect();
        let is_duckdb = told.map_or_else(
            || self.connection.driver().to_string().contains("duckdb"),
            |dialect| dialect == AdbcDialect::DuckDb,
        );
        // A database in memory cannot be opened so, and there is nothing in it either.
        let is_file = self.connection.database_option("path").is_some_and(|path| !path.starts_with(":memory:"));
        if is_duckdb && is_file { vec![("access_mode", "READ_ONLY")] } else { Vec::new() }
    }

    /// The driver reports a failure.
    pub(crate) fn failed(&self, error: &adbc_core::error::Error, doing: Doing) -> SegmentError {
        let failure = AdbcError::of(error, doing);
        if failure.kind() == AdbcErrorKind::Option
            && let Some(option) = self.connection.option_named_in(&error.message)
        {
            let message = format!(
                "the driver `{}` does not take the option `{option}`, or not with this value; see its documentation",
                self.connection.driver()
            );
            return SegmentError::new(failure.kind().of_segment(), message).with_source(failure);
        }
        self.error(failure, doing)
    }

    pub(crate) fn error(&self, error: AdbcError, doing: Doing) -> SegmentError {
        let message = match doing {
            Doing::Loading | Doing::Connecting => self.connecting(error.kind()),
            Doing::Executing | Doing::Reading => self.reading(error.kind()),
        };
        SegmentError::new(error.kind().of_segment(), message).with_source(error)
    }

    fn connecting(&self, kind: AdbcErrorKind) -> String {
        let driver = self.connection.driver();
        match kind {
            AdbcErrorKind::Driver => format!(
                "the ADBC driver `{driver}` cannot be loaded; check that it is installed, that the path or the manifest \
                 leads to it, that it is made for this machine, and its entrypoint"
            ),
            AdbcErrorKind::Option => {
                format!("the driver `{driver}` does not take the options it was given; see its documentation")
            }
            AdbcErrorKind::Unreachable => format!(
                "the database behind the driver `{driver}` cannot be reached; check the options that say where it is, that \
                 it runs, and the firewall between"
            ),
            AdbcErrorKind::Credentials => {
                format!("the database behind the driver `{driver}` does not let us in; check user, password and keys")
            }
            AdbcErrorKind::UnknownDatabase => {
                format!("the server behind the driver `{driver}` has no such database; check its name")
            }
            AdbcErrorKind::PermissionDenied => {
                format!("this user may not connect to the database behind the driver `{driver}`; check its grants")
            }
            _ => format!(
                "the connection by the driver `{driver}` failed before anything was read; check its options, and try again"
            ),
        }
    }

    fn reading(&self, kind: AdbcErrorKind) -> String {
        let place = self.place();
        match (kind, &self.source) {
            (AdbcErrorKind::UnknownRelation, Source::Relation(_)) => format!(
                "there is no table or view {place}; check its name and its case, and what it is in (schema, database)"
            ),
            (AdbcErrorKind::UnknownRelation, Source::Query { .. }) => {
                format!("{place} names a table or view that is not there; check the names and what they are in")
            }
            (AdbcErrorKind::PermissionDenied, _) => {
                format!("this user may not read {place}; grant it SELECT there, and the use of what it is in")
            }
            (AdbcErrorKind::Query, _) => format!(
                "{place} cannot be read from; it is to be one SELECT that changes nothing, with every column named once, \
                 and values for each of its parameters"
            ),
            (AdbcErrorKind::Value, _) => format!(
                "{place} meets a value that it cannot convert or calculate with (not shown here); correct the value, or \
                 the type of the column or parameter"
            ),
            (AdbcErrorKind::Cancelled, _) => {
                format!("reading {place} was cancelled at the database: by its own time-out, or by somebody")
            }
            (AdbcErrorKind::TimedOut, _) => format!(
                "reading {place} took longer than its time-out of {:?}; raise `AdbcSegmentBuilder::timeout`, or make the \
                 query faster",
                self.timeout
            ),
            (AdbcErrorKind::Unreachable | AdbcErrorKind::BrokenOff, _) => {
                format!("the connection was lost while {place} was being read; try again")
            }
            (AdbcErrorKind::Credentials, _) => self.connecting(kind),
            _ => format!("reading {place} failed at the database; try again, and look the codes up if it persists"),
        }
    }
}
