//! What a run is going to do: the changes, the guards' verdicts, the warnings, and what it will cost.
//!
//! In: what has to change, kind by kind, and the destination's capabilities. Out: a [`Plan`], which
//! [`activation`](crate::activation) carries out or leaves. Plain functions over values, without I/O.

mod guard;
mod hold_out;
mod numbers;
mod suppression;
mod warnings;

pub use guard::{Guard, GuardAction, GuardSettings, GuardVerdict, InvalidGuard, Threshold, UnknownGuard, Verdict};
pub use hold_out::HoldOutTally;
pub(crate) use numbers::{counted, grouped};
pub use suppression::SuppressionTally;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::guard::Facts;
use crate::destination::{Acknowledgement, AudienceSpec, Capabilities};
use crate::diff::Action;
use crate::identifier::{FieldMapping, IdentifierKind, Tally};
use crate::segment::SegmentSchema;
use crate::state::{AudienceRecord, Generation, KindChanges};

/// What a run is going to do.
///
/// It has everything but the identifiers, which are in files of the state while it is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// The generation of the state that it starts from.
    pub generation: u64,
    /// The audience; `None` when it is going to be created.
    pub audience: Option<AudienceRecord>,
    /// What the audience is to be called.
    pub name: String,
    /// The description that is to go with it.
    pub description: Option<String>,
    /// What became of the values that were read.
    pub tally: Tally,
    /// What became of the values of each suppression segment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<SuppressionTally>,
    /// Who is held out; `None` when nobody is to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_out: Option<HoldOutTally>,
    /// The counts, kind by kind.
    pub kinds: Vec<KindPlan>,
    /// The guards' verdicts.
    pub guards: Vec<GuardVerdict>,
    /// What the user should know before it is carried out.
    pub warnings: Vec<String>,
    /// What carrying it out will cost.
    pub estimate: Estimate,
    /// The fingerprint of the field mapping.
    pub mapping: String,
}

/// The counts of one kind of identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KindPlan {
    /// The kind.
    pub kind: IdentifierKind,
    /// Distinct identifiers in the segment, without the suppressed and the erased ones.
    pub segment: u64,
    /// Distinct identifiers of its members that are suppressed.
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub suppressed: u64,
    /// Distinct identifiers of its members that have been [erased](crate::activation::Erasures).
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub erased: u64,
    /// Values that came again: identifiers of the segment, each time but the first.
    #[serde(default)]
    pub duplicates: u64,
    /// In the segment and confirmed in the audience: nothing to do.
    pub unchanged: u64,
    /// Going in.
    pub adds: u64,
    /// Going out.
    pub removes: u64,
}

/// What carrying a plan out will cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Estimate {
    /// Batches, each a request when all goes well, unless they are gathered.
    pub batches: u64,
    /// Whether the destination gathers batches and sends them together at the end.
    pub gathered: bool,
    /// How long the destination's pace makes it take at the least.
    #[serde(rename = "at_least_seconds", with = "crate::seconds")]
    pub at_least: Duration,
}

/// What a plan is made from.
#[derive(Debug)]
pub(crate) struct PlanInput<'a> {
    pub(crate) generation: &'a Generation,
    /// By kind.
    pub(crate) changes: Vec<KindChanges>,
    pub(crate) tally: Tally,
    pub(crate) suppressions: Vec<SuppressionTally>,
    pub(crate) hold_out: Option<HoldOutTally>,
    /// What the segment was read from.
    pub(crate) schema: Option<SegmentSchema>,
    pub(crate) spec: &'a AudienceSpec,
    pub(crate) mapping: &'a FieldMapping,
    pub(crate) capabilities: &'a Capabilities,
    /// Identifiers that the audience may hold because of us.
    pub(crate) held: u64,
    pub(crate) guards: &'a GuardSettings,
    pub(crate) allowed: &'a BTreeSet<Guard>,
}

