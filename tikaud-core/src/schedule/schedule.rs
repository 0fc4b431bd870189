//! When an activation runs by itself, as plain data.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::ScheduleError;
use super::times::{Cron, DEFAULT_ANCHOR, Every, Zone};
use super::written::ScheduleData;
use crate::state::ActivationId;

/// When an activation runs by itself. It can be run by a call at any time besides.
///
/// In TOML and JSON, one of these:
///
/// ```toml
/// manual = true                       # only when it is called
///
/// every = "6 hours"                   # minutes, hours, days
/// anchor = "2026-01-01T02:30"         # the first time; if left out, a midnight long ago
/// time_zone = "Europe/Berlin"         # of the anchor; if left out, UTC
///
/// cron = "30 2 * * MON"               # minute, hour, day of the month, month, day of the week
/// time_zone = "Europe/Berlin"
///
/// after = "buyers"                    # another activation of the same scheduler
/// when = "done"                       # or "ended": however its run ended
/// ```
///
/// # When the clocks change
///
/// * A time that the wall clock leaves out is due once, at the first instant after the gap.
/// * A time that it shows twice is due once, the first time; but a cron pattern that is due in every hour of the day is due in
///   the repeated hour too.
/// * Minutes and hours of `every` are counted as they pass, days by the calendar.
///
/// ```
/// use tikaud_core::schedule::Schedule;
///
/// let schedule = Schedule::cron("30 2 * * SUN", "Europe/Berlin")?;
/// assert_eq!(schedule.to_string(), "at 02:30 every Sunday, Europe/Berlin");
/// // On 29 March 2026 there is no half past two in Berlin: clocks go from 2 to 3 o'clock.
/// let next = schedule.next_after("2026-03-28T00:00:00Z".parse()?);
/// assert_eq!(next, Some("2026-03-29T03:00:00+02:00".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "ScheduleData", into = "ScheduleData")]
#[non_exhaustive]
pub enum Schedule {
    /// Only when it is called.
    #[default]
    Manual,
    /// Every so many minutes, hours or days.
    Every(Every),
    /// By a cron pattern.
    Cron(Cron),
    /// After another activation's run.
    After {
        /// The other activation.
        activation: ActivationId,
        /// After which of its runs.
        when: AfterWhen,
    },
}

/// After which runs of another activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AfterWhen {
    /// Those that ended with [`Outcome::Done`](crate::activation::Outcome::Done).
    #[default]
    Done,
    /// All, however they ended.
    Ended,
}

impl Schedule {
    /// Every so many minutes, hours or days: `6 hours`. Counted from a midnight in UTC; see [`anchored`](Self::anchored).
    ///
    /// # Errors
    ///
    /// When it is no such text, naming the field `every`.
    pub fn every(interval: &str) -> Result<Self, ScheduleError> {
        Every::try_new(interval.parse()?, DEFAULT_ANCHOR, Zone::utc()).map(Self::Every)
    }

    /// The same with the first time that it is due, on the wall clock of a time zone. There is none before it. Schedules that
    /// are not counted have no anchor and stay as they are.
    ///
    /// ```
    /// # use tikaud_core::schedule::Schedule;
    /// let schedule = Schedule::every("2 days")?.anchored("2026-01-01T02:30".parse()?, "Europe/Berlin")?;
    /// assert_eq!(schedule.to_string(), "every 2 days at 02:30 from 2026-01-01 on, Europe/Berlin");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no such time zone, naming the field `time_zone`; when the time is too far away to be counted from,
    /// naming the field `anchor`.
    pub fn anchored(self, anchor: DateTime, time_zone: &str) -> Result<Self, ScheduleError> {
        match self {
            Self::Every(every) => Every::try_new(every.interval(), anchor, Zone::named(time_zone)?).map(Self::Every),
            other => Ok(other),
        }
    }

    /// By a cron pattern of five fields (minute, hour, day of the month, month, day of the week), on the wall clock of a time
    /// zone of the IANA database. Names of months and weekdays, lists, ranges, steps, `L`, `W`, `#` and nicknames such as
    /// `@daily` are understood. When both kinds of day are given, either will do, as with every cron.
    ///
    /// # Errors
    ///
    /// When it is no pattern, or one that is never due, naming the field `cron`; when there is no such time zone, naming
    /// the field `time_zone`.
    pub fn cron(pattern: &str, time_zone: &str) -> Result<Self, ScheduleError> {
        Cron::try_new(pattern, Zone::named(time_zone)?).map(Self::Cron)
    }

    /// After another activation's run.
    #[must_use]
    pub fn after(activation: ActivationId, when: AfterWhen) -> Self {
        Self::After { activation, when }
    }

    /// The first time after an instant that it is due; `None` when there is none, because it does not go by the clock or the
    /// time lies beyond what can be counted (the year 5000 for cron patterns, 9999 for the rest).
    #[must_use]
    pub fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Manual | Self::After { .. } => None,
            Self::Every(every) => every.next_after(instant),
            Self::Cron(cron) => cron.next_after(instant),
        }
    }

    /// The last time after one instant and up to another that it is due, without looking at all between: after a year's
    /// pause there are half a million minutes.
    pub(super) fn last_between(&self, after: Timestamp, up_to: Timestamp) -> Option<Timestamp> {
        let mut back = jiff::SignedDuration::from_mins(1);
        loop {
            let since = up_to.saturating_sub(back).unwrap_or(after).max(after);
            let dues = std::iter::successors(self.next_after(since), |due| self.next_after(*due));
            if let Some(last) = dues.take_while(|due| *due <= up_to).last() {
                return Some(last);
            }
            if since == after {
                return None;
            }
            back = back.saturating_add(back);
        }
    }
}

/// `every 6 hours`, `at 02:30 every Monday, Europe/Berlin`, "after `buyers` is done".
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manual => f.write_str("when called"),
            Self::Every(every) => every.fmt(f),
            Self::Cron(cron) => cron.fmt(f),
            Self::After { activation, when: AfterWhen::Done } => write!(f, "after `{activation}` is done"),
            Self::After { activation, when: AfterWhen::Ended } => write!(f, "after `{activation}` has ended"),
        }
    }
}
