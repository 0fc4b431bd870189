//! The settings of a segment over ADBC.

use std::sync::Arc;
use std::time::Duration;

use tikaud_core::segment::{MemberBatch, SegmentError};
use tikaud_core::state::{Clock, SystemClock};

use super::AdbcSegment;
use super::connection::AdbcConnection;
use super::definition::Definition;
use super::parameter::AdbcParameter;
use super::source::Source;
use crate::error::configuration;
use crate::rule::{Rule, column};
use crate::tables::value;

const TIMEOUT: Duration = Duration::from_secs(3600);

/// Longer than anybody waits, and short enough to be reckoned with.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 24 * 3600);

/// Builds an [`AdbcSegment`]; made by [`AdbcSegment::relation`] and [`AdbcSegment::query`].
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct AdbcSegmentBuilder {
    name: Option<String>,
    description: Option<String>,
    connection: AdbcConnection,
    source: Source,
    parameters: Vec<AdbcParameter>,
    rule: Option<Rule>,
    clock: Arc<dyn Clock>,
    timeout: Duration,
    batch_size: usize,
    hashes_in_database: bool,
}

impl AdbcSegmentBuilder {
    pub(super) fn new(connection: AdbcConnection, source: Source) -> Self {
        Self {
            name: None,
            description: None,
            connection,
            source,
            parameters: Vec::new(),
            rule: None,
            clock: Arc::new(SystemClock),
            timeout: TIMEOUT,
            batch_size: MemberBatch::MEMBERS,
            hashes_in_database: false,
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

    /// The value of the query's next parameter. It travels apart from the query's text; how a parameter is written, the
    /// database says: `$1`, `$2`, … in PostgreSQL, Redshift and DuckDB, `?` in most others.
    pub fn parameter(mut self, value: impl Into<AdbcParameter>) -> Self {
        self.parameters.push(value.into());
        self
    }

    /// Only rows for which this [rule](crate::rule) is true are members. Of several rules, all must be true.
    ///
    /// PostgreSQL, SQLite and DuckDB are asked for these rows only. Of every other database the columns that the rule looks
    /// at are read too, and the rule is evaluated here, with the same result.
    pub fn filter(mut self, rule: Rule) -> Self {
        self.rule = Some(match self.rule {
            Some(before) => before & rule,
            None => rule,
        });
        self
    }

    /// Only rows that are true in this column are members: those who have consented. A null, and a consent that was
    /// withdrawn, is none; whoever was a member is removed from the audience by the next run.
    pub fn require_consent(self, name: impl Into<String>) -> Self {
        self.filter(column(name).is(true))
    }

    /// What says what *now* is, for rules with spans from now. Default: the system's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long a read may take in all, with connecting and the time that it waits for us: an hour by default, from a
    /// millisecond to 24 days. Then the statement is cancelled, and the stream ends in an error.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many members a batch has at most, by default [`MemberBatch::MEMBERS`]. Memory use grows with it.
    pub fn batch_size(mut self, members: usize) -> Self {
        self.batch_size = members;
        self
    }

    /// Whether the database normalises, hashes and sorts the mapped columns, so that a run reads identifiers in the place of
    /// the members' values. Default: it does not.
    ///
    /// Which identifiers there are, and what is counted of the values, is exactly the same; only where rejects stand is not
    /// known. Nothing is written, and no grant is needed but to read. Members with a value that SQL cannot judge to the byte,
    /// such as letters outside of ASCII, are read all the same, up to 100,000 different ones, and judged here. Memory use is
    /// that of a few batches, with these members.
    ///
    /// What SQL cannot judge is an error of the run, and never read instead: see [`AdbcDiffEngine`](crate::AdbcDiffEngine),
    /// which takes the same mappings. Members are read still where somebody has to look at them: by a hold-out, and by
    /// segments that are made of others, such as `UnionSegment`. The guide `docs/tables.md` says when it is worth it.
    ///
    /// ```
    /// use tikaud_sources::{AdbcConnection, AdbcDriver, AdbcSegment};
    ///
    /// let connection = AdbcConnection::new(AdbcDriver::named("snowflake")).username("READER").password("correct horse");
    /// let buyers = AdbcSegment::relation(connection, ["SHOP", "MARKETING", "BUYERS"]).hash_in_database(true).build()?;
    /// # Ok::<(), tikaud_core::segment::SegmentError>(())
    /// ```
    pub fn hash_in_database(mut self, hashes: bool) -> Self {
        self.hashes_in_database = hashes;
        self
    }

    /// The segment. No driver is loaded, and nothing is asked of the database yet.
    ///
    /// # Errors
    ///
    /// [`Configuration`](tikaud_core::segment::SegmentErrorKind::Configuration) when a query has no name or a name is
    /// empty, no table can have its name, the query is empty, a table has parameters, the rule does not pass its
    /// [check](Rule::check), the batch size is 0, the time-out is out of bounds; and, where the connection is told its
    /// dialect, when the query is not one statement, or when that SQL cannot [hash](Self::hash_in_database). Otherwise this is
    /// looked at when it is read.
    pub fn build(self) -> Result<AdbcSegment, SegmentError> {
        let mut source = self.source;
        source.check()?;
        if let Some(dialect) = self.connection.told_dialect() {
            source.check_single(dialect)?;
            if self.hashes_in_database {
                value::check_dialect(dialect)?;
            }
        }
        let name = self.name.unwrap_or_else(|| source.name().to_owned());
        if name.is_empty() {
            return Err(configuration("a segment needs a name; a query has none by itself"));
        }
        source.take_parameters(self.parameters)?;
        if let Some(rule) = &self.rule {
            rule.check().map_err(|error| configuration("the segment's rule cannot be used").with_source(error))?;
        }
        if self.batch_size == 0 {
            return Err(configuration("the batch size is 0; a batch needs room for a member"));
        }
        if self.timeout.as_millis() == 0 || self.timeout > LONGEST_TIMEOUT {
            return Err(configuration("the time-out is to be from a millisecond to 24 days"));
        }
        let definition = Definition {
            connection: self.connection,
            source,
            rule: self.rule,
            clock: self.clock,
            timeout: self.timeout,
            batch_size: self.batch_size,
        };
        let (description, hashes_in_database) = (self.description, self.hashes_in_database);
        Ok(AdbcSegment { name, description, hashes_in_database, definition: Arc::new(definition) })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::{AdbcDialect, AdbcDriver};
    use super::*;

    fn here() -> AdbcConnection {
        AdbcConnection::new(AdbcDriver::named("nothing")).password("canary")
    }

    #[test]
    fn settings_that_cannot_be_are_refused() {
        let relation = || AdbcSegment::relation(here(), ["shop", "buyers"]);
        let query = |sql| AdbcSegment::query(here().dialect(AdbcDialect::Ansi), sql).name("q");
        let refusal = |builder: AdbcSegmentBuilder| builder.build().unwrap_err();
        assert_snapshot!(refusal(AdbcSegment::query(here(), "SELECT 1")), @"a segment needs a name; a query has none by itself");
        assert_snapshot!(refusal(relation().name("")), @"a segment needs a name; a query has none by itself");
        assert_snapshot!(refusal(relation().batch_size(0)), @"the batch size is 0; a batch needs room for a member");
        assert_snapshot!(refusal(relation().parameter(1)), @"a table or view takes no parameters; write a query for it");
        assert_snapshot!(refusal(relation().timeout(Duration::ZERO)), @"the time-out is to be from a millisecond to 24 days");
        assert_snapshot!(refusal(relation().timeout(Duration::MAX)), @"the time-out is to be from a millisecond to 24 days");
        assert_snapshot!(refusal(relation().filter(Rule::And(vec![]))), @"the segment's rule cannot be used");
        assert_snapshot!(refusal(query(" ; ")), @"the query is empty");
        assert_snapshot!(refusal(query("SELECT 1; DROP TABLE t")), @"the query is more than one statement; write one SELECT");
        assert_snapshot!(refusal(query("SELECT 1").hash_in_database(true)), @"it is not known how this database hashes with SHA-256; name its dialect if it has another; have the segment read into this process, without diff engine and `hash_in_database`");
        assert_snapshot!(refusal(query("SELECT (1")), @"the query's parentheses do not match; write one SELECT");
        assert_snapshot!(refusal(query("SELECT 'a")), @"a string, quoted name or comment in the query does not end");
        assert_snapshot!(refusal(AdbcSegment::relation(here(), ["a\0"])), @"a name holds the character NUL; no name in a database does");
        assert_snapshot!(refusal(AdbcSegment::relation(here(), [""; 0]).name("n")), @"a segment needs the name of a table or view, or a query");
    }

    #[test]
    fn nothing_that_is_public_shows_a_secret() {
        let builder = AdbcSegment::query(here(), "SELECT 'canary', $1").name("q").parameter("canary").parameter(1);
        let builder = builder.filter(column("a").is("canary"));
        let shown = format!("{builder:?}{builder:#?}");
        let segment = builder.build().unwrap();
        assert!(!format!("{shown}{segment:?}{segment:#?}").contains("canary"), "{shown}");
    }
}
