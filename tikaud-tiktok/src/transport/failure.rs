//! Why a request did not succeed, as one attempt sees it.

use std::time::Duration;

use tikaud_core::destination::{DestinationError, DestinationErrorKind as Kind};

use crate::wire::{Outcome, ReplyError, RetryClass, ReturnCode};

/// Why one attempt did not succeed. `Display` prints one line; it holds no identifier, token or address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There was a reply.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// No reply within the time of one attempt.
    #[error("no reply within {0:?}")]
    TimedOut(Duration),
    /// The connection could not be made, so nothing was sent.
    #[error("no connection")]
    NotConnected(#[source] reqwest::Error),
    /// The connection broke, or the request could not be sent or its reply not be read.
    #[error("the connection broke")]
    Broken(#[source] reqwest::Error),
    /// There is no token to send it with, so nothing was sent.
    #[error(transparent)]
    NoToken(DestinationError),
}

impl Failure {
    /// The error of reqwest, without the address: a query may hold the app's secret.
    pub(super) fn from_reqwest(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() { Self::NotConnected(error) } else { Self::Broken(error) }
    }

    /// TikTok's code.
    pub(crate) fn code(&self) -> Option<i64> {
        match self {
            Self::Reply(ReplyError::Refused { code, .. }) => Some(*code),
            _ => None,
        }
    }

    /// TikTok's message, which is safe to look into.
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Reply(ReplyError::Refused { message, .. }) => message,
            _ => "",
        }
    }

    /// TikTok's identifier of the request.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Reply(reply) => reply.request_id(),
            _ => None,
        }
    }

    /// What kind of failure it is.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Reply(ReplyError::Refused { code, .. }) => ReturnCode::of(*code).kind,
            Self::Reply(ReplyError::Status { status, .. }) => match status {
                401 => Kind::Authorization,
                403 => Kind::Permission,
                404 | 405 => Kind::NotFound,
                413 => Kind::InvalidInput,
                429 => Kind::RateLimited,
                408 | 500.. => Kind::Unavailable,
                _ => Kind::Protocol,
            },
            Self::Reply(_) => Kind::Protocol,
            Self::NoToken(error) => error.kind(),
            Self::TimedOut(_) | Self::NotConnected(_) | Self::Broken(_) => Kind::Unavailable,
        }
    }

    /// Whether and how to send the request again.
    pub(crate) fn retry_class(&self) -> RetryClass {
        match self {
            Self::Reply(ReplyError::Refused { code, .. }) => ReturnCode::of(*code).retry,
            Self::Reply(ReplyError::Status { status, .. }) => match status {
                413 => RetryClass::Split,
                429 => RetryClass::Throttled,
                408 | 500.. => RetryClass::Soon,
                _ => RetryClass::Never,
            },
            Self::Reply(ReplyError::Malformed { defect, .. }) if defect.may_pass() => RetryClass::Soon,
            Self::Reply(ReplyError::Malformed { .. } | ReplyError::Redirect { .. }) => RetryClass::Never,
            Self::NoToken(_) => RetryClass::Never,
            Self::TimedOut(_) | Self::NotConnected(_) | Self::Broken(_) => RetryClass::Soon,
        }
    }

    /// Whether TikTok refuses the token itself, so that another one may help.
    pub(super) fn is_stale_token(&self) -> bool {
        match self {
            Self::Reply(ReplyError::Status { status, .. }) => *status == 401,
            _ => self.code().is_some_and(ReturnCode::is_stale_token),
        }
    }

    /// Whether a quota of the whole app is used up, which concerns every request in the pace.
    pub(super) fn concerns_pace(&self) -> bool {
        self.retry_class() == RetryClass::Throttled && self.code().is_none_or(ReturnCode::is_quota_of_app)
    }

    /// Whether the request was carried out.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Reply(ReplyError::Refused { code, .. }) => ReturnCode::of(*code).outcome,
            // 4xx: it never reached the endpoint. 5xx: a gateway may have lost the reply.
            Self::Reply(ReplyError::Status { status: 408 | 500.., .. }) => Outcome::Unclear,
            Self::Reply(ReplyError::Status { .. } | ReplyError::Redirect { .. }) => Outcome::NotDone,
            Self::NotConnected(_) | Self::NoToken(_) => Outcome::NotDone,
            Self::Reply(ReplyError::Malformed { .. }) | Self::TimedOut(_) | Self::Broken(_) => Outcome::Unclear,
        }
    }
}
