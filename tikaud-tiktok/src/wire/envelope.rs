//! Opens a reply. Errors come with HTTP 200 and a code in the body; a gateway before TikTok may answer in any other
//! way. <https://business-api.tiktok.com/portal/docs?id=1737172488964097>

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::return_code::{OK, PARTIALLY_SUCCESSFUL};
use super::safe_text::{safe_message, safe_word};

/// A reply as it came. Its body may echo identifiers, hence no `Debug`.
pub(crate) struct RawReply {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    /// The request id in the header `X-Tt-Logid`, for replies that have none in their body.
    pub(crate) log_id: Option<String>,
    pub(crate) body: Bytes,
}

/// A reply that says yes.
pub(crate) struct Answer<T> {
    pub(crate) data: T,
    /// What TikTok's support asks for.
    pub(crate) request_id: Option<String>,
    /// TikTok's message, when it says that only part of the request was carried out.
    pub(crate) partial: Option<String>,
}

/// A reply that says no, or nothing that can be understood. `Display` tells what came back, on one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplyError {
    /// The envelope's code is not 0.
    #[error("TikTok answered: {}", Quoted(message))]
    Refused { code: i64, message: String, request_id: Option<String> },
    /// HTTP says no, and there is no envelope.
    #[error("HTTP status {status} without TikTok's JSON ({body})")]
    Status { status: u16, body: BodySummary, request_id: Option<String> },
    /// The reply sends us elsewhere. Redirects are not followed: the token would go along.
    #[error("HTTP status {status}, a redirect, which is not followed ({body})")]
    Redirect { status: u16, body: BodySummary, request_id: Option<String> },
    /// Not TikTok's protocol.
    #[error("{defect} (HTTP status {status}, {body})")]
    Malformed { defect: Defect, status: u16, body: BodySummary, request_id: Option<String> },
}

impl ReplyError {
    /// TikTok's identifier of the request.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused { request_id, .. }
            | Self::Status { request_id, .. }
            | Self::Redirect { request_id, .. }
            | Self::Malformed { request_id, .. } => request_id.as_deref(),
        }
    }
}

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Defect {
    #[error("the reply is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the reply is not UTF-8")]
    NotUtf8,
    #[error("the reply is not JSON, from line {line} column {column} on")]
    NotJson { line: usize, column: usize },
    #[error("the reply's JSON ends too early")]
    Truncated,
    #[error("the reply has no envelope with a numeric `code`")]
    NoEnvelope,
    #[error("the reply's `data` is not of the shape that the endpoint has")]
    WrongShape,
    #[error("the reply's code is 0 although its HTTP status is an error")]
    ContradictoryStatus,
    #[error("the reply came from another address: the HTTP client followed a redirect")]
    FromElsewhere,
}

impl Defect {
    /// Whether the next reply may well be whole: a gateway's page, or a reply cut short.
    pub(crate) fn may_pass(self) -> bool {
        matches!(self, Self::NotUtf8 | Self::NotJson { .. } | Self::Truncated | Self::NoEnvelope)
    }
}

/// All that is told of a body which cannot be quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BodySummary {
    content_type: Option<String>,
    bytes: usize,
}

impl fmt::Display for BodySummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.bytes == 1 { "byte" } else { "bytes" };
        write!(f, "{} {unit} of {}", self.bytes, self.content_type.as_deref().unwrap_or("unknown type"))
    }
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("no message") } else { write!(f, "\"{}\"", self.0) }
    }
}

impl RawReply {
    pub(crate) fn summary(&self) -> BodySummary {
        let essence = |value: &String| safe_word(value.split(';').next().unwrap_or_default().trim());
        BodySummary { content_type: self.content_type.as_ref().and_then(essence), bytes: self.body.len() }
    }

    /// `request_id` is the one in the body, where there is one.
    pub(crate) fn malformed(&self, defect: Defect, request_id: Option<String>) -> ReplyError {
        let request_id = request_id.or_else(|| self.log_id());
        ReplyError::Malformed { defect, status: self.status, body: self.summary(), request_id }
    }

    fn log_id(&self) -> Option<String> {
        self.log_id.as_deref().and_then(safe_word)
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    code: i64,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    request_id: Value,
    #[serde(default, borrow)]
    data: Option<&'a RawValue>,
}

/// What the reply says. `known` are the ids that may be quoted.
///
/// # Errors
///
/// [`ReplyError`]; TikTok's code takes precedence over the HTTP status.
pub(crate) fn decode<T: DeserializeOwned>(reply: &RawReply, known: &[&str]) -> Result<Answer<T>, ReplyError> {
    let status = reply.status;
    if (300..400).contains(&status) {
        return Err(ReplyError::Redirect { status, body: reply.summary(), request_id: reply.log_id() });
    }
    let success = (200..300).contains(&status);
    let envelope = match open(&reply.body) {
        Ok(envelope) => envelope,
        Err(defect) if success => return Err(reply.malformed(defect, None)),
        Err(_) => return Err(ReplyError::Status { status, body: reply.summary(), request_id: reply.log_id() }),
    };
    let request_id = envelope.request_id.as_str().and_then(safe_word).or_else(|| reply.log_id());
    let message = safe_message(envelope.message.as_str().unwrap_or_default(), known);
    let code = envelope.code;
    if code != OK && code != PARTIALLY_SUCCESSFUL {
        return Err(ReplyError::Refused { code, message, request_id });
    }
    if !success {
        return Err(reply.malformed(Defect::ContradictoryStatus, request_id));
    }
    // Endpoints without a result leave `data` out, or send `{}` or null.
    let data = envelope.data.map_or("null", RawValue::get);
    // serde's own words quote what they stumble over, so they are not passed on.
    match serde_json::from_str(data) {
        Ok(data) => Ok(Answer { data, request_id, partial: (code == PARTIALLY_SUCCESSFUL).then_some(message) }),
        Err(_) => Err(reply.malformed(Defect::WrongShape, request_id)),
    }
}

fn open(body: &[u8]) -> Result<Envelope<'_>, Defect> {
    let text = std::str::from_utf8(body).map_err(|_| Defect::NotUtf8)?;
    serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => Defect::Truncated,
        serde_json::error::Category::Data => Defect::NoEnvelope,
        _ => Defect::NotJson { line: error.line(), column: error.column() },
    })
}

#[cfg(test)]
mod tests;
