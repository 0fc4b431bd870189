//! Saved audiences: made, listed, deleted.

mod checks;
mod life;

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultProgram, FaultRule, Request, Simulator, TokenGrant, World};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, envelope, get, get_as, post, simulator,
    start,
};

const CREATE: &str = "/dmp/saved_audience/create/";
const LIST: &str = "/dmp/saved_audience/list/";
const DELETE: &str = "/dmp/saved_audience/delete/";

/// As little as can be saved.
fn body() -> Value {
    json!({"advertiser_id": ACCOUNT, "saved_audience_name": "France", "location_ids": ["3017382"]})
}

fn save(simulator: &mut Simulator, body: &Value) -> String {
    let reply = post(simulator, CREATE, body);
    assert_code(&reply, 0);
    reply["data"]["saved_audience_id"].as_str().unwrap().to_owned()
}

fn listed(simulator: &mut Simulator, account: &str) -> Vec<Value> {
    let reply = get(simulator, LIST, &[("advertiser_id", account)]);
    assert_code(&reply, 0);
    reply["data"]["saved_audiences"].as_array().unwrap().clone()
}

fn delete(simulator: &mut Simulator, account: &str, ids: &Value) -> Value {
    post(simulator, DELETE, &json!({"advertiser_id": account, "saved_audience_ids": ids}))
}
