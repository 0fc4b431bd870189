//! Comparing, on a thread of its own: describe, look at what is held, ask, tell the totals, deliver the changes.

use std::collections::{BTreeMap, BTreeSet};

use tikaud_core::diff::{Action, Change, CompareRequest, Compared, DiffEngineError, IdentifierSet, KindCount, SetsId};
use tikaud_core::identifier::{FieldMapping, IdentifierKind, Tally};
use tikaud_core::segment::SegmentSchema;

use super::cells::{Cells, unexpected};
use super::comparison::{Comparison, DOUBTFUL, class, kind_of};
use super::doubtful::{Doubtful, Judged, MOST, too_many};
use super::held::{self, HeldCounts};
use super::names::Place;
use super::refused;
use super::totals::{KEY, Totals};
use super::value::{self, DigestForm, digest_form};
use crate::adbc::definition::Definition;
use crate::adbc::parameter::AdbcParameter;
use crate::adbc::running::Running;
use crate::adbc::session::{Rows, Session};
use crate::adbc::statement::EngineStatement;
use crate::adbc::where_clause::{self, Filter};
use crate::adbc::{describe, view};

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

/// The statement, with the values of its parameters, and what the segment is read from.
pub(super) fn prepare(
    definition: &Definition,
    session: &mut Session<'_>,
    place: &Place,
    request: &Request,
) -> Result<(EngineStatement, Vec<AdbcParameter>, SegmentSchema), DiffEngineError> {
    let dialect = session.dialect();
    if dialect != place.dialect {
        return Err(refused(
            "the driver speaks another dialect than the engine was built for; tell the connection which",
        ));
    }
    let known = describe::columns(definition, session)?;
    let names = request.mapping.columns();
    let asked = crate::adbc::read::ask(definition, &known, &names)?;
    for mapped in request.mapping.fields() {
        if let Some(column) = known.iter().find(|column| column.name == mapped.column) {
            value::check(dialect, mapped, column.arrow())?;
        }
    }
    let filter = where_clause::of(definition, &known, dialect)?;
    if matches!(filter, Filter::Here(_)) {
        return Err(refused(
            "the segment's rule cannot be written in this database's SQL; write it into a view or a query, or diff in this \
             process",
        ));
    }
    let condition = filter.condition().map_or_else(String::new, |condition| format!(" WHERE {condition}"));
    let comparison = Comparison {
        dialect,
        mapping: &request.mapping,
        source: definition.source.from(dialect)? + &condition,
        expressions: asked.into_iter().map(|asked| asked.expression).collect(),
        held: request.held.as_ref().map(|sets| place.tables(sets)).transpose()?.map(|tables| tables.sets),
        resync: request.resync,
    };
    let parameters = definition.source.parameters().iter().cloned().chain(filter.parameters()).collect();
    let mut schema = view::schema(definition, session, &known)?;
    schema.columns.retain(|column| names.contains(&column.name));
    let statement = EngineStatement::reading("compare the segment with what is held", comparison.statement()?);
    Ok((statement, parameters, schema))
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
    let (statement, parameters, schema) = prepare(definition, &mut session, place, request)?;
    let held = match &request.held {
        Some(sets) => held::check(&mut session, place, sets)?,
        None => HeldCounts::default(),
    };
    let mut answer = Answer {
        rows: session.query(&statement, &parameters)?,
        form: digest_form(place.dialect),
        totals: Totals::new(&request.mapping),
        doubtful: Doubtful::default(),
        rest: None,
        last: None,
    };
    answer.totals()?;
    let judged = std::mem::take(&mut answer.doubtful).judge(&request.mapping)?;
    let mut outcome = Outcome { schema, held: &held, resync: request.resync, judged };
    if outcome.judged.sets.is_empty() {
        let told = outcome.tell(&answer.totals, &BTreeMap::new());
        let mut goes_on = emit(Arrival::Told(told));
        while let Some(changes) = answer.changes()?.filter(|_| goes_on) {
            goes_on = changes.into_iter().all(|change| emit(Arrival::Change(change)));
        }
        if !goes_on {
            return Ok(());
        }
        drop(answer.rows);
        return Ok(session.finish()?);
    }
    let mut changes = Vec::new();
    while let Some(more) = answer.changes()? {
        changes.extend(more);
    }
    let Answer { rows, totals, .. } = answer;
    drop(rows);
    let standing = match &request.held {
        Some(sets) => held::find(&mut session, place, sets, &outcome.judged.sets)?,
        None => BTreeMap::new(),
    };
    session.finish()?;
    outcome.deliver(&totals, changes, &standing, emit);
    Ok(())
}

/// The rows that come.
struct Answer<'a> {
    rows: Rows<'a>,
    form: DigestForm,
    totals: Totals,
    doubtful: Doubtful,
    /// The batch with the first changes, from a row on.
    rest: Option<(Cells, usize)>,
    /// What the last change was: the next one comes after it.
    last: Option<(i64, i64, Vec<u8>)>,
}

