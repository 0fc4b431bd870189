//! `POST /oauth2/revoke_token/`: ends an access token.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::AppContext;
use crate::simulator::refusal::Refusal;

pub(super) fn answer(context: &mut AppContext<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    context.check_app(body)?;
    let grant = context.grants.revoke(&body.required_string("access_token")?)?;
    let accounts: Vec<&str> = grant.accounts.iter().map(|account| account.advertiser_id.as_str()).collect();
    Ok(json!({"app_id": context.world.app.app_id, "advertiser_ids": accounts}))
}
