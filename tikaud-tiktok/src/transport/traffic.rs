//! Counts what requests cost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tikaud_core::destination::Traffic;

/// What the requests of one user of the transport have cost so far. Counters are independent of each other.
#[derive(Debug, Default)]
pub(crate) struct TrafficCounter {
    requests: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
    waited_micros: AtomicU64,
    throttled: AtomicU64,
}

impl TrafficCounter {
    pub(super) fn request(&self, bytes: usize, is_retry: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.retries.fetch_add(u64::from(is_retry), Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn waited(&self, wait: Duration) {
        self.waited_micros.fetch_add(u64::try_from(wait.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn throttled(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    /// The sums so far.
    pub(crate) fn so_far(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.waited_micros.load(Ordering::Relaxed)),
            throttled: self.throttled.load(Ordering::Relaxed),
        }
    }
}
