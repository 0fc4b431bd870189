//! `POST /dmp/custom_audience/delete/`: deletes audiences.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::query::at_most_100;
use crate::simulator::refusal::Refusal;

/// All of them or none.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let field = "custom_audience_ids";
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let ids = at_most_100(body.required_list(field)?, field)?;
    let places = ids
        .iter()
        .map(|id| context.audiences.place(id))
        .map(|place| place.filter(|&place| context.audiences.at(place).advertiser_id == advertiser_id))
        .collect::<Option<Vec<usize>>>()
        .ok_or_else(|| Refusal::audience_not_found(field))?;
    for place in places {
        context.audiences.at_mut(place).delete();
    }
    Ok(json!({}))
}
