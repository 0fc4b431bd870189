//! What becomes of a request over its attempts.

use tikaud_core::destination::{DestinationError, Retry};

use super::Failure;
use super::retry::Progress;
use crate::wire::{Outcome, RetryClass};

/// What has become of a request so far.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) progress: Progress,
    may_have_happened: bool,
}

impl Sent {
    pub(super) fn note(&mut self, failure: &Failure) {
        self.progress.throttled += u32::from(failure.retry_class() == RetryClass::Throttled);
        self.may_have_happened |= failure.outcome() == Outcome::Unclear;
    }

    pub(super) fn failed(&self, failure: Failure, retry: Retry) -> Failed {
        let attempts = self.progress.attempts;
        Failed { failure, attempts, retry, may_have_happened: self.may_have_happened }
    }

    /// There is no token, or no other one.
    pub(super) fn without_token(&self, error: DestinationError) -> Failed {
        let retry = error.retry();
        self.failed(Failure::NoToken(error), retry)
    }
}

/// A request that has failed for good.
#[derive(Debug)]
pub(crate) struct Failed {
    /// What its last attempt met.
    pub(crate) failure: Failure,
    /// How often it was sent.
    pub(crate) attempts: u32,
    /// When it makes sense to come back.
    pub(crate) retry: Retry,
    /// Whether one of the attempts may have been carried out.
    pub(crate) may_have_happened: bool,
}

impl Failed {
    /// Whether TikTok refused the token itself.
    pub(crate) fn is_refused_token(&self) -> bool {
        self.failure.is_stale_token()
    }
}
