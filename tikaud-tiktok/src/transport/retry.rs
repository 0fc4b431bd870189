//! Whether to send a request again, and after how long: a pure function of what has happened.

use std::time::Duration;

use tikaud_core::destination::Retry;

use super::Failure;
use crate::wire::{Outcome, RetryClass};

/// How often and how long a request that failed is sent again.
///
/// The waits of throttled requests are TikTok's own: the next second, or five minutes once the quota of the minute is
/// used up. A day's quota is not waited for.
///
/// ```
/// use std::time::Duration;
/// use tikaud_tiktok::RetryPolicy;
///
/// let mut hasty = RetryPolicy::default();
/// hasty.attempts = 3;
/// hasty.budget = Duration::from_secs(10);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Times that a request is sent at most, the first one included. 6 by default; 1 never sends again.
    pub attempts: u32,
    /// Time that one request spends waiting before retries at most. 15 minutes by default.
    pub budget: Duration,
    /// The first back-off is between nothing and this. 1 second by default; it doubles from one to the next.
    pub first_delay: Duration,
    /// No back-off is longer. 1 minute by default.
    pub longest_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 6,
            budget: Duration::from_secs(15 * 60),
            first_delay: Duration::from_secs(1),
            longest_delay: Duration::from_secs(60),
        }
    }
}

/// What one request has gone through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Attempts made, the failed one included.
    pub(super) attempts: u32,
    /// How many of them were throttled.
    pub(super) throttled: u32,
    /// Time spent waiting before retries.
    pub(super) waited: Duration,
}

/// What does not depend on the request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    /// Evenly distributed between 0 and 1, so that clients that failed together do not come back together.
    pub(super) jitter: f64,
    /// Until 00:00 UTC, when the quotas of the day start anew.
    pub(super) until_midnight: Duration,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Wait, then send it again.
    Wait(Duration),
    /// Send it no more, and tell the caller this.
    GiveUp(Retry),
}

/// Which quota is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quota {
    Second,
    Minute,
    Day,
}

/// TikTok: "stop for 5 minutes" once the quota of the minute is used up, and for errors of the gateway.
const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);
/// Throttled answers that are put down to the quota of the second.
const SECOND_TRIES: u32 = 3;

impl RetryPolicy {
    /// Whether to send a request again that failed like this.
    pub(super) fn decide(
        &self,
        progress: Progress,
        failure: &Failure,
        idempotent: bool,
        around: Surroundings,
    ) -> Decision {
        let (wait, attempts) = match failure.retry_class() {
            RetryClass::Never | RetryClass::Split => return Decision::GiveUp(Retry::Never),
            RetryClass::Soon => (self.back_off(progress.attempts, around.jitter), self.attempts),
            RetryClass::Twice => (self.back_off(progress.attempts, around.jitter), self.attempts.min(3)),
            RetryClass::Slowly => (Duration::from_secs(60).mul_f64(1.0 + around.jitter), self.attempts),
            RetryClass::Throttled => match quota(failure.message(), progress.throttled) {
                Quota::Day => return Decision::GiveUp(Retry::After(around.until_midnight)),
                Quota::Minute => (FIVE_MINUTES, self.attempts),
                Quota::Second => (next_second(progress.throttled, around.jitter), self.attempts),
            },
        };
        let may_repeat = idempotent || failure.outcome() == Outcome::NotDone;
        if !may_repeat || progress.attempts >= attempts || progress.waited + wait > self.budget {
            return Decision::GiveUp(told(failure.retry_class(), wait));
        }
        Decision::Wait(wait)
    }

    /// Exponential, with full jitter.
    fn back_off(&self, attempts: u32, jitter: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.first_delay.saturating_mul(1 << doublings).min(self.longest_delay).mul_f64(jitter)
    }
}

/// When the caller may come back.
fn told(class: RetryClass, wait: Duration) -> Retry {
    match class {
        RetryClass::Never | RetryClass::Split | RetryClass::Twice => Retry::Never,
        RetryClass::Throttled => Retry::After(wait),
        RetryClass::Soon | RetryClass::Slowly => Retry::After(FIVE_MINUTES),
    }
}

/// Which quota is used up: TikTok's message may name it; otherwise one that outlasts some seconds is that of the
/// minute, and one that outlasts five minutes is that of the day.
fn quota(message: &str, throttled: u32) -> Quota {
    let message = message.to_ascii_lowercase();
    let names = |words: [&str; 3]| words.iter().any(|word| message.contains(word));
    if names(["qpd", "per day", "daily"]) {
        Quota::Day
    } else if names(["qpm", "per minute", "minutely"]) {
        if throttled > SECOND_TRIES { Quota::Day } else { Quota::Minute }
    } else if throttled <= SECOND_TRIES || names(["qps", "per second", "secondly"]) {
        Quota::Second
    } else if throttled == SECOND_TRIES + 1 {
        Quota::Minute
    } else {
        Quota::Day
    }
}

/// The next second, and later ones when the next was not enough.
fn next_second(throttled: u32, jitter: f64) -> Duration {
    let seconds = 1_u32 << throttled.saturating_sub(1).min(4);
    Duration::from_secs(u64::from(seconds)).mul_f64(1.0 + jitter)
}

#[cfg(test)]
mod tests;
