//! Carries out a plan: batches in flight, receipts into the journal.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{Progress, RunOptions};
use crate::destination::{
    AudienceWriter, Batch, Capabilities, DestinationError, Receipt, Refusal, RefusalScope, Retry,
};
use crate::diff::{Action, DiffError};
use crate::identifier::IdentifierKind;
use crate::plan::{KindPlan, Plan};
use crate::state::{Claim, Journal, PendingChanges, PlannedChanges, PlannedPart, Receipts, StateError};

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

impl Applied {
    /// What is left of a plan for the next run.
    pub(super) fn pending(&self, plan: &Plan, now: Timestamp) -> Option<PendingChanges> {
        let left = |action| {
            let accepted = |kind: &KindPlan| self.receipts.acknowledged.count(kind.kind, action);
            plan.count(action).saturating_sub(plan.kinds.iter().map(accepted).sum())
        };
        let wait = self.failure.as_ref().and_then(|error| match error.retry() {
            Retry::After(wait) => SignedDuration::try_from(wait).ok(),
            Retry::Never => None,
        });
        let resume_at = wait.and_then(|wait| now.checked_add(wait).ok());
        PendingChanges::new(left(Action::Add), left(Action::Remove), resume_at)
    }
}

/// Applies the changes, as far as the destination lets us. The intent is durable already.
///
/// Errors are those of our own state, and of the claim; the destination's are part of what became of the plan.
pub(super) async fn apply(
    writer: &dyn AudienceWriter,
    mut planned: PlannedChanges,
    capabilities: &Capabilities,
    claim: &Claim,
    journal: &mut Journal,
    options: &RunOptions,
) -> Result<Applied, DiffError> {
    let (total, limit) = (planned.left(), capabilities.batch_limit.max(1));
    let mut course = Course::default();
    let mut in_flight = FuturesUnordered::new();
    let mut written = Instant::now();
    loop {
        while in_flight.len() < capabilities.max_in_flight.max(1) {
            // Before the plan is looked at: whoever has taken over may have cleared it away.
            claim.check()?;
            let Some((part, batch)) = course.next(&mut planned, limit).await? else { break };
            in_flight.push(async move { (part, writer.apply(&batch).await) });
        }
        let Some((part, outcome)) = in_flight.next().await else { break };
        course.settle(part, outcome);
        options.report(Progress::Applying { done: course.done, total });
        if written.elapsed() >= WRITE_EVERY {
            journal.receive(&course.applied.receipts).await?;
            written = Instant::now();
        }
    }
    course.finish(writer, claim).await?;
    planned.into_rest().into_iter().for_each(|part| course.undone(part));
    journal.receive(&course.applied.receipts).await?;
    Ok(course.applied)
}

/// How the batches of a plan have fared so far.
#[derive(Debug, Default)]
struct Course {
    applied: Applied,
    staged: Vec<PlannedPart>,
    refused_in_a_row: BTreeMap<IdentifierKind, u32>,
    done: u64,
}

impl Course {
    /// The next batch to send; none once the run has to stop.
    async fn next(
        &mut self,
        planned: &mut PlannedChanges,
        limit: usize,
    ) -> Result<Option<(PlannedPart, Batch)>, DiffError> {
        while self.applied.failure.is_none()
            && let Some((part, set)) = planned.next(limit).await?
        {
            let batch = Batch::new(part.action, part.kind, set.into_bytes());
            match batch {
                Some(batch) if !self.is_refused(part.kind) => return Ok(Some((part, batch))),
                _ => {
                    self.undone(part);
                    planned.skip_file().into_iter().for_each(|rest| self.undone(rest));
                }
            }
        }
        Ok(None)
    }

    fn is_refused(&self, kind: IdentifierKind) -> bool {
        self.refused_in_a_row.get(&kind).is_some_and(|refused| *refused >= REFUSED_IN_A_ROW)
    }

    fn settle(&mut self, part: PlannedPart, outcome: Result<Receipt, DestinationError>) {
        match outcome {
            Ok(Receipt::Accepted) => {
                self.refused_in_a_row.remove(&part.kind);
                self.acknowledge(part);
            }
            Ok(Receipt::Staged) => {
                self.refused_in_a_row.remove(&part.kind);
                self.done += part.len();
                self.staged.push(part);
            }
            Ok(Receipt::Refused(refusal)) => self.refuse(part, refusal),
            // Its identifiers stay unconfirmed, and the next run sends them again.
            Ok(Receipt::Unknown(error)) | Err(error) => {
                self.applied.failure.get_or_insert(error);
            }
        }
    }

    fn acknowledge(&mut self, part: PlannedPart) {
        self.done += part.len();
        self.applied.receipts.acknowledged.insert(part.kind, part.action, part.positions);
    }

    /// Certainly not carried out, so that nobody is taken for a possible member because of it.
    fn undone(&mut self, part: PlannedPart) {
        self.applied.receipts.undone.insert(part.kind, part.action, part.positions);
    }

    fn refuse(&mut self, part: PlannedPart, refusal: Refusal) {
        let in_a_row = self.refused_in_a_row.entry(part.kind).or_default();
        *in_a_row = match refusal.scope {
            RefusalScope::Batch => *in_a_row + 1,
            RefusalScope::Kind => REFUSED_IN_A_ROW,
        };
        let may_have_happened = refusal.error.may_have_happened();
        let (_, count) = self.applied.refused.entry(part.kind).or_insert((refusal.error, 0));
        *count += part.len();
        if !may_have_happened {
            self.undone(part);
        }
    }

    /// Makes staged batches count.
    async fn finish(&mut self, writer: &dyn AudienceWriter, claim: &Claim) -> Result<(), StateError> {
        if self.staged.is_empty() {
            return Ok(());
        }
        claim.check()?;
        match writer.finish().await {
            Ok(()) => {
                for part in std::mem::take(&mut self.staged) {
                    self.applied.receipts.acknowledged.insert(part.kind, part.action, part.positions);
                }
            }
            Err(error) => {
                self.applied.failure.get_or_insert(error);
            }
        }
        Ok(())
    }
}
