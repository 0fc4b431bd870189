//! `GET /dmp/saved_audience/list/`: the saved audiences of an ad account, in pages.

use serde_json::{Value, json};

use super::details;
use crate::simulator::context::Context;
use crate::simulator::query::{Query, at_most_100};
use crate::simulator::refusal::Refusal;
use crate::simulator::saved_audiences::SavedAudience;

/// The newest comes first. One that is not there is left out, and a page past the last one is empty; neither is an
/// error.
pub(super) fn answer(context: &Context<'_>, query: &Query<'_>) -> Result<Value, Refusal> {
    let field = "saved_audience_ids";
    let advertiser_id = query.required("advertiser_id")?;
    context.check_read(advertiser_id)?;
    let wanted = query.list(field)?.map(|ids| at_most_100(ids, field)).transpose()?;
    let page = query.number("page", 1, 1..=usize::MAX)?;
    let page_size = query.number("page_size", 10, 1..=100)?;
    let all: Vec<&SavedAudience> = context
        .saved_audiences
        .of_account(advertiser_id)
        .filter(|saved| wanted.as_ref().is_none_or(|ids| ids.contains(&saved.id)))
        .collect();
    let first = (page - 1).saturating_mul(page_size);
    let shown: Vec<Value> = all.iter().skip(first).take(page_size).map(|saved| shown(saved)).collect();
    Ok(json!({
        "page_info": details::page_info(page, page_size, all.len()),
        "saved_audiences": shown,
    }))
}

fn shown(saved: &SavedAudience) -> Value {
    let mut shown = saved.choices.clone();
    shown.insert("saved_audience_id".to_owned(), Value::from(saved.id.as_str()));
    shown.insert("saved_audience_name".to_owned(), Value::from(saved.name.as_str()));
    Value::Object(shown)
}
