//! Taking one person out of one audience: a run of these removes alone.

use std::error::Error;

use super::super::apply::{Applied, Target, apply};
use super::super::carry::known;
use super::super::claimed::{claimed, or_discard};
use super::super::open::{OpenAudience, find_lost, open, refused};
use super::super::{ActivationError, SegmentActivation, change_log};
use super::{ActivationErasure, ErasureOutcome};
use crate::destination::{DestinationError, Retry};
use crate::diff::{Action, IdentifierSets};
use crate::state::{
    Claim, Current, Generation, HeldFiles, Intent, Lookup, Pending, PendingChanges, PlannedChange, RunId,
    latest_generation,
};

/// Takes the identifiers out of the activation's audience, as far as they are in it because of us. What fails is the outcome.
pub(super) async fn remove(
    activation: &SegmentActivation,
    identifiers: &IdentifierSets,
    erasure: &Lookup,
) -> ActivationErasure {
    match try_remove(activation, identifiers, erasure).await {
        Ok(outcome) => outcome,
        Err(error) => failed(activation, &error),
    }
}

/// An activation in another state root: nothing that is written in this one reaches it.
pub(super) fn elsewhere(activation: &SegmentActivation) -> ActivationErasure {
    let reason = "its state is in another state root; erase the person there too".to_owned();
    ActivationErasure { reason: Some(reason), ..blank(activation, ErasureOutcome::Refused) }
}

pub(super) fn failed(activation: &SegmentActivation, error: &ActivationError) -> ActivationErasure {
    let outcome = match error {
        ActivationError::Destination { source, .. } if source.retry() == Retry::Never => ErasureOutcome::Refused,
        ActivationError::AudienceGone { .. } => ErasureOutcome::Refused,
        _ => ErasureOutcome::Pending,
    };
    ActivationErasure { reason: Some(chain(error)), ..blank(activation, outcome) }
}

fn blank(activation: &SegmentActivation, outcome: ErasureOutcome) -> ActivationErasure {
    ActivationErasure {
        activation: activation.ledger.activation.clone(),
        destination: Some(activation.ledger.destination.clone()),
        audience: None,
        outcome,
        held: 0,
        removed: 0,
        reason: None,
    }
}

async fn try_remove(
    activation: &SegmentActivation,
    identifiers: &IdentifierSets,
    erasure: &Lookup,
) -> Result<ActivationErasure, ActivationError> {
    let ledger = &activation.ledger;
    if latest_generation(&*ledger.store, &ledger.activation).await?.is_none() {
        return Ok(blank(activation, ErasureOutcome::NotHeld));
    }
    claimed(ledger, async |claim| Box::pin(carry_out(activation, claim, identifiers, erasure)).await).await
}

