//! What TikTok sends the user back with.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::form_urlencoded;

/// The text that ties a callback to the session in which the user was sent away: without it, somebody could have a user
/// connect an account that is not theirs. Keep it in the session. It does not print.
#[derive(Debug, Clone)]
pub struct State(SecretString);

impl State {
    /// A state of your own making. It must not be guessable, and not be used twice.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// A state made of 32 bytes from a cryptographic source of randomness.
    ///
    /// ```
    /// use tikaud_tiktok::oauth::State;
    ///
    /// # fn random() -> [u8; 32] { [7; 32] }
    /// let state = State::from_random(&random());
    /// assert!(state.is(&"07".repeat(32)));
    /// ```
    #[must_use]
    pub fn from_random(bytes: &[u8; 32]) -> Self {
        Self::new(const_hex::encode(bytes))
    }

    /// Whether it is this text.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "it is compared, and not printed")]
    pub fn is(&self, text: &str) -> bool {
        self.0.expose_secret() == text
    }

    #[expect(clippy::disallowed_methods, reason = "it travels in the URL that the user is sent to")]
    pub(super) fn as_str(&self) -> &str {
        self.0.expose_secret()
    }

    /// The authorization code in the query of a callback, such as `auth_code=…&state=…`, with or without its `?`.
    ///
    /// TikTok also sends a parameter `code`, whose value is another one and cannot be exchanged.
    ///
    /// ```
    /// use tikaud_tiktok::oauth::{CallbackError, State};
    ///
    /// let state = State::new("s3ss10n");
    /// assert!(state.read_callback("?code=x&auth_code=0a1b2c&state=s3ss10n").is_ok());
    /// assert_eq!(state.read_callback("auth_code=0a1b2c&state=other").unwrap_err(), CallbackError::OtherState);
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallbackError`] when it is not the answer to this state, or holds no code.
    pub fn read_callback(&self, query: &str) -> Result<AuthCode, CallbackError> {
        let query = query.strip_prefix('?').unwrap_or(query);
        let get = |name: &str| {
            let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
            values.next().map(|(_, value)| value).filter(|value| !value.is_empty())
        };
        match get("state") {
            Some(state) if self.is(&state) => {}
            Some(_) => return Err(CallbackError::OtherState),
            None => return Err(CallbackError::NoState),
        }
        get("auth_code").map(AuthCode::new).ok_or(CallbackError::NoCode)
    }
}

/// A callback that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// There is no state in it.
    #[error("the callback has no `state`: it is no answer to a request of ours; have the user connect again")]
    NoState,
    /// Its state is another one.
    #[error(
        "the callback's `state` is not that of this session: it may be an old one, or forged; have the user connect again"
    )]
    OtherState,
    /// There is no code in it.
    #[error("the callback has no `auth_code`: the user did not agree; have them connect again and agree")]
    NoCode,
}

/// What is exchanged for an access token. It works once, and for an hour. It does not print.
#[derive(Clone)]
pub struct AuthCode(SecretString);

impl AuthCode {
    /// A code, as the callback's parameter `auth_code` has it.
    pub fn new(code: impl Into<String>) -> Self {
        Self(SecretString::from(code.into()))
    }

    /// The code as the field of a body.
    #[expect(clippy::disallowed_methods, reason = "TikTok wants the code in the body, which is never printed")]
    pub(crate) fn to_json(&self) -> Value {
        json!(self.0.expose_secret())
    }
}

impl fmt::Debug for AuthCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_one_called_auth_code() {
        let state = State::new("s & é");
        let code = state.read_callback("code=wrong&auth_code=c0de%2B1&state=s+%26+%C3%A9").unwrap();
        assert_eq!(code.to_json(), "c0de+1");
    }

    #[test]
    fn a_callback_of_another_session_gives_no_code() {
        let state = State::new("canary");
        for (query, error) in [
            ("", CallbackError::NoState),
            ("auth_code=c0de", CallbackError::NoState),
            ("auth_code=c0de&state=", CallbackError::NoState),
            ("auth_code=c0de&state=Canary", CallbackError::OtherState),
            ("auth_code=c0de&state=other&state=canary", CallbackError::OtherState),
            ("state=canary", CallbackError::NoCode),
            ("state=canary&auth_code=&code=c0de", CallbackError::NoCode),
        ] {
            assert_eq!(state.read_callback(query).unwrap_err(), error, "{query}");
        }
    }

    #[test]
    fn neither_a_state_nor_a_code_prints() {
        let printed = format!("{:?} {:#?}", State::new("canary"), AuthCode::new("canary"));
        assert!(!printed.contains("canary"), "{printed}");
    }
}
