//! Every so many minutes, hours or days.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Span, Timestamp};

use super::Zone;
use crate::schedule::ScheduleError;

/// Where counting begins when nothing is said: a midnight, so that every six hours means 0, 6, 12 and 18 o'clock.
pub(in crate::schedule) const DEFAULT_ANCHOR: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EveryUnit {
    /// Minutes that have passed, whatever the wall clock did.
    Minutes,
    /// Hours that have passed, whatever the wall clock did.
    Hours,
    /// Days of the calendar: at the same time on the wall clock, be the day 23, 24 or 25 hours long.
    Days,
}

impl EveryUnit {
    const ALL: [Self; 3] = [Self::Minutes, Self::Hours, Self::Days];

    fn word(self) -> &'static str {
        match self {
            Self::Minutes => "minute",
            Self::Hours => "hour",
            Self::Days => "day",
        }
    }
}

/// Every so many minutes, hours or days; see [`Schedule::every`](crate::schedule::Schedule::every).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Every {
    interval: Interval,
    anchor: DateTime,
    zone: Zone,
}

/// A number of units, written `6 hours`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schedule) struct Interval {
    count: NonZeroU32,
    unit: EveryUnit,
}

impl FromStr for Interval {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let (count, word) = match text.trim().split_once(char::is_whitespace) {
            Some((count, word)) => (count.parse().ok(), word.trim_start()),
            None => (NonZeroU32::new(1), text.trim()),
        };
        let unit = EveryUnit::ALL.into_iter().find(|unit| word.strip_suffix('s').unwrap_or(word) == unit.word());
        count.zip(unit).map(|(count, unit)| Self { count, unit }).ok_or_else(|| {
            let text: String = text.chars().take(100).collect();
            let problem = format!("`{text}` is no interval; write a number of minutes, hours or days: `6 hours`");
            ScheduleError::new("every", problem)
        })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count.get() == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.unit.word())
    }
}

impl Every {
    pub(in crate::schedule) fn try_new(
        interval: Interval,
        anchor: DateTime,
        zone: Zone,
    ) -> Result<Self, ScheduleError> {
        if zone.instant(anchor).is_none() {
            return Err(ScheduleError::new("anchor", format!("{anchor} is beyond the time that can be counted")));
        }
        Ok(Self { interval, anchor, zone })
    }

    /// How many units.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.interval.count.get()
    }

    /// What is counted.
    #[must_use]
    pub fn unit(&self) -> EveryUnit {
        self.interval.unit
    }

    /// The first time that it is due, on the wall clock of the time zone.
    #[must_use]
    pub fn anchor(&self) -> DateTime {
        self.anchor
    }

    /// The time zone's name in the IANA database.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        self.zone.name()
    }

    pub(in crate::schedule) fn interval(&self) -> Interval {
        self.interval
    }

    pub(in crate::schedule) fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let anchor = self.zone.instant(self.anchor)?;
        if instant < anchor {
            return Some(anchor);
        }
        match self.interval.unit {
            EveryUnit::Minutes => self.next_elapsed(anchor, instant, 60),
            EveryUnit::Hours => self.next_elapsed(anchor, instant, 60 * 60),
            EveryUnit::Days => self.next_day(instant),
        }
    }

    fn next_elapsed(&self, anchor: Timestamp, instant: Timestamp, unit: i64) -> Option<Timestamp> {
        let step = i64::from(self.count()) * unit;
        let periods = instant.duration_since(anchor).as_secs() / step + 1;
        anchor.checked_add(SignedDuration::from_secs(periods.checked_mul(step)?)).ok()
    }

    fn next_day(&self, instant: Timestamp) -> Option<Timestamp> {
        let today = self.zone.wall(instant).date();
        let passed = i64::from(today.since(self.anchor.date()).ok()?.get_days());
        let step = i64::from(self.count());
        // The wall clock may stand on another day than the schedule's last: look at the one before as well.
        let first = (passed / step - 1).max(0);
        for period in first.. {
            let days = Span::new().try_days(period.checked_mul(step)?).ok()?;
            let due = self.zone.instant(self.anchor.checked_add(days).ok()?)?;
            if due > instant {
                return Some(due);
            }
        }
        None
    }
}

/// `every 6 hours`, `every day at 02:30, Europe/Berlin`.
impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count() {
            1 => write!(f, "every {}", self.unit().word())?,
            _ => write!(f, "every {}", self.interval)?,
        }
        let (date, time) = (self.anchor.date(), self.anchor.time().strftime("%H:%M"));
        let dated = date != DEFAULT_ANCHOR.date();
        match self.unit() {
            EveryUnit::Days if dated => write!(f, " at {time} from {date} on, {}", self.zone),
            EveryUnit::Days => write!(f, " at {time}, {}", self.zone),
            _ if self.anchor != DEFAULT_ANCHOR => write!(f, " from {date} {time} on, {}", self.zone),
            _ if !self.zone.is_utc() => write!(f, ", {}", self.zone),
            _ => Ok(()),
        }
    }
}
