//! `GET /oauth2/advertiser/get/`: the ad accounts that a token may use.

use serde_json::{Value, json};

use crate::simulator::context::Context;
use crate::simulator::query::Query;
use crate::simulator::refusal::Refusal;

pub(super) fn answer(context: &Context<'_>, query: &Query<'_>) -> Result<Value, Refusal> {
    let (app_id, secret) = (query.required("app_id")?, query.required("secret")?);
    let app = &context.world.app;
    if app.app_id != app_id || !app.secret.is(secret) {
        return Err(Refusal::wrong_app());
    }
    let list: Vec<Value> = context
        .world
        .accounts
        .iter()
        .filter(|account| context.grant.role_on(&account.advertiser_id).is_some())
        .map(|account| json!({"advertiser_id": account.advertiser_id, "advertiser_name": account.name}))
        .collect();
    Ok(json!({ "list": list }))
}