impl Answer<'_> {
    fn next(&mut self) -> Result<Option<Cells>, DiffEngineError> {
        loop {
            let Some(batch) = self.rows.next()? else { return Ok(None) };
            if batch.num_rows() > 0 {
                return Cells::read(&batch, self.totals.width(), KEY - 1).map(Some);
            }
        }
    }

    /// Reads the totals, and the members who are left to the extractor.
    fn totals(&mut self) -> Result<(), DiffEngineError> {
        let values = self.totals.width() - 2;
        while let Some(cells) = self.next()? {
            for row in 0..cells.len() {
                let (part, key) = (cells.number(row, 0)?, cells.number(row, 1)?);
                match (part, key) {
                    (0, _) => self.totals.take(&cells, row)?,
                    _ if self.totals.doubtful > MOST => return Err(too_many()),
                    (1, DOUBTFUL) => self.doubtful.take(self.form, cells.bytes(row, 3)?, cells.count(row, values)?)?,
                    // The row that says whose the table is.
                    (1, 0) => {}
                    _ => {
                        self.rest = Some((cells, row));
                        self.totals.finish();
                        return Ok(());
                    }
                }
            }
        }
        self.totals.finish();
        Ok(())
    }

    /// The changes of the next batch.
    fn changes(&mut self) -> Result<Option<Vec<Change>>, DiffEngineError> {
        let (cells, from) = match self.rest.take() {
            Some(rest) => rest,
            None => match self.next()? {
                Some(cells) => (cells, 0),
                None => return Ok(None),
            },
        };
        let (mut changes, mut at) = (Vec::new(), from);
        while at < cells.len() {
            let (key, class) = (cells.number(at, 1)?, cells.number(at, 2)?);
            let kind = kind_of(key).ok_or_else(unexpected)?;
            let action = match class {
                class::REMOVE => Action::Remove,
                class::ADD => Action::Add,
                _ => return Err(unexpected()),
            };
            let (mut digests, len) = (Vec::new(), kind.digest_len());
            while at < cells.len() && (cells.number(at, 1)?, cells.number(at, 2)?) == (key, class) {
                self.form.read(cells.bytes(at, 3)?, len, &mut digests).ok_or_else(unexpected)?;
                at += 1;
            }
            let (first, last) = (digests[..len].to_vec(), digests[digests.len() - len..].to_vec());
            if self.last.as_ref().is_some_and(|before| *before >= (key, class, first)) {
                return Err(unexpected());
            }
            self.last = Some((key, class, last));
            let set = IdentifierSet::from_sorted(kind, digests.into()).ok_or_else(unexpected)?;
            changes.push(Change { action, set });
        }
        Ok(Some(changes))
    }
}

/// What was found in SQL, and what the extractor adds to it.
struct Outcome<'a> {
    schema: SegmentSchema,
    held: &'a HeldCounts,
    resync: bool,
    judged: Judged,
}

impl Outcome<'_> {
    /// `more` has how many of each kind are in the segment only by what the extractor has judged.
    fn tell(&mut self, totals: &Totals, more: &BTreeMap<IdentifierKind, u64>) -> Told {
        let mut tally = totals.tally.clone();
        tally.extend(std::mem::take(&mut self.judged.tally));
        if tally.members == 0 {
            // Where nobody is read, nothing is counted of any column.
            tally.columns.clear();
        }
        let kinds: BTreeSet<IdentifierKind> = totals.found.keys().chain(self.held.confirmed.keys()).copied().collect();
        let mut wanted: BTreeMap<IdentifierKind, u64> = more.clone();
        for kind in kinds {
            let found = totals.found.get(&kind).copied().unwrap_or_default();
            let confirmed = if self.resync { 0 } else { self.held.confirmed.get(&kind).copied().unwrap_or_default() };
            *wanted.entry(kind).or_default() += found.adds + confirmed.saturating_sub(found.removes_of_confirmed);
        }
        let counts = wanted.into_iter().filter(|(_, wanted)| *wanted > 0);
        let counts = counts.map(|(kind, wanted)| KindCount::new(kind, wanted, 0)).collect();
        Told { tally, schema: std::mem::take(&mut self.schema), counts }
    }

    /// Merges what SQL has found with what the extractor has.
    ///
    /// An identifier is in the segment by SQL when it is among SQL's adds, or held and not among SQL's removes.
    fn deliver(
        mut self,
        totals: &Totals,
        changes: Vec<Change>,
        standing: &BTreeMap<IdentifierKind, held::Standings>,
        emit: &mut dyn FnMut(Arrival) -> bool,
    ) {
        let mut merged: BTreeMap<(IdentifierKind, Action), Vec<IdentifierSet>> = BTreeMap::new();
        for change in changes {
            merged.entry((change.set.kind(), change.action)).or_default().push(change.set);
        }
        let mut more = BTreeMap::new();
        for (kind, judged) in &self.judged.sets {
            let mut found = |action| {
                let sets = merged.remove(&(*kind, action)).unwrap_or_default();
                let digests: Vec<u8> = sets.iter().flat_map(|set| set.as_bytes()).copied().collect();
                IdentifierSet::from_unsorted(*kind, digests)
            };
            let (adds, removes) = (found(Action::Add), found(Action::Remove));
            let none = IdentifierSet::empty(*kind);
            let held = standing.get(kind);
            let (confirmed, possible) = held.map_or((&none, &none), |held| (&held.confirmed, &held.possible));
            let by_sql = judged.intersection(&adds).union(&judged.intersection(possible).difference(&removes));
            more.insert(*kind, (judged.len() - by_sql.len()) as u64);
            let not_confirmed = if self.resync { judged.clone() } else { judged.difference(confirmed) };
            merged.insert((*kind, Action::Remove), vec![removes.difference(judged)]);
            merged.insert((*kind, Action::Add), vec![adds.union(&not_confirmed)]);
        }
        let told = self.tell(totals, &more);
        if !emit(Arrival::Told(told)) {
            return;
        }
        for ((_, action), sets) in merged {
            for set in sets.into_iter().filter(|set| !set.is_empty()) {
                if !emit(Arrival::Change(Change { action, set })) {
                    return;
                }
            }
        }
    }
}

/// What was compared.
pub(super) fn compared(
    told: Told,
    changes: futures::stream::BoxStream<'static, Result<Change, DiffEngineError>>,
) -> Compared {
    Compared::new(told.tally, told.schema, told.counts, changes)
}
