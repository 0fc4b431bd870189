//! `POST /dmp/custom_audience/delete/`: deletes audiences.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::query::at_most_100;
use crate::simulator::refusal::Refusal;

/// All of them or none. An ad account that an audience is shared with deletes it for itself alone.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let field = "custom_audience_ids";
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let ids = at_most_100(body.required_list(field)?, field)?;
    let places = ids
        .iter()
        .map(|id| context.audiences.visible_place(id, &advertiser_id))
        .collect::<Option<Vec<usize>>>()
        .ok_or_else(|| Refusal::audience_not_found(field))?;
    for place in places {
        let audience = context.audiences.at_mut(place);
        if audience.advertiser_id == advertiser_id {
            audience.delete();
        } else {
            audience.shares.end(&advertiser_id);
        }
    }
    Ok(json!({}))
}
