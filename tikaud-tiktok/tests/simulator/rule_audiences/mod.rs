//! Audiences of rules.

mod checks;
mod life;

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{
    Effect, Endpoint, FaultProgram, FaultRule, Request, Role, Simulator, TokenGrant, World,
};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, envelope, get_as, hours, mapping, post,
    post_at, simulator, start,
};

const CREATE: &str = "/dmp/custom_audience/rule/create/";
const UPDATE: &str = "/dmp/custom_audience/update/";
const GET: &str = "/dmp/custom_audience/get/";
const LIST: &str = "/dmp/custom_audience/list/";

/// A set of one rule, whose event happened at one source.
fn rule_set(event: &str, days: u32, sources: &Value) -> Value {
    let filters = json!([{"field": "EVENT", "operator": "EQ", "value": event}]);
    let filter_set = json!({"operator": "OR", "filters": filters});
    let rule = json!({"event_source_ids": sources, "retention_days": days, "filter_set": filter_set});
    json!({"operator": "OR", "rules": [rule]})
}

fn body(audience_type: &str, inclusions: &Value) -> Value {
    json!({
        "advertiser_id": ACCOUNT,
        "custom_audience_name": "Visitors",
        "audience_type": audience_type,
        "rule_spec": {"inclusion_rule_set": inclusions},
    })
}

/// A good request about a website, to be broken.
fn visitors() -> Value {
    body("PIXEL", &rule_set("PAGE BROWSE", 30, &json!(["C1"])))
}

fn id(reply: &Value) -> String {
    assert_code(reply, 0);
    reply["data"]["custom_audience_id"].as_str().unwrap().to_owned()
}

fn details(simulator: &mut Simulator, audience: &str, hour: i64) -> Value {
    let ids = json!([audience]).to_string();
    let query = [("advertiser_id", ACCOUNT), ("custom_audience_ids", ids.as_str())];
    get_as(simulator, TOKEN, GET, &query, hours(hour))["data"]["list"][0]["audience_details"].clone()
}
