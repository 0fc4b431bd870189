//! What the endpoints show. Counts, times and texts: no identifier is in any of it.

use jiff::Timestamp;
use serde::Serialize;
use tikaud_core::activation::{Activation, ActivationError, Health, HistoryQuery, Outcome, PastRun, PreparedPlan};
use tikaud_core::plan::Plan;
use tikaud_core::schedule::ActivationStatus;
use tikaud_core::state::{AudienceRecord, PlanId};

use crate::activations::Kept;
use crate::error::chain;
use crate::progress::Stage;
use crate::reviewed::Reviewed;

/// All activations.
#[derive(Serialize)]
pub(super) struct Overview {
    pub(super) activations: Vec<ActivationView>,
    /// Whether everything is paused.
    pub(super) paused: bool,
    /// Why no run starts.
    pub(super) trouble: Option<&'static str>,
    /// The service's clock, for a browser whose own is wrong.
    pub(super) now: Timestamp,
}

/// Where one activation stands.
#[derive(Serialize)]
pub(super) struct ActivationView {
    id: String,
    name: String,
    description: Option<String>,
    account: String,
    advertiser: String,
    files: Vec<String>,
    /// When it runs, in words.
    schedule: String,
    /// How it is, in a word: see [`Standing`].
    standing: Standing,
    status: Option<ActivationStatus>,
    progress: Option<Stage>,
    audience: Option<AudienceRecord>,
    last_run: Option<PastRun>,
    plans: Vec<PlanView>,
    /// Why the state cannot be read, if it cannot.
    error: Option<Vec<String>>,
}

/// How an activation is, the most pressing thing first.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// A run goes on.
    Running,
    /// A person is to approve or discard a plan.
    Blocked,
    /// It failed, or was refused something.
    Failing,
    /// Somebody has paused it.
    Paused,
    /// The next run carries on; nobody has to act.
    Waiting,
    /// Audience and segment are equal.
    Well,
    /// It has never run.
    New,
}

impl ActivationView {
    pub(super) async fn of(kept: &Kept, status: &[ActivationStatus]) -> Self {
        let status = status.iter().find(|status| status.activation == *kept.activation.id()).cloned();
        let read = async {
            let audience = kept.activation.inner().state().await?.audience;
            let last_run = kept.activation.inner().history(&HistoryQuery::new().limit(1)).await?.pop();
            Ok::<_, ActivationError>((audience, last_run, PlanView::all(&kept.activation).await?))
        };
        let (known, error) = match read.await {
            Ok(known) => (known, None),
            Err(error) => ((None, None, Vec::new()), Some(chain(&error))),
        };
        let (audience, last_run, plans) = known;
        Self {
            id: kept.activation.id().to_string(),
            name: kept.name.clone(),
            description: kept.description.clone(),
            account: kept.account.clone(),
            advertiser: kept.advertiser.clone(),
            files: kept.files.clone(),
            schedule: kept.activation.inner().schedule().schedule.to_string(),
            standing: Standing::of(status.as_ref(), last_run.as_ref(), error.is_some()),
            progress: kept.progress.now().filter(|_| status.as_ref().is_some_and(is_running)),
            status,
            audience,
            last_run,
            plans,
            error,
        }
    }
}

impl Standing {
    fn of(status: Option<&ActivationStatus>, last: Option<&PastRun>, unreadable: bool) -> Self {
        if status.is_some_and(is_running) {
            return Self::Running;
        }
        if unreadable {
            return Self::Failing;
        }
        match last.map(PastRun::health) {
            Some(Health::Blocked) => Self::Blocked,
            Some(Health::Failing) => Self::Failing,
            _ if status.is_some_and(|status| status.paused) => Self::Paused,
            Some(Health::Waiting) => Self::Waiting,
            Some(_) => Self::Well,
            None => Self::New,
        }
    }
}

fn is_running(status: &ActivationStatus) -> bool {
    status.running_since.is_some()
}

/// A plan that can still be applied. A [`PreparedPlan`] as it is written down has a few digests for whoever checks it
/// at the state; a browser gets counts.
#[derive(Serialize)]
pub(super) struct PlanView {
    id: PlanId,
    prepared: Timestamp,
    plan: Plan,
    resync: bool,
    next_replacement: Option<Timestamp>,
    warnings: Vec<String>,
    /// Whether it has been approved, and a run is going to apply it.
    approved: bool,
}

impl PlanView {
    pub(super) async fn all(activation: &Reviewed) -> Result<Vec<Self>, ActivationError> {
        let plans = activation.plans().await?.into_iter();
        Ok(plans.map(|plan| Self::of(activation, plan)).collect())
    }

    pub(super) fn of(activation: &Reviewed, prepared: PreparedPlan) -> Self {
        Self {
            approved: activation.is_approved(&prepared.id),
            id: prepared.id,
            prepared: prepared.prepared,
            plan: prepared.plan,
            resync: prepared.resync,
            next_replacement: prepared.next_replacement,
            warnings: prepared.warnings,
        }
    }
}

/// The audience's size at a run.
#[derive(Serialize)]
pub(super) struct SizeView {
    at: Timestamp,
    outcome: Outcome,
    /// Identifiers that the destination had accepted after it; `None` when it did not come to a plan.
    accepted: Option<u64>,
    /// People matched, as the destination counted them when it began. What was just created has not been counted.
    matched: Option<u64>,
}

impl SizeView {
    pub(super) fn of(run: &PastRun) -> Self {
        // What was in and stayed, what came in, and what was to go out and has not.
        let held = run.kinds.iter().map(|kind| kind.unchanged + kind.added + kind.removes.saturating_sub(kind.removed));
        Self {
            at: run.started,
            outcome: run.outcome,
            accepted: (!run.kinds.is_empty()).then(|| held.sum()),
            matched: run.audience.as_ref().filter(|audience| !audience.created).and_then(|audience| audience.matched),
        }
    }
}
