//! Ad accounts: which ones the token may use, and whether one can be used.

use std::fmt;

use tikaud_core::destination::{Connection, DestinationError, DestinationErrorKind as Kind};

use crate::client::TikTokClient;
use crate::explain::explain;
use crate::token::AppCredentials;
use crate::transport::TrafficCounter;
use crate::wire::{AdvertiserDetails, AdvertiserGet, AdvertiserInfo, CustomAudienceList};

/// The id of an ad account, which TikTok's API calls an advertiser: a number of up to 20 digits, such as Ads Manager
/// shows in its address line as `aadvid`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AdAccountId(String);

impl AdAccountId {
    /// An ad account's id. Whether it can be one is checked where it is used.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_plausible(&self) -> bool {
        (1..=20).contains(&self.0.len()) && self.0.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl fmt::Display for AdAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An ad account that the token may use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdAccount {
    /// Its id.
    pub id: AdAccountId,
    /// What it is called, when TikTok says so.
    pub name: Option<String>,
}

impl TikTokClient {
    /// The ad accounts that the token may use, to choose one. An account that is not in the list is one on which the
    /// connecting user has no permission.
    ///
    /// ```no_run
    /// use tikaud_tiktok::{AccessToken, AppCredentials, TikTokClient};
    ///
    /// # async fn list() -> Result<(), tikaud_core::destination::DestinationError> {
    /// let client = TikTokClient::builder(AccessToken::new("0a1b2c")).build()?;
    /// for account in client.ad_accounts(&AppCredentials::new("7000000000000000009", "hush")).await? {
    ///     println!("{} {}", account.id, account.name.as_deref().unwrap_or("(no name)"));
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
        let answer = self.transport.send(&AdvertiserGet { credentials }, &TrafficCounter::default()).await;
        let listed = answer.map_err(|failed| explain("list the ad accounts of the access token", failed))?.data.list;
        let account = |(id, name)| AdAccount { id: AdAccountId(id), name };
        Ok(listed.into_iter().filter_map(|it| Some((it.advertiser_id?, it.advertiser_name))).map(account).collect())
    }
}

/// Proves that the account's audiences can be used, and changes nothing.
pub(crate) async fn check(
    client: &TikTokClient,
    account: &AdAccountId,
    credentials: Option<&AppCredentials>,
) -> Result<Connection, DestinationError> {
    let mut connection = Connection { account_name: None, warnings: Vec::new() };
    if let Some(credentials) = credentials {
        check_listed(client, account, credentials, &mut connection).await?;
    }
    check_standing(client, account, &mut connection).await?;
    check_audiences(client, account).await?;
    Ok(connection)
}

