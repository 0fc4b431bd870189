//! `POST /dmp/custom_audience/lookalike/create/`: makes a lookalike audience.

use serde_json::{Value, json};

use super::audience_fields;
use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::kind::Kind;
use crate::simulator::lookalike_spec::{LookalikeSpec, SIZES};
use crate::simulator::refusal::Refusal;

/// People that the source must have.
const SMALLEST_SOURCE: u64 = 100;

pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let advertiser_id = body.required_string("advertiser_id")?;
    let name = audience_fields::required_name(body)?;
    let spec = read_spec(&body.required_object("lookalike_spec")?)?;
    context.check_write(&advertiser_id)?;
    let size = spec.size(source_size(context, &spec.source_audience_id, &advertiser_id)?);
    context.check_room(&advertiser_id)?;
    let now = context.now;
    if let Some(source) = context.audiences.place(&spec.source_audience_id) {
        context.audiences.at_mut(source).touch(now);
    }
    let audience = context.audiences.create_of_kind(&advertiser_id, name, Kind::Lookalike(spec), now);
    let lag = context.world.lag_of(&audience.id);
    audience.set_size(now, size, lag);
    Ok(json!({ "custom_audience_id": audience.id }))
}

fn read_spec(spec: &Body<'_>) -> Result<LookalikeSpec, Refusal> {
    Ok(LookalikeSpec {
        source_audience_id: spec.required_string("source_audience_id")?.into_owned(),
        include_source: spec.required_bool("include_source")?,
        mobile_os: spec.required_name("mobile_os", &["ALL", "ANDROID", "IOS"])?,
        placements: spec.required_list("placements")?,
        location_ids: spec.required_list("location_ids")?,
        audience_size: spec.required_name("audience_size", &SIZES.map(|(name, _)| name))?,
    })
}

/// The people of the source, which must be the account's own, no lookalike, and large enough.
fn source_size(context: &Context<'_>, id: &str, advertiser_id: &str) -> Result<u64, Refusal> {
    let field = "lookalike_spec.source_audience_id";
    let place = context.audiences.own_place(id, advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    let source = context.audiences.at(place);
    if source.kind.lookalike().is_some() {
        return Err(Refusal::invalid(field, "Cannot be a lookalike audience"));
    }
    let size = source.cover_num(context.now, context.world.lag_of(id));
    if size < SMALLEST_SOURCE {
        return Err(Refusal::invalid(field, "The size must be no less than 100"));
    }
    Ok(size)
}
