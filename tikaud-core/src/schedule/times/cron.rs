//! A cron pattern on the wall clock of a time zone.

use std::fmt;

use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::wall::Wall;
use super::{Zone, words};
use crate::schedule::ScheduleError;

/// Longer than any pattern that a person would write.
const MAX_PATTERN: usize = 200;
/// No wall clock is ever set back by more.
const LONGEST_FOLD: SignedDuration = SignedDuration::from_hours(26);

/// A cron pattern in a time zone; see [`Schedule::cron`](crate::schedule::Schedule::cron).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    // Large: it holds every field as a set.
    cron: Box<croner::Cron>,
    zone: Zone,
}

impl Cron {
    pub(in crate::schedule) fn try_new(text: &str, zone: Zone) -> Result<Self, ScheduleError> {
        let wrong = |problem: String| ScheduleError::new("cron", problem);
        let text = text.trim();
        if text.len() > MAX_PATTERN {
            return Err(wrong(format!("a pattern of {} characters; it has at most {MAX_PATTERN}", text.len())));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(text).map_err(|error| wrong(format!("`{text}` is no pattern: {error}")))?;
        let cron = Self { text: text.to_owned(), cron: Box::new(cron), zone };
        match cron.next_wall(DateTime::constant(1970, 1, 1, 0, 0, 0, 0), true) {
            Some(_) => Ok(cron),
            None => Err(wrong(format!("`{text}` is never due: no such day exists"))),
        }
    }

    /// The pattern, as it was written.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.text
    }

    /// The time zone's name in the IANA database.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        self.zone.name()
    }

    pub(in crate::schedule) fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let next = self.next_once(instant)?;
        let repeated = if self.is_due_every_hour() { self.next_repeated(instant, next) } else { None };
        Some(repeated.unwrap_or(next))
    }

    /// The next time that matches, each time of the wall clock counted once.
    fn next_once(&self, instant: Timestamp) -> Option<Timestamp> {
        let mut wall = self.zone.wall(instant);
        loop {
            wall = self.next_wall(wall, false)?;
            // In the second half of a fold the times that follow on the wall clock have been: pass over them.
            let due = self.zone.instant(wall)?;
            if due > instant {
                return Some(due);
            }
        }
    }

    /// Whether the pattern leaves out no hour of the day, so that nobody would expect a pause when an hour is repeated.
    fn is_due_every_hour(&self) -> bool {
        self.cron.pattern.hours.values().len() == 24
    }

    /// The next time that matches in the second half of a fold, before `end`.
    fn next_repeated(&self, instant: Timestamp, end: Timestamp) -> Option<Timestamp> {
        let since = instant.saturating_sub(LONGEST_FOLD).unwrap_or(Timestamp::MIN);
        let folds = self.zone.transitions_after(since).take_while(|(transition, _)| *transition < end);
        let found = folds.filter_map(|(transition, offset)| {
            let ahead = transition > instant;
            let wall = self.next_wall(offset.to_datetime(transition.max(instant)), ahead)?;
            self.zone.repeated_instant(wall)
        });
        found.filter(|due| *due > instant && *due < end).min()
    }

    fn next_wall(&self, wall: DateTime, inclusive: bool) -> Option<DateTime> {
        self.cron.find_next_occurrence(&Wall(wall), inclusive).ok().map(|found| found.0)
    }
}

/// In words, where there are plain ones: `at 02:30 every Monday, Europe/Berlin`.
impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match words::describe(&self.cron.pattern) {
            Some(words) => write!(f, "{words}, {}", self.zone),
            None => write!(f, "cron `{}`, {}", self.text, self.zone),
        }
    }
}
