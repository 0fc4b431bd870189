//! What `get` and `list` show of an audience, which is not the same.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::simulator::Audience;
use crate::simulator::context::Context;

/// The details that both show. `cover_num` and `is_valid` lag behind; a fresh audience has 0 and `false`.
pub(super) fn common(context: &Context<'_>, audience: &Audience) -> Value {
    let (now, lag) = (context.now, context.world.applied_after());
    let mut details = json!({
        "audience_id": audience.id,
        "name": audience.name,
        "calculate_type": audience.files.as_ref().map_or("MULTIPLE_TYPES", |files| files.calculate_type.as_str()),
        "cover_num": audience.cover_num(now, lag),
        "is_valid": audience.is_valid(now, lag),
        "is_expiring": audience.is_expiring(now),
        "is_creator": true,
        "shared": false,
        "create_time": time(audience.created),
        "expired_time": time(audience.expires()),
    });
    if let Some(description) = &audience.description {
        details["description"] = json!(description);
    }
    details
}

/// What TikTok calls its type, under one name of the field or another.
pub(super) fn audience_type(audience: &Audience) -> &'static str {
    if audience.files.is_some() { "Customer File Audience" } else { "Partner" }
}

/// A time as TikTok writes it, in GMT.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
