//! One run: the data's path, top to bottom.

use tracing::Instrument;

use super::carry::carry_out;
use super::claimed::claimed;
use super::history::Recording;
use super::propose::propose;
use super::report::{Report, ReportParts};
use super::stand::stand;
use super::{ActivationError, RunOptions, SegmentActivation, spans};
use crate::state::{Claim, RunId};

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
