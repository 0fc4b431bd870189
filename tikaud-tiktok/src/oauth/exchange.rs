//! The developer app's side of an authorization.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tikaud_core::destination::{DestinationError, DestinationErrorKind};
use url::{Host, Url, form_urlencoded};

use super::{AuthCode, Grant, Scopes, State};
use crate::account::AdAccountId;
use crate::explain::explain;
use crate::token::{AccessToken, AppCredentials};
use crate::transport::{
    AppLevel, Endpoint, PRODUCTION, Pace, RetryPolicy, TrafficCounter, Transport, TransportSettings,
};
use crate::wire::{GetAccessToken, RevokeToken};

/// Where users agree, after the host.
const PORTAL: &str = "/portal/auth";

/// A developer app that users connect to. See the [module](super) for how. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OAuth {
    credentials: AppCredentials,
    portal: Url,
    return_ad_accounts: bool,
    transport: Transport,
}

impl OAuth {
    /// The app's side, to be configured.
    pub fn builder(credentials: AppCredentials) -> OAuthBuilder {
        OAuthBuilder {
            credentials,
            endpoint: PRODUCTION.to_owned(),
            portal: format!("{PRODUCTION}{PORTAL}"),
            http: None,
            return_ad_accounts: true,
            attempt_timeout: Duration::from_secs(30),
        }
    }

    /// Where to send the user. `redirect_uri` is one of the up to 10 that the developer portal knows of the app.
    ///
    /// Which permissions are asked for is set up in the developer portal too, and not in the URL.
    ///
    /// ```
    /// use tikaud_tiktok::AppCredentials;
    /// use tikaud_tiktok::oauth::{OAuth, State};
    ///
    /// let oauth = OAuth::builder(AppCredentials::new("7009", "hush")).build()?;
    /// let url = oauth.authorization_url("https://shop.example/callback?from=tiktok", &State::new("s3ss10n"))?;
    /// assert_eq!(
    ///     url,
    ///     "https://business-api.tiktok.com/portal/auth?app_id=7009&state=s3ss10n\
    ///      &redirect_uri=https%3A%2F%2Fshop.example%2Fcallback%3Ffrom%3Dtiktok"
    /// );
    /// # Ok::<(), tikaud_core::destination::DestinationError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `Configuration` when `redirect_uri` is no absolute URL, or would have the code travel in clear.
    pub fn authorization_url(&self, redirect_uri: &str, state: &State) -> Result<String, DestinationError> {
        check_redirect_uri(redirect_uri)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("app_id", self.credentials.app_id())
            .append_pair("state", state.as_str())
            .append_pair("redirect_uri", redirect_uri)
            .finish();
        let mut url = self.portal.clone();
        // Forms write a space as `+`, which not everybody reads so; a `+` itself is `%2B` by now.
        url.set_query(Some(&query.replace('+', "%20")));
        Ok(url.into())
    }

    /// Exchanges the code of a callback for an access token. A code works once, and for an hour.
    ///
    /// # Errors
    ///
    /// `Authorization` when the code is wrong, used or old, or the app's secret is wrong. When the reply was lost
    /// ([`may_have_happened`](DestinationError::may_have_happened)) the code may be used up: have the user connect again.
    pub async fn exchange(&self, code: &AuthCode) -> Result<Grant, DestinationError> {
        let request =
            GetAccessToken { credentials: &self.credentials, code, return_advertiser_ids: self.return_ad_accounts };
        let answer = self.transport.send(&request, &TrafficCounter::default()).await;
        let doing = format!("exchange an authorization code of app {}", self.credentials.app_id());
        let data = answer.map_err(|failed| explain(&doing, failed))?.data;
        let accounts = data.advertiser_ids.into_iter().map(AdAccountId::new).collect();
        Ok(Grant {
            access_token: AccessToken::new(data.access_token),
            scopes: Scopes::new(data.scope),
            ad_accounts: self.return_ad_accounts.then_some(accounts),
        })
    }

    /// Ends an access token, for all ad accounts, and gives the accounts that the app can no longer reach.
    ///
    /// # Errors
    ///
    /// `Authorization` when the token is not one of this app, or was ended before.
    pub async fn revoke(&self, token: &AccessToken) -> Result<Vec<AdAccountId>, DestinationError> {
        let request = RevokeToken { credentials: &self.credentials, token };
        let ended = match self.transport.send(&request, &TrafficCounter::default()).await {
            Ok(answer) => answer.data.unwrap_or_default().advertiser_ids,
            // An earlier attempt has ended it, and its reply was lost.
            Err(failed) if failed.may_have_happened && failed.is_refused_token() => Vec::new(),
            Err(failed) => {
                return Err(explain(&format!("revoke an access token of app {}", self.credentials.app_id()), failed));
            }
        };
        Ok(ended.into_iter().map(AdAccountId::new).collect())
    }
}

