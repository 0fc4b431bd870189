//! One case for each rule that a request can break, and that a broken one changes nothing.

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{DescriptionRule, IdType, Request, Role, Simulator, TokenGrant, World};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, digests, mapping, post, simulator, start,
};

fn digest(width: usize) -> String {
    "ab".repeat(width)
}

/// A good request with two columns, to be broken.
fn good(audience: &str) -> Value {
    json!({
        "advertiser_ids": [ACCOUNT],
        "action": "add",
        "id_schema": ["EMAIL_SHA256", "IDFA_MD5"],
        "batch_data": [[{"id": digest(32), "audience_ids": [audience]}, {"id": digest(16), "audience_ids": [audience]}]],
    })
}

#[test]
fn the_request_that_the_cases_break_is_good() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    assert_code(&post(&mut simulator, "/segment/mapping/", &good(&audience)), 0);
}

#[test]
fn a_mapping_request_that_breaks_a_rule_is_refused_by_its_code_and_the_place() {
    let cases: [(&str, Value, i64, &str); 32] = [
        ("/advertiser_ids", json!(null), 40002, "advertiser_ids: Missing data for required field."),
        ("/advertiser_ids", json!([]), 40002, "advertiser_ids: Missing data"),
        ("/advertiser_ids", json!(ACCOUNT), 40002, "advertiser_ids: Not a valid list of strings."),
        ("/advertiser_ids", json!([7_000_000_000_000_000_001_u64]), 40002, "advertiser_ids: Not a valid list"),
        ("/advertiser_ids", json!([ACCOUNT, FORBIDDEN_ACCOUNT]), 40001, FORBIDDEN_ACCOUNT),
        ("/advertiser_ids", json!(["123"]), 40001, "No permission to operate advertiser."),
        ("/advertiser_ids", json!([SECOND_ACCOUNT]), 40002, "batch_data[0][0].audience_ids: Invalid audience id."),
        ("/action", json!("append"), 40002, "action: Must be one of add, delete."),
        ("/action", json!("create"), 40002, "action: Must be one of add, delete."),
        ("/action", json!(1), 40002, "action: Not a valid string."),
        ("/id_schema", json!(null), 40002, "id_schema: Missing data for required field."),
        ("/id_schema", json!([]), 40002, "id_schema: Missing data"),
        ("/id_schema", json!("EMAIL_SHA256"), 40002, "id_schema: Not a valid list of strings."),
        ("/id_schema", json!(["EMAIL_SHA256", "GAID_MD5"]), 40002, "id_schema: Must be one of IDFA_MD5, AAID_MD5"),
        ("/id_schema", json!(["EMAIL_SHA512", "IDFA_MD5"]), 40002, "id_schema: Must be one of"),
        ("/id_schema", json!(["EMAIL_SHA256", "email_sha256"]), 40002, "EMAIL_SHA256 is there more than once"),
        (
            "/id_schema",
            json!(["EMAIL_SHA256"]),
            40002,
            "batch_data[0]: Must have as many elements as id_schema, which has 1",
        ),
        ("/batch_data", json!(null), 40002, "batch_data: Missing data for required field."),
        ("/batch_data", json!([]), 40002, "batch_data: Missing data"),
        ("/batch_data", json!({}), 40002, "Not a valid list of objects"),
        ("/batch_data/0", json!({}), 40002, "batch_data[0]: Not a valid list of objects with id and audience_ids."),
        ("/batch_data/0", json!([{}, {}]), 40002, "batch_data[0]: Missing data"),
        ("/batch_data/0/1", json!(null), 40002, "batch_data[0]: Not a valid list of objects"),
        ("/batch_data/0/1", json!([digest(16), ["1"]]), 40002, "batch_data[0]: Not a valid list of objects"),
        ("/batch_data/0/1/id", json!(1), 40002, "batch_data[0][1].id: Not a valid string."),
        ("/batch_data/0/1/id", json!(null), 40002, "batch_data[0][1].id: Not a valid string."),
        ("/batch_data/0/1/id", json!("a@example.com"), 40062, "batch_data[0][1].id: not hashed."),
        ("/batch_data/0/1/id", json!(digest(32)), 40002, "not a digest of IDFA_MD5, which has 32 hexadecimal digits."),
        ("/batch_data/0/1/audience_ids", json!([]), 40002, "batch_data[0][1].audience_ids: Missing data"),
        (
            "/batch_data/0/1/audience_ids",
            json!("1"),
            40002,
            "batch_data[0][1].audience_ids: Not a valid list of strings.",
        ),
        ("/batch_data/0/1/audience_ids", json!(["1"]), 40002, "batch_data[0][1].audience_ids: Invalid audience id."),
        ("/batch_data/0/1", json!({"audience_ids": ["1"]}), 40002, "batch_data[0][1].id: Missing data"),
    ];
    for (pointer, value, code, text) in cases {
        let mut simulator = simulator();
        let audience = create(&mut simulator, ACCOUNT, "A");
        let mut body = good(&audience);
        *body.pointer_mut(pointer).unwrap() = value.clone();
        let reply = post(&mut simulator, "/segment/mapping/", &body);
        assert_eq!(reply["code"], code, "{pointer} = {value}: {reply}");
        assert!(reply["message"].as_str().unwrap().contains(text), "{pointer} = {value}: {reply}");
        assert_eq!(reply["data"], json!({}));
        assert!(IdType::ALL.iter().all(|id_type| simulator.audiences()[0].count(*id_type) == 0), "{pointer} = {value}");
    }
}

