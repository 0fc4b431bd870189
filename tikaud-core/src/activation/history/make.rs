//! A past run, made of how a run ended.

use std::collections::BTreeMap;

use super::{PastFailure, PastKind, PastRead, PastRun};
use crate::activation::report::{ReportParts, chain};
use crate::activation::{ActivationError, Failure, Outcome, Report, SegmentActivation, Timings};
use crate::destination::Traffic;
use crate::identifier::Tally;
use crate::plan::{KindPlan, Plan};
use crate::state::{RunName, StateError};

/// What is known of a run that was not heard of again.
const DIED: &str = "it ended without a word: its process died, it was broken off, or another process took over. What it may \
                    have sent is counted in, and the next run that completes sets it right";

impl PastRun {
    fn new(activation: &SegmentActivation, started: jiff::Timestamp, outcome: Outcome) -> Self {
        Self {
            activation: activation.ledger.activation.clone(),
            destination: activation.ledger.destination.clone(),
            number: 0,
            run: None,
            outcome,
            started,
            ended: None,
            generation: None,
            audience: None,
            read: None,
            kinds: Vec::new(),
            guards: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
            resume_at: None,
            applied_within: None,
            traffic: Traffic::default(),
            spilled_bytes: 0,
            timings: Timings::default(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// A run that came to a report.
    pub(super) fn reported(activation: &SegmentActivation, report: &Report) -> Self {
        let kinds = report.plan.kinds.iter().zip(&report.kinds).map(|(plan, done)| PastKind {
            added: done.added,
            removed: done.removed,
            refused: done.refused,
            unknown: done.unknown,
            pending: done.pending,
            ..PastKind::planned(plan)
        });
        Self {
            run: report.run.clone(),
            ended: Some(report.ended),
            generation: Some(report.generation),
            audience: report.audience.clone(),
            read: Some(PastRead::new(&report.plan.tally)),
            kinds: kinds.collect(),
            guards: report.plan.guards.clone(),
            failures: report.failures.iter().map(PastFailure::refused).collect(),
            warnings: report.warnings.clone(),
            resume_at: report.resume_at,
            applied_within: report.applied_within,
            traffic: report.traffic,
            spilled_bytes: report.spilled_bytes,
            timings: report.timings,
            ..Self::new(activation, report.started, report.outcome)
        }
    }

    /// A run that ended with an error, as far as it came.
    pub(super) fn failed(activation: &SegmentActivation, parts: &ReportParts<'_>, error: &ActivationError) -> Self {
        let plan = parts.plan.as_ref();
        Self {
            run: parts.run.clone(),
            ended: Some(activation.ledger.clock.now()),
            read: plan.map(|plan| &plan.tally).or(parts.tally.as_ref()).map(PastRead::new),
            kinds: plan.map_or_else(Vec::new, |plan: &Plan| plan.kinds.iter().map(PastKind::planned).collect()),
            guards: plan.map_or_else(Vec::new, |plan| plan.guards.clone()),
            failures: vec![PastFailure::of_run(class(error), chain(error))],
            warnings: parts.warnings.clone(),
            spilled_bytes: parts.spilled_bytes,
            timings: parts.timings,
            ..Self::new(activation, parts.started, Outcome::Failed)
        }
    }

    /// A run that was not heard of again.
    pub(super) fn died(activation: &SegmentActivation, name: RunName) -> Self {
        Self {
            number: name.number,
            failures: vec![PastFailure::of_run("died", vec![DIED.to_owned()])],
            ..Self::new(activation, name.started, Outcome::Died)
        }
    }
}

impl PastRead {
    fn new(tally: &Tally) -> Self {
        let mut read = Self {
            members: tally.members,
            members_with_identifier: tally.members_with_identifier,
            rejects: BTreeMap::new(),
        };
        for (reason, rejects) in tally.columns.iter().flat_map(|column| &column.rejects) {
            *read.rejects.entry(*reason).or_default() += rejects.count;
        }
        read
    }
}

impl PastKind {
    /// What was to be done, and nothing of it done.
    fn planned(plan: &KindPlan) -> Self {
        Self {
            kind: plan.kind,
            segment: plan.segment,
            suppressed: plan.suppressed,
            unchanged: plan.unchanged,
            adds: plan.adds,
            removes: plan.removes,
            added: 0,
            removed: 0,
            refused: 0,
            unknown: 0,
            pending: plan.adds + plan.removes,
        }
    }
}

impl PastFailure {
    fn of_run(kind: &str, error: Vec<String>) -> Self {
        Self { kind: kind.to_owned(), identifiers: None, columns: Vec::new(), error }
    }

    fn refused(failure: &Failure) -> Self {
        Self {
            kind: failure.kind.as_str().to_owned(),
            identifiers: failure.identifiers,
            columns: failure.columns.clone(),
            error: chain(&failure.error),
        }
    }
}

/// What a run failed at, in one word.
fn class(error: &ActivationError) -> &'static str {
    match error {
        ActivationError::Mapping { .. } => "mapping",
        ActivationError::Segment { .. } => "segment",
        ActivationError::State(StateError::Busy { .. }) => super::BUSY,
        ActivationError::State(_) => "state",
        ActivationError::Scratch(_) => "scratch",
        ActivationError::DiffEngine(_) => "diff_engine",
        ActivationError::Interrupted { .. } => "interrupted",
        ActivationError::Destination { source, .. } => source.kind().as_str(),
        ActivationError::AudienceGone { .. } => "audience_gone",
        ActivationError::AudienceUnknown { .. } => "audience_unknown",
        ActivationError::StalePlan { .. } => "stale_plan",
        ActivationError::HasAudience { .. } => "has_audience",
        ActivationError::ChangeLog(_) => "change_log",
        ActivationError::Task => "task",
    }
}
