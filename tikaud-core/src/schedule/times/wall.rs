//! The wall clock, for the crate that reads cron patterns.

use std::cmp::Ordering;

use croner::errors::CronError;
use croner::time::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;

/// A time on the wall clock. It has no zone: what becomes of gaps and folds is decided in [`Zone`](super::Zone).
#[derive(Debug, Clone, Copy)]
pub(super) struct Wall(pub(super) DateTime);

impl Wall {
    fn from_civil(civil: CivilDateTime) -> Option<Self> {
        let small = |number: u32| i8::try_from(number).ok();
        let (date, time) = (civil.date(), civil.time());
        let (year, month, day) = (i16::try_from(date.year()).ok()?, small(date.month())?, small(date.day())?);
        let (hour, minute, second) = (small(time.hour())?, small(time.minute())?, small(time.second())?);
        DateTime::new(year, month, day, hour, minute, second, 0).ok().map(Self)
    }
}

/// Parts of a date and a time are never negative.
fn part(number: i8) -> u32 {
    number.unsigned_abs().into()
}

impl CronDateTime for Wall {
    fn to_civil(&self) -> CivilDateTime {
        let at = self.0;
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(at.year().into(), part(at.month()), part(at.day())),
            CivilTime::from_parts_unchecked(part(at.hour()), part(at.minute()), part(at.second())),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(part(self.0.weekday().to_sunday_zero_offset()))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        Self::from_civil(civil).map(Resolution::Single).ok_or(CronError::InvalidDate)
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(jiff::SignedDuration::from_secs(seconds)).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
