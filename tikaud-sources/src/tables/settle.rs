//! The next sets: the fates go into a table, and one statement makes the sets of it and of those before.

use tikaud_core::diff::{DiffEngineError, DiffEngineErrorKind, Fate, FateSet, SetsId, Standing, StoredCount};
use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::fates::{Fates, create_fates, number_type, standing_code};
use super::names::{Place, mark};
use super::value::DigestForm;
use super::{grants, held};
use crate::adbc::definition::Definition;
use crate::adbc::running::Running;
use crate::adbc::session::{Access, Session};
use crate::adbc::statement::EngineStatement;

/// What is to be settled.
pub(super) struct Settling {
    pub(super) before: Option<SetsId>,
    pub(super) sets: SetsId,
    pub(super) rest: Fate,
}

/// Makes the sets; `next` gives the fates, part by part.
pub(super) fn run(
    definition: &Definition,
    running: &Running,
    place: &Place,
    settling: &Settling,
    next: &mut dyn FnMut() -> Result<Option<FateSet>, DiffEngineError>,
) -> Result<Vec<StoredCount>, DiffEngineError> {
    let mut session = Session::open_to(definition, running, Access::Write)?;
    if let Some(before) = &settling.before {
        held::check(&mut session, place, before)?;
    }
    let failed = |error: SegmentError| failed(error, place);
    for statement in clear(place, &settling.sets)?.iter().chain([&create_fates(place, &settling.sets)?]) {
        session.run(statement).map_err(failed)?;
    }
    let mut fates = Fates::new(place, &settling.sets);
    while let Some(part) = next()? {
        fates.bring(&mut session, &part)?;
    }
    fates.finish(&mut session)?;
    session.run(&create_sets(place, settling)?).map_err(failed)?;
    session.run(&drop_fates(place, &settling.sets)?).map_err(failed)?;
    let counts = held::check(&mut session, place, &settling.sets)?;
    session.finish().map_err(failed)?;
    Ok(counts.stored())
}

/// What a call that broke off may have left.
pub(super) fn clear(place: &Place, sets: &SetsId) -> Result<[EngineStatement; 2], DiffEngineError> {
    let tables = place.tables(sets)?;
    let drop = |table| {
        let sql = format!("DROP TABLE IF EXISTS {table}");
        EngineStatement::writing("clear away what a run that broke off has left", sql)
    };
    Ok([tables.fates, tables.sets].map(drop))
}

pub(super) fn drop_fates(place: &Place, sets: &SetsId) -> Result<EngineStatement, DiffEngineError> {
    let sql = format!("DROP TABLE {}", place.tables(sets)?.fates);
    Ok(EngineStatement::writing("drop the fates of the changes", sql))
}

/// The one statement by which the sets come to be.
pub(super) fn create_sets(place: &Place, settling: &Settling) -> Result<EngineStatement, DiffEngineError> {
    let (tables, number) = (place.tables(&settling.sets)?, number_type(place.dialect));
    let rest = |standing| standing_code(settling.rest.after(standing));
    let settled = match &settling.before {
        None => format!("SELECT kind, digest, absent AS standing FROM {}", tables.fates),
        Some(before) => format!(
            "SELECT COALESCE(f.kind, h.kind) AS kind, COALESCE(f.digest, h.digest) AS digest, CASE WHEN h.kind IS NULL THEN \
             f.absent WHEN f.kind IS NULL THEN CASE WHEN h.confirmed THEN {} ELSE {} END WHEN h.confirmed THEN f.confirmed \
             ELSE f.unconfirmed END AS standing FROM (SELECT kind, digest, confirmed FROM {} WHERE kind > 0) AS h FULL OUTER \
             JOIN {} AS f ON h.kind = f.kind AND h.digest = f.digest",
            rest(Standing::Confirmed),
            rest(Standing::Unconfirmed),
            place.tables(before)?.sets,
            tables.fates
        ),
    };
    let sql = format!(
        "CREATE TABLE {} AS SELECT CAST(kind AS {number}) AS kind, digest, standing = {} AS confirmed FROM ({settled}) AS \
         settled WHERE standing > {} UNION ALL SELECT CAST(0 AS {number}), {}, TRUE",
        tables.sets,
        standing_code(Standing::Confirmed),
        standing_code(Standing::Absent),
        DigestForm::literal(place.dialect, &mark(&settling.sets))
    );
    Ok(EngineStatement::writing("make the next sets", sql))
}

/// The error of a statement that writes.
pub(super) fn failed(error: SegmentError, place: &Place) -> DiffEngineError {
    let schema = place.schema.join(".");
    let message = match error.kind() {
        _ if grants::is_denied(&error) => format!(
            "this user may not create, fill or drop tables in the schema `{schema}`; grant it {}",
            grants::to_keep_sets(place)
        ),
        SegmentErrorKind::NotFound => {
            format!("there is no schema `{schema}` to keep sets in; create it, and let this user create tables in it")
        }
        _ => format!(
            "a table in the schema `{schema}` cannot be written; check that this user may create, fill and drop tables there, \
             and that there is space, and run again"
        ),
    };
    DiffEngineError::new(DiffEngineErrorKind::Failed, message).with_source(error)
}
