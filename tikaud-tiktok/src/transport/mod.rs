//! The way to TikTok, and the only place that knows HTTP.
//!
//! ```text
//! trace → retry → token → pace → time-out of one attempt → exchange
//! ```
//!
//! The order is this: what is told of a request covers all its attempts; a token that TikTok has refused is replaced
//! once; every attempt takes its turn in the pace; waiting for that turn does not count against the attempt's time.

mod app_level;
mod endpoint;
mod exchange;
mod failure;
mod pace;
mod retry;
mod sent;
mod tokens;
mod traffic;

pub use app_level::AppLevel;
pub(crate) use endpoint::{Endpoint, PRODUCTION};
pub(crate) use failure::Failure;
pub use pace::Pace;
pub(crate) use reqwest::header::HeaderValue;
pub use retry::RetryPolicy;
pub(crate) use sent::Failed;
pub(crate) use tokens::Tokens;
pub(crate) use traffic::TrafficCounter;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tikaud_core::destination::DestinationError;
use tracing::field::Empty;
use tracing::{Instrument, Span};
use url::Url;

use crate::wire::{Answer, Payload, Request, RetryClass, decode};
use retry::{Decision, Progress, Surroundings};
use sent::Sent;
use tokens::Carried;

/// The settings of a [`Transport`].
#[derive(Clone)]
pub(crate) struct TransportSettings {
    pub(crate) endpoint: Endpoint,
    /// `None` for a client of our own.
    pub(crate) http: Option<reqwest::Client>,
    /// `None` for requests that carry none.
    pub(crate) tokens: Option<Arc<Tokens>>,
    pub(crate) pace: Pace,
    pub(crate) retry: RetryPolicy,
    /// How long one attempt may take, reading the reply included; a file has more.
    pub(crate) attempt_timeout: Duration,
    /// Gives numbers evenly distributed between 0 and 1.
    pub(crate) jitter: Jitter,
}

/// Bytes of a file in a second at the least: the upstream of a poor line.
const SLOWEST_UPLOAD: u64 = 128 << 10;

/// Where randomness comes from.
pub(crate) type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Sends requests and does what can be done about their failures.
#[derive(Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
    settings: TransportSettings,
}

impl Transport {
    /// # Errors
    ///
    /// `Configuration` when there is no client and none can be set up.
    pub(crate) fn try_new(settings: TransportSettings) -> Result<Self, DestinationError> {
        let http = match &settings.http {
            Some(http) => http.clone(),
            None => exchange::default_client()?,
        };
        Ok(Self { http, settings })
    }

    /// The same connections and pace for other tokens.
    pub(crate) fn with_tokens(&self, tokens: Tokens) -> Self {
        let mut other = self.clone();
        other.settings.tokens = Some(Arc::new(tokens));
        other
    }

    /// The pace of its requests.
    pub(crate) fn pace(&self) -> &Pace {
        &self.settings.pace
    }

    /// Sends a request until it is answered for good.
    ///
    /// # Errors
    ///
    /// [`Failed`] when TikTok refuses it, or when the retries are used up.
    pub(crate) async fn send<R: Request>(
        &self,
        request: &R,
        traffic: &TrafficCounter,
    ) -> Result<Answer<R::Data>, Failed> {
        let items = request.items();
        let span = tracing::debug_span!(
            "tiktok_request",
            path = R::PATH,
            items,
            attempts = Empty,
            code = Empty,
            request_id = Empty
        );
        let result = self.send_until_answered(request, traffic, &span).instrument(span.clone()).await;
        match &result {
            Ok(answer) => note(&span, Some(0), answer.request_id.as_deref()),
            Err(failed) => note(&span, failed.failure.code(), failed.failure.request_id()),
        }
        result
    }

