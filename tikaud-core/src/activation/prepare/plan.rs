//! A prepared plan: what can be looked at, and what it is bound to.

use std::fmt::{self, Display, Formatter};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::propose::Proposal;
use super::super::stand::Standing;
use super::super::{SegmentActivation, WhenGone};
use crate::destination::{DestinationErrorKind, DestinationId, Retry};
use crate::diff::Action;
use crate::identifier::IdentifierKind;
use crate::plan::{GuardSettings, Plan};
use crate::segment::SegmentSchema;
use crate::state::{ActivationId, Comparison, CopiedChange, ObjectKey, PlanId, StateError};

/// Hex digits of an identifier that are shown.
const SHOWN_DIGITS: usize = 12;

/// A plan that is kept to be looked at: see [`SegmentActivation::prepare`]. `Display` is for people.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreparedPlan {
    /// Which it is.
    pub id: PlanId,
    /// The activation.
    pub activation: ActivationId,
    /// When it was prepared.
    pub prepared: Timestamp,
    /// What it would do: the counts, the guards' verdicts, what it would cost.
    pub plan: Plan,
    /// Whether it sends everything again.
    pub resync: bool,
    /// When the destination next takes a replacement of all that the audience holds; `None` when it never does, or nothing
    /// is to be replaced.
    pub next_replacement: Option<Timestamp>,
    /// What the user should know besides the plan's warnings.
    pub warnings: Vec<String>,
    pub(in crate::activation) changes: Vec<CopiedChange>,
    pub(in crate::activation) schema: Option<SegmentSchema>,
    erased: Option<u64>,
    /// What it is bound to: the SHA-256 of the generation that it starts from, and of the settings.
    state: String,
    settings: String,
}

/// The first few identifiers of a kind that a plan changes. They are personal data.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlanSample<'a> {
    /// Whether they go in or out.
    pub action: Action,
    /// Their kind.
    pub kind: IdentifierKind,
    /// How many there are in all.
    pub count: u64,
    /// The digests, in hex.
    pub digests: &'a [String],
}

/// Shows no digest.
impl fmt::Debug for PlanSample<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { action, kind, count, digests } = self;
        write!(f, "PlanSample({action} {kind}: {} of {count})", digests.len())
    }
}

/// The settings that a plan depends on.
#[derive(Serialize)]
struct Settings<'a> {
    destination: &'a DestinationId,
    name: &'a str,
    description: Option<&'a str>,
    mapping: String,
    suppressions: Vec<(&'a str, String)>,
    guards: &'a GuardSettings,
    when_gone: WhenGone,
    hold_out: Option<String>,
}

impl PreparedPlan {
    pub(super) fn new(
        activation: &SegmentActivation,
        id: PlanId,
        standing: &Standing,
        proposal: Proposal,
        changes: Vec<CopiedChange>,
        warnings: Vec<String>,
    ) -> Result<Self, StateError> {
        let ledger = &activation.ledger;
        let (prepared, resync) = (ledger.clock.now(), proposal.comparison == Comparison::Resync);
        Ok(Self {
            id,
            activation: ledger.activation.clone(),
            prepared,
            next_replacement: if resync { next_replacement(standing, prepared) } else { None },
            resync,
            warnings,
            plan: proposal.plan,
            changes,
            schema: proposal.schema,
            erased: proposal.erased,
            state: fingerprint(activation, &standing.generation)?,
            settings: fingerprint(activation, &settings(activation))?,
        })
    }

    /// The first few identifiers that would be changed, by kind and action.
    pub fn sample(&self) -> impl Iterator<Item = PlanSample<'_>> {
        self.changes.iter().map(|copied| PlanSample {
            action: copied.change.action,
            kind: copied.change.file.kind,
            count: copied.change.file.count,
            digests: &copied.first,
        })
    }

    /// Why it must not be carried out any more.
    pub(super) fn is_stale(
        &self,
        activation: &SegmentActivation,
        standing: &Standing,
        erased: Option<u64>,
    ) -> Result<Option<&'static str>, StateError> {
        Ok(if self.state != fingerprint(activation, &standing.generation)? {
            Some("the audience has been changed since it was prepared")
        } else if self.settings != fingerprint(activation, &settings(activation))? {
            Some("the activation's settings are not those that it was prepared with")
        } else if self.erased != erased {
            Some("somebody has been erased since it was prepared")
        } else {
            None
        })
    }
}

/// When the destination next takes a replacement. Asking changes nothing.
fn next_replacement(standing: &Standing, now: Timestamp) -> Option<Timestamp> {
    let refused = match standing.opened.as_ref()?.writer.begin_replacement() {
        Ok(()) => return Some(now),
        Err(error) => error,
    };
    match (refused.kind(), refused.retry()) {
        (DestinationErrorKind::Busy, Retry::After(wait)) => now.checked_add(SignedDuration::try_from(wait).ok()?).ok(),
        _ => None,
    }
}

fn settings(activation: &SegmentActivation) -> Settings<'_> {
    let suppressions = activation.suppressions.iter();
    Settings {
        destination: activation.destination.id(),
        name: &activation.spec.name,
        description: activation.spec.description.as_deref(),
        mapping: activation.mapping.fingerprint(),
        suppressions: suppressions.map(|other| (other.segment.name(), other.mapping.fingerprint())).collect(),
        guards: &activation.guards,
        when_gone: activation.when_gone,
        // It shows no key.
        hold_out: activation.hold_out.as_ref().map(|hold_out| format!("{hold_out:?}")),
    }
}

fn fingerprint<T: Serialize>(activation: &SegmentActivation, value: &T) -> Result<String, StateError> {
    let json = serde_json::to_vec(value).map_err(|error| {
        let key = ObjectKey::of_activation(&activation.ledger.activation);
        StateError::damaged(&key, format!("it cannot be written as JSON: {error}"))
    })?;
    Ok(const_hex::encode(Sha256::digest(json)))
}

impl Display for PreparedPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let at = self.prepared.strftime("%Y-%m-%d %H:%M:%S UTC");
        writeln!(f, "Prepared plan {} of activation `{}`, {at}", self.id, self.activation)?;
        writeln!(f, "{}", self.plan)?;
        for sample in self.sample() {
            let digests: Vec<&str> =
                sample.digests.iter().map(|digest| digest.get(..SHOWN_DIGITS).unwrap_or(digest)).collect();
            let to_do = if sample.action == Action::Add { "to add" } else { "to remove" };
            writeln!(f, "  {} {to_do}, the first of them: {}…", sample.kind, digests.join("…, "))?;
        }
        if let Some(next) = self.next_replacement {
            let next = next.strftime("%Y-%m-%d %H:%M:%S UTC");
            writeln!(f, "  sends everything again, in the place of what the audience holds from {next} on")?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        let guards: Vec<String> = self.plan.blocked_by().map(|verdict| verdict.guard.setting()).collect();
        match guards.is_empty() {
            true => write!(f, "  to carry out exactly this plan, apply {}", self.id),
            false => write!(f, "  to carry out exactly this plan, apply {} and allow {}", self.id, guards.join(", ")),
        }
    }
}