#[test]
fn no_refusal_repeats_a_value_of_the_request() {
    let canary = "canary@example.com";
    let places =
        ["/action", "/id_schema/0", "/batch_data/0/0/id", "/batch_data/0/0/audience_ids/0", "/advertiser_ids/0"];
    for pointer in places.into_iter().chain(["/batch_data", "/batch_data/0", "/batch_data/0/0"]) {
        let mut simulator = simulator();
        let audience = create(&mut simulator, ACCOUNT, "A");
        let mut body = good(&audience);
        *body.pointer_mut(pointer).unwrap() = json!(canary);
        let reply = post(&mut simulator, "/segment/mapping/", &body);
        assert_ne!(reply["code"], 0, "{pointer}");
        assert!(!format!("{reply} {:?} {simulator:?}", simulator.requests()).contains("canary"), "{pointer}: {reply}");
    }
}

#[test]
fn a_batch_may_hold_the_limit_and_no_user_more() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let ids = digests(10_001);
    let over = post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &ids, &audience));
    assert_code(&over, 40061);
    assert_eq!(simulator.requests().last().unwrap().users, Some(10_001));
    let full = post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &ids[1..], &audience));
    assert_code(&full, 0);
    assert_eq!(simulator.audiences()[0].count(IdType::EmailSha256), 10_000);
}

#[test]
fn a_request_to_create_or_delete_an_audience_that_breaks_a_rule_is_refused() {
    let mut simulator = simulator();
    let other = create(&mut simulator, SECOND_ACCOUNT, "B");
    let cases = [
        (json!({"action": "create", "custom_audience_name": "A"}), 40002, "advertiser_id: Missing data"),
        (json!({"advertiser_id": 7, "custom_audience_name": "A"}), 40002, "advertiser_id: Not a valid string."),
        (json!({"advertiser_id": FORBIDDEN_ACCOUNT, "custom_audience_name": "A"}), 40001, FORBIDDEN_ACCOUNT),
        (json!({"advertiser_id": ACCOUNT, "action": "add", "custom_audience_name": "A"}), 40002, "create, delete"),
        (json!({"advertiser_id": ACCOUNT, "action": "create"}), 40002, "custom_audience_name: Missing data"),
        (json!({"advertiser_id": ACCOUNT, "custom_audience_name": ""}), 40002, "custom_audience_name: Missing data"),
        (json!({"advertiser_id": ACCOUNT, "custom_audience_name": "A", "description": 1}), 40002, "description: Not a"),
        (json!({"advertiser_id": ACCOUNT, "action": "delete"}), 40002, "delete_audience_id: Missing data"),
        (json!({"advertiser_id": ACCOUNT, "action": "delete", "delete_audience_id": "1"}), 40007, "does not exist"),
        (json!({"advertiser_id": ACCOUNT, "action": "delete", "delete_audience_id": other}), 40007, "does not exist"),
    ];
    for (body, code, text) in cases {
        let reply = post(&mut simulator, "/segment/audience/", &body);
        assert_eq!(reply["code"], code, "{body}: {reply}");
        assert!(reply["message"].as_str().unwrap().contains(text), "{body}: {reply}");
    }
    assert_eq!(simulator.audiences().iter().filter(|audience| !audience.is_deleted()).count(), 1);
}

