//! Another name for an audience.

use tikaud_core::destination::{AudienceId, Destination, DestinationError};

use crate::destination::TikTokDestination;
use crate::explain::explain;
use crate::transport::TrafficCounter;
use crate::wire::{AudienceChange, Outcome, UpdateCustomAudience};

impl TikTokDestination {
    /// Gives an audience another name, shortened as a new audience's is.
    ///
    /// TikTok documents this for customer file audiences; whether it takes it for streaming ones is not said, so an error
    /// there may mean that it does not.
    pub(crate) async fn rename(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
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
            _ => Ok(()),
        }
    }
}
