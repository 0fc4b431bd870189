//! Carrying a plan out: the audience, the intent, the batches, the commit.

use tracing::{Instrument, info_span};

use super::apply::{Applied, Target, apply};
use super::claimed::or_discard;
use super::open::{OpenAudience, carry_name_over, find_or_create};
use super::propose::Proposal;
use super::report::{Report, ReportParts};
use super::stand::Standing;
use super::{ActivationError, ChangeRecorder, RunEventKind, RunOptions, SegmentActivation, change_log};
use crate::destination::Known;
use crate::state::{AudienceRecord, Claim, Comparison, Generation, HeldFiles, Intent, Journal, Pending};

/// Carries a plan out, unless a guard blocks it.
pub(super) async fn carry_out(
    activation: &SegmentActivation,
    claim: &Claim,
    options: &RunOptions,
    parts: &mut ReportParts<'_>,
    standing: Standing,
    proposal: Proposal,
) -> Result<Report, ActivationError> {
    let (ledger, Standing { generation, held, opened }) = (&activation.ledger, standing);
    let Proposal { run, plan, changes, .. } = &proposal;
    parts.plan = Some(plan.clone());
    activation.tell(options, || RunEventKind::Planned(Box::new(plan.clone())));
    if plan.is_blocked() {
        ledger.discard_plan(run).await;
        return Ok(parts.blocked(plan.clone(), &generation, opened));
    }

    let at = ledger.clock.now();
    let recorder = match changes.is_empty() {
        true => None,
        false => or_discard(ledger, run, change_log::begin(activation, run, at).await).await?,
    };
    let mut journal = ledger.journal(run);
    let opened = match opened {
        Some(opened) => opened,
        None => {
            let made = find_or_create(&*activation.destination, &generation, plan, &journal, claim);
            or_discard(ledger, run, made.instrument(info_span!("tikaud_create")).await).await?
        }
    };
    let OpenAudience { writer, mut record, create, created, warnings } = opened;
    parts.warnings.extend(warnings);
    if let Some(record) = &mut record {
        parts.warnings.extend(carry_name_over(&*activation.destination, record, &plan.name).await);
    }
    parts.warnings.extend(writer.audience().into_iter().flat_map(|audience| audience.warnings.iter().cloned()));

    writer.recall(&known(record.as_ref(), &held));
    // The first part of a plan in the place of the whole would take out everybody else.
    let may_replace = proposal.comparison == Comparison::Resync && options.canary_percent().is_none();
    let replaces = may_replace && writer.begin_replacement().is_ok();
    if !changes.is_empty() {
        let (audience, mapping, changes) = (record.clone(), plan.mapping.clone(), changes.clone());
        journal.intend(&Intent { audience, mapping, changes, replaces, at: Some(at) }).await?;
    }
    parts.timings.intend = parts.lap();
    let capabilities = activation.destination.capabilities();
    let target = Target { writer: &*writer, capabilities, create: create.as_ref(), replaces };
    let mut applied = send(activation, claim, options, target, &mut journal, &proposal).await?;
    parts.warnings.append(&mut applied.warnings);
    parts.warnings.extend(log_changes(activation, recorder, &proposal, &applied).await);
    parts.timings.apply = parts.lap();

    let created = created || applied.created.is_some();
    let next = next_generation(activation, &generation, record, &proposal, &mut applied);
    let next = if changes.is_empty() && next == generation {
        next
    } else {
        let next = Generation { run: Some(run.clone()), ..next };
        let (changes, receipts) = (changes.clone(), applied.receipts.clone());
        let held = HeldFiles::clone(&held).with(Pending { changes, replaces, receipts }).into();
        ledger.commit(claim, next, &held).instrument(info_span!("tikaud_commit")).await?
    };
    parts.timings.commit = parts.lap();
    parts.canary = options.canary_percent();
    let Proposal { run, plan, .. } = proposal;
    Ok(parts.finished(run, plan, &next, &*writer, created, applied))
}

/// Sends the batches, or the first part of them.
async fn send(
    activation: &SegmentActivation,
    claim: &Claim,
    options: &RunOptions,
    target: Target<'_>,
    journal: &mut Journal,
    proposal: &Proposal,
) -> Result<Applied, ActivationError> {
    if proposal.changes.is_empty() {
        return Ok(Applied::default());
    }
    let mut planned = activation.ledger.planned(&proposal.changes);
    if let Some(percent) = options.canary_percent() {
        planned.keep_first(percent, target.capabilities.minimum_audience);
    }
    let tell = |event| activation.tell(options, || event);
    let applying = apply(target, planned, claim, journal, &tell);
    Ok(applying.instrument(info_span!("tikaud_apply")).await?)
}

/// Has the change log record what was acknowledged. A gap in it is a warning.
async fn log_changes(
    activation: &SegmentActivation,
    recorder: Option<Box<dyn ChangeRecorder>>,
    proposal: &Proposal,
    applied: &Applied,
) -> Option<String> {
    let logged = change_log::record(activation, recorder?, &proposal.changes, &applied.receipts).await;
    logged.err().map(|error| change_log::lacks(&proposal.run, &error))
}

/// The generation that the run leaves, but for its number and its identifiers.
fn next_generation(
    activation: &SegmentActivation,
    generation: &Generation,
    record: Option<AudienceRecord>,
    proposal: &Proposal,
    applied: &mut Applied,
) -> Generation {
    let Proposal { plan, schema, erased, .. } = proposal;
    let mut next = generation.clone();
    next.audience = record.or(applied.created.clone());
    next.pending_create = applied.pending_create.take();
    if let (Some(audience), Some(notes)) = (&mut next.audience, applied.notes.take()) {
        audience.notes = Some(notes);
    }
    next.mapping = Some(plan.mapping.clone());
    if let Some(schema) = schema {
        (next.members, next.schema) = (Some(plan.tally.members), Some(schema.clone()));
    }
    next.pending = applied.pending(plan, activation.ledger.clock.now());
    if let (Some(erased), None) = (erased, &next.pending) {
        next.erased = *erased;
    }
    next
}

/// What the destination is told of an audience that it opens.
pub(super) fn known(record: Option<&AudienceRecord>, held: &HeldFiles) -> Known {
    Known { identifiers: record.map(|_| held.possible_count()), notes: record.and_then(|record| record.notes.clone()) }
}
