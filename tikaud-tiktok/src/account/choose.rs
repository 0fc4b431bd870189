//! Choosing an ad account among those that the token may use.

use tikaud_core::destination::{DestinationError, DestinationErrorKind as Kind};

use super::{AdAccount, AdAccountId};
use crate::client::TikTokClient;
use crate::token::AppCredentials;

/// Accounts that are named as examples of what the token may use.
const SHOWN: usize = 3;

/// The connecting user has no permission on an ad account. Turns into a [`DestinationError`] of kind `Permission`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the connecting user has no permission on ad account {account}: {}; have an Admin of the account or its Business \
     Center grant the role Admin or Operator, then connect again",
    self.usable()
)]
pub struct NoPermissionOnAccount {
    account: AdAccountId,
    examples: Vec<AdAccountId>,
    total: usize,
}

impl NoPermissionOnAccount {
    /// The account.
    #[must_use]
    pub fn account(&self) -> &AdAccountId {
        &self.account
    }

    /// How many accounts the token may use.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    fn usable(&self) -> String {
        let mut shown: Vec<&str> = self.examples.iter().map(AdAccountId::as_str).collect();
        if self.total > shown.len() {
            shown.push("...");
        }
        match self.total {
            0 => "the token may use no account at all".to_owned(),
            1 => format!("the only account that the token may use is {}", shown.concat()),
            len => format!("it is not among the {len} accounts that the token may use ({})", shown.join(", ")),
        }
    }
}

impl From<NoPermissionOnAccount> for DestinationError {
    fn from(error: NoPermissionOnAccount) -> Self {
        Self::new(Kind::Permission, error.to_string())
    }
}

impl AdAccount {
    /// The account of this id among those that a token may use.
    ///
    /// # Errors
    ///
    /// [`NoPermissionOnAccount`] when it is not among them.
    pub fn choose<'a>(accounts: &'a [Self], id: &AdAccountId) -> Result<&'a Self, NoPermissionOnAccount> {
        accounts.iter().find(|account| account.id == *id).ok_or_else(|| NoPermissionOnAccount {
            account: id.clone(),
            examples: accounts.iter().take(SHOWN).map(|account| account.id.clone()).collect(),
            total: accounts.len(),
        })
    }
}

impl TikTokClient {
    /// One of the ad accounts that the token may use, with its state.
    ///
    /// # Errors
    ///
    /// [`Permission`](Kind::Permission), saying which account and what to do, when the connecting user has no permission
    /// on it; otherwise as for [`ad_accounts`](Self::ad_accounts).
    pub async fn ad_account(
        &self,
        credentials: &AppCredentials,
        id: &AdAccountId,
    ) -> Result<AdAccount, DestinationError> {
        let listed = self.listed_accounts(credentials).await?;
        let chosen = AdAccount::choose(&listed, id)?.clone();
        Ok(self.with_details(vec![chosen]).await?.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_is_not_listed_is_a_permission_error_with_a_remedy() {
        let account = |id: usize| AdAccount { id: AdAccountId::new(id.to_string()), name: None, details: None };
        let accounts: Vec<_> = (1..=5).map(account).collect();
        let refused = |accounts: &[AdAccount]| AdAccount::choose(accounts, &AdAccountId::new("7001")).unwrap_err();
        insta::assert_snapshot!(refused(&accounts), @"the connecting user has no permission on ad account 7001: it is not among the 5 accounts that the token may use (1, 2, 3, ...); have an Admin of the account or its Business Center grant the role Admin or Operator, then connect again");
        insta::assert_snapshot!(refused(&accounts[..1]), @"the connecting user has no permission on ad account 7001: the only account that the token may use is 1; have an Admin of the account or its Business Center grant the role Admin or Operator, then connect again");
        insta::assert_snapshot!(refused(&[]), @"the connecting user has no permission on ad account 7001: the token may use no account at all; have an Admin of the account or its Business Center grant the role Admin or Operator, then connect again");
        assert_eq!(refused(&accounts).total(), 5);
        assert_eq!(AdAccount::choose(&accounts, &AdAccountId::new("3")).unwrap().id.as_str(), "3");
    }
}
