//! How the size that an audience shows lags behind what was sent.

use jiff::{SignedDuration, Timestamp};

/// Changes closer together than this count as one, so that a history stays short however many requests come.
const RESOLUTION: SignedDuration = SignedDuration::from_secs(60);

/// The number of identifiers over time, as far back as the lag needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct SizeHistory {
    /// When the number changed, and to what; the times rise.
    changes: Vec<(Timestamp, u64)>,
}

impl SizeHistory {
    /// Notes that there are `size` identifiers from `now` on. What no reader with this lag can see is forgotten.
    pub(crate) fn record(&mut self, now: Timestamp, size: u64, lag: SignedDuration) {
        match self.changes.last_mut() {
            Some((_, last)) if *last == size => return,
            Some((at, last)) if now.duration_since(*at) < RESOLUTION => *last = size,
            _ => self.changes.push((now, size)),
        }
        let seen = self.changes.partition_point(|(at, _)| now.duration_since(*at) >= lag);
        self.changes.drain(..seen.saturating_sub(1));
    }

    /// The number that shows at `now`: the one of `lag` ago.
    pub(crate) fn shown(&self, now: Timestamp, lag: SignedDuration) -> u64 {
        let seen = self.changes.partition_point(|(at, _)| now.duration_since(*at) >= lag);
        seen.checked_sub(1).map_or(0, |last| self.changes[last].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAG: SignedDuration = SignedDuration::from_hours(24);

    fn hour(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_change_shows_after_the_lag_and_not_before() {
        let mut history = SizeHistory::default();
        history.record(hour(0), 1_000, LAG);
        history.record(hour(10), 2_000, LAG);
        let shown: Vec<u64> = [0, 23, 24, 33, 34].map(|at| history.shown(hour(at), LAG)).into();
        assert_eq!(shown, [0, 0, 1_000, 1_000, 2_000]);
    }

    #[test]
    fn changes_that_nobody_can_see_any_more_are_forgotten() {
        let mut history = SizeHistory::default();
        for at in 0..1_000 {
            history.record(hour(at), u64::try_from(at).unwrap(), LAG);
        }
        assert_eq!(history.changes.len(), 25);
        assert_eq!(history.shown(hour(999), LAG), 975);
    }
}
