//! One run: the data's path, top to bottom.

use tokio::select;

use super::apply::{Applied, apply};
use super::offload::offload;
use super::open::{OpenAudience, connect, find_or_create};
use super::read::read;
use super::report::{Report, ReportParts};
use super::{ActivationError, RunOptions, SegmentActivation};
use crate::plan::Plan;
use crate::state::{Claim, Current, Intent, RunId};

/// Claims the activation, runs it, and lets go.
pub(super) async fn run(activation: &SegmentActivation, options: &RunOptions) -> Result<Report, ActivationError> {
    let claim = activation.ledger.claim().await?;
    let outcome = select! {
        outcome = carry_out(activation, &claim, options) => outcome,
        lost = claim.keep() => return Err(lost.into()),
    };
    match claim.release().await {
        // The work is done and durable; a claim that was not released lapses by itself.
        Err(error) if outcome.is_ok() => {
            tracing::warn!(activation = %activation.ledger.activation, %error, "the claim was not released");
        }
        _ => {}
    }
    outcome
}

async fn carry_out(
    activation: &SegmentActivation,
    claim: &Claim,
    options: &RunOptions,
) -> Result<Report, ActivationError> {
    let mut parts = ReportParts::start(activation);
    let (ledger, destination) = (&activation.ledger, &*activation.destination);

    let Current { generation, held, interrupted } = ledger.recover(claim).await?;
    parts.warn_of_interrupted(&interrupted);

    let (opened, warnings) = connect(destination, &generation).await?;
    parts.warnings.extend(warnings);
    parts.timings.connect = parts.lap();

    let (segment, tally) = read(&*activation.segment, &activation.mapping, &activation.extractor, options).await?;
    parts.timings.read = parts.lap();

    let plan = activation.make_plan(&generation, &held, segment, tally, options).await?;
    parts.timings.plan = parts.lap();
    if plan.is_blocked() {
        return Ok(parts.blocked(plan, &generation, opened));
    }

    let run = RunId::new(generation.number, claim.epoch());
    let mut journal = ledger.journal(&run);
    let opened = match opened {
        Some(opened) => opened,
        None => find_or_create(destination, &generation, &plan, &journal, claim).await?,
    };
    let OpenAudience { writer, record, created, warnings } = opened;
    parts.warnings.extend(warnings);
    parts.warnings.extend(writer.audience().into_iter().flat_map(|audience| audience.warnings.iter().cloned()));

    if !plan.changes.is_empty() {
        let changes = ledger.write_plan(&run, &plan.changes).await?;
        journal.intend(&Intent { audience: record.clone(), mapping: plan.mapping.clone(), changes }).await?;
    }
    parts.timings.intend = parts.lap();

    let mut applied = Applied::default();
    if !plan.changes.is_empty() {
        applied = apply(&*writer, &plan.changes, destination.capabilities(), claim, &mut journal, options).await?;
    }
    parts.timings.apply = parts.lap();

    let mut next = generation.clone();
    (next.audience, next.pending_create) = (Some(record), None);
    next.mapping = Some(plan.mapping.clone());
    if !plan.changes.is_empty() || next != generation {
        next.run = Some(run.clone());
        let (changes, receipts) = (plan.changes.clone(), applied.receipts.clone());
        let held = offload(move || receipts.settle(&held, &changes)).await?;
        next = ledger.commit(claim, next, &held).await?;
    }
    parts.timings.commit = parts.lap();
    Ok(parts.finished(run, plan, &next, &*writer, created, applied))
}

/// What a run would do now, without a claim and without writing anything.
pub(super) async fn plan(activation: &SegmentActivation, options: &RunOptions) -> Result<Plan, ActivationError> {
    let Current { generation, held, .. } = activation.ledger.current().await?;
    let (segment, tally) = read(&*activation.segment, &activation.mapping, &activation.extractor, options).await?;
    activation.make_plan(&generation, &held, segment, tally, options).await
}
