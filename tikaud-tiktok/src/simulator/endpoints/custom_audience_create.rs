//! `POST /dmp/custom_audience/create/`: makes an audience of customer files.

use serde_json::{Value, json};

use super::file_fields;
use crate::simulator::body::Body;
use crate::simulator::calculate_type::CalculateType;
use crate::simulator::context::Context;
use crate::simulator::file_audience::FileAudience;
use crate::simulator::refusal::Refusal;

/// Names are not unique here either. An audience of too few people is made, stays empty, and cannot be changed.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let name = file_fields::name(body)?.ok_or_else(|| Refusal::missing("custom_audience_name"))?;
    let calculate_type = CalculateType::at_create(&body.required_string("calculate_type")?)
        .ok_or_else(|| Refusal::invalid("calculate_type", "Not a type that an audience can be made of"))?;
    let sub_type = sub_type(body)?;
    let retention = retention(body)?;
    let identifiers = file_fields::identifiers(context, &advertiser_id, body, calculate_type)?;
    context.check_room(&advertiser_id)?;
    let files = FileAudience::new(calculate_type, sub_type, retention, context.now);
    let audience = context.audiences.create_of_files(&advertiser_id, name, files, context.now);
    let lag = context.world.lag_of(&audience.id);
    audience.fill(identifiers, context.now, lag);
    Ok(json!({ "custom_audience_id": audience.id }))
}

fn sub_type(body: &Body<'_>) -> Result<&'static str, Refusal> {
    match body.string("audience_sub_type")?.as_deref() {
        None | Some("NORMAL") => Ok("NORMAL"),
        Some("REACH_FREQUENCY") => Ok("REACH_FREQUENCY"),
        Some(_) => Err(Refusal::not_one_of("audience_sub_type", &["NORMAL", "REACH_FREQUENCY"])),
    }
}

/// Days after its creation at which the audience expires, whatever happens to it.
fn retention(body: &Body<'_>) -> Result<Option<u16>, Refusal> {
    let field = "retention_in_days";
    let Some(raw) = body.raw(field) else { return Ok(None) };
    let days = raw.parse().ok().filter(|days| (1..=365).contains(days));
    days.map(Some).ok_or_else(|| Refusal::invalid(field, "Must be an integer from 1 to 365"))
}
