//! What an access token may do.

use serde::Deserialize;

use super::Credential;

/// The role of the token's user on an ad account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Role {
    /// May do everything.
    Admin,
    /// May do everything with audiences.
    Operator,
    /// May look, and change nothing.
    Analyst,
}

impl Role {
    /// Whether audiences may be changed.
    #[must_use]
    pub fn may_write(self) -> bool {
        self != Self::Analyst
    }
}

/// An ad account that a token may use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AccountGrant {
    /// The account.
    pub advertiser_id: String,
    /// The role on it of the user who gave the token; `ADMIN` unless said otherwise.
    #[serde(default = "admin")]
    pub role: Role,
}

impl AccountGrant {
    /// The role on an account.
    pub fn new(advertiser_id: impl Into<String>, role: Role) -> Self {
        Self { advertiser_id: advertiser_id.into(), role }
    }
}

/// An access token: whose it is, its scopes and the ad accounts that it may use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TokenGrant {
    /// The token. One that is given for an authorization code is made then.
    #[serde(default)]
    pub access_token: Credential,
    /// The scopes, by number. One implies those below it: 3 (audience management) implies 30 (read), 31 (create and
    /// update) and 32 (share); 1 implies 10, which implies 100 (account details).
    #[serde(default = "every_scope")]
    pub scopes: Vec<u32>,
    /// The ad accounts.
    #[serde(default)]
    pub accounts: Vec<AccountGrant>,
    /// What `/user/info/` calls the user who gave the token.
    #[serde(default = "user")]
    pub display_name: String,
}

impl TokenGrant {
    /// A token with every scope that the simulator knows, and no account.
    pub fn new(access_token: impl Into<String>) -> Self {
        Self {
            access_token: Credential::new(access_token),
            scopes: every_scope(),
            accounts: Vec::new(),
            display_name: user(),
        }
    }

    /// The same with one more account.
    #[must_use]
    pub fn with_account(mut self, advertiser_id: impl Into<String>, role: Role) -> Self {
        self.accounts.push(AccountGrant::new(advertiser_id, role));
        self
    }

    /// Whether a scope is granted, by itself or by one above it. The digits of a scope are the path to it.
    #[must_use]
    pub fn has_scope(&self, scope: u32) -> bool {
        let above = std::iter::successors(Some(scope), |&scope| Some(scope / 10).filter(|&above| above > 0));
        above.into_iter().any(|scope| self.scopes.contains(&scope))
    }

    /// The role on an account; `None` when the token may not use it.
    #[must_use]
    pub fn role_on(&self, advertiser_id: &str) -> Option<Role> {
        self.accounts.iter().find(|account| account.advertiser_id == advertiser_id).map(|account| account.role)
    }
}

fn admin() -> Role {
    Role::Admin
}

fn every_scope() -> Vec<u32> {
    vec![1, 3]
}

fn user() -> String {
    "Simulated User".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_implies_those_below_it_and_no_other() {
        let mut grant = TokenGrant::new("t");
        grant.scopes = vec![30, 1];
        let granted: Vec<u32> = [3, 30, 31, 100, 32].into_iter().filter(|&scope| grant.has_scope(scope)).collect();
        assert_eq!(granted, [30, 100]);
    }
}
