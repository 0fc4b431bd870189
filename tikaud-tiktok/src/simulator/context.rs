//! What an endpoint works with: the world, the token's grant, the audiences and the time.

use jiff::Timestamp;

use super::audiences::Audiences;
use super::body::Body;
use super::files::Files;
use super::grants::Grants;
use super::refusal::{EMPTY_TOKEN, NO_PERMISSION, PARAMETER_ERROR, Refusal};
use super::saved_audiences::SavedAudiences;
use super::world::{Role, TokenGrant, World};
use super::{Endpoint, Request};

/// What an endpoint works with, once the token is known to be good for it.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) world: &'a World,
    pub(crate) grant: &'a TokenGrant,
    pub(crate) audiences: &'a mut Audiences,
    pub(crate) files: &'a mut Files,
    pub(crate) saved_audiences: &'a mut SavedAudiences,
    pub(crate) now: Timestamp,
    /// How many users the request holds, for the log; mapping and upload fill it in.
    pub(crate) users: Option<u64>,
}

/// What an endpoint works with that takes the app's secret in place of a token.
#[derive(Debug)]
pub(crate) struct AppContext<'a> {
    pub(crate) world: &'a World,
    pub(crate) grants: &'a mut Grants,
    pub(crate) now: Timestamp,
}

impl AppContext<'_> {
    /// Refuses unless the body has the app's id and its secret.
    pub(crate) fn check_app(&self, body: &Body<'_>) -> Result<(), Refusal> {
        let (app_id, secret) = (body.required_string("app_id")?, body.required_string("secret")?);
        let app = &self.world.app;
        if app.app_id == app_id && app.secret.is(&secret) { Ok(()) } else { Err(Refusal::wrong_app()) }
    }
}

impl Context<'_> {
    /// Refuses unless the token may read the account.
    pub(crate) fn check_read(&self, advertiser_id: &str) -> Result<(), Refusal> {
        self.role_on(advertiser_id).map(|_| ())
    }

    /// Refuses unless the token's user may change audiences of the account.
    pub(crate) fn check_write(&self, advertiser_id: &str) -> Result<(), Refusal> {
        if self.role_on(advertiser_id)?.may_write() {
            return Ok(());
        }
        let message = format!("No permission: you must be an Admin or Operator of the ad account {advertiser_id}.");
        Err(Refusal::new(NO_PERMISSION, message))
    }

    /// Refuses when the account has as many audiences as it may have.
    pub(crate) fn check_room(&self, advertiser_id: &str) -> Result<(), Refusal> {
        let limit = self.world.limits.audiences_per_account;
        if self.audiences.of_account(advertiser_id).count() < limit {
            return Ok(());
        }
        let message = format!("The ad account has {limit} audiences, which is the limit. Delete some first.");
        Err(Refusal::new(PARAMETER_ERROR, message))
    }

    /// TikTok was seen to answer 40001 for an account that is gone as well as for one that belongs to somebody else.
    fn role_on(&self, advertiser_id: &str) -> Result<Role, Refusal> {
        self.grant.role_on(advertiser_id).ok_or_else(|| match self.world.account(advertiser_id) {
            Some(account) => {
                let message = format!("No permission to operate advertiser {}.", account.advertiser_id);
                Refusal::new(NO_PERMISSION, message)
            }
            None => Refusal::no_permission(),
        })
    }
}

/// The grant of the request's token, when it covers the endpoint.
pub(crate) fn authorize<'w>(
    grants: &'w Grants,
    request: &Request<'_>,
    endpoint: Endpoint,
) -> Result<&'w TokenGrant, Refusal> {
    let token = request.header("Access-Token").unwrap_or_default();
    if token.is_empty() {
        return Err(Refusal::new(EMPTY_TOKEN, "Access token is empty. Give it in the header Access-Token."));
    }
    if token.starts_with("Bearer ") {
        let message = "Access token is incorrect: the header Access-Token takes no prefix Bearer.";
        return Err(Refusal { message: message.to_owned(), ..Refusal::wrong_token() });
    }
    let grant = grants.of_token(token).ok_or_else(Refusal::wrong_token)?;
    match endpoint.scope() {
        Some(scope) if !grant.has_scope(scope) => {
            let message = format!("No permission: the access token lacks the scope {scope}.");
            Err(Refusal::new(NO_PERMISSION, message))
        }
        _ => Ok(grant),
    }
}
