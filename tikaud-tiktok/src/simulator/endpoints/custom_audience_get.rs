//! `GET /dmp/custom_audience/get/`: details of audiences.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::details;
use crate::simulator::Audience;
use crate::simulator::context::Context;
use crate::simulator::kind::Kind;
use crate::simulator::lookalike_spec::LookalikeSpec;
use crate::simulator::query::Query;
use crate::simulator::refusal::Refusal;

/// An audience that is unknown, deleted or of another account is left out, and that is no error: Segment's client had
/// to learn it (`segmentio/action-destinations`, commit bde67b6777).
pub(super) fn answer(context: &Context<'_>, query: &Query<'_>) -> Result<Value, Refusal> {
    let advertiser_id = query.required("advertiser_id")?;
    context.check_read(advertiser_id)?;
    let ids = query.audience_ids()?.ok_or_else(|| Refusal::missing("custom_audience_ids"))?;
    let rows = query.number("history_size", 100, 1..=100)?;
    let list: Vec<Value> = ids
        .iter()
        .filter_map(|id| context.audiences.get(id))
        .filter(|audience| audience.is_visible_to(advertiser_id))
        .map(|audience| {
            let details = shown(context, audience, advertiser_id);
            json!({"audience_details": details, "audience_history": history(audience, rows)})
        })
        .collect();
    Ok(json!({ "list": list }))
}

/// The type's field is called `type` here and `audience_type` in the list.
fn shown(context: &Context<'_>, audience: &Audience, viewer: &str) -> Value {
    let mut shown = details::common(context, audience, viewer);
    shown["type"] = json!(audience.kind.type_name());
    shown["audience_sub_type"] = json!(audience.kind.sub_type());
    shown["is_auto_refresh"] = json!(audience.kind.rule().is_some_and(|rule| rule.is_auto_refresh));
    shown["rule"] = match &audience.kind {
        Kind::CustomerFile(_) => Value::Null,
        Kind::Rule(rule) => json!(rule.shown()),
        Kind::Streaming | Kind::Lookalike(_) => json!(r#"{"inclusions": null, "exclusions": null}"#),
    };
    shown["lookalike_spec"] = audience.kind.lookalike().map_or(Value::Null, LookalikeSpec::shown);
    shown["audience_enhancement"] = json!(false);
    shown["enhancement_status"] = Value::Null;
    shown["msg"] = Value::Null;
    shown["error_msg"] = Value::Null;
    shown
}

/// The latest changes, the newest first. Of other audiences than those of customer files there is the creation alone:
/// no source shows what row, if any, a mapping request leaves.
fn history(audience: &Audience, rows: usize) -> Value {
    let created = [("create", audience.created)];
    let changes = audience.kind.files().map_or(&created[..], |files| &files.history);
    let row = |(action, at): &(&str, Timestamp)| {
        json!({
            "action": action,
            "action_detail": "0",
            "editor": "open_api",
            "msg": null,
            "opt_time": details::time(*at),
        })
    };
    changes.iter().rev().take(rows).map(row).collect()
}
