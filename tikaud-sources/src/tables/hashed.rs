//! The variant that needs no grant but to read: the database normalises, hashes and sorts, and the merge is made here.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::{StreamExt, stream};
use tikaud_core::diff::Change;
use tikaud_core::identifier::{Extracted, FieldMapping, IdentifierKind, Tally};
use tikaud_core::segment::{IdentifierStream, SegmentError};

use super::answer::Answer;
use super::cells::unexpected;
use super::question::Question;
use crate::adbc::definition::Definition;
use crate::adbc::reading::{Emit, Reading};
use crate::adbc::running::Running;
use crate::adbc::session::Session;

/// The segment's identifiers: what became of the values comes first, with the identifiers of members who are judged here, then
/// all others, each once.
///
/// # Errors
///
/// `Configuration` where SQL cannot judge the segment's values; otherwise as when the members are read.
pub(crate) async fn identifiers(
    definition: &Arc<Definition>,
    mapping: &FieldMapping,
) -> Result<IdentifierStream, SegmentError> {
    let mapping = mapping.clone();
    let mut reading =
        Reading::start(definition, move |definition, running, emit| read(definition, running, &mapping, emit))?;
    let first = reading.next().await?.ok_or_else(unexpected)?;
    Ok(stream::iter([Ok(first)]).chain(reading.items()).boxed())
}

/// Nothing is held as far as the database knows, so that whoever is in the segment is an add.
fn read(
    definition: &Definition,
    running: &Running,
    mapping: &FieldMapping,
    emit: Emit<'_, Extracted>,
) -> Result<(), SegmentError> {
    let mut session = Session::open(definition, running)?;
    let all = Question::of(definition, &mut session, mapping)?.all()?;
    let rows = session.query(&all.statement, &all.parameters)?;
    let mut answer = Answer::begin(rows, session.dialect(), mapping)?;
    let judged = std::mem::take(&mut answer.judged.sets);
    let judged = judged.into_iter().map(|(kind, set)| (kind, set.as_bytes().to_vec())).collect();
    let mut goes_on = emit(Extracted::new(judged, answer.take_tally()));
    while goes_on && let Some(adds) = answer.changes()? {
        goes_on = emit(Extracted::new(digests(&adds), Tally::default()));
    }
    if !goes_on {
        return Ok(());
    }
    drop(answer);
    session.finish()
}

fn digests(adds: &[Change]) -> BTreeMap<IdentifierKind, Vec<u8>> {
    let mut digests = BTreeMap::<IdentifierKind, Vec<u8>>::new();
    for add in adds {
        digests.entry(add.set.kind()).or_default().extend_from_slice(add.set.as_bytes());
    }
    digests
}
