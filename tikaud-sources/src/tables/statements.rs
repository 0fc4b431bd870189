//! Which statements are executed: told before, as a dry run, and told as it happens, for an audit log.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tikaud_core::diff::{CompareRequest, DiffEngineError, Fate, SetsId, Standing};

use super::compare::{Prepared, Request};
use super::keep::Keeping;
use super::names::Place;
use super::settle::Settling;
use super::{AdbcDiffEngine, compare, fates, held, keep, looked_up, settle};
use crate::adbc::session::{Access, Session};
use crate::adbc::statement::EngineStatement;

impl AdbcDiffEngine {
    /// Has this called with every statement, right before it is executed: for an audit log. Look-ups of columns, views and tables
    /// are among them, and the begin and the end of transactions. What a driver asks of its own, as when it connects, is not.
    ///
    /// It is called on the engine's threads, where it may block, and the statement waits. One that panics ends the call with an
    /// error, and the statement is not executed. What was given before is called first.
    ///
    /// ```no_run
    /// # use std::fs::File;
    /// # use std::io::Write;
    /// # use std::sync::Mutex;
    /// # use tikaud_sources::AdbcDiffEngine;
    /// # fn example(engine: AdbcDiffEngine) -> std::io::Result<AdbcDiffEngine> {
    /// let log = Mutex::new(File::options().append(true).create(true).open("statements.log")?);
    /// let engine = engine.observe(move |statement| {
    ///     let kind = if statement.writes { "writes" } else { "reads" };
    ///     writeln!(log.lock().unwrap(), "{kind}, to {}: {}", statement.purpose, statement.sql).unwrap();
    /// });
    /// # Ok(engine)
    /// # }
    /// ```
    #[must_use]
    pub fn observe(mut self, observer: impl Fn(&EngineStatement) + Send + Sync + 'static) -> Self {
        self.observer = Some(match self.observer.take() {
            None => Arc::new(observer),
            Some(before) => Arc::new(move |statement| {
                before(statement);
                observer(statement);
            }),
        });
        self
    }

    /// What a run would execute that compares so, and makes the sets `next` of what comes of it: a dry run. Columns, views and
    /// tables are looked up, and nothing is written.
    ///
    /// Every statement is shown, in the order of the run, as an [observer](Self::observe) is told of it. The sets are
    /// [those of the present generation](tikaud_core::state::Generation::sets_id) and those of the one after it; the number of the
    /// claim under which a run will make them is not known before, and is in their tables' names only.
    ///
    /// Not every one need be executed [once](EngineStatement::once):
    ///
    /// * identifiers are looked for where some members are left to this process, 1,000 at a time;
    /// * fates are brought 5,000 at a time; in DuckDB and PostgreSQL the driver brings 50,000 at a time without a statement, and the one
    ///   that is shown stands for that;
    /// * of the tables that could be dropped, those are that none of the generations that are kept names;
    /// * after a resync, the next sets are made in one of two ways, by whether the destination replaces all that it has.
    ///
    /// A run that finds nothing to change makes no sets, so that none of the statements that make them is executed. One that has to
    /// count in what another has left makes sets before it compares, in the same way.
    ///
    /// ```no_run
    /// # use tikaud_core::activation::{Activation, SegmentActivation};
    /// # use tikaud_core::diff::{CompareRequest, SetsId};
    /// # use tikaud_core::identifier::FieldMapping;
    /// # use tikaud_sources::AdbcDiffEngine;
    /// # async fn example(
    /// #     activation: SegmentActivation, engine: AdbcDiffEngine, mapping: FieldMapping,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let present = activation.state().await?;
    /// let (held, next) = (present.sets_id(), SetsId::of(&present.activation, present.number + 1, 1));
    /// for statement in engine.statements(&CompareRequest::new(held.as_ref(), &mapping), &next).await? {
    ///     println!("-- {}\n{};", statement.purpose, statement.sql);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`compare`](tikaud_core::diff::DiffEngine::compare), before it reads the segment.
    pub async fn statements(
        &self,
        request: &CompareRequest<'_>,
        next: &SetsId,
    ) -> Result<Vec<EngineStatement>, DiffEngineError> {
        let (request, next) = (self.request(request), next.clone());
        let executed: Arc<Mutex<Vec<EngineStatement>>> = Arc::default();
        let record = Arc::clone(&executed);
        let recorded = self.clone().observe(move |statement| lock(&record).push(statement.clone()));
        recorded
            .only(move |definition, running, place| {
                let mut session = Session::open(definition, running)?;
                let prepared = compare::prepare(definition, &mut session, place, &request)?;
                // A run looks up the same.
                let looked_up = mem::take(&mut *lock(&executed));
                let keeping = Keeping {
                    activation: next.activation().clone(),
                    sets: vec![next.clone()],
                    through: next.generation(),
                };
                let drops = keep::drops(&mut session, place, &keeping)?;
                session.finish()?;
                let (compares, settles) = (comparing(place, &request, &prepared)?, settling(place, &request, &next)?);
                Ok([looked_up, compares, settles, keeping_of(place, drops)?].concat())
            })
            .await
    }
}

