//! `GET /dmp/custom_audience/list/`: the audiences of an ad account, in pages.

use serde_json::{Value, json};

use super::details;
use crate::simulator::Audience;
use crate::simulator::context::Context;
use crate::simulator::query::Query;
use crate::simulator::refusal::Refusal;

/// The newest audience comes first. A page past the last one is empty, and that is no error.
pub(super) fn answer(context: &Context<'_>, query: &Query<'_>) -> Result<Value, Refusal> {
    let advertiser_id = query.required("advertiser_id")?;
    context.check_read(advertiser_id)?;
    let page = query.number("page", 1, 1..=usize::MAX)?;
    let page_size = query.number("page_size", 10, 1..=100)?;
    let wanted = query.audience_ids()?;
    let audiences: Vec<&Audience> = context
        .audiences
        .visible_to(advertiser_id)
        .filter(|audience| wanted.as_ref().is_none_or(|ids| ids.contains(&audience.id)))
        .collect();
    let first = (page - 1).saturating_mul(page_size);
    let list: Vec<Value> =
        audiences.iter().skip(first).take(page_size).map(|audience| shown(context, audience, advertiser_id)).collect();
    Ok(json!({
        "page_info": details::page_info(page, page_size, audiences.len()),
        "list": list,
    }))
}

/// The type's field is called `audience_type` here and `type` in `get`.
fn shown(context: &Context<'_>, audience: &Audience, viewer: &str) -> Value {
    let mut shown = details::common(context, audience, viewer);
    shown["audience_type"] = json!(audience.kind.type_name());
    shown
}
