//! Comparing, on a thread of its own: describe, look at what is held, ask, tell the totals, deliver the changes.

use std::collections::BTreeMap;

use tikaud_core::diff::{Change, CompareRequest, Compared, DiffEngineError, KindCount, SetsId};
use tikaud_core::identifier::{FieldMapping, Tally};
use tikaud_core::segment::SegmentSchema;

use super::answer::Answer;
use super::held::{self, HeldCounts};
use super::names::Place;
use super::outcome::Outcome;
use super::question::Question;
use super::refused;
use crate::adbc::definition::Definition;
use crate::adbc::running::Running;
use crate::adbc::session::Session;

/// What is to be compared.
pub(super) struct Request {
    pub(super) held: Option<SetsId>,
    pub(super) mapping: FieldMapping,
    pub(super) resync: bool,
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
    pub(super) counts: Vec<KindCount>,
}

impl From<&CompareRequest<'_>> for Request {
    fn from(request: &CompareRequest<'_>) -> Self {
        Self { held: request.held.cloned(), mapping: request.mapping.clone(), resync: request.resync }
    }
}

/// What is to be asked.
pub(super) fn prepare(
    definition: &Definition,
    session: &mut Session<'_>,
    place: &Place,
    request: &Request,
) -> Result<Question, DiffEngineError> {
    if session.dialect() != place.dialect {
        return Err(refused(
            "the driver speaks another dialect than the engine was built for; tell the connection which",
        ));
    }
    let held = request.held.as_ref().map(|sets| place.tables(sets)).transpose()?.map(|tables| tables.sets);
    Ok(Question::of(definition, session, &request.mapping, held, request.resync)?)
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
    let question = prepare(definition, &mut session, place, request)?;
    let held = match &request.held {
        Some(sets) => held::check(&mut session, place, sets)?,
        None => HeldCounts::default(),
    };
    let rows = session.query(&question.sql, &question.parameters)?;
    let mut answer = Answer::begin(rows, place.dialect, &request.mapping)?;
    let outcome = Outcome::new(&mut answer, question.schema, &held, request.resync);
    if outcome.judged.is_empty() {
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
    let standing = match &request.held {
        Some(sets) => held::find(&mut session, place, sets, &outcome.judged)?,
        None => BTreeMap::new(),
    };
    session.finish()?;
    outcome.deliver(changes, &standing, emit);
    Ok(())
}

/// What was compared.
pub(super) fn compared(
    told: Told,
    changes: futures::stream::BoxStream<'static, Result<Change, DiffEngineError>>,
) -> Compared {
    Compared::new(told.tally, told.schema, told.counts, changes)
}
