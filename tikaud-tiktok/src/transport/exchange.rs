//! One request, one reply: the innermost layer, and the only one that touches the network.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::multipart;
use tikaud_core::destination::{DestinationError, DestinationErrorKind};
use url::Url;

use super::Failure;
use crate::wire::{Defect, Form, Payload, RawReply};

/// The header that TikTok wants the token in, without `Bearer`.
const ACCESS_TOKEN: &str = "Access-Token";
/// The header in which TikTok repeats the request id, also when a gateway answers in the application's place.
const LOG_ID: HeaderName = HeaderName::from_static("x-tt-logid");
/// The largest reply that is read. A page of a hundred audiences takes some 100 KiB.
const LARGEST_REPLY: usize = 8 << 20;

/// The HTTP client of those who bring none.
///
/// # Errors
///
/// `Configuration` when TLS cannot be set up.
pub(super) fn default_client() -> Result<reqwest::Client, DestinationError> {
    reqwest::Client::builder()
        // A redirect would take the token along: reqwest knows only the standard headers to be secret.
        .redirect(reqwest::redirect::Policy::none())
        // Every attempt is counted and paced, so there must be none that the layers above do not see.
        .retry(reqwest::retry::never())
        .connect_timeout(Duration::from_secs(10))
        .user_agent(concat!("tikaud/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| {
            let message = "the HTTP client cannot be set up; check the system's certificates or pass a client in";
            DestinationError::new(DestinationErrorKind::Configuration, message).with_source(error.without_url())
        })
}

/// Sends a request and reads the whole reply.
///
/// # Errors
///
/// A [`Failure`] without a reply, or with one that is too large.
pub(super) async fn exchange(
    http: &reqwest::Client,
    url: &Url,
    token: Option<&HeaderValue>,
    payload: &Payload,
) -> Result<RawReply, Failure> {
    let request = match payload {
        Payload::Query(query) => http.get(url.clone()).query(query),
        Payload::Body(body) => http.post(url.clone()).header(CONTENT_TYPE, "application/json").body(body.clone()),
        Payload::Form(form) => http.post(url.clone()).multipart(multipart(form)?),
    };
    let request = match token {
        Some(token) => request.header(ACCESS_TOKEN, token),
        None => request,
    };
    let mut response = request.send().await.map_err(Failure::from_reqwest)?;
    let text =
        |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
    let mut reply = RawReply {
        status: response.status().as_u16(),
        content_type: text(CONTENT_TYPE),
        log_id: text(LOG_ID),
        body: Bytes::new(),
    };
    if (response.url().host(), response.url().path()) != (url.host(), url.path()) {
        return Err(reply.malformed(Defect::FromElsewhere, None).into());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Failure::from_reqwest)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_REPLY {
            reply.body = body.freeze();
            return Err(reply.malformed(Defect::TooLarge { limit: LARGEST_REPLY }, None).into());
        }
    }
    reply.body = body.freeze();
    Ok(reply)
}

/// The form as reqwest wants it. The content is shared, not copied.
fn multipart(form: &Form) -> Result<multipart::Form, Failure> {
    let file = multipart::Part::stream_with_length(form.content.clone(), form.content.len() as u64);
    let file = file.file_name(form.file_name).mime_str(form.media_type).map_err(Failure::from_reqwest)?;
    let fields = form.fields.iter().fold(multipart::Form::new(), |all, (name, text)| all.text(*name, text.clone()));
    Ok(fields.part(form.file, file))
}