#[test]
fn what_becomes_of_a_description_is_up_to_the_world() {
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_name": "A", "description": "Bought in May"});
    for (rule, code, kept) in [
        (DescriptionRule::Accept, 0, Some("Bought in May")),
        (DescriptionRule::Drop, 0, None),
        (DescriptionRule::Refuse, 40002, None),
    ] {
        let mut world = World::default();
        world.description = rule;
        let mut simulator = Simulator::new(world);
        assert_code(&post(&mut simulator, "/segment/audience/", &body), code);
        assert_eq!(simulator.audiences().first().and_then(|audience| audience.description()), kept, "{rule:?}");
    }
}

#[test]
fn a_body_must_be_a_json_object_and_say_that_it_is_json() {
    let path = "/open_api/v1.3/segment/audience/";
    for (content_type, body) in [
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "{\"advertiser_id\": \"7000000000000000001\""),
        ("application/json", "advertiser_id=7000000000000000001"),
        ("text/plain", "{}"),
    ] {
        let request = Request::new("POST", path)
            .with_header("Access-Token", TOKEN)
            .with_header("Content-Type", content_type)
            .with_body(body);
        let reply = crate::support::envelope(&simulator().handle(&request, start()));
        assert_eq!(reply["code"], 40000, "{content_type} {body}: {reply}");
    }
}

#[test]
fn a_token_must_be_there_bare_known_and_wide_enough() {
    let mut world = World::default();
    let mut reader = TokenGrant::new("act.reader").with_account(ACCOUNT, Role::Admin);
    reader.scopes = vec![30];
    world.tokens.push(reader);
    world.tokens.push(TokenGrant::new("act.analyst").with_account(ACCOUNT, Role::Analyst));
    let mut simulator = Simulator::new(world);
    let cases = [
        (None, 40104),
        (Some(""), 40104),
        (Some("Bearer act.simulator"), 40105),
        (Some("act.unknown"), 40105),
        (Some("act.reader"), 40001),
        (Some("act.analyst"), 40001),
        (Some("act.simulator"), 0),
    ];
    for (token, code) in cases {
        let mut request = Request::new("POST", "/open_api/v1.3/segment/audience/")
            .with_header("Content-Type", "application/json; charset=utf-8")
            .with_body(json!({"advertiser_id": ACCOUNT, "custom_audience_name": "A"}).to_string());
        if let Some(token) = token {
            request = request.with_header("Access-Token", token);
        }
        let reply = crate::support::envelope(&simulator.handle(&request, start()));
        assert_eq!(reply["code"], code, "{token:?}: {reply}");
        assert!(!reply.to_string().contains("unknown"), "{reply}");
    }
}

#[test]
fn a_wrong_path_or_method_does_not_reach_the_application() {
    for (method, path, status) in [
        ("POST", "/open_api/v1.3/segment/mapping", 404),
        ("POST", "/open_api/v1.2/segment/mapping/", 404),
        ("GET", "/", 404),
        ("GET", "/open_api/v1.3/segment/mapping/", 405),
        ("POST", "/open_api/v1.3/dmp/custom_audience/list/", 405),
    ] {
        let mut simulator = simulator();
        let response = simulator.handle(&Request::new(method, path).with_header("Access-Token", TOKEN), start());
        assert_eq!(response.status, status, "{method} {path}");
        assert_eq!((simulator.requests()[0].status, simulator.requests()[0].code), (Some(status), None));
    }
}
