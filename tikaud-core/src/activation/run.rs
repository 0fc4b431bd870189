//! One run: the data's path, top to bottom.

use tokio::select;
use tracing::{Instrument, info_span};

use super::apply::{Applied, Target, apply};
use super::erase::tombstones;
use super::history::Recording;
use super::open::{OpenAudience, carry_name_over, connect, find_or_create};
use super::read::{Reading, read};
use super::report::{Report, ReportParts};
use super::{ActivationError, RunEventKind, RunOptions, SegmentActivation, WhenGone, change_log, spans};
use crate::destination::{Destination, Known};
use crate::diff::DiffError;
use crate::plan::Plan;
use crate::state::{AudienceRecord, Claim, Comparison, Current, HeldFiles, Intent, Ledger, Pending, RunId, StateError};

/// How often a plan looks at the state when a run beside it clears away what it is looking at.
const LOOKS: u32 = 5;

/// Claims the activation, runs it, and lets go.
pub(super) async fn run(activation: &SegmentActivation, options: &RunOptions) -> Result<Report, ActivationError> {
    let span = spans::run(activation);
    let mut recording = Recording::new(activation, options);
    let outcome = claimed(&activation.ledger, async |claim| {
        recording.begin(claim).await;
        let outcome = carry_out(activation, claim, options, &mut recording.parts).await;
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

async fn carry_out(
    activation: &SegmentActivation,
    claim: &Claim,
    options: &RunOptions,
    parts: &mut ReportParts<'_>,
) -> Result<Report, ActivationError> {
    let (ledger, destination) = (&activation.ledger, &*activation.destination);

    parts.warnings.extend(change_log::record_interrupted(activation).await?);
    let current = ledger.recover(claim).await?;
    parts.warn_of_interrupted(&current.interrupted);

    let when_gone = if options.drains() { WhenGone::Stop } else { activation.when_gone };
    let (Current { generation, held, .. }, opened, warnings) =
        reach(destination, ledger, claim, current, when_gone).instrument(info_span!("tikaud_connect")).await?;
    parts.warnings.extend(warnings);
    parts.timings.connect = parts.lap();

    let erased = tombstones(activation, &generation, options).await?;
    let Reading { mut wanted, tallies } = read(activation, options).instrument(info_span!("tikaud_read")).await?;
    wanted.erased = erased;
    parts.spilled_bytes = wanted.segment.spilled_bytes();
    parts.tally = Some(tallies.segment.clone());
    parts.timings.read = parts.lap();

    let run = RunId::new(generation.number, claim.epoch());
    parts.run = Some(run.clone());
    let planned = ledger.write_plan(&run, &held, &wanted, options.comparison());
    let planned = planned.instrument(info_span!("tikaud_plan")).await;
    let (counts, changes) = or_discard(ledger, &run, planned).await?;
    let schema = tallies.schema.clone();
    let plan = activation.make_plan(&generation, &held, counts, tallies, options);
    parts.timings.plan = parts.lap();
    parts.plan = Some(plan.clone());
    activation.tell(options, || RunEventKind::Planned(Box::new(plan.clone())));
    if plan.is_blocked() {
        ledger.discard_plan(&run).await;
        return Ok(parts.blocked(plan, &generation, opened));
    }

    let at = ledger.clock.now();
    let recorder = match changes.is_empty() {
        true => None,
        false => or_discard(ledger, &run, change_log::begin(activation, &run, at).await).await?,
    };
    let mut journal = ledger.journal(&run);
    let opened = match opened {
        Some(opened) => opened,
        None => {
            let made = find_or_create(destination, &generation, &plan, &journal, claim);
            let made = made.instrument(info_span!("tikaud_create")).await;
            or_discard(ledger, &run, made).await?
        }
    };
    let OpenAudience { writer, mut record, create, created, warnings } = opened;
    parts.warnings.extend(warnings);
    if let Some(record) = &mut record {
        parts.warnings.extend(carry_name_over(destination, record, &plan.name).await);
    }
    parts.warnings.extend(writer.audience().into_iter().flat_map(|audience| audience.warnings.iter().cloned()));

    writer.recall(&known(record.as_ref(), &held));
    let replaces = options.comparison() == Comparison::Resync && writer.begin_replacement().is_ok();
    if !changes.is_empty() {
        let (mapping, changes) = (plan.mapping.clone(), changes.clone());
        journal.intend(&Intent { audience: record.clone(), mapping, changes, replaces, at: Some(at) }).await?;
    }
    parts.timings.intend = parts.lap();
    let mut applied = Applied::default();
    if !changes.is_empty() {
        let capabilities = destination.capabilities();
        let target = Target { writer: &*writer, capabilities, create: create.as_ref(), replaces };
        let tell = |event| activation.tell(options, || event);
        let applying = apply(target, ledger.planned(&changes), claim, &mut journal, &tell);
        applied = applying.instrument(info_span!("tikaud_apply")).await?;
    }
    parts.warnings.append(&mut applied.warnings);
    if let Some(recorder) = recorder
        && let Err(error) = change_log::record(activation, recorder, &changes, &applied.receipts).await
    {
        parts.warnings.push(change_log::lacks(&run, &error));
    }
    parts.timings.apply = parts.lap();

    let mut next = generation.clone();
    let created = created || applied.created.is_some();
    next.audience = record.or(applied.created.take());
    next.pending_create = applied.pending_create.take();
    if let (Some(audience), Some(notes)) = (&mut next.audience, applied.notes.take()) {
        audience.notes = Some(notes);
    }
    next.mapping = Some(plan.mapping.clone());
    if let Some(schema) = schema {
        (next.members, next.schema) = (Some(plan.tally.members), Some(schema));
    }
    next.pending = applied.pending(&plan, ledger.clock.now());
    if let (Some(erased), None) = (&wanted.erased, &next.pending) {
        next.erased = erased.through();
    }
    if !changes.is_empty() || next != generation {
        next.run = Some(run.clone());
        let held = HeldFiles::clone(&held).with(Pending { changes, replaces, receipts: applied.receipts.clone() });
        let held = held.into();
        next = ledger.commit(claim, next, &held).instrument(info_span!("tikaud_commit")).await?;
    }
    parts.timings.commit = parts.lap();
    Ok(parts.finished(run, plan, &next, &*writer, created, applied))
}

/// Reaches the destination; an audience that is gone is let go of where that is wanted.
async fn reach(
    destination: &dyn Destination,
    ledger: &Ledger,
    claim: &Claim,
    current: Current,
    when_gone: WhenGone,
) -> Result<(Current, Option<OpenAudience>, Vec<String>), ActivationError> {
    let gone = match (connect(destination, &current.generation).await, when_gone) {
        (Err(gone @ ActivationError::AudienceGone { .. }), WhenGone::CreateAnew) => gone,
        (connected, _) => return connected.map(|(opened, warnings)| (current, opened, warnings)),
    };
    let current = ledger.let_go(claim, current).await?;
    let (opened, warnings) = connect(destination, &current.generation).await?;
    Ok((current, opened, [vec![created_anew(&gone)], warnings].concat()))
}

/// What the user has to know of an audience that takes the place of another.
fn created_anew(gone: &ActivationError) -> String {
    let cause = std::error::Error::source(gone).map(ToString::to_string).unwrap_or_default();
    format!(
        "a new audience takes the place of one that is gone: {cause}. Ad groups that used it have to be given the new one"
    )
}

/// What the destination is told of an audience that it opens.
pub(super) fn known(record: Option<&AudienceRecord>, held: &HeldFiles) -> Known {
    Known { identifiers: record.map(|_| held.possible_count()), notes: record.and_then(|record| record.notes.clone()) }
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

/// What a run would do now, without a claim and without writing anything.
pub(super) async fn plan(activation: &SegmentActivation, options: &RunOptions) -> Result<Plan, ActivationError> {
    // State that cannot be read is told before a long read of the segment.
    let generation = activation.ledger.generation().await?;
    let erased = tombstones(activation, &generation, options).await?;
    let Reading { mut wanted, tallies } = read(activation, options).await?;
    wanted.erased = erased;
    let mut looks = 1;
    loop {
        let Current { generation, held, .. } = activation.ledger.current().await?;
        match activation.ledger.count_changes(&held, &wanted, options.comparison()).await {
            // A run beside us has committed and cleared away what we were looking at.
            Err(DiffError::State(StateError::NotFound { .. })) if looks < LOOKS => looks += 1,
            counts => return Ok(activation.make_plan(&generation, &held, counts?, tallies, options)),
        }
    }
}
