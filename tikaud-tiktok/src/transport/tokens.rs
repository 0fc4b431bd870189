//! The token that requests carry, and another one once TikTok has refused it.

use std::sync::Arc;

use tikaud_core::destination::DestinationError;
use tokio::sync::Mutex;

use super::HeaderValue;
use crate::token_provider::{TokenProvider, TokenReason};

/// The token of one connecting user, shared by all requests that carry it.
pub(crate) struct Tokens {
    provider: Arc<dyn TokenProvider>,
    /// Held while the provider is asked, so that requests that fail together ask once.
    current: Mutex<Current>,
}

struct Current {
    header: Option<HeaderValue>,
    /// How often the provider has been asked.
    asked: u64,
}

/// What one request carries.
pub(super) struct Carried {
    pub(super) header: HeaderValue,
    /// How often the provider had been asked when the request took it.
    asked: u64,
}

impl Tokens {
    /// Asks the provider before the first request, unless the token is known already.
    pub(crate) fn new(provider: Arc<dyn TokenProvider>, known: Option<HeaderValue>) -> Self {
        Self { provider, current: Mutex::new(Current { header: known, asked: 0 }) }
    }

    /// The token for a request.
    ///
    /// # Errors
    ///
    /// The provider's, and `Configuration` when what it gives cannot be a token.
    pub(super) async fn carried(&self) -> Result<Carried, DestinationError> {
        let mut current = self.current.lock().await;
        let header = match &current.header {
            Some(header) => header.clone(),
            None => self.ask(&mut current, TokenReason::FirstRequest).await?,
        };
        Ok(Carried { header, asked: current.asked })
    }

    /// Another token in place of one that TikTok has refused; `None` when there is no other.
    ///
    /// # Errors
    ///
    /// As for [`carried`](Self::carried).
    pub(super) async fn instead_of(&self, refused: &Carried) -> Result<Option<Carried>, DestinationError> {
        let mut current = self.current.lock().await;
        // Somebody else has asked since this request took its token: that answer holds for it as well.
        let answered = current.header.clone().filter(|_| current.asked > refused.asked);
        let header = match answered {
            Some(header) => header,
            None => self.ask(&mut current, TokenReason::Refused).await?,
        };
        Ok((header != refused.header).then_some(Carried { header, asked: current.asked }))
    }

    async fn ask(&self, current: &mut Current, reason: TokenReason) -> Result<HeaderValue, DestinationError> {
        let header = self.provider.access_token(reason).await?.to_header()?;
        current.asked += 1;
        current.header = Some(header.clone());
        Ok(header)
    }
}

#[cfg(test)]
mod tests;
