//! Every audience of an ad account.

use tikaud_core::destination::{DestinationError, DestinationErrorKind as Kind};

use super::{AudienceStatus, Audiences};
use crate::account::AdAccountId;
use crate::client::TikTokClient;
use crate::explain::explain;
use crate::transport::TrafficCounter;
use crate::wire::{AudienceDetails, CustomAudienceList};

/// Pages that are read at most: an account may have 400 audiences, which is four pages.
const MOST_PAGES: u32 = 100;
/// How often the pages are read when their number of audiences changes meanwhile.
const READINGS: u32 = 3;

impl Audiences {
    /// Every audience, of all kinds, those that other accounts share with this one included. Without their history.
    ///
    /// # Errors
    ///
    /// [`Permission`](Kind::Permission) when the token may not read the account's audiences; otherwise when TikTok is out
    /// of reach.
    pub async fn list(&self) -> Result<Vec<AudienceStatus>, DestinationError> {
        let there = all(&self.client, &self.account).await?;
        Ok(there.into_iter().filter_map(|details| AudienceStatus::of(details, Vec::new())).collect())
    }
}

/// Every audience of an account that has an id.
///
/// An audience that is created between two pages moves others to the next one, and one that is deleted moves others to a
/// page that was read already. The first shows as an audience that comes twice; the second as another total.
pub(crate) async fn all(
    client: &TikTokClient,
    account: &AdAccountId,
) -> Result<Vec<AudienceDetails>, DestinationError> {
    let mut reading = 1;
    loop {
        let (audiences, is_complete) = read(client, account).await?;
        if is_complete || reading == READINGS {
            return Ok(audiences);
        }
        tracing::debug!(%account, reading, "audiences were deleted while they were listed");
        reading += 1;
    }
}

/// The audiences of all pages, and whether none can have slipped through.
async fn read(client: &TikTokClient, account: &AdAccountId) -> Result<(Vec<AudienceDetails>, bool), DestinationError> {
    let mut audiences: Vec<AudienceDetails> = Vec::new();
    let mut largest_total = 0;
    for page in 1..=MOST_PAGES {
        let page_size = CustomAudienceList::LARGEST_PAGE;
        let request = CustomAudienceList { advertiser_id: account.as_str(), page, page_size };
        let answer = client.transport.send(&request, &TrafficCounter::default()).await;
        let doing = || format!("list the audiences of ad account {account} (page {page})");
        let data = answer.map_err(|failed| explain(&doing(), failed))?.data;
        let (is_last, total) = (data.is_last(page), data.total());
        largest_total = largest_total.max(total.unwrap_or_default());
        for audience in data.list {
            let known = |known: &AudienceDetails| known.audience_id == audience.audience_id;
            if audience.audience_id.is_some() && !audiences.iter().any(known) {
                audiences.push(audience);
            }
        }
        if is_last {
            return Ok((audiences, total.is_none_or(|total| total == largest_total)));
        }
    }
    let message = format!("ad account {account} has more than {MOST_PAGES} pages of audiences");
    Err(DestinationError::new(Kind::Protocol, format!("{message}; delete those that are not needed any more")))
}
