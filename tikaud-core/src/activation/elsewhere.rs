//! The segment compared by a diff engine, where it is, in the place of being read here.

use std::sync::Arc;

use tracing::{Instrument, info_span};

use super::claimed::or_discard;
use super::propose::Planned;
use super::read::Tallies;
use super::report::ReportParts;
use super::{ActivationError, RunEventKind, RunOptions, SegmentActivation};
use crate::diff::{CompareRequest, Compared, DiffEngine};
use crate::plan::Plan;
use crate::state::{Comparison, Current, Elsewhere, HeldFiles, RunId, Tombstones, compare_with_nobody};

/// What became of the values, and what has to change, as counts and as plan files.
pub(super) async fn compare(
    activation: &SegmentActivation,
    engine: &dyn DiffEngine,
    held: &Arc<HeldFiles>,
    tombstones: Option<Arc<Tombstones>>,
    run: &RunId,
    options: &RunOptions,
    parts: &mut ReportParts<'_>,
) -> Result<Planned, ActivationError> {
    let ledger = &activation.ledger;
    let compared = ask(activation, engine, held, options).instrument(info_span!("tikaud_read")).await?;
    let tallies = tallies(&compared, options);
    parts.tally = Some(tallies.segment.clone());
    parts.timings.read = parts.lap();

    parts.run = Some(run.clone());
    let to = Elsewhere { engine, run: Some(run), held, erased: tombstones.as_deref() };
    let planned = ledger.plan_compared(to, compared).instrument(info_span!("tikaud_plan")).await;
    let (counts, changes) = or_discard(ledger, run, planned).await?;
    Ok((tallies, counts, changes))
}

/// What a run would do now, without a claim and without writing anything.
pub(super) async fn plan(
    activation: &SegmentActivation,
    engine: &dyn DiffEngine,
    tombstones: Option<Arc<Tombstones>>,
    options: &RunOptions,
) -> Result<Plan, ActivationError> {
    let ledger = &activation.ledger;
    let Current { generation, held, .. } = ledger.current().await?;
    // What the engine keeps would have to be changed first, and that is for a run that has the claim.
    if !held.pending.is_empty() {
        return Err(ActivationError::Interrupted { activation: ledger.activation.clone() });
    }
    let compared = ask(activation, engine, &held, options).await?;
    let tallies = tallies(&compared, options);
    let to = Elsewhere { engine, run: None, held: &held, erased: tombstones.as_deref() };
    let (counts, _) = ledger.plan_compared(to, compared).await?;
    Ok(activation.make_plan(&generation, &held, counts, tallies, options))
}

/// Has the engine compare; an activation that is being drained wants nobody.
async fn ask(
    activation: &SegmentActivation,
    engine: &dyn DiffEngine,
    held: &HeldFiles,
    options: &RunOptions,
) -> Result<Compared, ActivationError> {
    let sets = activation.ledger.sets_id(held);
    if options.drains() {
        return Ok(compare_with_nobody(engine, sets.as_ref(), held).await?);
    }
    let request = CompareRequest::new(sets.as_ref(), &activation.mapping);
    let compared = engine.compare(&request.resync(options.comparison() == Comparison::Resync)).await?;
    activation.tell(options, || RunEventKind::Reading { members: compared.tally.members });
    Ok(compared)
}

fn tallies(compared: &Compared, options: &RunOptions) -> Tallies {
    let schema = (!options.drains()).then(|| compared.schema.clone());
    let (segment, suppressions) = (compared.tally.clone(), compared.suppressions.clone());
    Tallies { segment, suppressions, hold_out: None, schema }
}
