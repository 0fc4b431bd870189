//! What `get` and `list` show of an audience, which is not the same.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::simulator::Audience;
use crate::simulator::context::Context;

/// The details that both show to an ad account. `cover_num` and `is_valid` lag behind; a fresh audience has 0 and `false`.
pub(super) fn common(context: &Context<'_>, audience: &Audience, viewer: &str) -> Value {
    let (now, lag) = (context.now, context.world.lag_of(&audience.id));
    let is_own = audience.advertiser_id == viewer;
    let mut details = json!({
        "audience_id": audience.id,
        "name": audience.name,
        "calculate_type": audience.kind.calculate_type(),
        "cover_num": audience.cover_num(now, lag),
        "is_valid": audience.is_valid(now, lag),
        "is_expiring": audience.is_expiring(now),
        "is_creator": is_own,
        "shared": !is_own || audience.shares.any(),
        "owner_id": audience.advertiser_id,
        "create_time": time(audience.created),
        "expired_time": time(audience.expires()),
    });
    if let Some(description) = &audience.description {
        details["description"] = json!(description);
    }
    details
}

/// A time as TikTok writes it, in GMT.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Which page it is, of how many.
pub(super) fn page_info(page: usize, page_size: usize, total: usize) -> Value {
    json!({
        "page": page,
        "page_size": page_size,
        "total_number": total,
        "total_page": total.div_ceil(page_size),
    })
}
