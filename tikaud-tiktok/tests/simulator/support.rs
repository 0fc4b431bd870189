//! Short ways to send requests to a simulator without a socket.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tikaud_tiktok::simulator::{Request, Response, Simulator, World};

pub(crate) const ACCOUNT: &str = "7000000000000000001";
pub(crate) const SECOND_ACCOUNT: &str = "7000000000000000002";
pub(crate) const FORBIDDEN_ACCOUNT: &str = "7000000000000000003";
pub(crate) const TOKEN: &str = "act.simulator";

/// 2026-11-23 10:00:00 GMT.
pub(crate) fn start() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

pub(crate) fn simulator() -> Simulator {
    Simulator::new(World::default())
}

pub(crate) fn hours(hours: i64) -> Timestamp {
    start() + SignedDuration::from_hours(hours)
}

/// The envelope of a response.
pub(crate) fn envelope(response: &Response) -> Value {
    assert_eq!(response.status, 200);
    serde_json::from_slice(&response.body).unwrap()
}

pub(crate) fn post_at(simulator: &mut Simulator, path: &str, body: &Value, now: Timestamp) -> Value {
    let path = format!("/open_api/v1.3{path}");
    let request = Request::new("POST", &path)
        .with_header("Access-Token", TOKEN)
        .with_header("Content-Type", "application/json")
        .with_body(body.to_string());
    envelope(&simulator.handle(&request, now))
}

pub(crate) fn post(simulator: &mut Simulator, path: &str, body: &Value) -> Value {
    post_at(simulator, path, body, start())
}

pub(crate) fn get_as(
    simulator: &mut Simulator,
    token: &str,
    path: &str,
    query: &[(&str, &str)],
    now: Timestamp,
) -> Value {
    let path = format!("/open_api/v1.3{path}");
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let request = Request::new("GET", &path).with_header("access-token", token).with_query(&query);
    envelope(&simulator.handle(&request, now))
}

pub(crate) fn get(simulator: &mut Simulator, path: &str, query: &[(&str, &str)]) -> Value {
    get_as(simulator, TOKEN, path, query, start())
}

/// Creates an audience and gives its id.
pub(crate) fn create(simulator: &mut Simulator, account: &str, name: &str) -> String {
    let body = json!({"advertiser_id": account, "action": "create", "custom_audience_name": name});
    let reply = post(simulator, "/segment/audience/", &body);
    assert_eq!(reply["code"], 0, "{reply}");
    reply["data"]["audience_id"].as_str().unwrap().to_owned()
}

/// A mapping request of one column and one audience.
pub(crate) fn mapping(action: &str, id_type: &str, ids: &[String], audience: &str) -> Value {
    let users: Vec<Value> = ids.iter().map(|id| json!([{"id": id, "audience_ids": [audience]}])).collect();
    json!({"advertiser_ids": [ACCOUNT], "action": action, "id_schema": [id_type], "batch_data": users})
}

/// As many different SHA-256 digests in hex, in order.
pub(crate) fn digests(number: usize) -> Vec<String> {
    (0..number).map(|at| format!("{at:064x}")).collect()
}

/// Says what a reply's code is, with the whole reply where it is another one.
#[track_caller]
pub(crate) fn assert_code(reply: &Value, code: i64) {
    assert_eq!(reply["code"], code, "{reply}");
}
