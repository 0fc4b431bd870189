//! Letting other ad accounts use audiences.

use tikaud_core::destination::{AudienceId, DestinationError};

use super::Audiences;
use super::limits::{SHARED, check_accounts, check_audiences, wrong};
use crate::account::AdAccountId;
use crate::wire::{ShareAudiences, ShareLog, ShareLogEntry, StopSharing};

/// An ad account that an audience has been shared with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShareRecord {
    /// The account.
    pub account: AdAccountId,
    /// What it is called.
    pub account_name: Option<String>,
    /// How the sharing stands, in TikTok's words, whose values are not documented.
    pub status: Option<String>,
}

impl Audiences {
    /// Lets 1 to 10 other ad accounts of the same Business Center use 1 to 10 audiences. They may apply and delete them,
    /// and not edit or share them or make lookalikes of them.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when these are no ids or too many, or an account is this one; `Permission` when the token lacks the
    /// scope [`SHARE_AUDIENCES`](crate::oauth::Scope::SHARE_AUDIENCES) or the user the role. It is not sent again when its
    /// reply is lost: see [`shared_with`](Self::shared_with) then.
    pub async fn share(&self, ids: &[AudienceId], with: &[AdAccountId]) -> Result<(), DestinationError> {
        let audience_ids = &check_audiences(ids, SHARED)?;
        let shared_advertiser_ids = &check_accounts(with, SHARED)?;
        if with.contains(&self.account) {
            let message = format!("audiences of ad account {} need not be shared with itself", self.account);
            return Err(wrong(message));
        }
        let request = ShareAudiences { advertiser_id: self.account.as_str(), audience_ids, shared_advertiser_ids };
        let doing = format!("share with {} ad accounts {} audiences", with.len(), ids.len());
        self.send(&request, &doing).await.map(drop)
    }

    /// Ends the sharing of an audience with an ad account.
    ///
    /// # Errors
    ///
    /// As for [`share`](Self::share).
    pub async fn stop_sharing(&self, id: &AudienceId, with: &AdAccountId) -> Result<(), DestinationError> {
        check_audiences(std::slice::from_ref(id), SHARED)?;
        check_accounts(std::slice::from_ref(with), SHARED)?;
        let (audience_id, shared_advertiser_id) = (id.as_str(), with.as_str());
        let request = StopSharing { advertiser_id: self.account.as_str(), audience_id, shared_advertiser_id };
        self.send(&request, &format!("stop sharing with ad account {with} audience {id}")).await.map(drop)
    }

    /// The ad accounts that an audience of this account has been shared with.
    ///
    /// # Errors
    ///
    /// As for [`share`](Self::share).
    pub async fn shared_with(&self, id: &AudienceId) -> Result<Vec<ShareRecord>, DestinationError> {
        check_audiences(std::slice::from_ref(id), SHARED)?;
        let request = ShareLog { advertiser_id: self.account.as_str(), audience_id: id.as_str() };
        let data = self.send(&request, &format!("read with whom audience {id} is shared")).await?;
        let record = |entry: ShareLogEntry| {
            let account = AdAccountId::new(entry.shared_advertiser_id?);
            Some(ShareRecord { account, account_name: entry.shared_advertiser_name, status: entry.status })
        };
        Ok(data.list.into_iter().filter_map(record).collect())
    }
}
