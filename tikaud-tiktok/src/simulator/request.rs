//! Requests and responses as plain values, so that the logic knows no HTTP library.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

/// A request as the simulator sees it, whatever carried it.
///
/// ```
/// use tikaud_tiktok::simulator::Request;
///
/// let request = Request::new("GET", "/open_api/v1.3/user/info/").with_header("Access-Token", "act.simulator");
/// assert!(!format!("{request:?}").contains("act.simulator"));
/// ```
#[derive(Clone)]
pub struct Request<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: Vec<(&'a str, Cow<'a, str>)>,
    body: Bytes,
}

impl<'a> Request<'a> {
    /// A request without query, headers and body. `path` has no query and is taken as it travels, without decoding.
    #[must_use]
    pub fn new(method: &'a str, path: &'a str) -> Self {
        Self { method, path, query: "", headers: Vec::new(), body: Bytes::new() }
    }

    /// The same with a query, percent-encoded as it travels, without its `?`.
    #[must_use]
    pub fn with_query(mut self, query: &'a str) -> Self {
        self.query = query;
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The method, in upper case.
    #[must_use]
    pub fn method(&self) -> &'a str {
        self.method
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The query, percent-encoded, without its `?`; empty when there is none.
    #[must_use]
    pub fn query(&self) -> &'a str {
        self.query
    }

    /// The first header of this name, whose case does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Shows method, path and size only: headers hold tokens, the query may hold an app's secret, the body identifiers.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What the simulator answers, and how that answer is to be delivered.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The value of the header `Content-Type`.
    pub content_type: &'static str,
    /// The body. It holds a token or an authorization code only where one is given, and identifiers only where a control
    /// endpoint was asked for them.
    pub body: Bytes,
    /// The value of the header `Location`, where it leads elsewhere. It may hold an authorization code.
    pub location: Option<String>,
    /// How it is to be delivered.
    pub delivery: Delivery,
}

/// Shows no body, and no place that it leads to: either may hold an authorization code.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.len())
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

/// How a response is to be delivered by whatever carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// At once.
    Deliver,
    /// After this time.
    DeliverAfter(Duration),
    /// Not at all: the connection is closed without a byte of the response.
    DropConnection,
}

impl Response {
    /// A response that is delivered at once.
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, content_type, body: body.into(), location: None, delivery: Delivery::Deliver }
    }

    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn text(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.into())
    }
}
