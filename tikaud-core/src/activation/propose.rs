//! What is to be carried out: the segment is read and compared with what is held.

use std::sync::Arc;

use tracing::{Instrument, info_span};

use super::claimed::or_discard;
use super::elsewhere;
use super::erase::tombstones;
use super::read::{Reading, Tallies, read};
use super::report::ReportParts;
use super::stand::Standing;
use super::{ActivationError, RunOptions, SegmentActivation};
use crate::diff::DiffError;
use crate::plan::Plan;
use crate::segment::SegmentSchema;
use crate::state::{Comparison, Current, HeldFiles, KindChanges, PlannedChange, RunId, StateError, Tombstones};

/// How often a plan looks at the state when a run beside it clears away what it is looking at.
const LOOKS: u32 = 5;

/// What is to be carried out.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    /// The run whose plan files they are.
    pub(super) run: RunId,
    pub(super) plan: Plan,
    /// The identifiers, in plan files.
    pub(super) changes: Vec<PlannedChange>,
    pub(super) comparison: Comparison,
    /// What the segment was read from; `None` when nothing was read.
    pub(super) schema: Option<SegmentSchema>,
    /// The last erasure that took part in it.
    pub(super) erased: Option<u64>,
}

/// Reads the segment, and writes the plan with its files.
pub(super) async fn propose(
    activation: &SegmentActivation,
    standing: &Standing,
    run: RunId,
    options: &RunOptions,
    parts: &mut ReportParts<'_>,
) -> Result<Proposal, ActivationError> {
    let (ledger, Standing { generation, held, .. }) = (&activation.ledger, standing);
    let tombstones = tombstones(activation, generation, options).await?;
    let erased = tombstones.as_ref().map(|tombstones| tombstones.through());
    let (tallies, counts, changes) = match &ledger.engine {
        None => read_and_compare(activation, held, tombstones, &run, options, parts).await?,
        Some(engine) => elsewhere::compare(activation, &**engine, held, tombstones, &run, options, parts).await?,
    };
    let schema = tallies.schema.clone();
    let plan = activation.make_plan(generation, held, counts, tallies, options);
    parts.timings.plan = parts.lap();
    Ok(Proposal { run, plan, changes, comparison: options.comparison(), schema, erased })
}

/// What became of the values, and what has to change, as counts and as plan files.
pub(super) type Planned = (Tallies, Vec<KindChanges>, Vec<PlannedChange>);

/// The same with the segment read and compared in this process.
async fn read_and_compare(
    activation: &SegmentActivation,
    held: &Arc<HeldFiles>,
    tombstones: Option<Arc<Tombstones>>,
    run: &RunId,
    options: &RunOptions,
    parts: &mut ReportParts<'_>,
) -> Result<Planned, ActivationError> {
    let ledger = &activation.ledger;
    let Reading { mut wanted, tallies } = read(activation, options).instrument(info_span!("tikaud_read")).await?;
    wanted.erased = tombstones;
    parts.spilled_bytes = wanted.segment.spilled_bytes();
    parts.tally = Some(tallies.segment.clone());
    parts.timings.read = parts.lap();

    parts.run = Some(run.clone());
    let planned = ledger.write_plan(run, held, &wanted, options.comparison());
    let planned = planned.instrument(info_span!("tikaud_plan")).await;
    let (counts, changes) = or_discard(ledger, run, planned).await?;
    Ok((tallies, counts, changes))
}

/// What a run would do now, without a claim and without writing anything.
pub(super) async fn plan(activation: &SegmentActivation, options: &RunOptions) -> Result<Plan, ActivationError> {
    // State that cannot be read is told before a long read of the segment.
    let generation = activation.ledger.generation().await?;
    let erased = tombstones(activation, &generation, options).await?;
    if let Some(engine) = &activation.ledger.engine {
        return elsewhere::plan(activation, &**engine, erased, options).await;
    }
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
