//! Activations whose blocked plans wait for a person.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tikaud_core::activation::{
    Activation, ActivationError, Outcome, PreparedPlan, Report, RunOptions, SegmentActivation,
};
use tikaud_core::plan::{Guard, Plan};
use tikaud_core::state::{ActivationId, PlanId};

use crate::log;

/// An activation whose next run applies the plan that a person has approved, if there is one, and whose blocked runs
/// leave a plan to look at.
///
/// Plans are applied as runs of the scheduler and not beside it: so they wait for their turn, are parked when the
/// service stops, and are tried again. The approval itself is not written down: when the process ends before the run
/// does, the plan is there to be approved again.
pub(crate) struct Reviewed {
    activation: SegmentActivation,
    approved: Mutex<Option<Approval>>,
}

/// A plan that a person has approved, with the guards that had something against it.
#[derive(Debug, Clone)]
struct Approval {
    plan: PlanId,
    guards: Vec<Guard>,
}

/// What a plan was not approved for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReviewError {
    #[error("there is no such plan, or it cannot be applied any more: what it was made from has changed")]
    NoSuchPlan,
    #[error("the plans could not be read or changed")]
    Activation(#[from] ActivationError),
}

impl Reviewed {
    pub(crate) fn new(activation: SegmentActivation) -> Self {
        Self { activation, approved: Mutex::new(None) }
    }

    pub(crate) fn inner(&self) -> &SegmentActivation {
        &self.activation
    }

    /// Plans that wait for a person.
    pub(crate) async fn plans(&self) -> Result<Vec<PreparedPlan>, ActivationError> {
        self.activation.prepared().await
    }

    /// Whether a plan is going to be applied by the next run.
    pub(crate) fn is_approved(&self, plan: &PlanId) -> bool {
        self.approval().as_ref().is_some_and(|approval| approval.plan == *plan)
    }

    /// Makes a plan of what is to be done now, in the place of those made before.
    pub(crate) async fn prepare(&self) -> Result<PreparedPlan, ActivationError> {
        let earlier = self.plans().await?;
        let prepared = self.activation.prepare(&RunOptions::new()).await?;
        for plan in earlier.iter().filter(|plan| plan.id != prepared.id) {
            self.forget(&plan.id);
            self.activation.discard(&plan.id).await?;
        }
        Ok(prepared)
    }

    /// Has the next run apply a plan, whatever guards have against it.
    pub(crate) async fn approve(&self, plan: &PlanId) -> Result<(), ReviewError> {
        let plans = self.plans().await?;
        let prepared = plans.into_iter().find(|prepared| prepared.id == *plan).ok_or(ReviewError::NoSuchPlan)?;
        let guards = prepared.plan.blocked_by().map(|verdict| verdict.guard).collect();
        *self.approval() = Some(Approval { plan: prepared.id, guards });
        Ok(())
    }

    /// Forgets a plan.
    pub(crate) async fn discard(&self, plan: &PlanId) -> Result<(), ReviewError> {
        if !self.plans().await?.iter().any(|prepared| prepared.id == *plan) {
            return Err(ReviewError::NoSuchPlan);
        }
        self.forget(plan);
        Ok(self.activation.discard(plan).await?)
    }

    async fn apply(&self, approval: &Approval, options: &RunOptions) -> Result<Report, ActivationError> {
        let options = options.clone().allow_all(approval.guards.iter().copied());
        let applied = self.activation.apply(&approval.plan, &options).await;
        match &applied {
            Ok(_) => self.forget(&approval.plan),
            // A person is to look at what there is to do instead.
            Err(ActivationError::StalePlan { .. }) => {
                self.forget(&approval.plan);
                self.leave_plan().await;
            }
            // What was approved stays approved, and the next run tries again.
            Err(_) => {}
        }
        applied
    }

    /// Prepares a plan beside a run, which has its report whether or not this can be done.
    async fn leave_plan(&self) {
        if let Err(error) = self.prepare().await {
            log::plan_failed(self.activation.id(), &error);
        }
    }

    fn forget(&self, plan: &PlanId) {
        let mut approved = self.approval();
        if approved.as_ref().is_some_and(|approval| approval.plan == *plan) {
            *approved = None;
        }
    }

    fn approval(&self) -> MutexGuard<'_, Option<Approval>> {
        self.approved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Activation for Reviewed {
    fn id(&self) -> &ActivationId {
        self.activation.id()
    }

    async fn plan(&self, options: &RunOptions) -> Result<Plan, ActivationError> {
        self.activation.plan(options).await
    }

    async fn run(&self, options: &RunOptions) -> Result<Report, ActivationError> {
        let approval = self.approval().clone();
        if let Some(approval) = approval {
            return self.apply(&approval, options).await;
        }
        let report = self.activation.run(options).await?;
        if report.outcome == Outcome::Blocked {
            self.leave_plan().await;
        }
        Ok(report)
    }
}

impl fmt::Debug for Reviewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reviewed").field("activation", &self.activation).finish_non_exhaustive()
    }
}
