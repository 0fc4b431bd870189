//! The change log: what the destination has acknowledged, for whoever wants to keep it.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{ActivationError, SegmentActivation};
use crate::destination::DestinationId;
use crate::diff::{Action, IdentifierSet, Slice};
use crate::identifier::IdentifierKind;
use crate::state::{ActivationId, Pending, PlannedChange, Receipts, RunId};

/// Digests that are handed over together.
const AT_ONCE: usize = 64 << 10;

/// Keeps a log of the changes that the destination has acknowledged: which identifier of which kind went in or out, by which
/// run. Optional; see [`SegmentActivationBuilder::change_log`](super::SegmentActivationBuilder::change_log).
///
/// # Contract
///
/// * What is recorded was acknowledged by the destination, and is counted as such in the state. Accepted is not applied.
/// * **At least once.** A run that was killed after the destination had acknowledged something is recorded by the run that
///   recovers from it, under its own [`RunId`]; so a log that keeps what it has of each run once, by the run's id, has
///   everything once. What was acknowledged, and was not written down before the process died, is sent again by a later run
///   and recorded then. What a run got acknowledged that another had taken over from in the meantime is not recorded: it
///   proves nothing any more.
/// * [`begin`](Self::begin) is called before anything is sent, and a run without its log sends nothing. What fails later is
///   a warning in the report, for the changes have happened.
/// * A recorder that is dropped unfinished leaves nothing behind.
///
/// # For implementors
///
/// Digests are personal data: whoever has somebody's address can make the digest of it. `tikaud-sources` has one that writes
/// Parquet files.
#[async_trait]
pub trait ChangeLog: fmt::Debug + Send + Sync {
    /// Begins to record a run. May be called again for a run that was recorded already.
    ///
    /// # Errors
    ///
    /// When the log cannot be written; the run ends before anything is sent.
    async fn begin(&self, run: &LoggedRun) -> Result<Box<dyn ChangeRecorder>, ChangeLogError>;
}

/// Records the changes of one run; see [`ChangeLog`].
#[async_trait]
pub trait ChangeRecorder: Send {
    /// These identifiers went in, or out. They come sorted, in pieces of any size.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    async fn record(
        &mut self,
        kind: IdentifierKind,
        action: Action,
        digests: &IdentifierSet,
    ) -> Result<(), ChangeLogError>;

    /// That was all: whole and durable when it returns.
    ///
    /// # Errors
    ///
    /// When it cannot be made durable.
    async fn finish(self: Box<Self>) -> Result<(), ChangeLogError>;
}

/// The run whose changes are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRun {
    /// The activation.
    pub activation: ActivationId,
    /// The destination.
    pub destination: DestinationId,
    /// The run: unique within the activation until its state is forgotten, and with [`at`](Self::at) for ever.
    pub run: RunId,
    /// When it was about to send them; the same however often it is recorded.
    pub at: Timestamp,
}

/// Why the change log could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ChangeLogError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl ChangeLogError {
    /// An error that says what was being done, and to what. It must hold no identifier.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// The same with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

const _: fn(&dyn ChangeLog, &dyn ChangeRecorder) = |_, _| {};

/// Begins to record a run, where there is a log.
pub(super) async fn begin(
    activation: &SegmentActivation,
    run: &RunId,
    at: Timestamp,
) -> Result<Option<Box<dyn ChangeRecorder>>, ActivationError> {
    let Some(log) = &activation.watch.change_log else { return Ok(None) };
    let ledger = &activation.ledger;
    let (id, destination, run) = (ledger.activation.clone(), ledger.destination.clone(), run.clone());
    Ok(Some(log.begin(&LoggedRun { activation: id, destination, run, at }).await?))
}

/// Records what was acknowledged of a plan whose files are still there.
pub(super) async fn record(
    activation: &SegmentActivation,
    mut recorder: Box<dyn ChangeRecorder>,
    changes: &[PlannedChange],
    receipts: &Receipts,
) -> Result<(), ActivationError> {
    let mut planned = activation.ledger.planned(changes);
    let mut is_empty = true;
    while let Some((part, set)) = planned.next(AT_ONCE).await? {
        let acknowledged = receipts.acknowledged.part(part.action, &Slice { set, position: part.positions.start });
        if !acknowledged.is_empty() {
            recorder.record(part.kind, part.action, &acknowledged).await?;
            is_empty = false;
        }
    }
    if is_empty { Ok(()) } else { Ok(recorder.finish().await?) }
}

/// Records what runs that were killed got acknowledged, before recovering clears away what they have left. What fails is left
/// out, with a warning: a log is no reason to leave an audience as it is.
pub(super) async fn record_interrupted(activation: &SegmentActivation) -> Result<Vec<String>, ActivationError> {
    let mut warnings = Vec::new();
    if activation.watch.change_log.is_none() {
        return Ok(warnings);
    }
    for (interrupted, Pending { changes, receipts, .. }) in activation.ledger.acknowledged_of_interrupted().await? {
        let at = interrupted.intent.and_then(|intent| intent.at).unwrap_or_else(|| activation.ledger.clock.now());
        let Some(recorder) = begin(activation, &interrupted.run, at).await? else { continue };
        if let Err(error) = record(activation, recorder, &changes, &receipts).await {
            let warning = lacks(&interrupted.run, &error);
            tracing::warn!(activation = %activation.ledger.activation, "{warning}");
            warnings.push(warning);
        }
    }
    Ok(warnings)
}

/// What the user has to know of a log with a gap.
pub(super) fn lacks(run: &RunId, error: &ActivationError) -> String {
    format!("the change log lacks what run {run} has changed: {}", super::report::chain(error).join(": "))
}
