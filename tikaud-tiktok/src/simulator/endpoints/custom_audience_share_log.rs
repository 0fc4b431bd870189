//! `GET /dmp/custom_audience/share/log/`: the ad accounts that an audience has been shared with.

use serde_json::{Value, json};

use crate::simulator::context::Context;
use crate::simulator::query::Query;
use crate::simulator::refusal::Refusal;

/// The words for the status are a guess: TikTok publishes none.
pub(super) fn answer(context: &Context<'_>, query: &Query<'_>) -> Result<Value, Refusal> {
    let field = "custom_audience_id";
    let advertiser_id = query.required("advertiser_id")?;
    context.check_read(advertiser_id)?;
    let id = query.required(field)?;
    let place = context.audiences.own_place(id, advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    let entry = |(account, shared): (&str, bool)| {
        json!({
            "custom_audience_id": id,
            "shared_advertiser_id": account,
            "shared_advertiser_name": context.world.account(account).map(|account| &account.name),
            "status": if shared { "SHARED" } else { "CANCELED" },
        })
    };
    let list: Vec<Value> = context.audiences.at(place).shares.log().map(entry).collect();
    Ok(json!({ "list": list }))
}
