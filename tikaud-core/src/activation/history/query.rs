//! Reading the history.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::PastRun;
use crate::activation::Outcome;
use crate::state::{RunFolder, StateError};

/// Records that are read at once: over a network each is a request.
const AT_ONCE: usize = 16;

/// Which runs are asked for. They come newest first.
///
/// ```
/// use tikaud_core::activation::{HistoryQuery, Outcome};
///
/// let last_failures = HistoryQuery::new().outcome(Outcome::Failed).outcome(Outcome::Died).limit(10);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    limit: Option<usize>,
    since: Option<Timestamp>,
    outcomes: Vec<Outcome>,
}

impl HistoryQuery {
    /// Every run that is kept.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// At most so many, the latest ones.
    #[must_use]
    pub fn limit(mut self, runs: usize) -> Self {
        self.limit = Some(runs);
        self
    }

    /// Only those that began then or later.
    #[must_use]
    pub fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Only those that ended so. Called again: or so.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcomes.push(outcome);
        self
    }

    fn asks_for(&self, run: &PastRun) -> bool {
        self.since.is_none_or(|since| run.started >= since)
            && (self.outcomes.is_empty() || self.outcomes.contains(&run.outcome))
    }
}

/// The runs that are asked for.
pub(in crate::activation) async fn read(folder: &RunFolder, query: &HistoryQuery) -> Result<Vec<PastRun>, StateError> {
    let mut entries = folder.entries().await?;
    // Names have whole seconds, which are never later than the time itself.
    let floor = query.since.map(Timestamp::as_second);
    entries.retain(|entry| !entry.is_open() && floor.is_none_or(|floor| entry.name.started.as_second() >= floor));
    let at_once = query.limit.unwrap_or(AT_ONCE).clamp(1, AT_ONCE);
    let runs = stream::iter(entries.into_iter().rev()).map(|entry| async move { folder.read::<PastRun>(&entry).await });
    let runs = runs.buffered(at_once).try_filter_map(async |run| Ok(run.filter(|run| query.asks_for(run))));
    runs.take(query.limit.unwrap_or(usize::MAX)).try_collect().await
}
