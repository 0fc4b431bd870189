//! Whether TikTok takes changes of an audience now.

use jiff::{SignedDuration, Timestamp};

/// TikTok works on a change for 48 hours at most.
const PROCESSING: SignedDuration = SignedDuration::from_hours(48);

/// Whether TikTok takes changes of an audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// As far as it shows.
    Ready,
    /// It is ready for use, and was changed so lately that TikTok may still be at work on it.
    Unsettled,
    /// TikTok is at work on it.
    Processing,
    /// TikTok has done with it, and it has too few people: no change is taken any more.
    TooSmall,
    /// It can only be deleted.
    Expired,
}

impl Standing {
    /// What the audience itself shows: whether it is valid, when it expires, when it was last changed.
    ///
    /// An audience that is not valid is being computed, is too small, or has expired, and TikTok does not say which. So
    /// time decides: what was changed within 48 hours may still be computed.
    pub(super) fn of(
        is_valid: Option<bool>,
        expires: Option<Timestamp>,
        last_change: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        if expires.is_some_and(|expired| expired <= now) {
            return Self::Expired;
        }
        let settled = last_change.map(|at| now.duration_since(at) >= PROCESSING);
        match (is_valid, settled) {
            (Some(false), Some(true)) => Self::TooSmall,
            (Some(false), _) => Self::Processing,
            (_, Some(false)) => Self::Unsettled,
            // Without a time there is nothing to say that TikTok is at work.
            _ => Self::Ready,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    /// Of an audience that was changed at hour 0 and expires at hour 1,000.
    fn standing(is_valid: Option<bool>, now: i64) -> Standing {
        Standing::of(is_valid, Some(hour(1_000)), Some(hour(0)), hour(now))
    }

    #[test]
    fn an_audience_that_is_not_valid_is_processed_for_48_hours_and_then_too_small() {
        assert_eq!(standing(Some(false), 47), Standing::Processing);
        assert_eq!(standing(Some(false), 48), Standing::TooSmall);
        assert_eq!(Standing::of(Some(false), None, None, hour(48)), Standing::Processing);
    }

    #[test]
    fn an_audience_that_is_valid_is_unsettled_for_48_hours_and_then_ready() {
        for is_valid in [Some(true), None] {
            assert_eq!(standing(is_valid, 47), Standing::Unsettled);
            assert_eq!(standing(is_valid, 48), Standing::Ready);
            assert_eq!(Standing::of(is_valid, None, None, hour(0)), Standing::Ready);
        }
    }

    #[test]
    fn an_audience_past_its_time_has_expired_whatever_else_it_says() {
        for is_valid in [Some(true), Some(false), None] {
            assert_ne!(standing(is_valid, 999), Standing::Expired);
            assert_eq!(standing(is_valid, 1_000), Standing::Expired);
        }
    }
}
