//! A run on its way into the history. The history is for people: whatever fails here is a warning, and stops no run.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tracing::Span;

use super::PastRun;
use crate::activation::report::ReportParts;
use crate::activation::{ActivationError, Report, RunEventKind, RunOptions, SegmentActivation, StateChange, spans};
use crate::state::{Claim, RunEntry, RunFolder, RunName, StateError};

/// A run on its way into the history, and its listeners' ear.
pub(in crate::activation) struct Recording<'a> {
    activation: &'a SegmentActivation,
    options: &'a RunOptions,
    pub(in crate::activation) parts: ReportParts<'a>,
    folder: RunFolder,
    /// Its name in the history, once it holds the claim.
    name: Option<RunName>,
    /// The run before it.
    before: Option<PastRun>,
    /// How it has ended.
    past: Option<PastRun>,
}

/// What says that a run has begun.
#[derive(Serialize)]
struct Mark {
    started: Timestamp,
    version: &'static str,
}

impl<'a> Recording<'a> {
    pub(in crate::activation) fn new(activation: &'a SegmentActivation, options: &'a RunOptions) -> Self {
        activation.tell(options, || RunEventKind::Started);
        let (parts, folder) = (ReportParts::start(activation), activation.ledger.run_folder());
        Self { activation, options, parts, folder, name: None, before: None, past: None }
    }

    /// The run holds the claim. Runs that are still open have died, for there is one claim.
    pub(in crate::activation) async fn begin(&mut self, claim: &Claim) {
        let name = RunName::new(claim.epoch(), self.parts.started);
        self.name = Some(name);
        if let Err(error) = self.look_back().await {
            self.warn("earlier runs could not be looked at", &error);
        }
        let mark = Mark { started: self.parts.started, version: env!("CARGO_PKG_VERSION") };
        if let Err(error) = self.folder.begin(name, &mark).await {
            self.warn("the history does not know that this run has begun", &error);
        }
    }

    async fn look_back(&mut self) -> Result<(), StateError> {
        let entries = self.folder.entries().await?;
        let superfluous = self.superfluous(&entries);
        let (pruned, kept) = entries.split_at(superfluous);
        for entry in pruned {
            self.folder.delete(entry).await?;
        }
        let listens = self.activation.is_listened_to(self.options);
        for (at, entry) in kept.iter().enumerate() {
            if entry.is_open() {
                let died = PastRun::died(self.activation, entry.name);
                self.folder.end(entry.name, &died).await?;
                if listens && self.before.is_none() && at > 0 {
                    self.before = self.folder.read(&kept[at - 1]).await?;
                }
                self.tell(&died);
                self.before = Some(died);
                continue;
            }
            self.folder.delete_mark(entry).await?;
            if at + 1 == kept.len() && listens {
                self.before = self.folder.read(entry).await?;
            }
        }
        Ok(())
    }

    /// How many of the oldest runs are not kept any longer, with a place for this one.
    fn superfluous(&self, entries: &[RunEntry]) -> usize {
        let policy = self.activation.watch.history;
        let too_many = (entries.len() + 1).saturating_sub(usize::try_from(policy.keep.max(1)).unwrap_or(usize::MAX));
        let oldest =
            policy.keep_for.and_then(|time| self.parts.started.checked_sub(SignedDuration::try_from(time).ok()?).ok());
        let too_old = oldest.map_or(0, |oldest| entries.partition_point(|entry| entry.name.started < oldest));
        too_many.max(too_old)
    }

    /// The run has ended, and still holds the claim.
    pub(in crate::activation) async fn end(
        &mut self,
        claim: &Claim,
        mut outcome: Result<Report, ActivationError>,
    ) -> Result<Report, ActivationError> {
        let mut past = self.past(&outcome);
        let Some(name) = self.name else { return outcome };
        past.number = name.number;
        // Whoever has taken over may have forgotten the state in the meantime: then nothing must be left in it. To them this
        // run is one that ended without a word.
        let is_overtaken =
            matches!(outcome, Err(ActivationError::State(StateError::ClaimLost { .. } | StateError::Conflict { .. })));
        if !is_overtaken
            && claim.check().is_ok()
            && let Err(error) = self.folder.end(name, &past).await
        {
            self.warn("the history has no record of this run", &error);
            let warning = self.parts.warnings.pop();
            past.warnings.extend(warning.clone());
            if let Ok(report) = &mut outcome {
                report.warnings.extend(warning);
            }
        }
        self.past = Some(past);
        outcome
    }

    /// Nothing of the run is left but to say how it ended.
    pub(in crate::activation) fn told(mut self, span: &Span, outcome: &Result<Report, ActivationError>) {
        let past = self.past.take().unwrap_or_else(|| self.past(outcome));
        spans::note(span, &past);
        self.tell(&past);
    }

    fn past(&self, outcome: &Result<Report, ActivationError>) -> PastRun {
        match outcome {
            Ok(report) => PastRun::reported(self.activation, report),
            Err(error) => PastRun::failed(self.activation, &self.parts, error),
        }
    }

    /// Tells how a run ended, and whether that is news.
    fn tell(&self, past: &PastRun) {
        #[cfg(feature = "metrics")]
        crate::activation::metrics::count(past);
        self.activation.tell(self.options, || RunEventKind::Ended(Box::new(past.clone())));
        let told = self.activation.watch.told(past);
        // What this process has told of a run that could not be recorded is later than all that the history has.
        let before = [told.as_ref(), self.before.as_ref()].into_iter().flatten().max_by_key(|run| run.started);
        if let Some(change) = StateChange::between(before, past) {
            self.activation.tell(self.options, || RunEventKind::StateChanged(Box::new(change)));
        }
    }

    fn warn(&mut self, what: &str, error: &StateError) {
        tracing::warn!(activation = %self.activation.ledger.activation, %error, "{what}");
        self.parts.warnings.push(format!("{what}: {error}"));
    }
}
