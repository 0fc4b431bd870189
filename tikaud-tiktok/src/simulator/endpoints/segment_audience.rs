//! `POST /segment/audience/`: creates or deletes an audience.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::refusal::Refusal;
use crate::simulator::world::DescriptionRule;
use crate::simulator::{Endpoint, RequestAction};

pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let advertiser_id = body.required_string("advertiser_id")?;
    let action = RequestAction::read(Endpoint::SegmentAudience, body.string("action")?.as_deref());
    let action = action.ok_or_else(|| Refusal::not_one_of("action", &["create", "delete"]))?;
    context.check_write(&advertiser_id)?;
    match action {
        RequestAction::Delete => delete(context, &advertiser_id, body),
        _ => create(context, &advertiser_id, body),
    }
}

/// Names are not unique: the same name again makes another audience.
fn create(context: &mut Context<'_>, advertiser_id: &str, body: &Body<'_>) -> Result<Value, Refusal> {
    let name = body.required_string("custom_audience_name")?;
    let description = match context.world.description {
        DescriptionRule::Accept => body.string("description")?,
        DescriptionRule::Refuse if body.raw("description").is_some() => {
            return Err(Refusal::invalid("description", "Unknown field"));
        }
        DescriptionRule::Refuse | DescriptionRule::Drop => None,
    };
    context.check_room(advertiser_id)?;
    let audience = context.audiences.create(advertiser_id, &name, context.now);
    audience.description = description.map(|text| text.into_owned());
    Ok(json!({ "audience_id": audience.id }))
}

fn delete(context: &mut Context<'_>, advertiser_id: &str, body: &Body<'_>) -> Result<Value, Refusal> {
    let field = "delete_audience_id";
    let id = body.required_string(field)?;
    let place = context.audiences.own_place(&id, advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    context.audiences.at_mut(place).delete();
    Ok(json!({}))
}
