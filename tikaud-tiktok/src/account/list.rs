//! The ad accounts of a token, with what TikTok tells of them.

use std::collections::VecDeque;

use tikaud_core::destination::{DestinationError, DestinationErrorKind as Kind};

use super::{AdAccountId, AdAccountStatus};
use crate::client::TikTokClient;
use crate::explain::explain;
use crate::token::AppCredentials;
use crate::transport::TrafficCounter;
use crate::wire::{AdvertiserDetails, AdvertiserGet, AdvertiserInfo, RetryClass};

/// Accounts that are asked about at once. TikTok does not say how many it takes; so many make a short address.
const ACCOUNTS_PER_REQUEST: usize = 50;

/// An ad account that the token may use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdAccount {
    /// Its id.
    pub id: AdAccountId,
    /// What it is called, when TikTok says so.
    pub name: Option<String>,
    /// What TikTok tells of it; `None` when the token may list accounts and not read about them.
    pub details: Option<AdAccountDetails>,
}

/// What TikTok tells of an ad account. Personal data of its owner is not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdAccountDetails {
    /// Its state.
    pub status: AdAccountStatus,
    /// Why TikTok has refused it, in TikTok's words.
    pub rejection_reason: Option<String>,
    /// What kind of account it is, such as `ROLE_ADVERTISER`. It is not the connecting user's role on it.
    pub role: Option<String>,
    /// The Business Center that owns it, when the connecting user is an Admin there. Audiences are shared within one.
    pub business_center: Option<String>,
    /// The company's name.
    pub company: Option<String>,
    /// The two-letter code of its country.
    pub country: Option<String>,
    /// The three-letter code of its currency.
    pub currency: Option<String>,
    /// Its time zone, such as `Europe/Paris`.
    pub timezone: Option<String>,
}

impl AdAccount {
    /// Its state; `None` when the token may not read it.
    #[must_use]
    pub fn status(&self) -> Option<AdAccountStatus> {
        self.details.as_ref().map(|details| details.status)
    }

    /// What the user should know before the first run; `None` for an account in order, and for one whose state is not
    /// known.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let details = self.details.as_ref()?;
        let meaning = details.status.meaning()?;
        let status = details.status.name().unwrap_or("an unknown state");
        let reason = details.rejection_reason.as_ref().map(|reason| format!("; TikTok's reason: \"{reason}\""));
        Some(format!("ad account {} {meaning} ({status}){}", self.id, reason.unwrap_or_default()))
    }

    pub(super) fn tell(&mut self, details: AdvertiserDetails) {
        self.name = details.name.or(self.name.take());
        let Some(status) = details.status else { return };
        self.details = Some(AdAccountDetails {
            status: AdAccountStatus::parse(&status),
            rejection_reason: details.rejection_reason,
            role: details.role,
            business_center: details.owner_bc_id,
            company: details.company,
            country: details.country,
            currency: details.currency,
            timezone: details.timezone,
        });
    }
}

impl TikTokClient {
    /// The ad accounts that the token may use, to choose one ([`AdAccount::choose`]). An account that is not in the list
    /// is one on which the connecting user has no permission.
    ///
    /// ```no_run
    /// use tikaud_tiktok::{AccessToken, AppCredentials, TikTokClient};
    ///
    /// # async fn list() -> Result<(), tikaud_core::destination::DestinationError> {
    /// let client = TikTokClient::builder(AccessToken::new("0a1b2c")).build()?;
    /// for account in client.ad_accounts(&AppCredentials::new("7000000000000000009", "hush")).await? {
    ///     println!("{} {}", account.id, account.name.as_deref().unwrap_or("(no name)"));
    ///     println!("{}", account.warning().unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Authorization`](Kind::Authorization) when token, app id and secret do not go together;
    /// [`Permission`](Kind::Permission) when the token lacks the scope Ad Account Management; otherwise when
    /// TikTok is out of reach.
    pub async fn ad_accounts(&self, credentials: &AppCredentials) -> Result<Vec<AdAccount>, DestinationError> {
        let listed = self.listed_accounts(credentials).await?;
        self.with_details(listed).await
    }

    /// The ad accounts with their names alone.
    pub(super) async fn listed_accounts(
        &self,
        credentials: &AppCredentials,
    ) -> Result<Vec<AdAccount>, DestinationError> {
        let answer = self.transport.send(&AdvertiserGet { credentials }, &TrafficCounter::default()).await;
        let listed = answer.map_err(|failed| explain("list the ad accounts of the access token", failed))?.data.list;
        let account = |(id, name)| AdAccount { id: AdAccountId::new(id), name, details: None };
        Ok(listed.into_iter().filter_map(|it| Some((it.advertiser_id?, it.advertiser_name))).map(account).collect())
    }

    /// The same accounts with what TikTok tells of them. Some grants can list accounts and not read about them.
    pub(super) async fn with_details(&self, mut accounts: Vec<AdAccount>) -> Result<Vec<AdAccount>, DestinationError> {
        let chunk = |start: usize| start..accounts.len().min(start + ACCOUNTS_PER_REQUEST);
        let mut parts: VecDeque<_> = (0..accounts.len()).step_by(ACCOUNTS_PER_REQUEST).map(chunk).collect();
        while let Some(part) = parts.pop_front() {
            let ids: Vec<&str> = accounts[part.clone()].iter().map(|account| account.id.as_str()).collect();
            let request = AdvertiserInfo { advertiser_ids: &ids };
            let mut details = match self.transport.send(&request, &TrafficCounter::default()).await {
                Ok(answer) => answer.data.into_accounts(),
                Err(failed) if failed.failure.kind() == Kind::Permission => return Ok(accounts),
                Err(failed) if failed.failure.retry_class() == RetryClass::Split && part.len() > 1 => {
                    let middle = part.start + part.len() / 2;
                    parts.extend([part.start..middle, middle..part.end]);
                    continue;
                }
                Err(failed) => return Err(explain("read about the ad accounts of the access token", failed)),
            };
            for account in &mut accounts[part] {
                if let Some(details) = details.remove(account.id.as_str()) {
                    account.tell(details);
                }
            }
        }
        Ok(accounts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: &str, reason: Option<&str>) -> AdAccount {
        let mut account = AdAccount { id: AdAccountId::new("7001"), name: Some("Listed".to_owned()), details: None };
        let details = AdvertiserDetails {
            status: Some(status.to_owned()),
            rejection_reason: reason.map(str::to_owned),
            ..AdvertiserDetails::default()
        };
        account.tell(details);
        account
    }

    #[test]
    fn an_account_in_good_standing_is_not_warned_about_and_every_other_is() {
        assert_eq!(told("STATUS_ENABLE", None).warning(), None);
        assert_eq!(told("STATUS_ENABLE", None).name.as_deref(), Some("Listed"));
        insta::assert_snapshot!(told("STATUS_LIMIT", None).warning().unwrap(), @"ad account 7001 is punished by TikTok: its audiences may not be used in ads until that ends (STATUS_LIMIT)");
        insta::assert_snapshot!(told("STATUS_CONFIRM_FAIL", Some("no license")).warning().unwrap(), @r#"ad account 7001 has failed TikTok's review: its audiences cannot be used in ads until it is mended (STATUS_CONFIRM_FAIL); TikTok's reason: "no license""#);
        insta::assert_snapshot!(told("ada@example.com", None).warning().unwrap(), @"ad account 7001 is in a state that is not known: it may be waiting for TikTok's review (an unknown state)");
    }
}
