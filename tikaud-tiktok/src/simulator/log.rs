//! The log of requests: what was asked and answered, without bodies, tokens and identifiers.

use std::borrow::Cow;

use serde::Serialize;

use super::RequestAction;

/// One request of the API. Control requests are not logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The method.
    pub method: Cow<'static, str>,
    /// The path; of one that is not simulated, the first 200 bytes at most.
    pub path: Cow<'static, str>,
    /// The action of a segment request or of a change by customer files, given or by default.
    pub action: Option<RequestAction>,
    /// How many users the field `batch_data` holds, where it is there and a list; how many rows an uploaded file has.
    pub users: Option<u64>,
    /// The HTTP status; `None` when the connection was closed without an answer.
    pub status: Option<u16>,
    /// The code in the body, where the application logic answered. It stays when that answer was lost, so that a
    /// request that was carried out (0) can be told from one that was not (`None`).
    pub code: Option<i64>,
    /// The request id of the answer.
    pub request_id: Option<String>,
    /// The fault that struck, by the name of its [`Effect`](super::Effect).
    pub fault: Option<&'static str>,
}

/// A path of which nothing more is known than what the client wrote.
pub(crate) fn bounded(path: &str) -> String {
    let end = path.char_indices().map(|(at, character)| at + character.len_utf8()).take_while(|&end| end <= 200).last();
    path[..end.unwrap_or(0)].to_owned()
}
