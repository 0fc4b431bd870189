//! `POST /oauth2/access_token/`: an access token for an authorization code.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::AppContext;
use crate::simulator::refusal::Refusal;

/// The token does not expire by time, and there is none to refresh it with.
pub(super) fn answer(context: &mut AppContext<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    context.check_app(body)?;
    let code = body.required_string("auth_code")?;
    let names_accounts = body.bool("return_advertiser_ids")?.unwrap_or(true);
    let (token, grant) = context.grants.exchange(&code, context.now)?;
    let accounts: Vec<&str> = grant.accounts.iter().map(|account| account.advertiser_id.as_str()).collect();
    Ok(json!({
        "access_token": token,
        "advertiser_ids": if names_accounts { accounts } else { Vec::new() },
        "scope": grant.scopes,
    }))
}
