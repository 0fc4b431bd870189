//! Why a destination did not do what it was asked.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DestinationErrorKind {
    /// The token is missing, wrong, expired or revoked: connect again.
    Authorization,
    /// The connecting user lacks a permission or a role on the account: have it granted.
    Permission,
    /// The platform has to open the feature for this app or account first: ask the platform.
    AccessNeeded,
    /// The platform calls the request wrong: mend the input.
    InvalidInput,
    /// The audience, account or path is not there.
    NotFound,
    /// The audience is being worked on; later.
    Busy,
    /// Too many requests; later.
    RateLimited,
    /// The platform or the way to it is out of order; later.
    Unavailable,
    /// The reply was not in the platform's protocol.
    Protocol,
    /// The destination cannot do this.
    Unsupported,
    /// The destination's own settings are wrong.
    Configuration,
}

impl DestinationErrorKind {
    /// Its name, as the history and metrics have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Permission => "permission",
            Self::AccessNeeded => "access_needed",
            Self::InvalidInput => "invalid_input",
            Self::NotFound => "not_found",
            Self::Busy => "busy",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Protocol => "protocol",
            Self::Unsupported => "unsupported",
            Self::Configuration => "configuration",
        }
    }
}

/// Whether trying again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// Not before somebody has changed something.
    Never,
    /// After this time at the earliest.
    After(Duration),
}

/// Why a destination did not do what it was asked: what was being done, to what, and what to do.
///
/// `Display` prints one line; the cause, where there is one, is in [`source`](Error::source). No part of it ever holds
/// an identifier or a token.
#[derive(Debug)]
pub struct DestinationError(
    // Boxed, so that results stay small where all goes well.
    Box<Details>,
);

#[derive(Debug)]
struct Details {
    kind: DestinationErrorKind,
    message: String,
    retry: Retry,
    may_have_happened: bool,
    code: Option<i64>,
    request_id: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl DestinationError {
    /// An error of this kind, not to be retried. `message` says what was being done, to what, and what to do.
    pub fn new(kind: DestinationErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            message: message.into(),
            retry: Retry::Never,
            may_have_happened: false,
            code: None,
            request_id: None,
            source: None,
        }))
    }

    /// The same, worth trying again.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// The same, for a request that may have been carried out although no reply came.
    #[must_use]
    pub fn with_lost_reply(mut self) -> Self {
        self.0.may_have_happened = true;
        self
    }

    /// The same with the platform's own code.
    #[must_use]
    pub fn with_code(mut self, code: i64) -> Self {
        self.0.code = Some(code);
        self
    }

    /// The same with the platform's identifier of the request, which its support asks for.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.0.request_id = Some(request_id.into());
        self
    }

    /// The same with its cause. The cause is printed with the error's chain, so it must hold no secret either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> DestinationErrorKind {
        self.0.kind
    }

    /// Whether trying again makes sense.
    #[must_use]
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// Whether the request may have been carried out although no reply came.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        self.0.may_have_happened
    }

    /// The platform's own code.
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    /// The platform's identifier of the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
}

impl fmt::Display for DestinationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match (self.0.code, &self.0.request_id) {
            (Some(code), Some(id)) => write!(f, " (code {code}, request {id})"),
            (Some(code), None) => write!(f, " (code {code})"),
            (None, Some(id)) => write!(f, " (request {id})"),
            (None, None) => Ok(()),
        }
    }
}

impl Error for DestinationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(|source| source.as_ref() as _)
    }
}
