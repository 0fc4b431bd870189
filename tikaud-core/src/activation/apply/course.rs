//! How the batches of a plan have fared so far.

use super::refusals::{Refusals, Sending};
use super::{Applied, Target};
use crate::destination::{Batch, DestinationError, Finished, Receipt, Refusal, Stage};
use crate::diff::DiffError;
use crate::state::{AudienceRecord, Claim, CreateIntent, Journal, PlannedChanges, PlannedPart, StateError};

/// How the batches of a plan have fared so far.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) applied: Applied,
    staged: Vec<(PlannedPart, Stage)>,
    /// The removes of a plan that replaces all that the audience holds; `None` when it does not.
    pub(super) replaced: Option<Vec<PlannedPart>>,
    refusals: Refusals,
    pub(super) done: u64,
}

impl Course {
    /// The next batch to send; none once the run has to stop.
    pub(super) async fn next(
        &mut self,
        planned: &mut PlannedChanges,
        limit: usize,
    ) -> Result<Option<Sending>, DiffError> {
        while self.applied.failure.is_none() {
            if let Some(half) = self.refusals.next_half() {
                return Ok(Some(half));
            }
            let Some((part, set)) = planned.next(limit).await? else { break };
            match Batch::new(part.action, part.kind, set.into_bytes()) {
                Some(batch) if !self.refusals.is_given_up(part.kind) => return Ok(Some(Sending::first(part, batch))),
                _ => {
                    self.undone(part);
                    planned.skip_file().into_iter().for_each(|rest| self.undone(rest));
                }
            }
        }
        Ok(None)
    }

    pub(super) fn settle(&mut self, sent: Sending, outcome: Result<Receipt, DestinationError>) {
        match outcome {
            Ok(Receipt::Accepted) => {
                self.refusals.taken(sent.part.kind);
                self.acknowledge(sent.part);
            }
            Ok(Receipt::Staged(stage)) => {
                self.refusals.taken(sent.part.kind);
                self.done += sent.part.len();
                self.staged.push((sent.part, stage));
            }
            Ok(Receipt::Refused(refusal)) => self.refuse(sent, refusal),
            // Its identifiers stay unconfirmed, and the next run sends them again.
            Ok(Receipt::Unknown(error)) => self.fail(error),
            Err(error) => {
                self.not_carried_out(sent, error.may_have_happened());
                self.fail(error);
            }
        }
    }

    fn refuse(&mut self, sent: Sending, refusal: Refusal) {
        let may_have_happened = refusal.error.may_have_happened();
        for left in self.refusals.refuse(sent, refusal, &mut self.applied.refused) {
            self.not_carried_out(left, may_have_happened);
        }
    }

    fn not_carried_out(&mut self, sent: Sending, may_have_happened: bool) {
        if !may_have_happened && !sent.may_have_happened {
            self.undone(sent.part);
        }
    }

    fn fail(&mut self, error: DestinationError) {
        self.applied.failure.get_or_insert(error);
    }

    fn acknowledge(&mut self, part: PlannedPart) {
        self.done += part.len();
        self.applied.receipts.acknowledged.insert(part.kind, part.action, part.positions);
    }

    /// Certainly not carried out, so that nobody is taken for a possible member because of it.
    pub(super) fn undone(&mut self, part: PlannedPart) {
        self.applied.receipts.undone.insert(part.kind, part.action, part.positions);
    }

    /// Makes staged batches count, and the audience of them where it is yet to be made.
    pub(super) async fn finish(
        &mut self,
        target: Target<'_>,
        claim: &Claim,
        journal: &Journal,
    ) -> Result<(), StateError> {
        // Where a failure has stopped the run.
        for half in std::iter::from_fn(|| self.refusals.next_half()).collect::<Vec<_>>() {
            self.not_carried_out(half, false);
        }
        let is_whole = self.applied.failure.is_none() && self.applied.refused.is_empty();
        if self.replaced.is_some() && !is_whole {
            // Put in the place of the whole, a part would take out everybody else.
            std::mem::take(&mut self.staged).into_iter().for_each(|(part, _)| self.undone(part));
        }
        if self.staged.is_empty() {
            return Ok(());
        }
        claim.check()?;
        // Making an audience is not idempotent: that it is about to be made is durable before it is.
        let create = target.create.filter(|_| target.writer.audience().is_none());
        if let Some(create) = create {
            journal.create_intended(create).await?;
            claim.check()?;
        }
        let finished = target.writer.finish().await;
        if let Some(create) = create {
            self.made(create, &finished, journal).await?;
        }
        self.settle_stages(finished);
        Ok(())
    }

    /// What became of the audience that was to be made, durable before anything else is made of it.
    async fn made(&mut self, create: &CreateIntent, finished: &Finished, journal: &Journal) -> Result<(), StateError> {
        match &finished.created {
            Some(created) => {
                let description = create.description.as_deref();
                let record = AudienceRecord::new(created.id.clone(), &create.name, description);
                journal.audience_created(&record).await?;
                self.applied.created = Some(record);
                self.applied.warnings.extend(created.warnings.iter().cloned());
            }
            None if is_unclear(finished) => self.applied.pending_create = Some(create.clone()),
            None => journal.create_refused().await?,
        }
        Ok(())
    }

    fn settle_stages(&mut self, finished: Finished) {
        let unclear = is_unclear(&finished);
        let mut all_count = finished.failure.is_none() && self.applied.failure.is_none();
        for (part, stage) in std::mem::take(&mut self.staged) {
            if finished.counted.contains(&stage) {
                self.applied.receipts.acknowledged.insert(part.kind, part.action, part.positions);
            } else {
                all_count = false;
                if !unclear {
                    self.undone(part);
                }
            }
        }
        // With a part of the replacement open, whoever was to go stays possible, and goes with the next run.
        for part in self.replaced.take().unwrap_or_default() {
            if all_count {
                self.acknowledge(part);
            }
        }
        self.applied.notes = finished.notes;
        if let Some(failure) = finished.failure {
            self.fail(failure);
        }
    }
}

fn is_unclear(finished: &Finished) -> bool {
    finished.failure.as_ref().is_some_and(DestinationError::may_have_happened)
}