async fn check_listed(
    client: &TikTokClient,
    account: &AdAccountId,
    credentials: &AppCredentials,
    connection: &mut Connection,
) -> Result<(), DestinationError> {
    let accounts = match client.ad_accounts(credentials).await {
        Ok(accounts) => accounts,
        // The scope Ad Account Management is a comfort; what matters is the access to audiences.
        Err(error) if error.kind() == Kind::Permission => {
            connection
                .warnings
                .push(format!("whether the token may use ad account {account} was not checked: {error}"));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    match accounts.iter().find(|listed| listed.id == *account) {
        Some(listed) => {
            connection.account_name.clone_from(&listed.name);
            Ok(())
        }
        None => Err(not_listed(account, &accounts)),
    }
}

fn not_listed(account: &AdAccountId, accounts: &[AdAccount]) -> DestinationError {
    const SHOWN: usize = 3;
    let mut shown: Vec<&str> = accounts.iter().take(SHOWN).map(|listed| listed.id.as_str()).collect();
    if accounts.len() > SHOWN {
        shown.push("...");
    }
    let usable = match accounts.len() {
        0 => "the token may use no account at all".to_owned(),
        1 => format!("the only account that the token may use is {}", shown.concat()),
        len => format!("it is not among the {len} accounts that the token may use ({})", shown.join(", ")),
    };
    let message = format!(
        "the connecting user has no permission on ad account {account}: {usable}; have an Admin of the account or its \
         Business Center grant the role Admin or Operator, then connect again"
    );
    DestinationError::new(Kind::Permission, message)
}

/// The account's name, and a warning when TikTok keeps it from advertising.
async fn check_standing(
    client: &TikTokClient,
    account: &AdAccountId,
    connection: &mut Connection,
) -> Result<(), DestinationError> {
    let request = AdvertiserInfo { advertiser_id: account.as_str() };
    let details = match client.transport.send(&request, &TrafficCounter::default()).await {
        Ok(answer) => answer.data.into_account(account.as_str()),
        // Some grants have the audiences without the account's details.
        Err(failed) if failed.failure.kind() == Kind::Permission => None,
        Err(failed) => return Err(explain(&format!("read ad account {account}"), failed)),
    };
    match details {
        Some(AdvertiserDetails { name, status, .. }) => {
            connection.account_name = name.or(connection.account_name.take());
            connection.warnings.extend(status.as_deref().and_then(|status| standing_warning(account, status)));
        }
        None => connection.warnings.push(format!(
            "name and state of ad account {account} are not known: the token lacks the scope Ad Account Management for it"
        )),
    }
    Ok(())
}

/// What the user should know about an account in this state.
fn standing_warning(account: &AdAccountId, status: &str) -> Option<String> {
    let state = match status {
        "STATUS_ENABLE" => return None,
        "STATUS_DISABLE" => "is disabled: its audiences cannot be used in ads",
        "STATUS_LIMIT" => "is punished by TikTok: its audiences may not be used in ads until that ends",
        "STATUS_CONFIRM_FAIL" | "STATUS_CONFIRM_FAIL_END" | "STATUS_CONFIRM_MODIFY_FAIL" => {
            "has failed TikTok's review: its audiences cannot be used in ads until it is mended"
        }
        "STATUS_CONTRACT_PENDING" => "has a contract that is not in force yet",
        _ => "is not enabled: it may be waiting for TikTok's review",
    };
    // The status is quoted only when it looks like one.
    let word = |c: char| c.is_ascii_uppercase() || c == '_';
    let status = if status.len() <= 64 && status.chars().all(word) { status } else { "an unknown state" };
    Some(format!("ad account {account} {state} ({status})"))
}

/// The proof that counts: the account's audiences can be read.
async fn check_audiences(client: &TikTokClient, account: &AdAccountId) -> Result<(), DestinationError> {
    let request = CustomAudienceList { advertiser_id: account.as_str(), page: 1, page_size: 1 };
    let answer = client.transport.send(&request, &TrafficCounter::default()).await;
    answer.map(drop).map_err(|failed| explain(&format!("read the audiences of ad account {account}"), failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_in_good_standing_is_not_warned_about_and_every_other_is() {
        let account = AdAccountId::new("7001");
        assert_eq!(standing_warning(&account, "STATUS_ENABLE"), None);
        insta::assert_snapshot!(standing_warning(&account, "STATUS_LIMIT").unwrap(), @"ad account 7001 is punished by TikTok: its audiences may not be used in ads until that ends (STATUS_LIMIT)");
        insta::assert_snapshot!(standing_warning(&account, "STATUS_PENDING_CONFIRM").unwrap(), @"ad account 7001 is not enabled: it may be waiting for TikTok's review (STATUS_PENDING_CONFIRM)");
        insta::assert_snapshot!(standing_warning(&account, "ada@example.com").unwrap(), @"ad account 7001 is not enabled: it may be waiting for TikTok's review (an unknown state)");
    }

    #[test]
    fn an_account_that_is_not_listed_is_a_permission_error_with_a_remedy() {
        let account = |id: usize| AdAccount { id: AdAccountId::new(id.to_string()), name: None };
        let accounts: Vec<_> = (1..=5).map(account).collect();
        insta::assert_snapshot!(not_listed(&AdAccountId::new("7001"), &accounts), @"the connecting user has no permission on ad account 7001: it is not among the 5 accounts that the token may use (1, 2, 3, ...); have an Admin of the account or its Business Center grant the role Admin or Operator, then connect again");
        insta::assert_snapshot!(not_listed(&AdAccountId::new("7001"), &[]), @"the connecting user has no permission on ad account 7001: the token may use no account at all; have an Admin of the account or its Business Center grant the role Admin or Operator, then connect again");
    }
}
