//! What is to be read and from where, and how errors tell it.

use std::sync::Arc;
use std::time::Duration;

use tikaud_core::segment::SegmentError;
use tikaud_core::state::Clock;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::column::Column;
use super::connection::PostgresConnection;
use super::error::{PostgresError, PostgresErrorKind};
use super::filter::Filter;
use super::source::Source;
use crate::rule::Rule;

/// All that a segment was built from.
pub(super) struct Definition {
    pub(super) connection: PostgresConnection,
    pub(super) config: Config,
    pub(super) connector: MakeRustlsConnect,
    pub(super) source: Source,
    pub(super) rule: Option<Rule>,
    pub(super) consent: Option<Rule>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) statement_timeout: Duration,
    pub(super) batch_size: usize,
}

impl Definition {
    /// What is read, as errors call it: `shop.buyers` at `db.example.com:5432/shop`.
    pub(super) fn place(&self) -> String {
        format!("{} at `{}`", self.source, self.connection)
    }

    /// Rule and consent over these columns, as of now.
    pub(super) fn filter(&self, columns: &[Column]) -> Result<Filter, SegmentError> {
        let mut filter = Filter::new(self.source.parameters().to_vec());
        let (now, place) = (self.clock.now(), self.place());
        if let Some(rule) = &self.rule {
            filter.rule = Some(filter.condition(&rule.at(now), columns, &place)?);
        }
        if let Some(consent) = &self.consent {
            filter.consent = Some(filter.condition(consent, columns, &place)?);
        }
        Ok(filter)
    }

    /// The server does not take the source's own statement.
    pub(super) fn description_error(&self, error: tokio_postgres::Error) -> SegmentError {
        let position = position(&error);
        self.error_at(error, &position)
    }

    /// A statement failed, or the connection while it ran.
    pub(super) fn statement_error(&self, error: tokio_postgres::Error) -> SegmentError {
        // A position would be one in a text that nobody has written.
        self.error_at(error, "")
    }

    fn error_at(&self, error: tokio_postgres::Error, position: &str) -> SegmentError {
        let error = PostgresError::of(error);
        let (place, user) = (self.place(), self.connection.user());
        let message = match (error.kind(), &self.source) {
            (PostgresErrorKind::UnknownRelation, Source::Relation(_)) => format!(
                "there is no table or view {place}; check its name, that of its schema, and that the role `{user}` has \
                 USAGE on the schema"
            ),
            (PostgresErrorKind::UnknownRelation, Source::Query { .. }) => {
                format!("{place} names a table or view that is not there{position}; check the name and its schema")
            }
            (PostgresErrorKind::PermissionDenied, _) => format!(
                "the role `{user}` may not read {place}; grant it SELECT there, or on the columns that are mapped, and \
                 USAGE on the schema"
            ),
            (PostgresErrorKind::Query, _) => format!(
                "{place} cannot be read from{position}; it is to be one SELECT that changes nothing, with every column \
                 named once"
            ),
            (PostgresErrorKind::Value, _) if error.is_about_encoding() => format!(
                "{place} holds text that has no form in UTF-8, as a database whose encoding is SQL_ASCII may; correct it, \
                 or convert the column in a view"
            ),
            (PostgresErrorKind::Value, _) => format!(
                "{place} meets a value that it cannot convert or calculate with (not shown here); correct the value, or \
                 the type of the parameter"
            ),
            (PostgresErrorKind::Cancelled, _) => format!(
                "reading {place} was cancelled: it took longer than the statement's time-out of {:?}, or somebody \
                 cancelled it at the server; raise `PostgresSegmentBuilder::statement_timeout`, or add an index",
                self.statement_timeout
            ),
            (PostgresErrorKind::ConnectionLost, _) => {
                format!("the connection was lost while {place} was being read; try again")
            }
            _ => format!("reading {place} failed at the server; try again, and look the code up if it persists"),
        };
        SegmentError::new(error.kind().of_segment(), message).with_source(error)
    }
}

/// Where in the query the server found something wrong.
fn position(error: &tokio_postgres::Error) -> String {
    use tokio_postgres::error::ErrorPosition;
    match error.as_db_error().and_then(|error| error.position()) {
        Some(ErrorPosition::Original(character)) => format!(" (at its character {character})"),
        _ => String::new(),
    }
}
