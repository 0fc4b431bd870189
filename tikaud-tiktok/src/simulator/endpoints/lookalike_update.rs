//! `POST /dmp/custom_audience/lookalike/update/`: computes lookalike audiences anew.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::lookalike_spec::LookalikeSpec;
use crate::simulator::query::at_most_100;
use crate::simulator::refusal::Refusal;

/// All of them or none. A source that is gone leaves its lookalike as it is.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let field = "custom_audience_ids";
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let ids = at_most_100(body.required_list(field)?, field)?;
    let lookalikes =
        ids.iter().map(|id| lookalike(context, id, &advertiser_id)).collect::<Result<Vec<_>, Refusal>>()?;
    for (place, spec) in lookalikes {
        let source = context.audiences.get(&spec.source_audience_id).filter(|source| !source.deleted);
        let size = source.map(|source| source.cover_num(context.now, context.world.lag_of(&source.id)));
        let (now, lag) = (context.now, context.world.lag_of(&context.audiences.at(place).id));
        let audience = context.audiences.at_mut(place);
        audience.touch(now);
        if let Some(size) = size {
            audience.set_size(now, spec.size(size), lag);
        }
    }
    Ok(json!({}))
}

fn lookalike(context: &Context<'_>, id: &str, advertiser_id: &str) -> Result<(usize, LookalikeSpec), Refusal> {
    let field = "custom_audience_ids";
    let place = context.audiences.own_place(id, advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    let audience = context.audiences.at(place);
    if audience.is_expired(context.now) {
        return Err(Refusal::not_editable());
    }
    let spec = audience.kind.lookalike().cloned();
    spec.map(|spec| (place, spec)).ok_or_else(|| Refusal::invalid(field, "Must be lookalike audiences"))
}