/// A code in clear could be read on the way, and exchanged by whoever knows the app's secret.
fn check_redirect_uri(text: &str) -> Result<(), DestinationError> {
    let wrong = |why: &str| {
        let message = format!("the redirect URL {why}; give one that the developer portal knows of the app");
        Err(DestinationError::new(DestinationErrorKind::Configuration, message))
    };
    let Ok(url) = Url::parse(text) else { return wrong("is no absolute URL") };
    let is_local = matches!(url.host(), Some(Host::Domain("localhost")))
        || matches!(url.host(), Some(Host::Ipv4(address)) if address.is_loopback());
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_local => Ok(()),
        "http" => wrong("would have the authorization code travel in clear: use https"),
        _ => wrong("is no address of the web"),
    }
}

/// Configures an [`OAuth`].
#[must_use]
pub struct OAuthBuilder {
    credentials: AppCredentials,
    endpoint: String,
    portal: String,
    http: Option<reqwest::Client>,
    return_ad_accounts: bool,
    attempt_timeout: Duration,
}

impl OAuthBuilder {
    /// Another host than `https://business-api.tiktok.com`, for requests and for the page where users agree: a server for
    /// tests. `http` is for addresses of this machine only.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = url.into();
        self.portal = format!("{}{PORTAL}", self.endpoint.trim_end_matches('/'));
        self
    }

    /// Another page where users agree than that of the [`endpoint`](Self::endpoint), which must be set before.
    pub fn portal(mut self, url: impl Into<String>) -> Self {
        self.portal = url.into();
        self
    }

    /// An HTTP client of your own. Build it without redirects, as for
    /// [`TikTokClientBuilder::http_client`](crate::TikTokClientBuilder::http_client).
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Whether an exchange also gives the ad accounts. `true` by default; `false` for users who reach thousands of them,
    /// over which TikTok may run out of time.
    pub fn return_ad_accounts(mut self, wanted: bool) -> Self {
        self.return_ad_accounts = wanted;
        self
    }

    /// How long one attempt may take. 30 seconds by default.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Makes it. No request is sent.
    ///
    /// # Errors
    ///
    /// `Configuration`, naming the setting that is wrong.
    pub fn build(self) -> Result<OAuth, DestinationError> {
        let wrong = |message: &str| DestinationError::new(DestinationErrorKind::Configuration, message);
        if self.credentials.app_id().is_empty() {
            return Err(wrong("the app's id is empty; give it as the developer portal shows it"));
        }
        if self.attempt_timeout.is_zero() {
            return Err(wrong("attempt_timeout must be above 0"));
        }
        let portal = Url::parse(&self.portal).map_err(|_| wrong("the portal is no absolute URL"))?;
        let transport = Transport::try_new(TransportSettings {
            endpoint: Endpoint::try_new(&self.endpoint)?,
            http: self.http,
            tokens: None,
            pace: Pace::new(AppLevel::Basic),
            retry: RetryPolicy::default(),
            attempt_timeout: self.attempt_timeout,
            jitter: Arc::new(fastrand::f64),
        })?;
        let (credentials, return_ad_accounts) = (self.credentials, self.return_ad_accounts);
        Ok(OAuth { credentials, portal, return_ad_accounts, transport })
    }
}

/// Shows no secret; nor the addresses, which have not been looked at yet.
impl fmt::Debug for OAuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthBuilder")
            .field("credentials", &self.credentials)
            .field("return_ad_accounts", &self.return_ad_accounts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oauth() -> OAuth {
        OAuth::builder(AppCredentials::new("7009", "canary")).build().unwrap()
    }

    #[test]
    fn the_url_is_encoded_and_holds_no_secret() {
        let url = oauth().authorization_url("https://shop.example/cb?a=1&b=é", &State::new("a b&c=d+")).unwrap();
        insta::assert_snapshot!(url, @"https://business-api.tiktok.com/portal/auth?app_id=7009&state=a%20b%26c%3Dd%2B&redirect_uri=https%3A%2F%2Fshop.example%2Fcb%3Fa%3D1%26b%3D%C3%A9");
    }

    #[test]
    fn a_redirect_url_that_leaks_the_code_is_refused() {
        for redirect in ["/callback", "shop.example", "http://shop.example/cb", "javascript:alert(1)", ""] {
            let error = oauth().authorization_url(redirect, &State::new("s")).unwrap_err();
            assert_eq!(error.kind(), DestinationErrorKind::Configuration, "{redirect}");
        }
        for redirect in ["https://shop.example/cb", "http://localhost:8080/cb", "http://127.0.0.1/cb"] {
            assert!(oauth().authorization_url(redirect, &State::new("s")).is_ok(), "{redirect}");
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused_and_nothing_prints_the_secret() {
        let builder = || OAuth::builder(AppCredentials::new("7009", "canary"));
        assert!(builder().endpoint("http://example.com").build().is_err());
        assert!(builder().portal("portal").build().is_err());
        assert!(builder().attempt_timeout(Duration::ZERO).build().is_err());
        assert!(OAuth::builder(AppCredentials::new("", "canary")).build().is_err());
        let printed = format!("{:?} {:#?} {:?}", builder(), builder(), oauth());
        assert!(!printed.contains("canary"), "{printed}");
    }
}
