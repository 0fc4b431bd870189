//! The way to TikTok, and the only place that knows HTTP.
//!
//! ```text
//! trace → retry → pace → time-out of one attempt → exchange
//! ```
//!
//! The order is this: what is told of a request covers all its attempts; every attempt takes its turn in the pace;
//! waiting for that turn does not count against the attempt's time.

mod endpoint;
mod exchange;
mod failure;
mod pace;
mod retry;
mod traffic;

pub(crate) use endpoint::{Endpoint, PRODUCTION};
pub(crate) use failure::Failure;
pub(crate) use pace::Pace;
pub(crate) use reqwest::header::HeaderValue;
pub use retry::RetryPolicy;
pub(crate) use traffic::TrafficCounter;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tikaud_core::destination::{DestinationError, Retry};
use tracing::Instrument;
use url::Url;

use crate::wire::{Answer, Outcome, Payload, Request, RetryClass, decode};
use retry::{Decision, Progress, Surroundings};

/// The settings of a [`Transport`].
#[derive(Clone)]
pub(crate) struct TransportSettings {
    pub(crate) endpoint: Endpoint,
    /// `None` for a client of our own.
    pub(crate) http: Option<reqwest::Client>,
    /// Marked as sensitive.
    pub(crate) token: HeaderValue,
    pub(crate) pace: Arc<Pace>,
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

/// A request that has failed for good.
#[derive(Debug)]
pub(crate) struct Failed {
    /// What its last attempt met.
    pub(crate) failure: Failure,
    /// How often it was sent.
    pub(crate) attempts: u32,
    /// When it makes sense to come back.
    pub(crate) retry: Retry,
    /// Whether one of the attempts may have been carried out.
    pub(crate) may_have_happened: bool,
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

    /// The same connections and pace for another token.
    pub(crate) fn with_token(&self, token: HeaderValue) -> Self {
        let mut other = self.clone();
        other.settings.token = token;
        other
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
        let span = tracing::debug_span!("tiktok_request", path = R::PATH);
        self.send_until_answered(request, traffic).instrument(span).await
    }

    async fn send_until_answered<R: Request>(
        &self,
        request: &R,
        traffic: &TrafficCounter,
    ) -> Result<Answer<R::Data>, Failed> {
        let url = self.settings.endpoint.url(R::PATH);
        let payload = request.payload();
        let mut progress = Progress::default();
        let mut may_have_happened = false;
        loop {
            progress.attempts += 1;
            let failure = match self.attempt::<R>(&url, &payload, request, progress.attempts, traffic).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let throttled = failure.retry_class() == RetryClass::Throttled;
            progress.throttled += u32::from(throttled);
            may_have_happened |= failure.outcome() == Outcome::Unclear;
            match self.settings.retry.decide(progress, &failure, R::IDEMPOTENT, self.surroundings()) {
                Decision::Wait(wait) => {
                    if throttled {
                        self.settings.pace.throttled(wait);
                    }
                    tracing::warn!(attempt = progress.attempts, code = failure.code(), ?wait, "sent again: {failure}");
                    traffic.waited(wait);
                    progress.waited += wait;
                    tokio::time::sleep(wait).await;
                }
                Decision::GiveUp(retry) => {
                    return Err(Failed { failure, attempts: progress.attempts, retry, may_have_happened });
                }
            }
        }
    }

    /// One attempt: its turn, then its time.
    async fn attempt<R: Request>(
        &self,
        url: &Url,
        payload: &Payload,
        request: &R,
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
        let exchange = exchange::exchange(&self.http, url, &self.settings.token, payload);
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
