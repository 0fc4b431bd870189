//! `POST /dmp/custom_audience/create/`: makes an audience of customer files.

use serde_json::{Value, json};

use super::{audience_fields, file_fields};
use crate::simulator::body::Body;
use crate::simulator::calculate_type::CalculateType;
use crate::simulator::context::Context;
use crate::simulator::file_audience::FileAudience;
use crate::simulator::kind::Kind;
use crate::simulator::refusal::Refusal;

/// Names are not unique here either. An audience of too few people is made, stays empty, and cannot be changed.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let name = audience_fields::required_name(body)?;
    let calculate_type = CalculateType::at_create(&body.required_string("calculate_type")?)
        .ok_or_else(|| Refusal::invalid("calculate_type", "Not a type that an audience can be made of"))?;
    let sub_type = audience_fields::sub_type(body)?;
    let retention = audience_fields::retention(body)?;
    let identifiers = file_fields::identifiers(context, &advertiser_id, body, calculate_type)?;
    context.check_room(&advertiser_id)?;
    let files = FileAudience::new(calculate_type, sub_type, retention, context.now);
    let audience = context.audiences.create_of_kind(&advertiser_id, name, Kind::CustomerFile(files), context.now);
    let lag = context.world.lag_of(&audience.id);
    audience.fill(identifiers, context.now, lag);
    Ok(json!({ "custom_audience_id": audience.id }))
}
