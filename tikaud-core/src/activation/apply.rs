//! Carries out a plan: batches in flight, receipts into the journal.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::Instant;

use super::{Progress, RunOptions};
use crate::destination::{
    AudienceWriter, Batch, Capabilities, DestinationError, Receipt, Refusal, RefusalScope, Stage,
};
use crate::diff::{Action, ChangeSets};
use crate::identifier::IdentifierKind;
use crate::state::{Claim, Journal, Receipts, StateError};

/// The order in which a plan is carried out: a leaver may have withdrawn consent, so nobody waits behind the entrants.
const ORDER: [Action; 2] = [Action::Remove, Action::Add];

/// Receipts are written down at most this often; what a crash loses in between is sent again.
const WRITE_EVERY: Duration = Duration::from_millis(200);

/// So many batches of a kind refused one after the other mean that the kind is refused.
const REFUSED_IN_A_ROW: u32 = 3;

/// What became of a plan.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) receipts: Receipts,
    /// The first refusal of each kind, with the number of identifiers refused.
    pub(super) refused: BTreeMap<IdentifierKind, (DestinationError, u64)>,
    /// Why it stopped before the end.
    pub(super) failure: Option<DestinationError>,
}

/// One batch's worth of a plan: positions in one change set.
#[derive(Debug, Clone)]
struct Work {
    kind: IdentifierKind,
    action: Action,
    positions: Range<usize>,
}

/// Everything that a plan asks for, in batches.
fn work(changes: &ChangeSets, capabilities: &Capabilities) -> impl Iterator<Item = (Work, Batch)> {
    let limit = capabilities.batch_limit.max(1);
    ORDER.into_iter().flat_map(move |action| {
        changes.iter().flat_map(move |change| {
            let set = change.of(action);
            (0..set.len()).step_by(limit).filter_map(move |start| {
                let positions = start..set.len().min(start + limit);
                let batch = Batch::new(action, set.kind(), set.slice(positions.clone()))?;
                Some((Work { kind: set.kind(), action, positions }, batch))
            })
        })
    })
}

/// Applies the changes, as far as the destination lets us. The intent is durable already.
///
/// Errors are those of our own state, and of the claim; the destination's are part of what became of the plan.
pub(super) async fn apply(
    writer: &dyn AudienceWriter,
    changes: &ChangeSets,
    capabilities: &Capabilities,
    claim: &Claim,
    journal: &mut Journal,
    options: &RunOptions,
) -> Result<Applied, StateError> {
    let total = (changes.count(Action::Add) + changes.count(Action::Remove)) as u64;
    let mut course = Course::default();
    let mut work = work(changes, capabilities);
    let mut in_flight = FuturesUnordered::new();
    let mut written = Instant::now();
    loop {
        while in_flight.len() < capabilities.max_in_flight.max(1)
            && let Some((work, batch)) = course.next(&mut work)
        {
            claim.check()?;
            in_flight.push(async move { (work, writer.apply(&batch).await) });
        }
        let Some((work, outcome)) = in_flight.next().await else { break };
        course.settle(work, outcome);
        options.report(Progress::Applying { done: course.done, total });
        if written.elapsed() >= WRITE_EVERY {
            journal.receive(&course.applied.receipts).await?;
            written = Instant::now();
        }
    }
    course.finish(writer, claim).await?;
    course.never_sent(work);
    journal.receive(&course.applied.receipts).await?;
    Ok(course.applied)
}

/// How the batches of a plan have fared so far.
#[derive(Debug, Default)]
struct Course {
    applied: Applied,
    staged: Vec<(Work, Stage)>,
    refused_in_a_row: BTreeMap<IdentifierKind, u32>,
    done: u64,
}

impl Course {
    /// The next batch to send; none once the run has to stop.
    fn next(&mut self, work: &mut impl Iterator<Item = (Work, Batch)>) -> Option<(Work, Batch)> {
        if self.applied.failure.is_some() {
            return None;
        }
        for (work, batch) in work {
            if self.refused_in_a_row.get(&work.kind).is_none_or(|refused| *refused < REFUSED_IN_A_ROW) {
                return Some((work, batch));
            }
            self.undone(work);
        }
        None
    }

    fn settle(&mut self, work: Work, outcome: Result<Receipt, DestinationError>) {
        match outcome {
            Ok(Receipt::Accepted) => {
                self.refused_in_a_row.remove(&work.kind);
                self.acknowledge(work);
            }
            Ok(Receipt::Staged(stage)) => {
                self.refused_in_a_row.remove(&work.kind);
                self.done += work.positions.len() as u64;
                self.staged.push((work, stage));
            }
            Ok(Receipt::Refused(refusal)) => self.refuse(work, refusal),
            // Its identifiers stay unconfirmed, and the next run sends them again.
            Ok(Receipt::Unknown(error)) | Err(error) => {
                self.applied.failure.get_or_insert(error);
            }
        }
    }

    fn acknowledge(&mut self, work: Work) {
        self.done += work.positions.len() as u64;
        self.applied.receipts.acknowledged.insert(work.kind, work.action, work.positions);
    }

    /// Certainly not carried out, so that nobody is taken for a possible member because of it.
    fn undone(&mut self, work: Work) {
        self.applied.receipts.undone.insert(work.kind, work.action, work.positions);
    }

    fn never_sent(&mut self, rest: impl Iterator<Item = (Work, Batch)>) {
        rest.for_each(|(work, _)| self.undone(work));
    }

    fn refuse(&mut self, work: Work, refusal: Refusal) {
        let in_a_row = self.refused_in_a_row.entry(work.kind).or_default();
        *in_a_row = match refusal.scope {
            RefusalScope::Batch => *in_a_row + 1,
            RefusalScope::Kind => REFUSED_IN_A_ROW,
        };
        let may_have_happened = refusal.error.may_have_happened();
        let (_, count) = self.applied.refused.entry(work.kind).or_insert((refusal.error, 0));
        *count += work.positions.len() as u64;
        if !may_have_happened {
            self.undone(work);
        }
    }

    /// Makes staged batches count.
    async fn finish(&mut self, writer: &dyn AudienceWriter, claim: &Claim) -> Result<(), StateError> {
        if self.staged.is_empty() {
            return Ok(());
        }
        claim.check()?;
        let finished = writer.finish().await;
        let is_unclear = finished.failure.as_ref().is_some_and(DestinationError::may_have_happened);
        for (work, stage) in std::mem::take(&mut self.staged) {
            if finished.counted.contains(&stage) {
                self.applied.receipts.acknowledged.insert(work.kind, work.action, work.positions);
            } else if !is_unclear {
                self.undone(work);
            }
        }
        if let Some(failure) = finished.failure {
            self.applied.failure.get_or_insert(failure);
        }
        Ok(())
    }
}
