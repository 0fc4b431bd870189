//! A plan that is being carried out: its files, a batch at a time.

use std::ops::Range;
use std::sync::Arc;

use super::{DigestReader, Ledger, PlannedChange};
use crate::diff::{Action, DiffError, IdentifierSet, Lane};
use crate::identifier::IdentifierKind;

/// Digests that are read from the state together, two megabytes or so.
const AT_ONCE: usize = 64 << 10;

/// The identifiers of a plan, a batch at a time: removes before adds, for a leaver may have withdrawn consent and should
/// not wait behind the entrants.
pub(crate) struct PlannedChanges {
    /// What has not been begun, last first.
    files: Vec<PlannedChange>,
    open: Option<(PlannedChange, Lane)>,
    ledger: Ledger,
    /// Of each file no more than a part is taken: so many per cent, and at least so many identifiers.
    part: Option<(u8, u64)>,
    /// What is left out because of that.
    left_out: Vec<PlannedPart>,
}

/// One batch's worth of a plan: positions in one of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedPart {
    pub(crate) kind: IdentifierKind,
    pub(crate) action: Action,
    pub(crate) positions: Range<u64>,
}

impl PlannedPart {
    fn whole(change: &PlannedChange) -> Self {
        Self::from(change, 0)
    }

    fn from(change: &PlannedChange, first: u64) -> Self {
        Self { kind: change.file.kind, action: change.action, positions: first..change.file.count }
    }

    /// How many identifiers it is about.
    pub(crate) fn len(&self) -> u64 {
        self.positions.end - self.positions.start
    }
}

impl PlannedChanges {
    pub(super) fn new(ledger: &Ledger, changes: &[PlannedChange]) -> Self {
        let of = |action| changes.iter().filter(move |change| change.action == action);
        let mut files: Vec<PlannedChange> = of(Action::Remove).chain(of(Action::Add)).cloned().collect();
        files.reverse();
        Self { files, open: None, ledger: ledger.clone(), part: None, left_out: Vec::new() }
    }

    /// Leaves out all but so many per cent of each file, and takes at least so many identifiers, before anything was taken.
    /// The digests are sorted, so it is as good as a part by chance.
    pub(crate) fn keep_first(&mut self, percent: u8, at_least: u64) {
        self.part = Some((percent, at_least));
    }

    /// How many identifiers of a file are taken.
    fn kept(&self, change: &PlannedChange) -> u64 {
        let count = change.file.count;
        self.part.map_or(count, |(percent, at_least)| {
            // No file has so many digests that this wraps: see `plausible_count`.
            (count * u64::from(percent)).div_ceil(100).max(at_least).min(count)
        })
    }

    /// Identifiers that have not been taken yet.
    pub(crate) fn left(&self) -> u64 {
        let open = self.open.as_ref().map_or(0, |(change, lane)| self.kept(change).saturating_sub(lane.taken()));
        open + self.files.iter().map(|change| self.kept(change)).sum::<u64>()
    }

    /// The next batch, of at most so many identifiers; `None` at the end.
    pub(crate) async fn next(&mut self, limit: usize) -> Result<Option<(PlannedPart, IdentifierSet)>, DiffError> {
        while self.open.as_ref().is_none_or(|(change, lane)| lane.taken() >= self.kept(change)) {
            let rest = self.skip_file().filter(|rest| !rest.positions.is_empty());
            self.left_out.extend(rest);
            let Some(change) = self.files.pop() else { return Ok(None) };
            let (store, activation) = (Arc::clone(&self.ledger.store), self.ledger.activation.clone());
            let reader = DigestReader::new(store, activation, change.file.clone());
            let lane = Lane::new(change.file.kind, Box::new(reader));
            self.open = Some((change, lane));
        }
        let kept = self.open.as_ref().map_or(0, |(change, lane)| self.kept(change) - lane.taken());
        let Some((change, lane)) = &mut self.open else { return Ok(None) };
        let limit = limit.min(usize::try_from(kept).unwrap_or(usize::MAX));
        lane.load(limit, AT_ONCE).await?;
        let slice = lane.take(limit);
        let positions = slice.position..slice.position + slice.set.len() as u64;
        Ok(Some((PlannedPart { kind: change.file.kind, action: change.action, positions }, slice.set)))
    }

    /// Takes out all removes, before anything else was taken.
    pub(crate) fn take_removes(&mut self) -> Vec<PlannedPart> {
        let removes = self.files.extract_if(.., |change| change.action == Action::Remove);
        removes.map(|change| PlannedPart::whole(&change)).collect()
    }

    /// Leaves out the rest of the file that the last batch was of.
    pub(crate) fn skip_file(&mut self) -> Option<PlannedPart> {
        let (change, lane) = self.open.take()?;
        Some(PlannedPart::from(&change, lane.taken()))
    }

    /// Everything that has not been taken, as parts that nobody will send.
    pub(crate) fn into_rest(mut self) -> Vec<PlannedPart> {
        let open = self.skip_file();
        self.left_out.into_iter().chain(open).chain(self.files.iter().map(PlannedPart::whole)).collect()
    }
}
