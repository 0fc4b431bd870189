//! Keeps requests below the rate that TikTok lets an app have. Shared by all accounts of one app, as the quota is.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tikaud_core::destination::{DestinationError, DestinationErrorKind};
use tokio::sync::Mutex as Queue;
use tokio::time::{Instant, sleep_until};

use super::AppLevel;

/// The part of the permitted rate that is used. The rest is room for the network, which may bring requests closer
/// together than they were sent.
const USED: f64 = 0.98;
/// Requests that go late, because timers are coarse or the machine is busy, are made up for by this much.
const LATENESS: Duration = Duration::from_millis(250);
/// However many are made up for, no time as long as this sees more requests than a second permits: a second, and some
/// room for the network again.
const WINDOW: Duration = Duration::from_millis(1_020);
/// What is left of the rate after a throttle that comes as a surprise.
const SLOWER: f64 = 0.7;
/// What is left of it after one at the rate at which the last one came: how much is too much is known by then.
const LITTLE_SLOWER: f64 = 0.93;
/// A slowed-down pace is no slower than this part of the full one.
const SLOWEST: f64 = 0.125;
/// What each second of successes adds, as a part of the present rate.
const FASTER: f64 = 0.07;
/// The same around the rate at which the last throttle came, at first. It doubles after [`STEPS`] seconds without another
/// one, which may have been an accident.
const LITTLE_FASTER: f64 = 0.001;
const STEPS: u32 = 15;
/// What is around that rate: from this part of it to that one.
const AROUND: [f64; 2] = [0.93, 1.04];

/// Whole requests that a second permits at this rate; at a rate below one, one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is from 0 to 10,000")]
fn per_second(rate: f64) -> usize {
    rate.max(1.0) as usize
}

/// The pace of a developer app's requests: evenly spaced, and never more in a second than are permitted.
///
/// TikTok counts requests for each app, so whatever sends requests for one app should share one pace: all accounts of
/// a [`TikTokClient`](crate::TikTokClient) do, and several clients do when they are given clones of one `Pace`. When TikTok
/// says that requests come too fast, it slows down, and speeds up again as they succeed.
///
/// ```
/// use tikaud_tiktok::{AccessToken, AppLevel, Pace, TikTokClient};
///
/// let pace = Pace::new(AppLevel::Advanced);
/// let first = TikTokClient::builder(AccessToken::new("0a1b2c")).pace(pace.clone()).build()?;
/// let second = TikTokClient::builder(AccessToken::new("3d4e5f")).pace(pace.clone()).build()?;
/// assert_eq!(pace.requests_per_second(), 20.0);
/// # Ok::<(), tikaud_core::destination::DestinationError>(())
/// ```
#[derive(Clone)]
pub struct Pace(Arc<Shared>);

struct Shared {
    requests_per_second: f64,
    /// Whose turn it is next, in the order in which they came.
    queue: Queue<()>,
    state: Mutex<State>,
}

struct State {
    /// When the next request may go.
    next: Instant,
    /// Nothing goes before.
    paused_until: Instant,
    /// When the last requests went, as many as a second permits.
    sent: VecDeque<Instant>,
    /// The part of the full pace that is used.
    share: f64,
    /// The share at which the last throttle came.
    ceiling: f64,
    /// What a second of successes adds around that share, and for how many seconds it has.
    little_faster: f64,
    steps: u32,
    /// Successes since the share last changed.
    successes: u32,
}

impl State {
    /// When the next request may go, at this rate.
    fn turn(&self, rate: f64) -> Instant {
        let turn = self.next.max(self.paused_until);
        // As many as a second permits, counted back from the last one.
        let earliest = self.sent.len().checked_sub(per_second(rate)).and_then(|at| self.sent.get(at));
        earliest.map_or(turn, |earliest| turn.max(*earliest + WINDOW))
    }

    /// Notes that a request goes.
    fn go(&mut self, now: Instant, rate: f64) {
        let interval = Duration::from_secs_f64(1.0 / (rate * USED));
        let slot = self.next.max(self.paused_until);
        self.next = slot.max(now.checked_sub(LATENESS).unwrap_or(now)) + interval;
        self.sent.push_back(now);
        while self.sent.len() > per_second(rate) {
            self.sent.pop_front();
        }
    }

