//! Segments in the same database whose members' identifiers are never in the audience.

use std::collections::BTreeMap;
use std::sync::Arc;

use tikaud_core::diff::{CompareRequest, DiffEngineError, IdentifierSet};
use tikaud_core::identifier::{FieldMapping, IdentifierKind};
use tikaud_core::plan::SuppressionTally;
use tikaud_core::segment::{Segment, SegmentError, SegmentSchema};

use super::answer::Answer;
use super::cells::unexpected;
use super::compare::Request;
use super::question::{Question, Statement};
use super::{AdbcDiffEngine, refused};
use crate::AdbcSegment;
use crate::adbc::definition::Definition;
use crate::adbc::session::Session;

impl AdbcDiffEngine {
    /// Keeps the members of another segment out of the audience, as
    /// [`SegmentActivationBuilder::suppress`](tikaud_core::activation::SegmentActivationBuilder::suppress) does in this process:
    /// by identifiers, by the activation's own rules, last and always. It is compared where it is, in the same database. Call
    /// it once for each such segment.
    ///
    /// ```no_run
    /// use tikaud_core::identifier::{Field, FieldMapping};
    /// use tikaud_sources::{AdbcConnection, AdbcDiffEngine, AdbcDriver, AdbcSegment};
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let connection = AdbcConnection::new(AdbcDriver::named("snowflake")).username("TIKAUD").password("correct horse");
    /// let buyers = AdbcSegment::relation(connection.clone(), ["SHOP", "MARKETING", "BUYERS"]).build()?;
    /// let opted_out = AdbcSegment::relation(connection, ["SHOP", "MARKETING", "OPTED_OUT"]).build()?;
    /// let engine = AdbcDiffEngine::try_new(&buyers, ["SHOP", "TIKAUD"])?
    ///     .suppress(&opted_out, FieldMapping::try_new([("MAIL", Field::Email)])?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refused`](tikaud_core::diff::DiffEngineErrorKind::Refused) when the segment has another connection than the engine's,
    /// for one statement reads both, and when it is a query with parameters.
    pub fn suppress(mut self, segment: &AdbcSegment, mapping: FieldMapping) -> Result<Self, DiffEngineError> {
        self.suppressions.push(Arc::new(Suppression::try_new(segment, mapping, &self.definition)?));
        Ok(self)
    }

    /// What is to be compared, with whatever is suppressed.
    pub(super) fn request(&self, request: &CompareRequest<'_>) -> Request {
        let (held, mapping) = (request.held.cloned(), request.mapping.clone());
        Request { held, mapping, resync: request.resync, suppressions: self.suppressions.clone() }
    }
}

/// A suppression segment.
pub(super) struct Suppression {
    name: String,
    definition: Arc<Definition>,
    mapping: FieldMapping,
}

impl Suppression {
    /// Of a segment beside the one that has this definition.
    pub(super) fn try_new(
        segment: &AdbcSegment,
        mapping: FieldMapping,
        beside: &Definition,
    ) -> Result<Self, DiffEngineError> {
        let (name, definition) = (segment.name().to_owned(), Arc::clone(&segment.definition));
        if !definition.connection.is_same_as(&beside.connection) {
            return Err(refused(format!(
                "the suppression segment `{name}` is read over another connection than the engine's segment; build both with \
                 the same connection, or bring the list into that database"
            )));
        }
        if !definition.source.parameters().is_empty() {
            return Err(refused(format!(
                "the suppression segment `{name}` is a query with parameters, which cannot stand in one statement with the \
                 engine's segment; make a view of it"
            )));
        }
        Ok(Self { name, definition, mapping })
    }

    /// Looks it up. Identifiers are made by the activation's own rules: otherwise the same address would not be the same one.
    pub(super) fn ask<'a>(
        &'a self,
        session: &mut Session<'a>,
        activation: &FieldMapping,
    ) -> Result<List<'a>, DiffEngineError> {
        if self.mapping.kinds().is_disjoint(&activation.kinds()) {
            return Err(refused(format!(
                "the suppression segment `{}` has none of the kinds of identifier that the activation sends, so it would keep \
                 nobody out; map its columns to the same kinds",
                self.name
            )));
        }
        let mapping = self.mapping.clone().with_email_rule(activation.email_rule());
        session.turn_to(&self.definition);
        let question = Question::of(&self.definition, session, &mapping).map_err(|error| self.failed(error))?;
        let totals = question.totals().map_err(|error| self.failed(error))?;
        Ok(List { suppression: self, question, totals })
    }

    fn failed(&self, error: SegmentError) -> DiffEngineError {
        let cause = DiffEngineError::from(error);
        let message = format!("the suppression segment `{}` cannot be read, so nobody is compared", self.name);
        DiffEngineError::new(cause.kind(), message).with_source(cause)
    }
}

/// A suppression segment that has been looked up.
pub(super) struct List<'a> {
    suppression: &'a Suppression,
    pub(super) question: Question<'a>,
    pub(super) totals: Statement,
}

/// What the lists have told.
#[derive(Default)]
pub(super) struct Suppressed {
    pub(super) tallies: Vec<SuppressionTally>,
    /// The identifiers of members who were left to the extractor; all others stay where they are.
    pub(super) judged: BTreeMap<IdentifierKind, IdentifierSet>,
}

impl Suppressed {
    /// What became of the values of these lists.
    pub(super) fn read<'a>(session: &mut Session<'a>, lists: &[List<'a>]) -> Result<Self, DiffEngineError> {
        let mut all = Self::default();
        for list in lists {
            let suppression = list.suppression;
            session.turn_to(&suppression.definition);
            all.add(session, list).map_err(|error| suppression.failed(error))?;
        }
        Ok(all)
    }

    fn add(&mut self, session: &mut Session<'_>, list: &List<'_>) -> Result<(), SegmentError> {
        let rows = session.query(&list.totals.statement, &list.totals.parameters)?;
        let mut answer = Answer::begin(rows, session.dialect(), &list.question.mapping)?;
        if answer.changes()?.is_some() {
            return Err(unexpected());
        }
        self.tallies.push(SuppressionTally::new(&list.suppression.name, answer.take_tally()));
        for (kind, set) in std::mem::take(&mut answer.judged.sets) {
            let before = self.judged.entry(kind).or_insert_with(|| IdentifierSet::empty(kind));
            *before = before.union(&set);
        }
        Ok(())
    }
}

/// Takes over what decides which rows the lists have.
pub(super) fn define(schema: &mut SegmentSchema, lists: &[List<'_>]) {
    for list in lists {
        schema.define_as(&list.suppression.name, list.question.schema.clone());
    }
}
