//! What a fault does.

use std::time::Duration;

use serde::Deserialize;

/// What happens to a request in place of, or on top of, the simulator's own answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing is done; the answer is HTTP 200 with this code and message.
    Answer {
        /// The code in the body.
        code: i64,
        /// The message in the body.
        message: String,
    },
    /// Nothing is done; the answer is this HTTP status, as a gateway gives it.
    Http {
        /// The status, 200 to 599.
        status: u16,
        /// What the body is.
        #[serde(default)]
        body: HttpBody,
    },
    /// The request is carried out; the answer comes after this many milliseconds.
    Delay {
        /// The milliseconds.
        ms: u64,
    },
    /// The request is carried out; the connection is closed before the answer.
    LoseReply,
    /// Nothing is done; the connection is closed.
    DropRequest,
    /// The request is carried out; the answer is cut in half, and is no JSON any more.
    TruncateBody,
    /// Nothing is done; code 40001, as if the user had no permission.
    PermissionError,
    /// Nothing is done; code 40105, as if the token had been revoked.
    TokenError,
    /// Nothing is done; code 40100, as if there were too many requests.
    Throttle,
}

impl Effect {
    /// The name in the JSON form and in the log of requests.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "answer",
            Self::Http { .. } => "http",
            Self::Delay { .. } => "delay",
            Self::LoseReply => "lose_reply",
            Self::DropRequest => "drop_request",
            Self::TruncateBody => "truncate_body",
            Self::PermissionError => "permission_error",
            Self::TokenError => "token_error",
            Self::Throttle => "throttle",
        }
    }

    /// An answer that comes after this time.
    #[must_use]
    pub fn delay(time: Duration) -> Self {
        Self::Delay { ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX) }
    }
}

/// The body of an answer that is not of TikTok's application logic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HttpBody {
    /// A page, as gateways and proxies send it.
    #[default]
    Html,
    /// A JSON object with the status as `code`, and no `request_id`.
    Json,
}
