//! What there is before the first request: apps, tokens, ad accounts, limits, and readings of what TikTok leaves open.

mod account;
mod ad_group;
mod check;
mod credential;
mod grant;
mod limits;
#[cfg(test)]
mod tests;

use jiff::SignedDuration;
use serde::Deserialize;

pub use account::AdAccount;
pub use ad_group::AdGroup;
pub use credential::Credential;
pub use grant::{AccountGrant, Role, TokenGrant};
pub use limits::{Level, Limits};

use super::{json, random};

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
    /// The developer app, for the endpoints under `/oauth2/`.
    pub app: App,
    /// The ad accounts that exist.
    pub accounts: Vec<AdAccount>,
    /// The access tokens that are valid from the start. More are given for authorization codes.
    pub tokens: Vec<TokenGrant>,
    /// Limits on requests and audiences.
    pub limits: Limits,
    /// Whether `EMAIL_SHA512` is taken in `id_schema`. TikTok's published enum does not have it: `false`.
    pub accept_email_sha512: bool,
    /// What becomes of a description: `accept`, `drop` or `refuse`.
    pub description: DescriptionRule,
    /// People that an audience of rules has, since there are no events here to count people by: 5,000.
    pub rule_audience_people: u64,
    /// Seconds until a change shows in `cover_num` and `is_valid`, and for which an audience of customer files is not
    /// editable after one. TikTok says 24 to 48 hours: 86,400.
    pub applied_after_seconds: u32,
    /// Seconds more that it may take, another number for each audience, by the seed: 0, so that it takes none.
    pub applied_jitter_seconds: u32,
    /// What everything that looks random is made from: authorization codes, tokens, and how long audiences take.
    pub seed: u64,
}

impl Default for World {
    fn default() -> Self {
        let ids = ["7000000000000000001", "7000000000000000002", "7000000000000000003"];
        let token =
            TokenGrant::new("act.simulator").with_account(ids[0], Role::Admin).with_account(ids[1], Role::Operator);
        Self {
            app: App { app_id: "7000000000000000100".to_owned(), secret: Credential::new("secret.simulator") },
            accounts: vec![
                AdAccount::new(ids[0], "Simulated Account 1")
                    .with_ad_group(AdGroup::new("7200000000000000001", "Simulated Ad Group 1"))
                    .with_ad_group(AdGroup::new("7200000000000000002", "Simulated Ad Group 2"))
                    .with_ad_group(AdGroup {
                        reach_frequency: true,
                        ..AdGroup::new("7200000000000000003", "Simulated Reach & Frequency Ad Group")
                    }),
                AdAccount::new(ids[1], "Simulated Account 2")
                    .with_ad_group(AdGroup::new("7200000000000000004", "Simulated Ad Group 4")),
                AdAccount::new(ids[2], "Somebody Else's Account"),
            ],
            tokens: vec![token],
            limits: Limits::default(),
            accept_email_sha512: false,
            description: DescriptionRule::Accept,
            rule_audience_people: 5_000,
            applied_after_seconds: 86_400,
            applied_jitter_seconds: 0,
            seed: 0,
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

    /// The ad group of this id in an account.
    pub(crate) fn ad_group(&self, adgroup_id: &str, advertiser_id: &str) -> Option<&AdGroup> {
        self.account(advertiser_id)?.ad_groups.iter().find(|ad_group| ad_group.adgroup_id == adgroup_id)
    }

    /// How long it takes until a change of an audience shows.
    pub(crate) fn lag_of(&self, audience_id: &str) -> SignedDuration {
        let place = audience_id.parse().unwrap_or_default();
        let jitter = random::number(self.seed, place) % (u64::from(self.applied_jitter_seconds) + 1);
        SignedDuration::from_secs(i64::from(self.applied_after_seconds) + jitter.cast_signed())
    }
}
