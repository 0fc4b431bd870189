//! How one activation runs on its schedule, as plain data.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::{Schedule, ScheduleError};
use crate::state::ActivationId;

const MAX_JITTER: Duration = Duration::from_secs(24 * 60 * 60);
const LEAST_RETRY: Duration = Duration::from_secs(1);
const LEAST_LONGEST_RUN: Duration = Duration::from_secs(60);

/// What becomes of runs that came due while nothing could run: the process was not there, the machine slept, the
/// activation was paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissedRuns {
    /// However many there were, one run makes up for them, as soon as one can.
    #[default]
    RunOnce,
    /// They are left out; the next time of the schedule counts.
    Skip,
}

/// What becomes of a run that comes due while the last one is still going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Overlap {
    /// It is left out.
    #[default]
    Skip,
    /// It starts when the last one has ended; however many came due, one does.
    QueueOne,
}

/// How one activation runs on its schedule. All but the schedule has a default.
///
/// ```
/// use std::time::Duration;
/// use tikaud_core::schedule::{MissedRuns, Schedule, ScheduleSettings};
///
/// let mut settings = ScheduleSettings::new(Schedule::every("6 hours")?);
/// settings.jitter = Duration::from_secs(5 * 60);
/// settings.missed = MissedRuns::Skip;
///
/// let written = r#"{ "schedule": { "every": "6 hours" }, "jitter": "5 minutes", "missed": "skip" }"#;
/// assert_eq!(serde_json::from_str::<ScheduleSettings>(written)?, settings);
///
/// let error = serde_json::from_str::<ScheduleSettings>(r#"{ "schedule": { "every": "1 day" }, "jitter": "2 days" }"#);
/// assert!(error.unwrap_err().to_string().starts_with("jitter: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SettingsData", into = "SettingsData")]
#[non_exhaustive]
pub struct ScheduleSettings {
    /// When it runs by itself.
    pub schedule: Schedule,
    /// How much later than its schedule says it starts at most, so that many activations with one schedule do not all start
    /// at once. How much exactly depends on its id only, in whole seconds: it keeps its distance for ever. At most 24 hours; none
    /// unless said.
    pub jitter: Duration,
    /// What becomes of runs that came due while nothing could run.
    pub missed: MissedRuns,
    /// What becomes of a run that comes due while the last one is still going on.
    pub overlap: Overlap,
    /// How often a run that failed is tried again, when the failure may pass by itself, before the schedule's next time is
    /// waited for. 5 unless said.
    pub retries: u32,
    /// How long after a failure the first retry comes; each further one takes twice as long as the one before. At least a
    /// second; a minute unless said.
    pub first_retry: Duration,
    /// The longest wait between retries. At least as long as the first; an hour unless said.
    pub longest_retry: Duration,
    /// How long a run may go on before it is broken off, which counts as a failure; the retry carries on where it was. So
    /// that a run which hangs does not keep its place from others for ever. At least a minute; 24 hours unless said.
    pub longest_run: Duration,
}

impl ScheduleSettings {
    /// The defaults with this schedule.
    #[must_use]
    pub fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            jitter: Duration::ZERO,
            missed: MissedRuns::default(),
            overlap: Overlap::default(),
            retries: 5,
            first_retry: Duration::from_secs(60),
            longest_retry: Duration::from_secs(60 * 60),
            longest_run: Duration::from_secs(24 * 60 * 60),
        }
    }

    pub(super) fn check(&self) -> Result<(), ScheduleError> {
        let wrong = |field, problem: &str| Err(ScheduleError::new(field, problem));
        if self.jitter > MAX_JITTER {
            return wrong("jitter", "at most 24 hours");
        }
        if self.first_retry < LEAST_RETRY {
            return wrong("first_retry", "at least a second");
        }
        if self.longest_retry < self.first_retry {
            return wrong("longest_retry", "at least as long as `first_retry`");
        }
        if self.longest_run < LEAST_LONGEST_RUN {
            return wrong("longest_run", "at least a minute");
        }
        Ok(())
    }

    /// How much later than its schedule says an activation starts.
    pub(super) fn delay(&self, activation: &ActivationId) -> SignedDuration {
        let seconds = xxh3_64(activation.as_str().as_bytes()) % (self.jitter.as_secs() + 1);
        SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0))
    }

    /// How long to wait after so many failures in a row.
    pub(super) fn backoff(&self, failures: u32) -> SignedDuration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let wait = self.first_retry.saturating_mul(doubled).min(self.longest_retry);
        SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)
    }
}

impl From<Schedule> for ScheduleSettings {
    fn from(schedule: Schedule) -> Self {
        Self::new(schedule)
    }
}

/// How the settings are written down. Durations are text, `5 minutes`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsData {
    schedule: Schedule,
    #[serde(default)]
    jitter: Option<String>,
    #[serde(default)]
    missed: MissedRuns,
    #[serde(default)]
    overlap: Overlap,
    #[serde(default)]
    retries: Option<u32>,
    #[serde(default)]
    first_retry: Option<String>,
    #[serde(default)]
    longest_retry: Option<String>,
    #[serde(default)]
    longest_run: Option<String>,
}

impl From<ScheduleSettings> for SettingsData {
    fn from(settings: ScheduleSettings) -> Self {
        let text = |time: Duration| SignedDuration::try_from(time).ok().map(|time| format!("{time:#}"));
        Self {
            jitter: text(settings.jitter),
            missed: settings.missed,
            overlap: settings.overlap,
            retries: Some(settings.retries),
            first_retry: text(settings.first_retry),
            longest_retry: text(settings.longest_retry),
            longest_run: text(settings.longest_run),
            schedule: settings.schedule,
        }
    }
}

impl TryFrom<SettingsData> for ScheduleSettings {
    type Error = ScheduleError;

    fn try_from(data: SettingsData) -> Result<Self, ScheduleError> {
        let mut settings = Self::new(data.schedule);
        (settings.missed, settings.overlap) = (data.missed, data.overlap);
        settings.retries = data.retries.unwrap_or(settings.retries);
        let times = [
            ("jitter", data.jitter, &mut settings.jitter),
            ("first_retry", data.first_retry, &mut settings.first_retry),
            ("longest_retry", data.longest_retry, &mut settings.longest_retry),
            ("longest_run", data.longest_run, &mut settings.longest_run),
        ];
        for (field, text, time) in times {
            if let Some(text) = text {
                *time = parse_duration(field, &text)?;
            }
        }
        settings.check()?;
        Ok(settings)
    }
}

fn parse_duration(field: &'static str, text: &str) -> Result<Duration, ScheduleError> {
    let parsed = text.parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
    parsed.ok_or_else(|| {
        let text: String = text.chars().take(100).collect();
        ScheduleError::new(field, format!("`{text}` is no time in hours, minutes and seconds such as `5 minutes`"))
    })
}
