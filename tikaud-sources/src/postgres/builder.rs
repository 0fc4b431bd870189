//! The settings of a segment of PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use tikaud_core::segment::{MemberBatch, SegmentError};
use tikaud_core::state::{Clock, SystemClock};

use super::PostgresSegment;
use super::connection::PostgresConnection;
use super::definition::Definition;
use super::parameter::PostgresParameter;
use super::source::Source;
use crate::error::configuration;
use crate::rule::{Rule, column};

const STATEMENT_TIMEOUT: Duration = Duration::from_secs(3600);

/// The longest that the server takes: its setting is a whole number of milliseconds with a sign.
const LONGEST_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

/// Builds a [`PostgresSegment`]; made by [`PostgresSegment::relation`] and [`PostgresSegment::query`].
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct PostgresSegmentBuilder {
    name: Option<String>,
    description: Option<String>,
    connection: PostgresConnection,
    source: Source,
    parameters: Vec<PostgresParameter>,
    rule: Option<Rule>,
    consent: Option<Rule>,
    clock: Arc<dyn Clock>,
    statement_timeout: Duration,
    batch_size: usize,
}

impl PostgresSegmentBuilder {
    pub(super) fn new(connection: PostgresConnection, source: Source) -> Self {
        Self {
            name: None,
            description: None,
            connection,
            source,
            parameters: Vec::new(),
            rule: None,
            consent: None,
            clock: Arc::new(SystemClock),
            statement_timeout: STATEMENT_TIMEOUT,
            batch_size: MemberBatch::MEMBERS,
        }
    }

    /// The segment's name. The default is the name of the table or view; a query needs one.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The segment's description. There is none by default.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The value of the query's next parameter: `$1`, then `$2`, and so on.
    pub fn parameter(mut self, value: impl Into<PostgresParameter>) -> Self {
        self.parameters.push(value.into());
        self
    }

    /// Only rows for which this [rule](crate::rule) is true are members. Of several rules, all must be true.
    ///
    /// The server applies it, as a condition around the table, view or query: names are quoted and values bound, whatever is
    /// in them. Columns that only the rule looks at need not be mapped, and may be of types that hold no text.
    ///
    /// ```
    /// use tikaud_sources::rule::{Span, column};
    /// use tikaud_sources::{PostgresConnection, PostgresSegment};
    ///
    /// let connection = PostgresConnection::new("localhost", "shop", "tikaud");
    /// let segment = PostgresSegment::relation(connection, ["marketing", "customers"])
    ///     .filter(column("country").is_in(["DE", "AT"]) & column("last_order").within_last(Span::Days(90)))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn filter(mut self, rule: Rule) -> Self {
        self.rule = and(self.rule, rule);
        self
    }

    /// Only rows that are true in this column, a `boolean`, are members: those who have consented. A null, and a consent that
    /// was withdrawn, is none; whoever was a member is removed from the audience by the next run.
    ///
    /// Otherwise it is as a [`filter`](Self::filter). Plans and reports count those who were left out, for which the server
    /// reads once more. Consent that is more than one column is a rule.
    pub fn require_consent(mut self, name: impl Into<String>) -> Self {
        self.consent = and(self.consent, column(name).is(true));
        self
    }

    /// What says what *now* is, for rules with spans from now. Default: the system's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long the server may work on a read, which includes the time that it waits for us: an hour by default, from a
    /// millisecond to 24 days.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// How many members a batch has at most, by default [`MemberBatch::MEMBERS`]. Memory use grows with it.
    pub fn batch_size(mut self, members: usize) -> Self {
        self.batch_size = members;
        self
    }

    /// The segment. Nothing is asked of the server yet.
    ///
    /// # Errors
    ///
    /// [`Configuration`](tikaud_core::segment::SegmentErrorKind::Configuration) when a query has no name or a name is
    /// empty, no table can have its name, the query is empty, a table has parameters, the batch size is 0, the time-out is
    /// out of bounds, a URL has more ports than hosts, the authorities for TLS are missing or no certificates, or the rule
    /// does not pass its [check](Rule::check).
    pub fn build(self) -> Result<PostgresSegment, SegmentError> {
        let (config, connector) = self.connection.driver()?;
        let mut source = self.source;
        source.check()?;
        let name = self.name.unwrap_or_else(|| source.name().to_owned());
        if name.is_empty() {
            return Err(configuration("a segment needs a name; a query has none by itself"));
        }
        source.take_parameters(self.parameters)?;
        if self.batch_size == 0 {
            return Err(configuration("the batch size is 0; a batch needs room for a member"));
        }
        for rule in [&self.rule, &self.consent].into_iter().flatten() {
            rule.check().map_err(|error| configuration("the segment's rule cannot be used").with_source(error))?;
        }
        if self.statement_timeout.as_millis() == 0 || self.statement_timeout > LONGEST_TIMEOUT {
            return Err(configuration("the statement's time-out is to be from a millisecond to 24 days"));
        }
        let definition = Definition {
            connection: self.connection,
            config,
            connector,
            source,
            rule: self.rule,
            consent: self.consent,
            clock: self.clock,
            statement_timeout: self.statement_timeout,
            batch_size: self.batch_size,
        };
        Ok(PostgresSegment { name, description: self.description, definition: Arc::new(definition) })
    }
}

fn and(before: Option<Rule>, rule: Rule) -> Option<Rule> {
    Some(match before {
        Some(before) => before & rule,
        None => rule,
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn here() -> PostgresConnection {
        PostgresConnection::new("localhost", "shop", "tikaud").password("canary")
    }

    #[test]
    fn settings_that_cannot_be_are_refused() {
        let relation = || PostgresSegment::relation(here(), ["shop", "buyers"]);
        let query = || PostgresSegment::query(here(), "SELECT email FROM buyers");
        let refusal = |builder: PostgresSegmentBuilder| builder.build().unwrap_err();
        assert_snapshot!(refusal(query()), @"a segment needs a name; a query has none by itself");
        assert_snapshot!(refusal(relation().name("")), @"a segment needs a name; a query has none by itself");
        assert_snapshot!(refusal(relation().batch_size(0)), @"the batch size is 0; a batch needs room for a member");
        assert_snapshot!(refusal(relation().parameter(1)), @"a table or view takes no parameters; write a query for it");
        assert_snapshot!(refusal(relation().statement_timeout(Duration::ZERO)), @"the statement's time-out is to be from a millisecond to 24 days");
        assert_snapshot!(refusal(relation().statement_timeout(Duration::MAX)), @"the statement's time-out is to be from a millisecond to 24 days");
        assert_snapshot!(refusal(PostgresSegment::query(here(), " ; ").name("q")), @"the query is empty");
        assert_snapshot!(refusal(PostgresSegment::relation(here(), ["a\0"])), @"a name holds the character NUL; no name in PostgreSQL does");
        assert_snapshot!(refusal(PostgresSegment::relation(here(), [""; 0]).name("n")), @"a segment of PostgreSQL needs the name of a table or view, or a query");
    }

    #[test]
    fn a_table_gives_the_segment_its_name() {
        use tikaud_core::segment::Segment;
        assert_eq!(PostgresSegment::relation(here(), ["shop", "buyers"]).build().unwrap().name(), "buyers");
    }

    #[test]
    fn nothing_that_is_public_shows_a_secret() {
        let builder = PostgresSegment::query(here(), "SELECT $1").name("q").parameter("canary");
        let shown = format!("{builder:?}{builder:#?}");
        let segment = builder.build().unwrap();
        assert!(!format!("{shown}{segment:?}{segment:#?}").contains("canary"));
    }
}
