//! `POST /dmp/custom_audience/share/cancel/`: ends the sharing of an audience with an ad account.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::refusal::Refusal;

pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let field = "custom_audience_id";
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let id = body.required_string(field)?;
    let account = body.required_string("shared_advertiser_id")?;
    let place = context.audiences.own_place(&id, &advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    let audience = context.audiences.at_mut(place);
    if !audience.shares.end(&account) {
        return Err(Refusal::invalid("shared_advertiser_id", "The audience is not shared with this ad account"));
    }
    audience.touch(context.now);
    Ok(json!({}))
}
