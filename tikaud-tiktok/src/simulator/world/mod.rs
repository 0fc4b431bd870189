//! What there is before the first request: apps, tokens, ad accounts, limits, and readings of what TikTok leaves open.

mod account;
mod credential;
mod grant;
#[cfg(test)]
mod tests;

use jiff::SignedDuration;
use serde::Deserialize;

pub use account::AdAccount;
pub use credential::Credential;
pub use grant::{AccountGrant, Role, TokenGrant};

use super::json;

/// A developer app.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct App {
    /// Its id.
    pub app_id: String,
    /// Its secret.
    pub secret: Credential,
}

/// Limits on requests and audiences.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// Users that one mapping request may hold: 10,000.
    pub users_per_request: usize,
    /// Audiences that one ad account may have: 400.
    pub audiences_per_account: usize,
    /// Bytes that a customer file may have: 250,000,000.
    pub file_bytes: usize,
    /// Customer files that one request may name: 500.
    pub files_per_request: usize,
    /// Requests that are let through in each second of the clock, counted for each endpoint; more are answered with
    /// code 40100. `null`, the default, for no limit.
    pub requests_per_second: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            users_per_request: 10_000,
            audiences_per_account: 400,
            file_bytes: 250_000_000,
            files_per_request: 500,
            requests_per_second: None,
        }
    }
}

/// What becomes of the field `description` when an audience is created. TikTok documents no such field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DescriptionRule {
    /// It is kept, and shown with the audience.
    Accept,
    /// It is taken and forgotten, as an unknown field is.
    Drop,
    /// The request is refused with code 40002.
    Refuse,
}

/// Everything that is given before the first request.
///
/// Its JSON form has the fields of this type; one that is missing has the default world's value, one that is unknown
/// is an error.
///
/// ```
/// use tikaud_tiktok::simulator::World;
///
/// let world = World::from_json(r#"{
///     "tokens": [{
///         "access_token": "act.analyst",
///         "scopes": [30, 100],
///         "accounts": [{"advertiser_id": "7000000000000000001", "role": "ANALYST"}]
///     }],
///     "limits": {"users_per_request": 1000, "requests_per_second": 10},
///     "description": "refuse"
/// }"#)?;
/// assert_eq!(world.accounts.len(), 3);
/// # Ok::<(), tikaud_tiktok::simulator::InputError>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct World {
    /// The developer app, for `/oauth2/advertiser/get/`.
    pub app: App,
    /// The ad accounts that exist.
    pub accounts: Vec<AdAccount>,
    /// The access tokens that are valid.
    pub tokens: Vec<TokenGrant>,
    /// Limits on requests and audiences.
    pub limits: Limits,
    /// Whether `EMAIL_SHA512` is taken in `id_schema`. TikTok's published enum does not have it: `false`.
    pub accept_email_sha512: bool,
    /// What becomes of a description: `accept`, `drop` or `refuse`.
    pub description: DescriptionRule,
    /// Seconds until a change shows in `cover_num` and `is_valid`, and for which an audience of customer files is not
    /// editable after one. TikTok says 24 to 48 hours: 86,400.
    pub applied_after_seconds: u32,
}

impl Default for World {
    fn default() -> Self {
        let ids = ["7000000000000000001", "7000000000000000002", "7000000000000000003"];
        let token =
            TokenGrant::new("act.simulator").with_account(ids[0], Role::Admin).with_account(ids[1], Role::Operator);
        Self {
            app: App { app_id: "7000000000000000100".to_owned(), secret: Credential::new("secret.simulator") },
            accounts: vec![
                AdAccount::new(ids[0], "Simulated Account 1"),
                AdAccount::new(ids[1], "Simulated Account 2"),
                AdAccount::new(ids[2], "Somebody Else's Account"),
            ],
            tokens: vec![token],
            limits: Limits::default(),
            accept_email_sha512: false,
            description: DescriptionRule::Accept,
            applied_after_seconds: 86_400,
        }
    }
}

impl World {
    /// Reads the JSON form.
    ///
    /// # Errors
    ///
    /// [`InputError`](super::InputError) when the text is not JSON of that form, when an account or a token is there
    /// twice, when a token names an account that does not exist, when a status is none of TikTok's, or a limit is 0.
    pub fn from_json(text: &str) -> Result<Self, json::InputError> {
        let world: Self = json::read("world", text.as_bytes())?;
        world.check().map_err(|problem| json::InputError::new("world", problem))?;
        Ok(world)
    }

    /// The account of this id.
    #[must_use]
    pub fn account(&self, advertiser_id: &str) -> Option<&AdAccount> {
        self.accounts.iter().find(|account| account.advertiser_id == advertiser_id)
    }

    pub(crate) fn applied_after(&self) -> SignedDuration {
        SignedDuration::from_secs(self.applied_after_seconds.into())
    }

    fn check(&self) -> Result<(), String> {
        for (at, account) in self.accounts.iter().enumerate() {
            let id = &account.advertiser_id;
            if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format!("accounts[{at}].advertiser_id: give an id of decimal digits"));
            }
            if self.accounts[..at].iter().any(|other| other.advertiser_id == *id) {
                return Err(format!("accounts[{at}]: the account {id} is there twice"));
            }
            if !account::STATUSES.contains(&account.status.as_str()) {
                return Err(format!("accounts[{at}].status: give one of {}", account::STATUSES.join(", ")));
            }
        }
        for (at, grant) in self.tokens.iter().enumerate() {
            self.check_grant(at, grant)?;
        }
        let limits = &self.limits;
        if [limits.users_per_request, limits.file_bytes, limits.files_per_request].contains(&0)
            || limits.requests_per_second == Some(0)
        {
            return Err("limits: give numbers above 0, or `null` for no limit on requests".to_owned());
        }
        Ok(())
    }

    fn check_grant(&self, at: usize, grant: &TokenGrant) -> Result<(), String> {
        if grant.access_token.is_empty() {
            return Err(format!("tokens[{at}].access_token: give a token that is not empty"));
        }
        if self.tokens[..at].iter().any(|other| other.access_token == grant.access_token) {
            return Err(format!("tokens[{at}].access_token: an earlier entry has the same token"));
        }
        match grant.accounts.iter().find(|account| self.account(&account.advertiser_id).is_none()) {
            Some(account) => {
                Err(format!("tokens[{at}].accounts: there is no account {} in `accounts`", account.advertiser_id))
            }
            None => Ok(()),
        }
    }
}