impl Plan {
    pub(crate) fn new(input: PlanInput<'_>) -> Self {
        let (kinds, mapping) = (kinds(&input), input.mapping.fingerprint());
        let facts = Facts {
            tally: &input.tally,
            suppressions: &input.suppressions,
            identifiers: kinds.iter().map(|kind| kind.segment).sum(),
            held: input.held,
            removes: kinds.iter().map(|kind| kind.removes).sum(),
            sends: kinds.iter().any(|kind| kind.adds + kind.removes > 0) || input.generation.audience.is_none(),
            minimum: input.capabilities.minimum_audience,
            members_before: input.generation.members,
            schema_changes: &input.schema_changes(),
            mapping_changed: input.generation.mapping.as_ref().is_some_and(|before| *before != mapping),
            email_and_phone: input.email_and_phone_warning(),
            settings: input.guards,
            allowed: input.allowed,
        };
        let guards = guard::judge(&facts);
        Self {
            generation: input.generation.number,
            audience: input.generation.audience.clone(),
            name: input.spec.name.clone(),
            description: input.spec.description.clone(),
            warnings: warnings::collect(&input, &guards),
            guards,
            estimate: Estimate::of(&kinds, input.capabilities),
            kinds,
            mapping,
            tally: input.tally,
            suppressions: input.suppressions,
            hold_out: input.hold_out,
        }
    }

    /// Passes over these guards.
    pub(crate) fn allow(&mut self, guards: &BTreeSet<Guard>) {
        for judged in &mut self.guards {
            if judged.verdict == Verdict::Blocked && guards.contains(&judged.guard) {
                judged.verdict = Verdict::Allowed;
            }
        }
    }

    /// The guards that block it.
    pub fn blocked_by(&self) -> impl Iterator<Item = &GuardVerdict> {
        self.guards.iter().filter(|verdict| verdict.verdict == Verdict::Blocked)
    }

    /// Whether a guard blocks it.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.blocked_by().next().is_some()
    }

    /// How many identifiers an action applies to.
    #[must_use]
    pub fn count(&self, action: Action) -> u64 {
        let of_kind = |kind: &KindPlan| match action {
            Action::Add => kind.adds,
            Action::Remove => kind.removes,
        };
        self.kinds.iter().map(of_kind).sum()
    }
}

impl PlanInput<'_> {
    /// What is different from the last run about where the segment is read from.
    fn schema_changes(&self) -> Vec<String> {
        let both = self.schema.as_ref().zip(self.generation.schema.as_ref());
        both.map(|(now, before)| now.changes_since(before)).unwrap_or_default()
    }

    /// Why not to map e-mail addresses and phone numbers both, where both are mapped.
    fn email_and_phone_warning(&self) -> Option<&str> {
        let both = self.mapping.has_email() && self.mapping.has_phone();
        self.capabilities.email_and_phone_warning.as_deref().filter(|_| both)
    }
}

impl Estimate {
    fn of(kinds: &[KindPlan], capabilities: &Capabilities) -> Self {
        let limit = capabilities.batch_limit.max(1) as u64;
        let of_kind = |kind: &KindPlan| kind.adds.div_ceil(limit) + kind.removes.div_ceil(limit);
        let batches = kinds.iter().map(of_kind).sum::<u64>();
        // The first second's requests go out at once.
        let at_least = capabilities.requests_per_second.map_or(Duration::ZERO, |pace| {
            Duration::try_from_secs_f64((batches as f64 / pace - 1.0).max(0.0)).unwrap_or(Duration::MAX)
        });
        Self { batches, gathered: capabilities.acknowledgement == Acknowledgement::AtFinish, at_least }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none_at_all(count: &u64) -> bool {
    *count == 0
}

/// Kinds that are mapped, held or changed, in order.
fn kinds(input: &PlanInput<'_>) -> Vec<KindPlan> {
    let nothing = |kind| KindPlan {
        kind,
        segment: 0,
        suppressed: 0,
        erased: 0,
        duplicates: 0,
        unchanged: 0,
        adds: 0,
        removes: 0,
    };
    let mut kinds: BTreeMap<IdentifierKind, KindPlan> =
        input.mapping.kinds().into_iter().map(|kind| (kind, nothing(kind))).collect();
    for &KindChanges { kind, segment, suppressed, erased, adds, removes } in &input.changes {
        let duplicates = input.tally.accepted(kind).saturating_sub(segment + suppressed + erased);
        let unchanged = segment - adds;
        kinds.insert(kind, KindPlan { kind, segment, suppressed, erased, duplicates, unchanged, adds, removes });
    }
    kinds.into_values().collect()
}
