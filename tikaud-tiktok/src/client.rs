//! The connection to TikTok that all ad accounts of one developer app share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tikaud_core::destination::{DestinationError, DestinationErrorKind};

use crate::token::AccessToken;
use crate::token_provider::TokenProvider;
use crate::transport::{
    AppLevel, Endpoint, Jitter, PRODUCTION, Pace, RetryPolicy, Tokens, Transport, TransportSettings,
};

/// A connection to TikTok's API for Business. Cheap to clone; clones share connections and pace.
///
/// TikTok counts requests for each developer app, whatever the account and the token. So make one client for an app,
/// and the destinations of all its accounts from that.
///
/// ```
/// use std::time::Duration;
/// use tikaud_tiktok::{AccessToken, AppLevel, TikTokClient};
///
/// let client = TikTokClient::builder(AccessToken::new("0a1b2c"))
///     .app_level(AppLevel::Advanced)
///     .attempt_timeout(Duration::from_secs(60))
///     .build()?;
/// let of_another_user = client.with_token(&AccessToken::new("3d4e5f"))?;
/// # Ok::<(), tikaud_core::destination::DestinationError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TikTokClient {
    pub(crate) transport: Transport,
}

impl TikTokClient {
    /// A client for this token, to be configured.
    pub fn builder(token: AccessToken) -> TikTokClientBuilder {
        TikTokClientBuilder { known: Some(token.clone()), ..Self::builder_with(Arc::new(token)) }
    }

    /// A client that asks for its token when it needs one, to be configured.
    pub fn builder_with(tokens: Arc<dyn TokenProvider>) -> TikTokClientBuilder {
        TikTokClientBuilder {
            tokens,
            known: None,
            endpoint: PRODUCTION.to_owned(),
            http: None,
            pace: PaceSetting::Shared(Pace::new(AppLevel::default())),
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
        let tokens = Tokens::new(Arc::new(token.clone()), Some(token.to_header()?));
        Ok(Self { transport: self.transport.with_tokens(tokens) })
    }

    /// The same connections and pace for the tokens of another user of the same app.
    #[must_use]
    pub fn with_tokens(&self, tokens: Arc<dyn TokenProvider>) -> Self {
        Self { transport: self.transport.with_tokens(Tokens::new(tokens, None)) }
    }

    /// The pace of its requests, to be shared with other clients of the same app.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        self.transport.pace()
    }
}

/// How fast a client may be.
#[derive(Clone, Debug)]
enum PaceSetting {
    /// A pace of its own, of a rate that has not been looked at yet.
    Rate(f64),
    Shared(Pace),
}

/// Configures a [`TikTokClient`].
#[must_use]
pub struct TikTokClientBuilder {
    tokens: Arc<dyn TokenProvider>,
    /// A token that is known before the first request, and can be looked at before it.
    known: Option<AccessToken>,
    endpoint: String,
    http: Option<reqwest::Client>,
    pace: PaceSetting,
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

    /// An HTTP client of your own, for proxies, certificates, connection limits and the like. Without one, connections
    /// are kept alive and reused, and the proxies are those of the environment (`HTTPS_PROXY` and the like).
    ///
    /// Build it with [`reqwest::redirect::Policy::none`]: reqwest does not know that the header `Access-Token` is
    /// secret and takes it along to wherever a redirect leads. A reply that came by a redirect is an error.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// The app's level, which says how many requests TikTok permits. [`AppLevel::Basic`] by default: 10 per second.
    pub fn app_level(self, level: AppLevel) -> Self {
        self.pace(Pace::new(level))
    }

    /// A rate that is none of the levels', for an app with a quota of its own or to leave some of it to others.
    pub fn requests_per_second(mut self, requests: f64) -> Self {
        self.pace = PaceSetting::Rate(requests);
        self
    }

    /// A pace that is shared with other clients of the same app. Of this, [`app_level`](Self::app_level) and
    /// [`requests_per_second`](Self::requests_per_second) the last one counts.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = PaceSetting::Shared(pace);
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
        if self.retry.attempts == 0 {
            return wrong("retry.attempts must be at least 1");
        }
        if self.attempt_timeout.is_zero() {
            return wrong("attempt_timeout must be above 0");
        }
        let pace = match self.pace {
            PaceSetting::Rate(rate) => Pace::try_new(rate)?,
            PaceSetting::Shared(pace) => pace,
        };
        let known = self.known.map(|token| token.to_header()).transpose()?;
        let transport = Transport::try_new(TransportSettings {
            endpoint: Endpoint::try_new(&self.endpoint)?,
            http: self.http,
            tokens: Some(Arc::new(Tokens::new(self.tokens, known))),
            pace,
            retry: self.retry,
            attempt_timeout: self.attempt_timeout,
            jitter: self.jitter,
        })?;
        Ok(TikTokClient { transport })
    }
}

/// Shows no token; nor the endpoint, which has not been looked at yet; nor the HTTP client, which may hold secrets.
impl fmt::Debug for TikTokClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TikTokClientBuilder")
            .field("pace", &self.pace)
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
