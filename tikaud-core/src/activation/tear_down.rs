//! The end of an activation.

use serde::{Deserialize, Serialize};

use super::claimed::claimed;
use super::open::{find_lost, refused};
use super::run::run;
use super::{ActivationError, Outcome, Report, RunOptions, SegmentActivation};
use crate::destination::{AudienceId, DestinationErrorKind};
use crate::state::{Generation, forget};

/// What becomes of the audience when an activation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Teardown {
    /// It stays as it is. Nobody in it is ever removed by us.
    Keep,
    /// Everybody whom the activation has put in is taken out, and the audience stays, with whomever others have put in.
    Drain,
    /// It is deleted with everybody in it, whoever put them there.
    Delete,
}

/// What came of a teardown.
#[derive(Debug)]
#[non_exhaustive]
pub struct TornDown {
    /// Whether it is complete, and the activation's state gone. Otherwise the report says what is left, and calling it again
    /// carries on.
    pub complete: bool,
    /// The audience, where there was one.
    pub audience: Option<AudienceId>,
    /// The run that drained it; `None` when nothing had to be taken out.
    pub report: Option<Report>,
}

/// Ends the activation. The state goes last, so that whatever breaks off can be carried on.
pub(super) async fn tear_down(activation: &SegmentActivation, teardown: Teardown) -> Result<TornDown, ActivationError> {
    let ledger = &activation.ledger;
    let audience = audience(activation, &ledger.generation().await?).await?;
    let mut report = None;
    match (teardown, &audience) {
        (Teardown::Keep, _) | (_, None) => {}
        (Teardown::Drain, Some(_)) => report = drain(activation).await?,
        (Teardown::Delete, Some(audience)) => delete(activation, audience).await?,
    }
    let complete = report.as_ref().is_none_or(|report| report.outcome == Outcome::Done);
    if complete {
        ledger.forget_sets().await?;
        forget(&ledger.store, &ledger.activation).await?;
    }
    Ok(TornDown { complete, audience, report })
}

/// The activation's audience, also one that was asked for without a reply.
async fn audience(
    activation: &SegmentActivation,
    generation: &Generation,
) -> Result<Option<AudienceId>, ActivationError> {
    let destination = &*activation.destination;
    let lost = match (&generation.audience, &generation.pending_create) {
        (Some(record), _) => return Ok(Some(record.id.clone())),
        (None, Some(pending)) => find_lost(destination, pending).await.map_err(refused(destination))?,
        (None, None) => None,
    };
    Ok(lost.map(|record| record.id))
}

/// A run that takes everybody out whom we have put in; nobody is in an audience that is gone.
async fn drain(activation: &SegmentActivation) -> Result<Option<Report>, ActivationError> {
    match run(activation, &RunOptions::draining()).await {
        Err(ActivationError::AudienceGone { .. }) => Ok(None),
        report => report.map(Some),
    }
}

/// Under the claim, so that no run is at work on it.
async fn delete(activation: &SegmentActivation, audience: &AudienceId) -> Result<(), ActivationError> {
    let destination = &*activation.destination;
    claimed(&activation.ledger, async |_| match destination.delete_audience(audience).await {
        Err(error) if error.kind() != DestinationErrorKind::NotFound => Err(refused(destination)(error)),
        _ => Ok(()),
    })
    .await
}
