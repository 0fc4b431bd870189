//! Carries out a plan: batches in flight, receipts into the journal.

mod course;
mod refusals;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tracing::Instrument;

use self::course::Course;
pub(super) use self::refusals::Refused;
use super::{RunEventKind, spans};
use crate::destination::{AudienceWriter, Capabilities, DestinationError, Retry};
use crate::diff::{Action, DiffError};
use crate::identifier::IdentifierKind;
use crate::plan::{KindPlan, Plan};
use crate::state::{AudienceRecord, Claim, CreateIntent, Journal, PendingChanges, PlannedChanges, Receipts};

/// Receipts are written down at most this often; what a crash loses in between is sent again.
const WRITE_EVERY: Duration = Duration::from_millis(200);

/// What became of a plan.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) receipts: Receipts,
    /// What was refused, kind by kind.
    pub(super) refused: BTreeMap<IdentifierKind, Refused>,
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
    tell: &(dyn Fn(RunEventKind) + Sync),
) -> Result<Applied, DiffError> {
    let Target { writer, capabilities, .. } = target;
    let (total, limit) = (planned.left(), capabilities.batch_limit.max(1));
    let mut course = Course::default();
    if target.replaces {
        // Whoever is not sent again goes with the replacement.
        course.replaced = Some(planned.take_removes());
    }
    let mut in_flight = FuturesUnordered::new();
    let (mut written, mut throttled) = (Instant::now(), writer.traffic().throttled);
    loop {
        while in_flight.len() < capabilities.max_in_flight.max(1) {
            // Before the plan is looked at: whoever has taken over may have cleared it away.
            claim.check()?;
            let Some(sending) = course.next(&mut planned, limit).await? else { break };
            in_flight.push(async move {
                let outcome = writer.apply(&sending.batch).instrument(spans::batch(&sending.batch)).await;
                (sending, outcome)
            });
        }
        let Some((sent, outcome)) = in_flight.next().await else { break };
        course.settle(sent, outcome);
        let so_far = writer.traffic().throttled;
        if so_far > throttled {
            throttled = so_far;
            tell(RunEventKind::Throttled { throttled });
        }
        tell(RunEventKind::Batch { done: course.done, total });
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
