//! What is held, as its table has it.

use std::collections::BTreeMap;

use tikaud_core::diff::{DiffEngineError, DiffEngineErrorKind, Held, IdentifierSet, SetsId, StoredCount};
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::cells::{Cells, unexpected};
use super::comparison::{code_of, kind_of};
use super::grants;
use super::names::{Place, mark};
use super::value::{DigestForm, digest_form};
use crate::adbc::session::Session;
use crate::adbc::statement::{ELLIPSIS, EngineStatement};

/// How many identifiers a statement asks for.
const ASKED: usize = 1000;

/// How many are held.
#[derive(Debug, Default)]
pub(super) struct HeldCounts {
    pub(super) confirmed: BTreeMap<IdentifierKind, u64>,
    pub(super) unconfirmed: BTreeMap<IdentifierKind, u64>,
}

/// What is known of a few identifiers.
pub(super) struct Standings {
    pub(super) confirmed: IdentifierSet,
    pub(super) possible: IdentifierSet,
}

impl HeldCounts {
    pub(super) fn stored(&self) -> Vec<StoredCount> {
        let of = |counts: &BTreeMap<IdentifierKind, u64>, kind| counts.get(&kind).copied().unwrap_or_default();
        let all = IdentifierKind::ALL.iter();
        let all = all.map(|kind| StoredCount::new(*kind, of(&self.confirmed, *kind), of(&self.unconfirmed, *kind)));
        all.filter(|count| count.possible() > 0).collect()
    }
}

/// The statement that says whose the table is, and how many are in it.
pub(super) fn count_statement(table: &str) -> EngineStatement {
    let sql = format!(
        "SELECT CAST(k AS BIGINT) AS kind, d AS digest, CAST(c AS BIGINT) AS confirmed, CAST(COUNT(*) AS BIGINT) AS n FROM \
         (SELECT kind AS k, CASE WHEN kind = 0 THEN digest END AS d, CASE WHEN confirmed THEN 1 ELSE 0 END AS c FROM {table}) \
         AS held GROUP BY k, d, c"
    );
    EngineStatement::reading("say whose the table is, and count what is in it", sql)
}

/// Counts what is held, once it is certain that the table is that of the sets.
pub(super) fn check(session: &mut Session<'_>, place: &Place, sets: &SetsId) -> Result<HeldCounts, DiffEngineError> {
    let table = place.tables(sets)?.sets;
    let missing = |error: SegmentError| missing(error, place, sets);
    let mut rows = session.query(&count_statement(&table), &[]).map_err(missing)?;
    let (mut counts, mut is_marked, form) = (HeldCounts::default(), false, digest_form(place.dialect));
    while let Some(batch) = rows.next().map_err(missing)? {
        let cells = Cells::read(&batch, 4, 1)?;
        for row in 0..cells.len() {
            let code = cells.number(row, 0)?;
            if code == 0 {
                let mut found = Vec::new();
                is_marked = form.read(cells.bytes(row, 1)?, 32, &mut found).is_some() && found == mark(sets);
                continue;
            }
            let kind = kind_of(code).ok_or_else(unexpected)?;
            let of = if cells.number(row, 2)? == 1 { &mut counts.confirmed } else { &mut counts.unconfirmed };
            of.insert(kind, cells.count(row, 3)?);
        }
    }
    if is_marked { Ok(counts) } else { Err(foreign(sets)) }
}

fn foreign(sets: &SetsId) -> DiffEngineError {
    DiffEngineError::new(
        DiffEngineErrorKind::SetsMissing,
        format!(
            "the table that should hold the sets {sets} is not theirs, or of another version; restore it, or rebuild the \
             state by a resync"
        ),
    )
}

