//! The next sets: the fates go into a table, and one statement makes the sets of it and of those before.

use tikaud_core::diff::{DiffEngineError, DiffEngineErrorKind, Fate, FateSet, SetsId, Standing, StoredCount};
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::comparison::code_of;
use super::held;
use super::names::{Place, mark};
use super::value::DigestForm;
use crate::AdbcDialect;
use crate::adbc::definition::Definition;
use crate::adbc::running::Running;
use crate::adbc::session::{Access, Session};
use crate::adbc::statement::{ELLIPSIS, EngineStatement};

/// How many fates a statement brings.
const BROUGHT: usize = 5000;

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
    let bring = insert_fates(place, &settling.sets)?;
    let mut waiting = Vec::new();
    while let Some(part) = next()? {
        let (kind, fate) = (part.set.kind(), part.fate);
        for digest in part.set.iter() {
            waiting.push(fate_row(place.dialect, kind, digest, fate));
            if waiting.len() == BROUGHT {
                session.run_with(&bring, &waiting.join(", ")).map_err(failed)?;
                waiting.clear();
            }
        }
    }
    if !waiting.is_empty() {
        session.run_with(&bring, &waiting.join(", ")).map_err(failed)?;
    }
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

/// The longest digest there is.
const LONGEST_DIGEST: usize = 64;

pub(super) fn create_fates(place: &Place, sets: &SetsId) -> Result<EngineStatement, DiffEngineError> {
    let sql = format!(
        "CREATE TABLE {} (kind SMALLINT, digest {}, absent SMALLINT, unconfirmed SMALLINT, confirmed SMALLINT)",
        place.tables(sets)?.fates,
        DigestForm::column_type(place.dialect, LONGEST_DIGEST)
    );
    Ok(EngineStatement::writing("make a table for the fates of the changes", sql))
}

pub(super) fn insert_fates(place: &Place, sets: &SetsId) -> Result<EngineStatement, DiffEngineError> {
    let sql = format!("INSERT INTO {} VALUES {ELLIPSIS}", place.tables(sets)?.fates);
    Ok(EngineStatement::writing("bring the fates of the changes", sql).repeated())
}

pub(super) fn drop_fates(place: &Place, sets: &SetsId) -> Result<EngineStatement, DiffEngineError> {
    let sql = format!("DROP TABLE {}", place.tables(sets)?.fates);
    Ok(EngineStatement::writing("drop the fates of the changes", sql))
}

fn fate_row(dialect: AdbcDialect, kind: IdentifierKind, digest: &[u8], fate: Fate) -> String {
    let after = |standing| standing_code(fate.after(standing));
    format!(
        "({}, {}, {}, {}, {})",
        code_of(kind),
        DigestForm::literal(dialect, digest),
        after(Standing::Absent),
        after(Standing::Unconfirmed),
        after(Standing::Confirmed)
    )
}

fn standing_code(standing: Standing) -> u8 {
    match standing {
        Standing::Absent => 0,
        Standing::Unconfirmed => 1,
        Standing::Confirmed => 2,
    }
}

/// The one statement by which the sets come to be.
pub(super) fn create_sets(place: &Place, settling: &Settling) -> Result<EngineStatement, DiffEngineError> {
    let tables = place.tables(&settling.sets)?;
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
        "CREATE TABLE {} AS SELECT CAST(kind AS SMALLINT) AS kind, digest, standing = {} AS confirmed FROM ({settled}) AS \
         settled WHERE standing > {} UNION ALL SELECT CAST(0 AS SMALLINT), {}, TRUE",
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
