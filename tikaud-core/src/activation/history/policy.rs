//! How much of the history is kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Runs of which records are kept when nothing else is said: with a run an hour, six weeks; with one a day, nearly three
/// years. A record takes some three kilobytes.
const KEPT: u32 = 1_000;

/// How much of the history is kept. What is too much is deleted when the next run begins.
///
/// ```
/// use std::time::Duration;
/// use tikaud_core::activation::HistoryPolicy;
///
/// let policy = HistoryPolicy::default().keep(100).keep_for(Duration::from_secs(90 * 24 * 3600));
/// assert_eq!(serde_json::to_string(&policy)?, r#"{"keep":100,"keep_for_seconds":7776000.0}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HistoryPolicy {
    /// Runs that are kept at most, the latest always among them. Default: 1,000.
    pub keep: u32,
    /// How long a run is kept at most; `None`: however long. Default: `None`.
    #[serde(rename = "keep_for_seconds", with = "crate::seconds::some")]
    pub keep_for: Option<Duration>,
}

impl Default for HistoryPolicy {
    fn default() -> Self {
        Self { keep: KEPT, keep_for: None }
    }
}

impl HistoryPolicy {
    /// The same with at most so many runs.
    #[must_use]
    pub fn keep(mut self, runs: u32) -> Self {
        self.keep = runs;
        self
    }

    /// The same with runs that began at most so long ago.
    #[must_use]
    pub fn keep_for(mut self, time: Duration) -> Self {
        self.keep_for = Some(time);
        self
    }
}
