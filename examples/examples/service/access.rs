//! Who may ask: a bearer token, or, on a loopback address only, whoever is on this machine.
//!
//! Nothing is remembered in a cookie, so that a page of another site cannot act in a user's name: it does not know the
//! token, and no header lets it read answers. Without a token, browsers on this machine are what a page of another site
//! can use; requests that they send for one give themselves away by `Host`, `Origin` or `Sec-Fetch-Site`.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::api::ApiError;
use crate::error::StartError;

/// Where the token is read from: a command line can be seen by every user of the machine.
pub(crate) const TOKEN: &str = "TIKAUD_SERVICE_TOKEN";
/// Shorter ones are guessed.
const SHORTEST_TOKEN: usize = 16;
/// What anybody may see: it says nothing about anything.
const PUBLIC: [&str; 2] = ["/", "/health"];
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who may ask.
#[derive(Clone)]
pub(crate) enum Access {
    /// Whoever knows the token. Its hash is kept, which compares in the same time whatever is sent, and says nothing if
    /// it is ever printed.
    Token([u8; 32]),
    /// Whoever is on this machine.
    Loopback,
}

impl Access {
    /// By the token, if there is one, for a service that listens at these addresses.
    pub(crate) fn new(token: Option<String>, addresses: &[SocketAddr]) -> Result<Self, StartError> {
        let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
        let advice = format!(
            "set the environment variable {TOKEN} to a long random text, such as `openssl rand -hex 32` prints"
        );
        match token {
            Some(token) if token.chars().count() < SHORTEST_TOKEN => Err(StartError::Access(format!(
                "the token is shorter than {SHORTEST_TOKEN} characters and could be guessed; {advice}"
            ))),
            // It could not be sent in a header.
            Some(token) if !token.chars().all(|character| character.is_ascii_graphic()) => {
                Err(StartError::Access(format!("the token has characters that no header can carry; {advice}")))
            }
            Some(token) => Ok(Self::Token(Sha256::digest(token).into())),
            None => match addresses.iter().find(|address| !address.ip().is_loopback()) {
                None => Ok(Self::Loopback),
                Some(address) => Err(StartError::Access(format!(
                    "everybody who reaches {address} could change audiences, for there is no token; {advice}, or listen \
                     at 127.0.0.1"
                ))),
            },
        }
    }

    pub(crate) fn asks_for_token(&self) -> bool {
        matches!(self, Self::Token(_))
    }

    fn check(&self, request: &Request) -> Result<(), ApiError> {
        match self {
            Self::Token(_) if PUBLIC.contains(&request.uri().path()) => Ok(()),
            Self::Token(expected) => check_token(request.headers(), expected),
            Self::Loopback => check_local(request),
        }
    }
}

/// Lets a request through, or answers in its place.
pub(crate) async fn check(State(access): State<Access>, request: Request, next: Next) -> Response {
    match access.check(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => {
            let mut response = error.into_response();
            if response.status() == StatusCode::UNAUTHORIZED {
                response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            response
        }
    }
}

fn check_token(headers: &HeaderMap, expected: &[u8; 32]) -> Result<(), ApiError> {
    let bearer = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).and_then(|value| {
        let (scheme, token) = value.split_at_checked("bearer ".len())?;
        scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
    });
    let token = bearer.ok_or_else(|| ApiError::new(StatusCode::UNAUTHORIZED, "a bearer token is needed"))?;
    let sent: [u8; 32] = Sha256::digest(token).into();
    if bool::from(sent.ct_eq(expected)) {
        Ok(())
    } else {
        Err(ApiError::new(StatusCode::UNAUTHORIZED, "the token is wrong"))
    }
}

/// A name of another site that leads to this machine (DNS rebinding) shows in `Host`; a request that another site has a
/// browser send shows in `Origin` and `Sec-Fetch-Site`.
fn check_local(request: &Request) -> Result<(), ApiError> {
    let forbidden = |message| Err(ApiError::new(StatusCode::FORBIDDEN, message));
    let headers = request.headers();
    let Some(host) = authority(headers, HOST).filter(|host| is_loopback(host.host())) else {
        return forbidden("without a token, this service answers at the names of this machine only, such as localhost");
    };
    let same_site = headers.get(SEC_FETCH_SITE).is_none_or(|site| site == "same-origin" || site == "none");
    let same_origin = headers.get(ORIGIN).is_none_or(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_str()))
    });
    if *request.method() != Method::GET && !(same_site && same_origin) {
        return forbidden("another site may not have anything changed here");
    }
    Ok(())
}

fn authority(headers: &HeaderMap, name: HeaderName) -> Option<Authority> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn is_loopback(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}