/// The error of reading a table that should be there.
fn missing(error: SegmentError, place: &Place, sets: &SetsId) -> DiffEngineError {
    if grants::is_denied(&error) {
        let message = format!(
            "this user may not read the table that holds the sets {sets}; it is to be the user who keeps them, with {}",
            grants::to_keep_sets(place)
        );
        return DiffEngineError::new(DiffEngineErrorKind::Failed, message).with_source(error);
    }
    if error.kind() != SegmentErrorKind::NotFound {
        return error.into();
    }
    let message =
        format!("the table that should hold the sets {sets} is not there; restore it from the database's backup");
    DiffEngineError::new(DiffEngineErrorKind::SetsMissing, message).with_source(error)
}

/// Reads all of a kind, in steps.
pub(super) fn read(
    session: &mut Session<'_>,
    place: &Place,
    sets: &SetsId,
    kind: IdentifierKind,
    emit: &mut dyn FnMut(Held) -> bool,
) -> Result<(), DiffEngineError> {
    check(session, place, sets)?;
    let sql = format!(
        "SELECT CASE WHEN confirmed THEN 1 ELSE 0 END AS confirmed, digest FROM {} WHERE kind = {} ORDER BY digest",
        place.tables(sets)?.sets,
        code_of(kind)
    );
    let (form, mut last) = (digest_form(place.dialect), Vec::new());
    let mut rows = session.query(&EngineStatement::reading("read what is held", sql), &[])?;
    while let Some(batch) = rows.next()? {
        let cells = Cells::read(&batch, 2, 1)?;
        let (mut confirmed, mut unconfirmed) = (Vec::new(), Vec::new());
        for row in 0..cells.len() {
            let mut digest = Vec::new();
            form.read(cells.bytes(row, 1)?, kind.digest_len(), &mut digest).ok_or_else(unexpected)?;
            if digest <= last {
                return Err(unexpected().into());
            }
            if cells.number(row, 0)? == 1 { &mut confirmed } else { &mut unconfirmed }.extend_from_slice(&digest);
            last = digest;
        }
        let set = |digests: Vec<u8>| IdentifierSet::from_sorted(kind, digests.into()).ok_or_else(unexpected);
        if !emit(Held { confirmed: set(confirmed)?, unconfirmed: set(unconfirmed)? }) {
            return Ok(());
        }
    }
    Ok(())
}

/// The statement that looks for some digests of a kind.
pub(super) fn find_statement(table: &str, kind: IdentifierKind) -> EngineStatement {
    let sql = format!(
        "SELECT CASE WHEN confirmed THEN 1 ELSE 0 END AS confirmed, digest FROM {table} WHERE kind = {} AND digest IN \
         ({ELLIPSIS})",
        code_of(kind)
    );
    EngineStatement::reading("look for identifiers among what is held", sql).repeated()
}

/// What is known of these identifiers.
pub(super) fn find(
    session: &mut Session<'_>,
    place: &Place,
    sets: &SetsId,
    wanted: &BTreeMap<IdentifierKind, IdentifierSet>,
) -> Result<BTreeMap<IdentifierKind, Standings>, DiffEngineError> {
    let (table, form, mut found) = (place.tables(sets)?.sets, digest_form(place.dialect), BTreeMap::new());
    for (kind, set) in wanted {
        let (mut confirmed, mut possible) = (Vec::new(), Vec::new());
        let (statement, digests) = (find_statement(&table, *kind), set.iter().collect::<Vec<&[u8]>>());
        for asked in digests.chunks(ASKED) {
            let literals: Vec<String> = asked.iter().map(|digest| DigestForm::literal(place.dialect, digest)).collect();
            let mut rows = session.query_with(&statement, &literals.join(", "), &[])?;
            while let Some(batch) = rows.next()? {
                let cells = Cells::read(&batch, 2, 1)?;
                for row in 0..cells.len() {
                    let from = possible.len();
                    form.read(cells.bytes(row, 1)?, kind.digest_len(), &mut possible).ok_or_else(unexpected)?;
                    if cells.number(row, 0)? == 1 {
                        confirmed.extend_from_slice(&possible[from..]);
                    }
                }
            }
        }
        let set = |digests| IdentifierSet::from_unsorted(*kind, digests);
        found.insert(*kind, Standings { confirmed: set(confirmed), possible: set(possible) });
    }
    Ok(found)
}
