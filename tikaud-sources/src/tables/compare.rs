//! Comparing, on a thread of its own: describe, look at what is held, ask, tell the totals, deliver the changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tikaud_core::diff::{Change, Compared, DiffEngineError, KindCount, SetsId};
use tikaud_core::identifier::{FieldMapping, IdentifierKind, Tally};
use tikaud_core::plan::SuppressionTally;
use tikaud_core::segment::SegmentSchema;

use super::answer::Answer;
use super::held::{self, HeldCounts};
use super::looked_up::LookedUp;
use super::names::Place;
use super::outcome::Outcome;
use super::question::{Question, Statement};
use super::refused;
use super::suppression::{self, List, Suppressed, Suppression};
use crate::adbc::definition::Definition;
use crate::adbc::running::Running;
use crate::adbc::session::Session;

/// What is to be compared.
pub(super) struct Request {
    pub(super) held: Option<SetsId>,
    pub(super) mapping: FieldMapping,
    pub(super) resync: bool,
    pub(super) suppressions: Vec<Arc<Suppression>>,
}

/// What comes of it, one after the other.
pub(super) enum Arrival {
    Told(Told),
    Change(Change),
}

/// All but the changes.
pub(super) struct Told {
    pub(super) tally: Tally,
    pub(super) schema: SegmentSchema,
    pub(super) suppressions: Vec<SuppressionTally>,
    pub(super) counts: Vec<KindCount>,
}

/// All that is to be asked.
pub(super) struct Prepared<'a> {
    pub(super) lists: Vec<List<'a>>,
    pub(super) segment: Question<'a>,
    pub(super) changes: Statement,
}

impl Prepared<'_> {
    /// The kinds of identifier that the extractor may make of members who are left to it.
    pub(super) fn kinds(&self) -> BTreeSet<IdentifierKind> {
        let lists = self.lists.iter().flat_map(|list| list.question.mapping.kinds());
        lists.chain(self.segment.mapping.kinds()).collect()
    }
}

/// Looks up what is to be asked.
pub(super) fn prepare<'a>(
    definition: &'a Definition,
    session: &mut Session<'a>,
    place: &Place,
    request: &'a Request,
) -> Result<Prepared<'a>, DiffEngineError> {
    if session.dialect() != place.dialect {
        return Err(refused(
            "the driver speaks another dialect than the engine was built for; tell the connection which",
        ));
    }
    let segment = Question::of(definition, session, &request.mapping)?;
    let lists = request.suppressions.iter().map(|list| list.ask(session, &request.mapping));
    let lists: Vec<List<'a>> = lists.collect::<Result<_, _>>()?;
    session.turn_to(definition);
    let held = request.held.as_ref().map(|sets| place.tables(sets)).transpose()?.map(|tables| tables.sets);
    let changes = segment.changes(lists.iter().map(|list| &list.question), held, request.resync)?;
    Ok(Prepared { lists, segment, changes })
}

/// Compares; `emit` says whether more is wanted.
pub(super) fn run(
    definition: &Definition,
    running: &Running,
    place: &Place,
    request: &Request,
    emit: &mut dyn FnMut(Arrival) -> bool,
) -> Result<(), DiffEngineError> {
    let mut session = Session::open(definition, running)?;
    let Prepared { lists, segment, changes } = prepare(definition, &mut session, place, request)?;
    let held = match &request.held {
        Some(sets) => held::check(&mut session, place, sets)?,
        None => HeldCounts::default(),
    };
    let suppressed = Suppressed::read(&mut session, &lists)?;
    session.turn_to(definition);
    let rows = session.query(&changes.statement, &changes.parameters)?;
    let mut answer = Answer::begin(rows, place.dialect, &request.mapping)?;
    let mut schema = segment.schema.clone();
    suppression::define(&mut schema, &lists);
    let outcome = Outcome::new(&mut answer, schema, suppressed, (&held, request.resync));
    if outcome.is_complete() {
        let mut goes_on = emit(Arrival::Told(outcome.tell(&BTreeMap::new())));
        while goes_on && let Some(changes) = answer.changes()? {
            goes_on = changes.into_iter().all(|change| emit(Arrival::Change(change)));
        }
        if !goes_on {
            return Ok(());
        }
        drop(answer);
        return Ok(session.finish()?);
    }
    let mut changes = Vec::new();
    while let Some(more) = answer.changes()? {
        changes.extend(more);
    }
    drop(answer);
    let made_here = (&outcome.judged, &outcome.suppressed.judged);
    let looked_up = LookedUp::of(&mut session, (place, request.held.as_ref()), (&segment, &lists), made_here)?;
    session.finish()?;
    outcome.deliver(changes, &looked_up, emit);
    Ok(())
}

/// What was compared.
pub(super) fn compared(
    told: Told,
    changes: futures::stream::BoxStream<'static, Result<Change, DiffEngineError>>,
) -> Compared {
    let mut compared = Compared::new(told.tally, told.schema, told.counts, changes);
    compared.suppressions = told.suppressions;
    compared
}
