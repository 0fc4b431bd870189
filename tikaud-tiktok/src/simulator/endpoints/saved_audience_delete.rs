//! `POST /dmp/saved_audience/delete/`: deletes saved audiences.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::query::at_most_100;
use crate::simulator::refusal::{NOT_FOUND, Refusal};

/// All of them or none.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let field = "saved_audience_ids";
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let ids = at_most_100(body.required_list(field)?, field)?;
    if !context.saved_audiences.delete(&advertiser_id, &ids) {
        return Err(Refusal::new(NOT_FOUND, format!("{field}: Saved audience does not exist.")));
    }
    Ok(json!({}))
}
