//! One run: the data's path, top to bottom.

use tokio::select;

use super::carry::carry_out;
use super::history::Recording;
use super::propose::propose;
use super::report::{Report, ReportParts};
use super::stand::stand;
use super::{ActivationError, RunOptions, SegmentActivation, spans};
use crate::state::{Claim, Ledger, RunId};

use tracing::Instrument;

/// Claims the activation, runs it, and lets go.
pub(super) async fn run(activation: &SegmentActivation, options: &RunOptions) -> Result<Report, ActivationError> {
    recorded(activation, options, async |claim, parts| {
        let standing = stand(activation, claim, options, parts).await?;
        let run = RunId::new(standing.generation.number, claim.epoch());
        let proposal = propose(activation, &standing, run, options, parts).await?;
        carry_out(activation, claim, options, parts, standing, proposal).await
    })
    .await
}

/// Does what needs the claim and ends in a report, and sees that the history has it and everybody who listens hears of it.
pub(super) async fn recorded(
    activation: &SegmentActivation,
    options: &RunOptions,
    work: impl AsyncFnOnce(&Claim, &mut ReportParts<'_>) -> Result<Report, ActivationError>,
) -> Result<Report, ActivationError> {
    let span = spans::run(activation);
    let mut recording = Recording::new(activation, options);
    let outcome = claimed(&activation.ledger, async |claim| {
        recording.begin(claim).await;
        let outcome = work(claim, &mut recording.parts).await;
        recording.end(claim, outcome).await
    })
    .instrument(span.clone())
    .await;
    span.in_scope(|| recording.told(&span, &outcome));
    outcome
}

/// Does what needs the claim, and lets go of it.
pub(super) async fn claimed<T>(
    ledger: &Ledger,
    work: impl AsyncFnOnce(&Claim) -> Result<T, ActivationError>,
) -> Result<T, ActivationError> {
    let claim = ledger.claim().await?;
    let outcome = select! {
        outcome = work(&claim) => outcome,
        lost = claim.keep() => return Err(lost.into()),
    };
    match claim.release().await {
        // The work is done and durable; a claim that was not released lapses by itself.
        Err(error) if outcome.is_ok() => {
            tracing::warn!(activation = %ledger.activation, %error, "the claim was not released");
        }
        _ => {}
    }
    outcome
}

/// The plan of a run that ends before its intent goes with it, so that the next run has nothing to recover from.
pub(super) async fn or_discard<T, E: Into<ActivationError>>(
    ledger: &Ledger,
    run: &RunId,
    outcome: Result<T, E>,
) -> Result<T, ActivationError> {
    if outcome.is_err() {
        ledger.discard_plan(run).await;
    }
    outcome.map_err(Into::into)
}
