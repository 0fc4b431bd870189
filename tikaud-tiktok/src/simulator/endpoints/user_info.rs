//! `GET /user/info/`: whose token it is. It needs a token and nothing else.

use serde_json::{Value, json};

use crate::simulator::context::Context;

pub(super) fn answer(context: &Context<'_>) -> Value {
    json!({
        "display_name": context.grant.display_name,
        "email": "s***@e******.com",
        "core_user_id": "7000000000000000200",
        "create_time": 1_672_341_876,
        "avatar_url": "",
    })
}