async fn carry_out(
    activation: &SegmentActivation,
    claim: &Claim,
    identifiers: &IdentifierSets,
    erasure: &Lookup,
) -> Result<ActivationErasure, ActivationError> {
    let ledger = &activation.ledger;
    for warning in change_log::record_interrupted(activation).await? {
        tracing::warn!(activation = %ledger.activation, "{warning}");
    }
    let Current { generation, held, .. } = ledger.recover(claim).await?;
    let run = RunId::new(generation.number, claim.epoch());
    let planned = ledger.write_removal(&run, &held, identifiers).await;
    let changes = or_discard(ledger, &run, planned).await?;
    let mut next = generation.clone();
    let (mut applied, mut pending) = (Applied::default(), None);
    if !changes.is_empty() {
        let at = ledger.clock.now();
        let recorder = or_discard(ledger, &run, change_log::begin(activation, &run, at).await).await?;
        let opened = or_discard(ledger, &run, reach(activation, &generation).await).await?;
        let OpenAudience { writer, record, .. } = opened;
        writer.recall(&known(record.as_ref(), &held));
        let mut journal = ledger.journal(&run);
        let mapping = generation.mapping.clone().unwrap_or_default();
        let (audience, changes_intended) = (record.clone(), changes.clone());
        let intent = Intent { audience, mapping, changes: changes_intended, replaces: false, at: Some(at) };
        journal.intend(&intent).await?;
        let capabilities = activation.destination.capabilities();
        let target = Target { writer: &*writer, capabilities, create: None, replaces: false };
        applied = apply(target, ledger.planned(&changes), claim, &mut journal, &|_| {}).await?;
        if let Some(recorder) = recorder
            && let Err(error) = change_log::record(activation, recorder, &changes, &applied.receipts).await
        {
            tracing::warn!(activation = %ledger.activation, "{}", change_log::lacks(&run, &error));
        }
        (next.audience, next.pending_create) = (record, None);
        if let (Some(audience), Some(notes)) = (&mut next.audience, applied.notes.take()) {
            audience.notes = Some(notes);
        }
        pending = Some(Pending { changes: changes.clone(), replaces: false, receipts: applied.receipts.clone() });
    }
    let to_remove: u64 = changes.iter().map(|change| change.file.count).sum();
    let accepted = |change: &PlannedChange| applied.receipts.acknowledged.count(change.file.kind, Action::Remove);
    let removed: u64 = changes.iter().map(accepted).sum();
    if removed < to_remove {
        next.pending = left_over(&generation, to_remove - removed);
    } else if generation.erased >= erasure.before {
        // Otherwise somebody else was erased before, whom the next run looks for.
        next.erased = generation.erased.max(erasure.number);
    }
    if pending.is_some() || next != generation {
        next.run = Some(run);
        let held = pending.into_iter().fold(HeldFiles::clone(&held), HeldFiles::with);
        next = ledger.commit(claim, next, &held.into()).await?;
    }
    Ok(ActivationErasure {
        audience: next.audience.map(|audience| audience.id),
        held: to_remove,
        removed,
        ..outcome(activation, to_remove, removed, applied)
    })
}

/// The audience, also one that was asked for without a reply.
async fn reach(activation: &SegmentActivation, generation: &Generation) -> Result<OpenAudience, ActivationError> {
    let destination = &*activation.destination;
    if let Some(record) = &generation.audience {
        return open(destination, record.clone(), false, Vec::new()).await;
    }
    let lost = match &generation.pending_create {
        Some(pending) => find_lost(destination, pending).await.map_err(refused(destination))?,
        None => None,
    };
    match lost {
        Some(record) => open(destination, record, false, Vec::new()).await,
        None => Err(ActivationError::AudienceUnknown { destination: destination.id().clone() }),
    }
}

/// What the previous run has left, and these.
fn left_over(generation: &Generation, removes: u64) -> Option<PendingChanges> {
    let before = generation.pending.as_ref();
    let (adds, resume_at) = (before.map_or(0, |left| left.adds), before.and_then(|left| left.resume_at));
    PendingChanges::new(adds, before.map_or(0, |left| left.removes).saturating_add(removes), resume_at)
}

fn outcome(activation: &SegmentActivation, to_remove: u64, removed: u64, applied: Applied) -> ActivationErasure {
    let refused = applied.refused.into_values().map(|refused| refused.error).next();
    let (outcome, error) = match (applied.failure, refused) {
        _ if to_remove == 0 => (ErasureOutcome::NotHeld, None),
        _ if removed == to_remove => (ErasureOutcome::Removed, None),
        (Some(failure), _) if failure.retry() != Retry::Never => (ErasureOutcome::Pending, Some(failure)),
        (Some(refused), _) | (None, Some(refused)) => (ErasureOutcome::Refused, Some(refused)),
        (None, None) => (ErasureOutcome::Pending, None),
    };
    ActivationErasure {
        reason: error.as_ref().map(|error: &DestinationError| chain(error)),
        ..blank(activation, outcome)
    }
}

/// The error and its causes, in a line.
fn chain(error: &dyn Error) -> String {
    let (mut line, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}
