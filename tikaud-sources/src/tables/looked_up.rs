//! What the tables know of the few identifiers that the extractor has made here.

use std::collections::{BTreeMap, BTreeSet};

use tikaud_core::diff::{DiffEngineError, IdentifierSet, SetsId};
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::segment::SegmentError;

use super::cells::{Cells, unexpected};
use super::held::{self, Standings};
use super::names::Place;
use super::question::Question;
use super::suppression::List;
use super::value::{DigestForm, digest_form};
use crate::adbc::session::Session;
use crate::adbc::statement::EngineStatement;

/// How many identifiers a statement asks for.
const ASKED: usize = 5000;

/// Identifiers by kind.
pub(super) type Sets = BTreeMap<IdentifierKind, IdentifierSet>;

/// What is known of identifiers that were made here.
#[derive(Default)]
pub(super) struct LookedUp {
    pub(super) standing: BTreeMap<IdentifierKind, Standings>,
    /// Those of the segment's that a list has in SQL, too.
    pub(super) listed: Sets,
    /// Those of them that the segment has in SQL, too.
    pub(super) listed_and_found: Sets,
}

impl LookedUp {
    /// Looks up who is held of all that were made here, and who is on a list of those that the segment has.
    pub(super) fn of(
        session: &mut Session<'_>,
        (place, held): (&Place, Option<&SetsId>),
        (segment, lists): (&Question<'_>, &[List<'_>]),
        (of_segment, of_lists): (&Sets, &Sets),
    ) -> Result<Self, DiffEngineError> {
        let mut looked_up = Self::default();
        if let Some(sets) = held {
            looked_up.standing = held::find(session, place, sets, &union(of_segment, of_lists))?;
        }
        for list in lists {
            let found = find(session, &list.question, of_segment)?;
            looked_up.listed = union(&looked_up.listed, &found);
        }
        looked_up.listed_and_found = find(session, segment, &looked_up.listed)?;
        Ok(looked_up)
    }
}

/// The identifiers of both.
pub(super) fn union(one: &Sets, other: &Sets) -> Sets {
    let mut all = one.clone();
    for (kind, set) in other {
        let before = all.entry(*kind).or_insert_with(|| IdentifierSet::empty(*kind));
        *before = before.union(set);
    }
    all
}

/// The statements that look for identifiers of these kinds in a segment.
pub(super) fn statements(
    question: &Question<'_>,
    kinds: &BTreeSet<IdentifierKind>,
) -> Result<Vec<EngineStatement>, SegmentError> {
    let (comparison, _) = question.comparison(0)?;
    kinds.intersection(&question.mapping.kinds()).map(|kind| comparison.find_statement(*kind)).collect()
}

/// Those of a few identifiers that SQL finds in a segment.
fn find(session: &mut Session<'_>, question: &Question<'_>, wanted: &Sets) -> Result<Sets, SegmentError> {
    let (form, mut found) = (digest_form(session.dialect()), Sets::new());
    if wanted.is_empty() {
        return Ok(found);
    }
    let (comparison, parameters) = question.comparison(0)?;
    for (kind, set) in wanted.iter().filter(|(kind, _)| question.mapping.kinds().contains(kind)) {
        let (digests, mut of_kind) = (set.iter().collect::<Vec<&[u8]>>(), Vec::new());
        let statement = comparison.find_statement(*kind)?;
        for asked in digests.chunks(ASKED) {
            let literals: Vec<String> =
                asked.iter().map(|digest| DigestForm::literal(session.dialect(), digest)).collect();
            let mut rows = session.query_with(&statement, &literals.join(", "), &parameters)?;
            while let Some(batch) = rows.next()? {
                let cells = Cells::read(&batch, 2, 1)?;
                for row in 0..cells.len() {
                    form.read(cells.bytes(row, 1)?, kind.digest_len(), &mut of_kind).ok_or_else(unexpected)?;
                }
            }
        }
        if !of_kind.is_empty() {
            found.insert(*kind, IdentifierSet::from_unsorted(*kind, of_kind));
        }
    }
    Ok(found)
}
