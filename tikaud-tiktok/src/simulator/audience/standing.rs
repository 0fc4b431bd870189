//! How an audience stands: how large it shows, whether it can be used and changed, and when it expires.

use jiff::{SignedDuration, Timestamp};

use super::{Audience, MINIMUM_SIZE};
use crate::simulator::refusal::Refusal;

/// From the last change or use to expiry. Whether mapping requests count as change is not documented, and the simulator
/// does not count them.
const LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Before its expiry an audience is shown as expiring for 60 days.
const EXPIRING: SignedDuration = SignedDuration::from_hours(60 * 24);

impl Audience {
    /// Puts off its expiry, unless a retention was given.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.touched = now;
    }

    /// Refuses when it has expired, and an audience of customer files also while it is processed or when it is too
    /// small.
    pub(crate) fn check_editable(&self, now: Timestamp, lag: SignedDuration) -> Result<(), Refusal> {
        if self.is_expired(now) {
            return Err(Refusal::not_editable());
        }
        self.kind.files().map_or(Ok(()), |files| files.check_editable(now, lag))
    }

    /// A given retention counts from the creation, whatever happens; otherwise every change and use begins anew.
    pub(crate) fn expires(&self) -> Timestamp {
        let (from, life) = match self.kind.retention() {
            Some(days) => (self.created, SignedDuration::from_hours(24 * i64::from(days))),
            None => (self.touched, LIFE),
        };
        from.saturating_add(life).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires()
    }

    pub(crate) fn is_expiring(&self, now: Timestamp) -> bool {
        self.expires().duration_since(now) <= EXPIRING
    }

    /// The people matched, as far as it shows: every identifier counts as one. An expired audience is empty.
    pub(crate) fn cover_num(&self, now: Timestamp, lag: SignedDuration) -> u64 {
        if self.is_expired(now) { 0 } else { self.size.shown(now, lag) }
    }

    pub(crate) fn is_valid(&self, now: Timestamp, lag: SignedDuration) -> bool {
        self.cover_num(now, lag) >= MINIMUM_SIZE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_expiring_for_60_days_and_then_expired() {
        let created = Timestamp::UNIX_EPOCH;
        let audience = Audience::new("1".into(), "2".into(), "A", created);
        let on_day = |day: i64| {
            let now = created + SignedDuration::from_hours(24 * day);
            (audience.is_expiring(now), audience.is_expired(now))
        };
        assert_eq!([304, 305, 364, 365].map(on_day), [(false, false), (true, false), (true, false), (true, true)]);
    }
}
