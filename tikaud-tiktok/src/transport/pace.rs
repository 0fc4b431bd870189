//! Keeps requests below the rate that TikTok lets an app have. Shared by all accounts of one app, as the quota is.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// After this many successes in a row, a slowed-down pace doubles.
const SUCCESSES_TO_SPEED_UP: u32 = 50;
/// A slowed-down pace is no slower than this part of the full one.
const SLOWEST: u32 = 8;

/// A pace of so many requests per second, evenly spaced: a burst would be counted against the quota of the second.
#[derive(Debug)]
pub(crate) struct Pace {
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the next request may go.
    next: Instant,
    /// Nothing goes before.
    paused_until: Instant,
    /// How many times slower than the full pace it is: 1, 2, 4 or 8.
    slowness: u32,
    successes: u32,
}

impl Pace {
    /// So many requests per second; the caller sees to it that the number is positive and finite.
    pub(crate) fn new(requests_per_second: f64) -> Self {
        let now = Instant::now();
        let state = State { next: now, paused_until: now, slowness: 1, successes: 0 };
        Self { interval: Duration::from_secs_f64(1.0 / requests_per_second), state: Mutex::new(state) }
    }

    /// Waits for the turn of one request, and says how long that took.
    pub(super) async fn turn(&self) -> Duration {
        let asked = Instant::now();
        loop {
            let turn = self.reserve(Instant::now());
            sleep_until(turn).await;
            // The pace may have been paused while this request was waiting for its turn.
            if self.state().paused_until <= turn {
                return asked.elapsed();
            }
        }
    }

    /// TikTok has throttled a request: half the pace from now on, and nothing for this long.
    pub(super) fn throttled(&self, wait: Duration) {
        let now = Instant::now();
        let mut state = self.state();
        // Requests in flight are throttled together; only the first of them tells something new.
        if state.paused_until <= now {
            state.slowness = (state.slowness * 2).min(SLOWEST);
        }
        state.successes = 0;
        state.paused_until = state.paused_until.max(now + wait);
    }

    /// TikTok has let a request through.
    pub(super) fn succeeded(&self) {
        let mut state = self.state();
        state.successes += 1;
        if state.successes >= SUCCESSES_TO_SPEED_UP {
            state.successes = 0;
            state.slowness = (state.slowness / 2).max(1);
        }
    }

    fn reserve(&self, now: Instant) -> Instant {
        let mut state = self.state();
        let turn = state.next.max(state.paused_until).max(now);
        state.next = turn + self.interval * state.slowness;
        turn
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while it is held, and its fields are valid one by one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    async fn time_for(pace: &Pace, requests: usize) -> f64 {
        let start = Instant::now();
        join_all((0..requests).map(|_| pace.turn())).await;
        start.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn the_permitted_rate_is_used_to_the_full_and_never_exceeded() {
        let pace = Pace::new(10.0);
        let seconds = time_for(&pace, 1001).await;
        let rate = 1000.0 / seconds;
        assert!((9.5..=10.0).contains(&rate), "{rate}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_sees_more_than_its_share_even_after_idleness() {
        let pace = Pace::new(10.0);
        pace.turn().await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(time_for(&pace, 11).await >= 1.0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_stops_those_who_already_wait_and_halves_the_pace() {
        let pace = Pace::new(10.0);
        pace.turn().await;
        let start = Instant::now();
        let waiting = async {
            pace.turn().await;
            start.elapsed()
        };
        let throttle = async { pace.throttled(Duration::from_secs(5)) };
        let (waited, ()) = tokio::join!(waiting, throttle);
        assert!(waited >= Duration::from_secs(5), "{waited:?}");
        let seconds = time_for(&pace, 11).await;
        assert!((2.0..2.5).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_are_throttled_together_slow_down_once() {
        let pace = Pace::new(10.0);
        for _ in 0..4 {
            pace.throttled(Duration::from_secs(1));
        }
        assert_eq!(pace.state().slowness, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn successes_bring_the_full_pace_back() {
        let pace = Pace::new(10.0);
        for _ in 0..10 {
            pace.throttled(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        assert_eq!(pace.state().slowness, SLOWEST);
        for _ in 0..3 * SUCCESSES_TO_SPEED_UP {
            pace.succeeded();
        }
        assert_eq!(pace.state().slowness, 1);
    }
}
