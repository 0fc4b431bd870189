//! The audiences of an ad account, apart from what is in them.
//!
//! ```text
//! TikTokClient::audiences ─▶ Audiences ─▶ list, status · delete · share, share log · apply, apply log · lookalikes
//! (account)
//! ```
//!
//! # What does TikTok say of my audiences?
//!
//! ```no_run
//! use tikaud_tiktok::{AccessToken, AdAccountId, TikTokClient};
//!
//! # async fn look() -> Result<(), tikaud_core::destination::DestinationError> {
//! let client = TikTokClient::builder(AccessToken::new("0a1b2c")).build()?;
//! let audiences = client.audiences(&AdAccountId::new("7000000000000000001"))?;
//! for audience in audiences.list().await? {
//!     println!("{} {:?} matched {:?}", audience.id, audience.name, audience.matched);
//!     for warning in audience.warnings() {
//!         println!("  {warning}");
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is checked before a request?
//!
//! Every limit that TikTok documents: numbers of ids, lengths of names, that ids are numbers. What is beyond one is an
//! error of kind `InvalidInput`, and nothing is sent.
//!
//! # What if a reply is lost?
//!
//! What would do harm or may be refused when it is done twice, to share, to apply, to make a lookalike, is not sent again
//! on its own. The error says that it may have happened, and the logs and the list say whether it has.

mod apply;
mod delete;
mod limits;
pub(crate) mod list;
mod lookalike;
mod share;
mod status;

pub use apply::{AdGroupId, ApplyRecord, Usage};
pub use lookalike::{Lookalike, LookalikeSize, MobileOs};
pub use share::ShareRecord;
pub use status::{AudienceEvent, AudienceStatus, AudienceType};

use tikaud_core::destination::{DestinationError, DestinationErrorKind};

use crate::account::AdAccountId;
use crate::client::TikTokClient;
use crate::explain::explain;
use crate::transport::{Failed, TrafficCounter};
use crate::wire::{Answer, Request};

/// The audiences of one ad account. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Audiences {
    client: TikTokClient,
    account: AdAccountId,
}

impl TikTokClient {
    /// The audiences of an ad account. No request is sent.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Configuration`] when the account's id cannot be one.
    pub fn audiences(&self, account: &AdAccountId) -> Result<Audiences, DestinationError> {
        if account.is_plausible() {
            return Ok(Audiences { client: self.clone(), account: account.clone() });
        }
        let message = "the ad account's id must be a number of up to 20 digits, as Ads Manager shows it";
        Err(DestinationError::new(DestinationErrorKind::Configuration, message))
    }
}

impl Audiences {
    /// The ad account.
    #[must_use]
    pub fn account(&self) -> &AdAccountId {
        &self.account
    }

    async fn try_send<R: Request>(&self, request: &R) -> Result<Answer<R::Data>, Failed> {
        self.client.transport.send(request, &TrafficCounter::default()).await
    }

    /// Sends a request; `doing` says what for, such as `delete audience 42`.
    async fn send<R: Request>(&self, request: &R, doing: &str) -> Result<R::Data, DestinationError> {
        let answer = self.try_send(request).await.map_err(|failed| explain(&self.in_account(doing), failed))?;
        if let Some(message) = answer.partial {
            tracing::warn!(request_id = answer.request_id, "TikTok did this in part only: {doing}: {message}");
        }
        Ok(answer.data)
    }

    fn in_account(&self, doing: &str) -> String {
        format!("{doing} of ad account {}", self.account)
    }
}