    async fn send_until_answered<R: Request>(
        &self,
        request: &R,
        traffic: &TrafficCounter,
        span: &Span,
    ) -> Result<Answer<R::Data>, Failed> {
        let url = self.settings.endpoint.url(R::PATH);
        let payload = request.payload();
        let mut sent = Sent::default();
        let mut carried = match &self.settings.tokens {
            Some(tokens) => Some(tokens.carried().await.map_err(|error| sent.without_token(error))?),
            None => None,
        };
        let mut renewed = false;
        loop {
            sent.progress.attempts += 1;
            let token = carried.as_ref().map(|carried| &carried.header);
            let result = self.attempt(&url, &payload, request, token, sent.progress.attempts, traffic).await;
            span.record("attempts", sent.progress.attempts);
            let failure = match result {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if !renewed && failure.is_stale_token() {
                renewed = true;
                let other = self.renew(carried.as_ref()).await.map_err(|error| sent.without_token(error))?;
                if other.is_some() {
                    tracing::info!(code = failure.code(), "TikTok refused the access token; there is another one");
                    carried = other;
                    continue;
                }
            }
            sent.note(&failure);
            match self.settings.retry.decide(sent.progress, &failure, R::IDEMPOTENT, self.surroundings()) {
                Decision::Wait(wait) => self.wait(wait, &failure, &mut sent.progress, traffic).await,
                Decision::GiveUp(retry) => return Err(sent.failed(failure, retry)),
            }
        }
    }

    /// Another token in place of the one that was refused, if there is one.
    async fn renew(&self, refused: Option<&Carried>) -> Result<Option<Carried>, DestinationError> {
        match (&self.settings.tokens, refused) {
            (Some(tokens), Some(refused)) => tokens.instead_of(refused).await,
            _ => Ok(None),
        }
    }

    /// Waits before a request is sent again.
    async fn wait(&self, wait: Duration, failure: &Failure, progress: &mut Progress, traffic: &TrafficCounter) {
        if failure.concerns_pace() {
            self.settings.pace.throttled(wait);
        }
        tracing::warn!(attempt = progress.attempts, code = failure.code(), ?wait, "sent again: {failure}");
        traffic.waited(wait);
        progress.waited += wait;
        tokio::time::sleep(wait).await;
    }

    /// One attempt: its turn, then its time.
    async fn attempt<R: Request>(
        &self,
        url: &Url,
        payload: &Payload,
        request: &R,
        token: Option<&HeaderValue>,
        attempt: u32,
        traffic: &TrafficCounter,
    ) -> Result<Answer<R::Data>, Failure> {
        traffic.waited(self.settings.pace.turn().await);
        let body_bytes = match payload {
            Payload::Query(_) => 0,
            Payload::Body(body) => body.len(),
            Payload::Form(form) => form.content.len(),
        };
        traffic.request(body_bytes, attempt > 1);
        let timeout = self.settings.attempt_timeout + upload_time(payload);
        let exchange = exchange::exchange(&self.http, url, token, payload);
        let result = match tokio::time::timeout(timeout, exchange).await {
            Ok(reply) => reply.and_then(|reply| decode(&reply, &request.known_ids()).map_err(Failure::from)),
            Err(_) => Err(Failure::TimedOut(timeout)),
        };
        match &result {
            Ok(answer) => {
                self.settings.pace.succeeded();
                tracing::debug!(attempt, code = 0, request_id = answer.request_id, body_bytes, "answered");
            }
            Err(failure) => {
                if failure.retry_class() == RetryClass::Throttled {
                    traffic.throttled();
                }
                let (code, request_id) = (failure.code(), failure.request_id());
                tracing::debug!(attempt, code, request_id, body_bytes, "failed: {failure}");
            }
        }
        result
    }

    fn surroundings(&self) -> Surroundings {
        const DAY: u64 = 24 * 60 * 60;
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let until_midnight = Duration::from_secs(DAY - since_epoch % DAY);
        Surroundings { jitter: (self.settings.jitter)(), until_midnight }
    }
}

/// What an upload may take beyond the time of one attempt.
fn upload_time(payload: &Payload) -> Duration {
    match payload {
        Payload::Form(form) => Duration::from_secs(form.content.len() as u64 / SLOWEST_UPLOAD),
        Payload::Query(_) | Payload::Body(_) => Duration::ZERO,
    }
}

/// What a request's span tells in the end.
fn note(span: &Span, code: Option<i64>, request_id: Option<&str>) {
    span.record("code", code);
    span.record("request_id", request_id);
}

/// Shows no token. The client is left out too: it may be the caller's own, with headers that are secret.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("endpoint", &self.settings.endpoint.to_string())
            .field("pace", &self.settings.pace)
            .field("retry", &self.settings.retry)
            .field("attempt_timeout", &self.settings.attempt_timeout)
            .finish_non_exhaustive()
    }
}
