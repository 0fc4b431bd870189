//! Another name for an audience.

use tikaud_core::destination::{AudienceId, Destination, DestinationError};

use crate::destination::TikTokDestination;
use crate::explain::explain;
use crate::transport::TrafficCounter;
use crate::wire::{AudienceChange, Outcome, UpdateCustomAudience};

impl TikTokDestination {
    /// Gives an audience another name, shortened as a new audience's is, and says which. To rename it once more changes
    /// nothing more.
    ///
    /// TikTok documents this for customer file audiences; whether it takes it for streaming ones is not said, so an error
    /// there may mean that it does not.
    ///
    /// ```no_run
    /// use tikaud_core::destination::AudienceId;
    /// use tikaud_tiktok::{AccessToken, AdAccountId, TikTokClient, TikTokDestination};
    ///
    /// # async fn rename() -> Result<(), tikaud_core::destination::DestinationError> {
    /// let client = TikTokClient::builder(AccessToken::new("0a1b2c")).build()?;
    /// let destination = TikTokDestination::builder(client, AdAccountId::new("7000000000000000001")).build()?;
    /// let shown = destination.rename_audience(&AudienceId::new("7000000000000000042"), "Buyers of May").await?;
    /// assert_eq!(shown, "Buyers of May");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When TikTok refuses it, as it does while it is at work on the audience, or is out of reach.
    pub async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<String, DestinationError> {
        let shown = self.capabilities().shown_name(name).unwrap_or_else(|| name.to_owned());
        let request = UpdateCustomAudience {
            advertiser_id: self.account().as_str(),
            audience_id: id.as_str(),
            change: AudienceChange::Name(&shown),
        };
        match self.client().transport.send(&request, &TrafficCounter::default()).await {
            Err(failed) if failed.failure.outcome() != Outcome::NothingToDo => {
                Err(explain(&format!("rename audience {id} of ad account {}", self.account()), failed))
            }
            _ => Ok(shown),
        }
    }
}