fn lock(statements: &Mutex<Vec<EngineStatement>>) -> MutexGuard<'_, Vec<EngineStatement>> {
    // Nothing panics while it is held.
    statements.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From the comparison on, until it ends.
fn comparing(
    place: &Place,
    request: &Request,
    prepared: &Prepared<'_>,
) -> Result<Vec<EngineStatement>, DiffEngineError> {
    let held = request.held.as_ref().map(|sets| place.tables(sets)).transpose()?.map(|tables| tables.sets);
    let mut statements: Vec<EngineStatement> = held.iter().map(|held| held::count_statement(held)).collect();
    statements.extend(prepared.lists.iter().map(|list| list.totals.statement.clone()));
    statements.push(prepared.changes.statement.clone());
    let kinds = request.mapping.kinds();
    for kind in prepared.kinds() {
        statements.extend(held.iter().map(|held| held::find_statement(held, kind)));
    }
    for list in &prepared.lists {
        statements.extend(looked_up::statements(&list.question, &kinds)?);
    }
    if !prepared.lists.is_empty() {
        statements.extend(looked_up::statements(&prepared.segment, &kinds)?);
    }
    statements.extend(Access::Read.finish(place.dialect));
    Ok(statements)
}

/// Making the next sets.
fn settling(place: &Place, request: &Request, next: &SetsId) -> Result<Vec<EngineStatement>, DiffEngineError> {
    let make = |rest| {
        let settling = Settling { before: request.held.clone(), sets: next.clone(), rest };
        settle::create_sets(place, &settling)
    };
    let mut statements = Access::Write.begin(place.dialect);
    if let Some(held) = &request.held {
        statements.push(held::count_statement(&place.tables(held)?.sets));
    }
    statements.extend(settle::clear(place, next)?);
    statements.extend([fates::create_fates(place, next)?, fates::insert_fates(place, next)?]);
    let make_all = make(Fate::UNCHANGED)?;
    if request.resync && request.held.is_some() {
        let replaced = make(Fate::of(|before| before.min(Standing::Unconfirmed)))?;
        statements.extend([make_all, replaced].map(EngineStatement::repeated));
    } else {
        statements.push(make_all);
    }
    statements.push(settle::drop_fates(place, next)?);
    statements.push(held::count_statement(&place.tables(next)?.sets));
    statements.extend(Access::Write.finish(place.dialect));
    Ok(statements)
}

/// Clearing away what is not needed any more.
fn keeping_of(place: &Place, drops: Vec<EngineStatement>) -> Result<Vec<EngineStatement>, DiffEngineError> {
    let mut statements = Access::Write.begin(place.dialect);
    statements.push(keep::list_statement(place)?.0);
    statements.extend(drops);
    statements.extend(Access::Write.finish(place.dialect));
    Ok(statements)
}
