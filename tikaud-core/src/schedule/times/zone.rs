//! A named time zone, and what a time on its wall clock means.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use crate::schedule::ScheduleError;

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::schedule) struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    pub(in crate::schedule) fn named(name: &str) -> Result<Self, ScheduleError> {
        let unknown = |_| {
            let name: String = name.chars().take(100).collect();
            ScheduleError::new(
                "time_zone",
                format!("`{name}` is no time zone; use a name of the IANA database: `Europe/Berlin`"),
            )
        };
        let zone = TimeZone::get(name).map_err(unknown)?;
        Ok(Self { name: zone.iana_name().unwrap_or(name).to_owned(), zone })
    }

    pub(in crate::schedule) fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    pub(in crate::schedule) fn is_utc(&self) -> bool {
        self.name == "UTC"
    }

    pub(in crate::schedule) fn name(&self) -> &str {
        &self.name
    }

    /// What the wall clock shows at an instant.
    pub(super) fn wall(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }

    /// The instant at which a time of the wall clock counts: the first one when the clock shows it twice, the first instant
    /// after the gap when it shows it never. `None` beyond the end of time.
    pub(super) fn instant(&self, wall: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(wall);
        let AmbiguousOffset::Gap { after, .. } = ambiguous.offset() else {
            return ambiguous.earlier().ok();
        };
        // Read with the later offset, a time in the gap lies before the transition, and nothing but the transition follows.
        let before = after.to_timestamp(wall).ok()?;
        let transition = self.zone.following(before).find(|transition| transition.offset() == after)?;
        Some(transition.timestamp())
    }

    /// The second instant at which the wall clock shows a time, when it shows it twice.
    pub(super) fn repeated_instant(&self, wall: DateTime) -> Option<Timestamp> {
        match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Fold { after, .. } => after.to_timestamp(wall).ok(),
            _ => None,
        }
    }

    /// The instants from which on another offset is in force, with that offset: all after this one.
    pub(super) fn transitions_after(&self, instant: Timestamp) -> impl Iterator<Item = (Timestamp, Offset)> {
        self.zone.following(instant).map(|transition| (transition.timestamp(), transition.offset()))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
