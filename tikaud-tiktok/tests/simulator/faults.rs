//! What each fault does to the answer, and to the audiences.

use std::time::Duration;

use serde_json::json;
use tikaud_tiktok::simulator::{Delivery, Effect, FaultProgram, FaultRule, HttpBody, Request, Response, Simulator};

use crate::support::{ACCOUNT, TOKEN, create, get, post, simulator, start};

/// Creates an audience while one fault is in force, and says what came back.
fn create_under(effect: Effect) -> (Simulator, Response) {
    let mut simulator = simulator();
    simulator.inject(FaultProgram::new([FaultRule::new(effect)]));
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_name": "A"}).to_string();
    let request = Request::new("POST", "/open_api/v1.3/segment/audience/")
        .with_header("Access-Token", TOKEN)
        .with_header("Content-Type", "application/json")
        .with_body(body);
    let response = simulator.handle(&request, start());
    (simulator, response)
}

#[test]
fn a_fault_in_place_of_the_answer_changes_nothing() {
    let cases = [
        (Effect::Answer { code: 50000, message: "System error".into() }, 50000),
        (Effect::PermissionError, 40001),
        (Effect::TokenError, 40105),
        (Effect::Throttle, 40100),
    ];
    for (effect, code) in cases {
        let (simulator, response) = create_under(effect.clone());
        assert_eq!(crate::support::envelope(&response)["code"], code, "{effect:?}");
        assert!(simulator.audiences().is_empty());
        assert_eq!(simulator.requests()[0].fault, Some(effect.as_str()));
    }
}

#[test]
fn a_gateway_answers_in_html_or_in_json_of_its_own() {
    let (simulator, html) = create_under(Effect::Http { status: 502, body: HttpBody::Html });
    assert_eq!((html.status, html.content_type), (502, "text/html; charset=utf-8"));
    assert!(simulator.audiences().is_empty());
    let (_, json) = create_under(Effect::Http { status: 500, body: HttpBody::Json });
    assert_eq!(json.status, 500);
    insta::assert_snapshot!(String::from_utf8_lossy(&json.body), @r#"{"code":500,"message":"The gateway could not answer."}"#);
}

#[test]
fn a_lost_reply_is_lost_after_the_change_and_a_dropped_request_before() {
    let (simulator, response) = create_under(Effect::LoseReply);
    assert_eq!(response.delivery, Delivery::DropConnection);
    assert_eq!(simulator.audiences().len(), 1);
    assert_eq!((simulator.requests()[0].status, simulator.requests()[0].code), (None, Some(0)));

    let (simulator, response) = create_under(Effect::DropRequest);
    assert_eq!(response.delivery, Delivery::DropConnection);
    assert!(simulator.audiences().is_empty());
    assert_eq!((simulator.requests()[0].status, simulator.requests()[0].code), (None, None));
}

#[test]
fn a_delayed_answer_and_a_truncated_one_follow_a_change_that_was_made() {
    let (simulator, response) = create_under(Effect::delay(Duration::from_millis(1_500)));
    assert_eq!(response.delivery, Delivery::DeliverAfter(Duration::from_millis(1_500)));
    assert_eq!(simulator.audiences().len(), 1);

    let (simulator, response) = create_under(Effect::TruncateBody);
    assert!(serde_json::from_slice::<serde_json::Value>(&response.body).is_err());
    assert_eq!(simulator.audiences().len(), 1);
}

#[test]
fn a_rule_strikes_the_requests_that_it_matches_and_no_other() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let program = r#"{"rules": [{"match": {"path": "/segment/audience/", "action": "delete"}, "times": 9, "do": "throttle"},
        {"match": {"method": "GET"}, "times": 9, "do": "token_error"}]}"#;
    simulator.inject(FaultProgram::from_json(program).unwrap());
    let create = json!({"advertiser_id": ACCOUNT, "custom_audience_name": "A"});
    let delete = json!({"advertiser_id": ACCOUNT, "action": "delete", "delete_audience_id": audience});
    assert_eq!(post(&mut simulator, "/segment/audience/", &create)["code"], 0);
    assert_eq!(post(&mut simulator, "/segment/audience/", &delete)["code"], 40100);
    assert_eq!(get(&mut simulator, "/user/info/", &[])["code"], 40105);
}

#[test]
fn a_new_program_takes_the_place_of_the_old_one() {
    let mut simulator = simulator();
    simulator.inject(FaultProgram::new([FaultRule::new(Effect::Throttle)]));
    simulator.inject(FaultProgram::default());
    assert_eq!(get(&mut simulator, "/user/info/", &[])["code"], 0);
}
