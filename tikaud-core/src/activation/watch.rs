//! Who is told of an activation's runs, and what is kept of them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::history::BUSY;
use super::{ChangeLog, HistoryPolicy, HistoryQuery, PastRun, RunEvent, RunEventKind, RunOptions, SegmentActivation};
use super::{SegmentActivationBuilder, history};
use crate::state::StateError;

/// A function that is told what happens.
pub(super) type Listener = Arc<dyn Fn(&RunEvent) + Send + Sync>;

/// Who is told of an activation's runs, and what is kept of them.
#[derive(Default)]
pub(super) struct Watch {
    pub(super) history: HistoryPolicy,
    listeners: Vec<Listener>,
    pub(super) change_log: Option<Arc<dyn ChangeLog>>,
    /// The last run of which this process has told how it ended.
    last: Mutex<Option<PastRun>>,
}

impl Watch {
    /// Remembers that it was told how this run ended, and gives the one before it.
    pub(super) fn told(&self, past: &PastRun) -> Option<PastRun> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match past.failures.iter().any(|failure| failure.kind == BUSY) {
            true => last.clone(),
            false => last.replace(past.clone()),
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("history", &self.history)
            .field("listeners", &self.listeners.len())
            .field("change_log", &self.change_log)
            .finish_non_exhaustive()
    }
}

impl SegmentActivationBuilder {
    /// How much of the history is kept. Default: 1,000 runs.
    #[must_use]
    pub fn history(mut self, policy: HistoryPolicy) -> Self {
        self.watch.history = policy;
        self
    }

    /// Has every change that the destination acknowledges recorded. Default: no log.
    #[must_use]
    pub fn change_log(mut self, log: impl ChangeLog + 'static) -> Self {
        self.watch.change_log = Some(Arc::new(log));
        self
    }

    /// Has a function told what happens in every run: see [`RunEvent`]. Call it once for each such function. It is called
    /// from within the run, so it must not block; whatever takes long belongs behind a channel.
    ///
    /// ```
    /// # use tikaud_core::destination::MemoryDestination;
    /// # use tikaud_core::state::MemoryStateStore;
    /// use std::sync::mpsc;
    ///
    /// use tikaud_core::activation::{Activation, RunEventKind, RunOptions, SegmentActivation};
    /// use tikaud_core::identifier::{Field, FieldMapping};
    /// use tikaud_core::segment::MemorySegment;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (alerts, messages) = mpsc::channel();
    /// let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("not an address")]])?;
    /// let activation = SegmentActivation::builder("buyers", segment, MemoryDestination::new(), MemoryStateStore::new())
    ///     .mapping(FieldMapping::try_new([("email", Field::Email)])?)
    ///     .on_event(move |event| {
    ///         if let RunEventKind::StateChanged(change) = &event.kind {
    ///             let _ = alerts.send(change.to_string());
    ///         }
    ///     })
    ///     .build()?;
    /// // Blocked, and blocked again: one message.
    /// activation.run(&RunOptions::new()).await?;
    /// activation.run(&RunOptions::new()).await?;
    /// assert_eq!(messages.try_iter().count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&RunEvent) + Send + Sync + 'static) -> Self {
        self.watch.listeners.push(Arc::new(listener));
        self
    }
}

impl SegmentActivation {
    /// What past runs did, newest first, as far as it is kept.
    ///
    /// # Errors
    ///
    /// When the store fails, or a record is damaged; the error names the object. No run needs it, so it may be deleted.
    pub async fn history(&self, query: &HistoryQuery) -> Result<Vec<PastRun>, StateError> {
        history::read(&self.ledger.run_folder(), query).await
    }

    pub(super) fn is_listened_to(&self, options: &RunOptions) -> bool {
        !self.watch.listeners.is_empty() || options.observer().is_some()
    }

    /// Tells whoever listens.
    pub(super) fn tell(&self, options: &RunOptions, kind: impl FnOnce() -> RunEventKind) {
        if !self.is_listened_to(options) {
            return;
        }
        let ledger = &self.ledger;
        let event = RunEvent { activation: ledger.activation.clone(), at: ledger.clock.now(), kind: kind() };
        self.watch.listeners.iter().chain(options.observer()).for_each(|listener| listener(&event));
    }
}
