//! Carries out a plan: batches in flight, receipts into the journal.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{Progress, RunOptions};
use crate::destination::{
    AudienceWriter, Batch, Capabilities, DestinationError, Finished, Receipt, Refusal, RefusalScope, Retry, Stage,
};
use crate::diff::{Action, DiffError};
use crate::identifier::IdentifierKind;
use crate::plan::{KindPlan, Plan};
use crate::state::{
    AudienceRecord, Claim, CreateIntent, Journal, PendingChanges, PlannedChanges, PlannedPart, Receipts, StateError,
};

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
    /// The audience that was made with the first batches.
    pub(super) created: Option<AudienceRecord>,
    /// An audience that was asked for, without a reply.
    pub(super) pending_create: Option<CreateIntent>,
    /// What the destination wants to be reminded of when the audience is opened the next time.
    pub(super) notes: Option<String>,
    /// What the user should know of the audience that was made.
    pub(super) warnings: Vec<String>,
}

/// What a plan is applied to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) writer: &'a dyn AudienceWriter,
    pub(super) capabilities: &'a Capabilities,
    /// What is to be durable before an audience is made with the first batches.
    pub(super) create: Option<&'a CreateIntent>,
    /// Whether the adds take the place of all that the audience holds.
    pub(super) replaces: bool,
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
    target: Target<'_>,
    mut planned: PlannedChanges,
    claim: &Claim,
    journal: &mut Journal,
    options: &RunOptions,
) -> Result<Applied, DiffError> {
    let Target { writer, capabilities, .. } = target;
    let (total, limit) = (planned.left(), capabilities.batch_limit.max(1));
    let mut course = Course::default();
    if target.replaces {
        // Whoever is not sent again goes with the replacement.
        course.replaced = Some(planned.take_removes());
    }
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
    course.finish(target, claim, journal).await?;
    planned.into_rest().into_iter().for_each(|part| course.undone(part));
    journal.receive(&course.applied.receipts).await?;
    Ok(course.applied)
}

/// How the batches of a plan have fared so far.
#[derive(Debug, Default)]
struct Course {
    applied: Applied,
    staged: Vec<(PlannedPart, Stage)>,
    /// The removes of a plan that replaces all that the audience holds; `None` when it does not.
    replaced: Option<Vec<PlannedPart>>,
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
            Ok(Receipt::Staged(stage)) => {
                self.refused_in_a_row.remove(&part.kind);
                self.done += part.len();
                self.staged.push((part, stage));
            }
            Ok(Receipt::Refused(refusal)) => self.refuse(part, refusal),
            // Its identifiers stay unconfirmed, and the next run sends them again.
            Ok(Receipt::Unknown(error)) => self.fail(error),
            Err(error) => {
                if !error.may_have_happened() {
                    self.undone(part);
                }
                self.fail(error);
            }
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

    /// Makes staged batches count, and the audience of them where it is yet to be made.
    async fn finish(&mut self, target: Target<'_>, claim: &Claim, journal: &Journal) -> Result<(), StateError> {
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
