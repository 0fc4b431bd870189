//! Turns a failed request into an error that says what was being done, to what, and what to do.

use tikaud_core::destination::{DestinationError, DestinationErrorKind as Kind};

use crate::transport::{Failed, Failure};
use crate::wire::{ReplyError, ReturnCode};

/// The error of a failed request. `doing` says what was being done, to what, such as `list the audiences of ad account
/// 7001`.
pub(crate) fn explain(doing: &str, failed: Failed) -> DestinationError {
    let (what, advice) = told(&failed.failure);
    let attempts = if failed.attempts > 1 { format!(" after {} attempts", failed.attempts) } else { String::new() };
    attach(DestinationError::new(failed.failure.kind(), format!("cannot {doing}{attempts}: {what}; {advice}")), failed)
}

/// Adds to an error what the request has met.
pub(crate) fn attach(mut error: DestinationError, failed: Failed) -> DestinationError {
    error = error.with_retry(failed.retry);
    if failed.may_have_happened {
        error = error.with_lost_reply();
    }
    if let Some(code) = failed.failure.code() {
        error = error.with_code(code);
    }
    if let Some(request_id) = failed.failure.request_id() {
        error = error.with_request_id(request_id);
    }
    error.with_source(failed.failure)
}

/// What failed, and what to do about it.
fn told(failure: &Failure) -> (&'static str, &'static str) {
    match failure {
        Failure::Reply(ReplyError::Refused { code, .. }) => {
            let code = ReturnCode::of(*code);
            (code.meaning, code.advice)
        }
        Failure::Reply(ReplyError::Status { .. }) => told_of_status(failure.kind()),
        Failure::Reply(ReplyError::Redirect { .. }) => {
            ("the host redirects, and the access token must not go along", "check the endpoint")
        }
        Failure::Reply(ReplyError::Malformed { .. }) => {
            ("the reply was not in TikTok's protocol", "check that no proxy answers in TikTok's place, and try again")
        }
        Failure::TimedOut(_) => {
            ("no reply came in time", "check the network, raise attempt_timeout or lower the batch size")
        }
        Failure::NotConnected(_) => {
            ("no connection to TikTok", "check the network: name service, proxy, firewall, certificates")
        }
        Failure::NoToken(_) => ("there is no access token to ask with", "see to what the token provider says"),
        Failure::Broken(_) => ("the connection broke before the reply was complete", "check the network and try again"),
    }
}

/// A gateway has answered in TikTok's place.
fn told_of_status(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::RateLimited => ("a gateway before TikTok lets no more requests through", "lower requests_per_second"),
        Kind::Unavailable => ("a gateway before TikTok is out of order", "try again in some minutes"),
        Kind::InvalidInput => ("the request is too large for a gateway before TikTok", "lower the batch size"),
        Kind::NotFound => ("there is no such path at the host", "check the endpoint"),
        Kind::Authorization | Kind::Permission => {
            ("a gateway before TikTok turned the request away", "check the proxy and the endpoint")
        }
        _ => ("a gateway before TikTok answered", "check the proxy and the endpoint"),
    }
}
