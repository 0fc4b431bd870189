//! What time it is and how to wait, injected so that tests decide.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep};

use crate::state::{Clock, SystemClock};

/// Tells the time of day and waits for it.
///
/// # Contract
///
/// [`sleep_until`](Self::sleep_until) returns when [`now`](Clock::now) has reached the instant, not before, and not much later
/// either, also when the clock is set or the machine has slept in the meantime. Dropping the future ends the wait.
#[async_trait]
pub trait Timer: Clock {
    /// Waits until the clock has reached an instant.
    async fn sleep_until(&self, instant: Timestamp);
}

const _: fn(&dyn Timer) = |_| {};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemTimer;

/// How often to look at the clock while waiting: it may be set, and the time that a machine sleeps is not counted by timers.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(20);

impl Clock for SystemTimer {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }
}

#[async_trait]
impl Timer for SystemTimer {
    async fn sleep_until(&self, instant: Timestamp) {
        loop {
            let left = instant.duration_since(self.now());
            if !left.is_positive() {
                return;
            }
            sleep(left.min(LOOK_EVERY).unsigned_abs()).await;
        }
    }
}

/// A clock that begins where it is told and goes on as tokio's does, in whole milliseconds. With tokio's time paused (`tokio::time::pause`, in its
/// feature `test-util`) months pass in milliseconds: whenever everybody waits, the time jumps to the next one that is waited for.
/// In a runtime that began with its time paused (`start_paused`) waits end on the millisecond, otherwise up to one later.
///
/// ```
/// use tikaud_core::schedule::{Timer, TokioTimer};
/// use tikaud_core::state::Clock;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// tokio::time::pause();
/// let timer = TokioTimer::starting_at("2026-01-01T00:00:00Z".parse()?);
/// timer.sleep_until("2027-01-01T00:00:00Z".parse()?).await;
/// assert!(timer.now() >= "2027-01-01T00:00:00Z".parse()?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TokioTimer {
    start: Timestamp,
    since: Instant,
}

impl TokioTimer {
    /// A clock that shows this instant now. Called within a tokio runtime whose time is paused, or the clock goes on with the
    /// system's.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, since: Instant::now() }
    }
}

impl Clock for TokioTimer {
    fn now(&self) -> Timestamp {
        // tokio's timers count milliseconds.
        let passed = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.start.saturating_add(SignedDuration::from_millis(passed)).unwrap_or(Timestamp::MAX)
    }
}

#[async_trait]
impl Timer for TokioTimer {
    async fn sleep_until(&self, instant: Timestamp) {
        // tokio's timers count milliseconds and cannot count for more than some years at once.
        const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        loop {
            let left = instant.duration_since(self.now());
            if !left.is_positive() {
                return;
            }
            sleep(left.unsigned_abs().min(LONGEST)).await;
        }
    }
}
