//! Plan, review, apply: a plan that is kept until somebody has looked at it, and is then carried out exactly, or refused as
//! stale.

mod plan;

pub use plan::{PlanSample, PreparedPlan};

use super::carry::carry_out;
use super::claimed::{claimed, or_discard};
use super::erase::tombstones;
use super::propose::{Proposal, propose};
use super::report::{Report, ReportParts};
use super::run::recorded;
use super::stand::{Standing, stand};
use super::{ActivationError, RunOptions, SegmentActivation};
use crate::state::{Claim, Comparison, PlanId, RunId};

impl SegmentActivation {
    /// Plans a run and keeps the plan, so that somebody can look at it before it is carried out by [`apply`](Self::apply), later
    /// and in another process if need be. Reads the segment, reaches the destination, and sends nothing. A plan that a guard
    /// blocks can be kept too: that is what most of them are made for.
    ///
    /// It is kept in the state until the activation's next commit, and holds the identifiers that are to be changed.
    ///
    /// ```
    /// # use tikaud_core::destination::MemoryDestination;
    /// # use tikaud_core::state::MemoryStateStore;
    /// use tikaud_core::activation::{Outcome, RunOptions, SegmentActivation};
    /// use tikaud_core::identifier::{Field, FieldMapping};
    /// use tikaud_core::plan::Guard;
    /// use tikaud_core::segment::MemorySegment;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")], [Some("no address")], [None]])?;
    /// let activation = SegmentActivation::builder("buyers", segment, MemoryDestination::new(), MemoryStateStore::new())
    ///     .mapping(FieldMapping::try_new([("email", Field::Email)])?)
    ///     .build()?;
    /// let prepared = activation.prepare(&RunOptions::new()).await?;
    /// println!("{prepared}");
    /// // Somebody has looked at it, and at what its guards have found.
    /// let guards = prepared.plan.blocked_by().map(|verdict| verdict.guard);
    /// let report = activation.apply(&prepared.id, &RunOptions::new().allow_all(guards)).await?;
    /// assert_eq!(report.outcome, Outcome::Done);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`run`](super::Activation::run).
    pub async fn prepare(&self, options: &RunOptions) -> Result<PreparedPlan, ActivationError> {
        claimed(&self.ledger, async |claim| Box::pin(prepare(self, claim, options)).await).await
    }

    /// The prepared plans that are kept, oldest first.
    ///
    /// # Errors
    ///
    /// [`ActivationError::State`] when the state cannot be read.
    pub async fn prepared(&self) -> Result<Vec<PreparedPlan>, ActivationError> {
        let generation = self.ledger.generation().await?;
        let mut plans: Vec<PreparedPlan> = self.ledger.list_prepared().await?;
        plans.retain(|prepared| prepared.plan.generation == generation.number);
        Ok(plans)
    }

    /// Carries out exactly a prepared plan: the identifiers that it was made of, whatever the segment is by now. Guards that
    /// `options` allow are passed over; whether it is a resync was decided when it was prepared.
    ///
    /// # Errors
    ///
    /// [`ActivationError::StalePlan`] when the state, the activation's settings or who has been erased are not what they were
    /// when it was prepared, or there is no such plan any more; otherwise as for [`run`](super::Activation::run).
    pub async fn apply(&self, id: &PlanId, options: &RunOptions) -> Result<Report, ActivationError> {
        recorded(self, options, async |claim, parts| {
            let kept = find(self, id).await?;
            let standing = stand(self, claim, options, parts).await?;
            let proposal = take(self, claim, options, parts, &standing, kept).await?;
            carry_out(self, claim, options, parts, standing, proposal).await
        })
        .await
    }

    /// Throws a prepared plan away. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`ActivationError::State`] when the state cannot be used, or a run is under way.
    pub async fn discard(&self, id: &PlanId) -> Result<(), ActivationError> {
        claimed(&self.ledger, async |_| Ok(self.ledger.discard_prepared(id).await?)).await
    }
}

async fn prepare(
    activation: &SegmentActivation,
    claim: &Claim,
    options: &RunOptions,
) -> Result<PreparedPlan, ActivationError> {
    let (ledger, mut parts) = (&activation.ledger, ReportParts::start(activation));
    let standing = stand(activation, claim, options, &mut parts).await?;
    let run = RunId::new(standing.generation.number, claim.epoch());
    let proposal = propose(activation, &standing, run.clone(), options, &mut parts).await?;
    let id = PlanId::new(run.clone());
    let kept = or_discard(ledger, &run, ledger.keep_plan(&id, &proposal.changes).await).await?;
    ledger.discard_plan(&run).await;
    let prepared = PreparedPlan::new(activation, id, &standing, proposal, kept, parts.warnings)?;
    claim.check()?;
    ledger.write_prepared(&prepared.id, &prepared).await?;
    Ok(prepared)
}

async fn find(activation: &SegmentActivation, id: &PlanId) -> Result<PreparedPlan, ActivationError> {
    let kept = activation.ledger.read_prepared(id).await?;
    kept.ok_or_else(|| {
        stale(id, "it is not kept any more, or never was: the audience has been changed since, or it was discarded")
    })
}

/// The prepared plan as one that is carried out now, judged with the guards that are allowed now.
async fn take(
    activation: &SegmentActivation,
    claim: &Claim,
    options: &RunOptions,
    parts: &mut ReportParts<'_>,
    standing: &Standing,
    kept: PreparedPlan,
) -> Result<Proposal, ActivationError> {
    let ledger = &activation.ledger;
    let erased = tombstones(activation, &standing.generation, options).await?.map(|tombstones| tombstones.through());
    if let Some(reason) = kept.is_stale(activation, standing, erased)? {
        // It holds identifiers, of somebody who was erased perhaps.
        ledger.discard_prepared(&kept.id).await?;
        return Err(stale(&kept.id, reason));
    }
    let run = RunId::new(standing.generation.number, claim.epoch());
    parts.run = Some(run.clone());
    parts.tally = Some(kept.plan.tally.clone());
    let changes = or_discard(ledger, &run, ledger.take_plan(&run, &kept.changes).await).await?;
    parts.timings.plan = parts.lap();
    let mut plan = kept.plan;
    plan.allow(&options.allowed);
    let comparison = if kept.resync { Comparison::Resync } else { Comparison::Changes };
    Ok(Proposal { run, plan, changes, comparison, schema: kept.schema, erased })
}

fn stale(id: &PlanId, reason: &'static str) -> ActivationError {
    ActivationError::StalePlan { plan: id.clone(), reason }
}
