//! Whether the audiences of an ad account can be used.

use tikaud_core::destination::{Connection, DestinationError, DestinationErrorKind as Kind};

use super::{AdAccount, AdAccountId};
use crate::client::TikTokClient;
use crate::explain::explain;
use crate::token::AppCredentials;
use crate::transport::TrafficCounter;
use crate::wire::{AdvertiserInfo, CustomAudienceList};

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
    let accounts = match client.listed_accounts(credentials).await {
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
    connection.account_name.clone_from(&AdAccount::choose(&accounts, account)?.name);
    Ok(())
}

/// The account's name, and a warning when TikTok keeps it from advertising.
async fn check_standing(
    client: &TikTokClient,
    account: &AdAccountId,
    connection: &mut Connection,
) -> Result<(), DestinationError> {
    let request = AdvertiserInfo { advertiser_ids: &[account.as_str()] };
    let details = match client.transport.send(&request, &TrafficCounter::default()).await {
        Ok(answer) => answer.data.into_accounts().remove(account.as_str()),
        // Some grants have the audiences without the account's details.
        Err(failed) if failed.failure.kind() == Kind::Permission => None,
        Err(failed) => return Err(explain(&format!("read ad account {account}"), failed)),
    };
    match details {
        Some(details) => {
            let mut told = AdAccount { id: account.clone(), name: connection.account_name.take(), details: None };
            told.tell(details);
            connection.warnings.extend(told.warning());
            connection.account_name = told.name;
        }
        None => connection.warnings.push(format!(
            "name and state of ad account {account} are not known: the token lacks the scope Ad Account Management for it"
        )),
    }
    Ok(())
}

/// The proof that counts: the account's audiences can be read.
async fn check_audiences(client: &TikTokClient, account: &AdAccountId) -> Result<(), DestinationError> {
    let request = CustomAudienceList { advertiser_id: account.as_str(), page: 1, page_size: 1 };
    let answer = client.transport.send(&request, &TrafficCounter::default()).await;
    answer.map(drop).map_err(|failed| explain(&format!("read the audiences of ad account {account}"), failed))
}