    fn is_around_ceiling(&self) -> bool {
        let [from, to] = AROUND.map(|part| part * self.ceiling);
        (from..to).contains(&self.share)
    }

    fn slow_down(&mut self) {
        let left = if self.is_around_ceiling() { LITTLE_SLOWER } else { SLOWER };
        self.ceiling = self.share;
        self.share = (self.share * left).max(SLOWEST);
        (self.little_faster, self.steps) = (LITTLE_FASTER, 0);
    }

    fn speed_up(&mut self) {
        let more = if self.is_around_ceiling() { self.little_faster } else { FASTER };
        self.share = (self.share * (1.0 + more)).min(1.0);
        self.steps += u32::from(self.is_around_ceiling());
        if self.steps >= STEPS {
            (self.little_faster, self.steps) = ((2.0 * self.little_faster).min(FASTER), 0);
        }
    }
}

impl Pace {
    /// The pace of an app of this level.
    #[must_use]
    pub fn new(level: AppLevel) -> Self {
        Self::of(f64::from(level.requests_per_second()))
    }

    /// A pace of so many requests per second, for an app with a quota of its own, or to leave some of it to others.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Configuration`] unless it is above 0 and at most 10,000.
    pub fn try_new(requests_per_second: f64) -> Result<Self, DestinationError> {
        // From one a day, so that the time between two requests is a number that clocks can add.
        if (0.000_01..=10_000.0).contains(&requests_per_second) {
            return Ok(Self::of(requests_per_second));
        }
        let message = "requests_per_second must be above 0 and at most 10000";
        Err(DestinationError::new(DestinationErrorKind::Configuration, message))
    }

    fn of(requests_per_second: f64) -> Self {
        let now = Instant::now();
        let state = State {
            next: now,
            paused_until: now,
            sent: VecDeque::new(),
            share: 1.0,
            ceiling: f64::INFINITY,
            little_faster: LITTLE_FASTER,
            steps: 0,
            successes: 0,
        };
        Self(Arc::new(Shared { requests_per_second, queue: Queue::new(()), state: Mutex::new(state) }))
    }

    /// The rate that is permitted.
    #[must_use]
    pub fn requests_per_second(&self) -> f64 {
        self.0.requests_per_second
    }

    /// The rate at which requests go now: 98 % of what is permitted, and less after TikTok has throttled some.
    #[must_use]
    pub fn current_requests_per_second(&self) -> f64 {
        self.0.requests_per_second * USED * self.state().share
    }

    /// Waits for the turn of one request, and says how long that took.
    pub(super) async fn turn(&self) -> Duration {
        let asked = Instant::now();
        let _turn = self.0.queue.lock().await;
        loop {
            let now = Instant::now();
            let turn = {
                let mut state = self.state();
                let rate = self.0.requests_per_second * state.share;
                let turn = state.turn(rate);
                if turn <= now {
                    state.go(now, rate);
                    return asked.elapsed();
                }
                turn
            };
            sleep_until(turn).await;
        }
    }

    /// TikTok has throttled a request: slower from now on, and nothing for this long.
    pub(super) fn throttled(&self, wait: Duration) {
        let now = Instant::now();
        let mut state = self.state();
        // Requests in flight are throttled together; only the first of them tells something new.
        if state.paused_until <= now {
            state.slow_down();
        }
        state.successes = 0;
        state.paused_until = state.paused_until.max(now + wait);
    }

    /// TikTok has let a request through.
    pub(super) fn succeeded(&self) {
        let mut state = self.state();
        if state.share >= 1.0 {
            return;
        }
        state.successes += 1;
        if f64::from(state.successes) >= self.0.requests_per_second * state.share {
            state.successes = 0;
            state.speed_up();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while it is held, and its fields are valid one by one.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace")
            .field("requests_per_second", &self.requests_per_second())
            .field("current_requests_per_second", &self.current_requests_per_second())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
