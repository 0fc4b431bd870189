//! Secrets: types that cannot be printed.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tikaud_core::destination::{DestinationError, DestinationErrorKind};

use crate::transport::HeaderValue;

/// The access token that a TikTok user has granted to a developer app.
///
/// It does not expire by time; it ends when the user withdraws the grant. It prints as `[REDACTED]`.
///
/// ```
/// use tikaud_tiktok::AccessToken;
///
/// let token = AccessToken::new("0a1b2c");
/// assert!(!format!("{token:?}").contains("0a1b2c"));
/// ```
#[derive(Debug, Clone)]
pub struct AccessToken(SecretString);

impl AccessToken {
    /// The token as TikTok gave it, without `Bearer`.
    pub fn new(token: impl Into<String>) -> Self {
        Self(SecretString::from(token.into()))
    }

    /// The token as a header that does not print: the one place where it is read.
    ///
    /// # Errors
    ///
    /// `Configuration` when it cannot be a token.
    #[expect(clippy::disallowed_methods, reason = "the header has to hold the token, and does not print it")]
    pub(crate) fn to_header(&self) -> Result<HeaderValue, DestinationError> {
        let token = self.0.expose_secret();
        let wrong = |why: &str| {
            let message = format!("the access token {why}; give it as TikTok returned it");
            Err(DestinationError::new(DestinationErrorKind::Configuration, message))
        };
        if token.is_empty() {
            return wrong("is empty");
        }
        // TikTok answers 40105, "wrong or revoked", which would send the user looking in the wrong place.
        if token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
            return wrong("starts with `Bearer `");
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return wrong("holds white space or characters that no header may hold");
        }
        let Ok(mut header) = HeaderValue::from_str(token) else { return wrong("cannot be sent in a header") };
        header.set_sensitive(true);
        Ok(header)
    }

    /// The token as the field of a body that revokes it.
    #[expect(clippy::disallowed_methods, reason = "TikTok wants the token to be revoked in the body")]
    pub(crate) fn to_json(&self) -> Value {
        json!(self.0.expose_secret())
    }
}

/// The developer app that tokens are granted to: needed to connect users ([`OAuth`](crate::oauth::OAuth)) and to list
/// ad accounts.
///
/// ```
/// use tikaud_tiktok::AppCredentials;
///
/// let app = AppCredentials::new("7000000000000000009", "hush");
/// assert!(!format!("{app:?}").contains("hush"));
/// ```
#[derive(Debug, Clone)]
pub struct AppCredentials {
    app_id: String,
    secret: SecretString,
}

impl AppCredentials {
    /// The app's id and secret, as the developer portal shows them.
    pub fn new(app_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { app_id: app_id.into(), secret: SecretString::from(secret.into()) }
    }

    /// The app's id.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// Both as TikTok wants them in a query.
    #[expect(clippy::disallowed_methods, reason = "TikTok wants the secret in the query; errors leave the URL out")]
    pub(crate) fn to_query(&self) -> Vec<(&'static str, String)> {
        vec![("app_id", self.app_id.clone()), ("secret", self.secret.expose_secret().to_owned())]
    }

    /// Both as TikTok wants them in a body.
    #[expect(clippy::disallowed_methods, reason = "TikTok wants the secret in the body, which is never printed")]
    pub(crate) fn to_json(&self) -> Value {
        json!({"app_id": self.app_id, "secret": self.secret.expose_secret()})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_does_not_print() {
        let header = AccessToken::new("canary").to_header().unwrap();
        assert!(!format!("{header:?}").contains("canary"));
        assert_eq!(header, "canary");
    }

    #[test]
    fn what_cannot_be_a_token_is_refused_without_quoting_it() {
        for token in ["", "Bearer canary", "bearer canary", "can ary", "canary\n", "canaryé"] {
            let error = AccessToken::new(token).to_header().unwrap_err();
            assert_eq!(error.kind(), DestinationErrorKind::Configuration);
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}
