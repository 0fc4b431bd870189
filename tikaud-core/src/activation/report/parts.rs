//! A report in the making.

use std::time::{Duration, Instant};

use super::{AudienceReport, Failure, KindReport, Outcome, Report, Timings};
use crate::activation::SegmentActivation;
use crate::activation::apply::{Applied, Refused};
use crate::activation::open::OpenAudience;
use crate::destination::{AudienceWriter, DestinationError, DestinationErrorKind, Retry, Traffic};
use crate::diff::Action;
use crate::identifier::Tally;
use crate::plan::Plan;
use crate::state::{Generation, RunId};

/// What is known of a run before it ends.
pub(in crate::activation) struct ReportParts<'a> {
    activation: &'a SegmentActivation,
    pub(in crate::activation) started: jiff::Timestamp,
    stage: Instant,
    pub(in crate::activation) timings: Timings,
    pub(in crate::activation) warnings: Vec<String>,
    pub(in crate::activation) spilled_bytes: u64,
    /// What became of the values, once they are read.
    pub(in crate::activation) tally: Option<Tally>,
    pub(in crate::activation) run: Option<RunId>,
    pub(in crate::activation) plan: Option<Plan>,
}

impl<'a> ReportParts<'a> {
    pub(in crate::activation) fn start(activation: &'a SegmentActivation) -> Self {
        let (started, stage) = (activation.ledger.clock.now(), Instant::now());
        Self {
            activation,
            started,
            stage,
            timings: Timings::default(),
            warnings: Vec::new(),
            spilled_bytes: 0,
            tally: None,
            run: None,
            plan: None,
        }
    }

    /// How long the stage took that ends now.
    pub(in crate::activation) fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.stage, now)
    }

    pub(in crate::activation) fn warn_of_interrupted(&mut self, runs: &[RunId]) {
        for run in runs {
            self.warnings.push(format!(
                "run {run} ended before its time; what it may have sent is counted in, and this run sets it right"
            ));
        }
    }

    /// The report of a run that a guard has stopped.
    pub(in crate::activation) fn blocked(
        &mut self,
        plan: Plan,
        generation: &Generation,
        opened: Option<OpenAudience>,
    ) -> Report {
        let kinds = plan.kinds.iter().map(|kind| KindReport {
            kind: kind.kind,
            added: 0,
            removed: 0,
            refused: 0,
            unknown: 0,
            pending: kind.adds + kind.removes,
        });
        let kinds = kinds.collect();
        let audience = opened.map(|opened| audience(generation, &*opened.writer, false)).unwrap_or_default();
        self.report(Outcome::Blocked, None, plan, generation.number, audience, kinds, Vec::new(), Traffic::default())
    }

    /// The report of a run that was carried out, as far as the destination let it.
    pub(in crate::activation) fn finished(
        &mut self,
        run: RunId,
        plan: Plan,
        generation: &Generation,
        writer: &dyn AudienceWriter,
        created: bool,
        applied: Applied,
    ) -> Report {
        let kinds: Vec<KindReport> = plan
            .kinds
            .iter()
            .map(|kind| {
                let accepted = |action| applied.receipts.acknowledged.count(kind.kind, action);
                let (added, removed) = (accepted(Action::Add), accepted(Action::Remove));
                let refused = applied.refused.get(&kind.kind);
                KindReport {
                    kind: kind.kind,
                    added,
                    removed,
                    refused: refused.map_or(0, |refused| refused.identifiers),
                    unknown: refused.map_or(0, |refused| refused.unknown),
                    pending: kind.adds + kind.removes - added - removed,
                }
            })
            .collect();
        let outcome = outcome(&kinds, &applied);
        let resume_at = generation.pending.as_ref().and_then(|pending| pending.resume_at);
        let mapping = &self.activation.mapping;
        let refusals = applied.refused.into_iter().map(|(kind, Refused { error, .. })| {
            let columns = mapping.columns_of(kind).into_iter().map(str::to_owned).collect();
            failure(Some(kind), columns, error)
        });
        let failures = refusals.chain(applied.failure.map(|error| failure(None, Vec::new(), error))).collect();
        let audience = audience(generation, writer, created);
        let report =
            self.report(outcome, Some(run), plan, generation.number, audience, kinds, failures, writer.traffic());
        Report { resume_at, ..report }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one value, put together in one place")]
    fn report(
        &mut self,
        outcome: Outcome,
        run: Option<RunId>,
        plan: Plan,
        generation: u64,
        audience: Option<AudienceReport>,
        kinds: Vec<KindReport>,
        failures: Vec<Failure>,
        traffic: Traffic,
    ) -> Report {
        let ledger = &self.activation.ledger;
        Report {
            activation: ledger.activation.clone(),
            destination: ledger.destination.clone(),
            outcome,
            run,
            started: self.started,
            ended: ledger.clock.now(),
            audience,
            warnings: std::mem::take(&mut self.warnings).into_iter().chain(plan.warnings.iter().cloned()).collect(),
            plan,
            kinds,
            failures,
            resume_at: None,
            applied_within: self.activation.destination.capabilities().applied_within,
            traffic,
            spilled_bytes: self.spilled_bytes,
            timings: self.timings,
            generation,
        }
    }
}

fn audience(generation: &Generation, writer: &dyn AudienceWriter, created: bool) -> Option<AudienceReport> {
    let record = generation.audience.clone()?;
    let found = writer.audience();
    Some(AudienceReport {
        id: record.id,
        name: record.name,
        description: record.description,
        created,
        matched: found.and_then(|found| found.matched),
        ready: found.and_then(|found| found.ready),
    })
}

fn failure(
    identifiers: Option<crate::identifier::IdentifierKind>,
    columns: Vec<String>,
    error: DestinationError,
) -> Failure {
    Failure { identifiers, columns, kind: error.kind(), error }
}

fn outcome(kinds: &[KindReport], applied: &Applied) -> Outcome {
    if kinds.iter().all(|kind| kind.pending == 0) && applied.failure.is_none() {
        return Outcome::Done;
    }
    let accepted = kinds.iter().any(|kind| kind.added + kind.removed > 0);
    match &applied.failure {
        // Somebody has to act, however much has been accepted.
        Some(error) if error.retry() == Retry::Never => Outcome::Refused,
        Some(error) if waits(error.kind()) => Outcome::Pending,
        Some(_) => Outcome::Partial,
        None if accepted => Outcome::Partial,
        None => Outcome::Refused,
    }
}

/// Whether there is nothing to do about such a failure but wait.
fn waits(kind: DestinationErrorKind) -> bool {
    matches!(kind, DestinationErrorKind::Busy | DestinationErrorKind::RateLimited)
}
