//! `GET /dmp/custom_audience/apply/log/`: the ad groups that audiences have been applied to.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::details;
use crate::simulator::context::Context;
use crate::simulator::query::Query;
use crate::simulator::refusal::Refusal;
use crate::simulator::sharing::Application;

/// Of the account's own audiences only. Disconnections are not in it. The latest comes first, in pages of at most 100,
/// both of which are guesses; times are in UTC whatever `timezone` asks for.
pub(super) fn answer(context: &Context<'_>, query: &Query<'_>) -> Result<Value, Refusal> {
    let field = "custom_audience_ids";
    let advertiser_id = query.required("advertiser_id")?;
    context.check_read(advertiser_id)?;
    let ids = query.audience_ids()?.ok_or_else(|| Refusal::missing(field))?;
    let page = query.number("page", 1, 1..=usize::MAX)?;
    let page_size = query.number("page_size", 10, 1..=100)?;
    let mut entries = Vec::new();
    for id in &ids {
        let place = context.audiences.own_place(id, advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
        entries.extend(context.audiences.at(place).applications.iter().map(|application| (id, application)));
    }
    entries.sort_by_key(|(_, application)| Reverse(application.at));
    let first = (page - 1).saturating_mul(page_size);
    let shown = entries.iter().skip(first).take(page_size).map(|(id, application)| {
        json!({
            "audience_id": id,
            "adgroup_id": application.adgroup_id,
            "adgroup_name": name(context, application),
            "usage_mode": application.usage_mode,
            "editor": "open_api",
            "action_timestamp": details::time(application.at),
        })
    });
    Ok(json!({
        "advertiser_id": advertiser_id,
        "list": shown.collect::<Vec<Value>>(),
        "page_info": details::page_info(page, page_size, entries.len()),
    }))
}

fn name<'a>(context: &'a Context<'_>, application: &Application) -> Option<&'a str> {
    let ad_group = context.world.ad_group(&application.adgroup_id, &application.advertiser_id);
    ad_group.map(|ad_group| ad_group.name.as_str())
}
