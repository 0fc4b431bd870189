//! What comes of an authorization.

use tikaud_core::destination::DestinationError;

use super::{Scope, Scopes};
use crate::account::AdAccountId;
use crate::token::AccessToken;

/// What a user has granted to a developer app. The token does not print.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Grant {
    /// The token, which does not expire by time. Keep it where your service keeps its secrets.
    pub access_token: AccessToken,
    /// What it may be used for.
    pub scopes: Scopes,
    /// The ad accounts that it may be used on; `None` when they were not asked for.
    pub ad_accounts: Option<Vec<AdAccountId>>,
}

impl Grant {
    /// Refuses unless audiences can be kept with it.
    ///
    /// # Errors
    ///
    /// `Permission`, which names the scopes that are missing and says what to do.
    pub fn check(&self) -> Result<(), DestinationError> {
        Ok(self.scopes.require(&Scope::FOR_AUDIENCES)?)
    }
}
