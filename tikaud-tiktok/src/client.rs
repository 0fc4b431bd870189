//! The connection to TikTok that all ad accounts of one developer app share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tikaud_core::destination::{DestinationError, DestinationErrorKind};

use crate::token::AccessToken;
use crate::transport::{Endpoint, Jitter, PRODUCTION, Pace, RetryPolicy, Transport, TransportSettings};

/// A connection to TikTok's API for Business. Cheap to clone; clones share connections and pace.
///
/// TikTok counts requests for each developer app, whatever the account and the token. So make one client for an app,
/// and the destinations of all its accounts from that.
///
/// ```
/// use std::time::Duration;
/// use tikaud_tiktok::{AccessToken, TikTokClient};
///
/// let client = TikTokClient::builder(AccessToken::new("0a1b2c"))
///     .requests_per_second(20.0)
///     .attempt_timeout(Duration::from_secs(60))
///     .build()?;
/// let of_another_user = client.with_token(&AccessToken::new("3d4e5f"))?;
/// # Ok::<(), tikaud_core::destination::DestinationError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TikTokClient {
    pub(crate) transport: Transport,
    pub(crate) requests_per_second: f64,
}

impl TikTokClient {
    /// A client for this token, to be configured.
    pub fn builder(token: AccessToken) -> TikTokClientBuilder {
        TikTokClientBuilder {
            token,
            endpoint: PRODUCTION.to_owned(),
            http: None,
            requests_per_second: 10.0,
            retry: RetryPolicy::default(),
            attempt_timeout: Duration::from_secs(30),
            jitter: Arc::new(fastrand::f64),
        }
    }

    /// The same connections and pace for another token of the same app.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Configuration`] when it cannot be a token.
    pub fn with_token(&self, token: &AccessToken) -> Result<Self, DestinationError> {
        let transport = self.transport.with_token(token.to_header()?);
        Ok(Self { transport, requests_per_second: self.requests_per_second })
    }
}

/// Configures a [`TikTokClient`].
#[must_use]
pub struct TikTokClientBuilder {
    token: AccessToken,
    endpoint: String,
    http: Option<reqwest::Client>,
    requests_per_second: f64,
    retry: RetryPolicy,
    attempt_timeout: Duration,
    jitter: Jitter,
}

impl TikTokClientBuilder {
    /// Another host than `https://business-api.tiktok.com`: a proxy, or a server for tests. `http` is for addresses
    /// of this machine only, since the token must not travel in clear.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = url.into();
        self
    }

    /// An HTTP client of your own, for proxies, certificates and the like.
    ///
    /// Build it with [`reqwest::redirect::Policy::none`]: reqwest does not know that the header `Access-Token` is
    /// secret and takes it along to wherever a redirect leads. A reply that came by a redirect is an error.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// The rate that TikTok permits the app, shared by all destinations. 10 by default, which is the lowest level;
    /// 20, 30 and 50 are the others.
    pub fn requests_per_second(mut self, requests: f64) -> Self {
        self.requests_per_second = requests;
        self
    }

    /// How often and how long failed requests are sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How long one attempt may take, upload and reply included. 30 seconds by default; the upload of a file has a second
    /// more for each 128 KiB.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Makes the waits of throttled requests exact.
    #[cfg(test)]
    pub(crate) fn without_jitter(mut self) -> Self {
        self.jitter = Arc::new(|| 0.0);
        self
    }

    /// Makes the client. No request is sent.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Configuration`], naming the setting that is wrong.
    ///
    /// # Panics
    ///
    /// In reqwest, when TLS comes by the feature `rustls-no-provider` alone, the application has not installed a
    /// cryptography provider, and no client of its own was passed in.
    pub fn build(self) -> Result<TikTokClient, DestinationError> {
        let wrong = |message: &str| Err(DestinationError::new(DestinationErrorKind::Configuration, message));
        // From one a day, so that the time between two requests is a number that clocks can add.
        if !(0.000_01..=10_000.0).contains(&self.requests_per_second) {
            return wrong("requests_per_second must be above 0 and at most 10000");
        }
        if self.retry.attempts == 0 {
            return wrong("retry.attempts must be at least 1");
        }
        if self.attempt_timeout.is_zero() {
            return wrong("attempt_timeout must be above 0");
        }
        let transport = Transport::try_new(TransportSettings {
            endpoint: Endpoint::try_new(&self.endpoint)?,
            http: self.http,
            token: self.token.to_header()?,
            pace: Arc::new(Pace::new(self.requests_per_second)),
            retry: self.retry,
            attempt_timeout: self.attempt_timeout,
            jitter: self.jitter,
        })?;
        Ok(TikTokClient { transport, requests_per_second: self.requests_per_second })
    }
}

/// Shows no token; nor the endpoint, which has not been looked at yet; nor the HTTP client, which may hold secrets.
impl fmt::Debug for TikTokClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TikTokClientBuilder")
            .field("requests_per_second", &self.requests_per_second)
            .field("retry", &self.retry)
            .field("attempt_timeout", &self.attempt_timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_work_are_refused_by_name() {
        let builder = || TikTokClient::builder(AccessToken::new("t"));
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = builder().requests_per_second(rate).build().unwrap_err();
            assert!(error.to_string().contains("requests_per_second"), "{error}");
        }
        let error = builder().attempt_timeout(Duration::ZERO).build().unwrap_err();
        assert!(error.to_string().contains("attempt_timeout"), "{error}");
        let error = builder().retry(RetryPolicy { attempts: 0, ..RetryPolicy::default() }).build().unwrap_err();
        assert!(error.to_string().contains("retry.attempts"), "{error}");
        let error = builder().endpoint("http://example.com").build().unwrap_err();
        assert!(error.to_string().contains("endpoint"), "{error}");
    }
}
