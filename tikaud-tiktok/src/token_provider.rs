//! Where access tokens come from when a service keeps them itself.

use async_trait::async_trait;
use tikaud_core::destination::DestinationError;

use crate::token::AccessToken;

/// Hands over the access token of one connecting user, from wherever a service keeps its secrets.
///
/// # Contract
///
/// * It is asked before the first request, and again when TikTok no longer accepts the token that it gave. Then the
///   request is repeated once, if the token is another one, and fails otherwise.
/// * Requests that fail on the same token at once ask once. The token is kept in memory in between, so a provider need
///   not have a cache of its own, and with [`TokenReason::Refused`] must not answer from one.
/// * Requests wait for the answer without a limit: bound the time in which a store may answer.
///
/// # Errors
///
/// An error ends the request with its kind, retry class and message, so it says what to do, and holds no token.
///
/// # For implementors
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex};
///
/// use tikaud_core::destination::{DestinationError, DestinationErrorKind};
/// use tikaud_tiktok::{AccessToken, TikTokClient, TokenProvider, TokenReason, async_trait};
///
/// /// The tokens of a service's customers.
/// struct Vault(Mutex<HashMap<u64, AccessToken>>);
///
/// struct TokenOf {
///     vault: Arc<Vault>,
///     customer: u64,
/// }
///
/// #[async_trait]
/// impl TokenProvider for TokenOf {
///     async fn access_token(&self, _: TokenReason) -> Result<AccessToken, DestinationError> {
///         let tokens = self.vault.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
///         tokens.get(&self.customer).cloned().ok_or_else(|| {
///             let message = format!("customer {} has not connected TikTok; send them to the page to do so", self.customer);
///             DestinationError::new(DestinationErrorKind::Authorization, message)
///         })
///     }
/// }
///
/// let vault = Arc::new(Vault(Mutex::new(HashMap::from([(7, AccessToken::new("0a1b2c"))]))));
/// let client = TikTokClient::builder_with(Arc::new(TokenOf { vault, customer: 7 })).build()?;
/// # Ok::<(), DestinationError>(())
/// ```
#[async_trait]
pub trait TokenProvider: Send + Sync {
    /// The token to use from now on.
    ///
    /// # Errors
    ///
    /// As for the trait.
    async fn access_token(&self, reason: TokenReason) -> Result<AccessToken, DestinationError>;
}

const _: fn(&dyn TokenProvider) = |_| {};

/// Why a [`TokenProvider`] is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenReason {
    /// There was no request yet.
    FirstRequest,
    /// TikTok no longer accepts the token that was given last.
    Refused,
}

/// One token for ever.
#[async_trait]
impl TokenProvider for AccessToken {
    async fn access_token(&self, _: TokenReason) -> Result<Self, DestinationError> {
        Ok(self.clone())
    }
}
