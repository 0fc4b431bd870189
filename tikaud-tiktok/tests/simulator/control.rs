//! The control endpoints.

use serde_json::Value;
use tikaud_tiktok::simulator::{Request, Simulator};

use crate::support::{ACCOUNT, assert_code, create, digests, get, mapping, post, simulator, start};

fn control(simulator: &mut Simulator, method: &str, path_and_query: &str, body: &str) -> (u16, String) {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let request = Request::new(method, path).with_query(query).with_body(body.to_owned());
    let response = simulator.handle(&request, start());
    (response.status, String::from_utf8(response.body.into()).unwrap())
}

#[test]
fn audiences_are_listed_with_the_number_of_identifiers_by_type() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    assert_code(&post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &digests(2), &audience)), 0);
    let (_, listed) = control(&mut simulator, "GET", "/simulator/audiences", "");
    insta::assert_snapshot!(listed, @r#"[{"advertiser_id":"7000000000000000001","applied_to":{},"created":"2026-11-23T10:00:00Z","deleted":false,"description":null,"id":"7100000000000000001","identifiers":{"EMAIL_SHA256":2},"name":"A","shared_with":[],"type":"Partner"}]"#);
}

#[test]
fn identifiers_are_listed_sorted_one_a_line() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let ids = ["CD".repeat(32), "ab".repeat(32)];
    assert_code(&post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &ids, &audience)), 0);
    let path = format!("/simulator/audiences/{audience}/identifiers?kind=email_sha256");
    let expected = format!("{}\n{}\n", "ab".repeat(32), "cd".repeat(32));
    assert_eq!(control(&mut simulator, "GET", &path, ""), (200, expected));
}

#[test]
fn a_control_request_that_makes_no_sense_is_answered_with_what_would() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let cases = [
        ("GET", format!("/simulator/audiences/{audience}/identifiers"), 400, "one of EMAIL_SHA256, EMAIL_SHA512"),
        ("GET", format!("/simulator/audiences/{audience}/identifiers?kind=MAID"), 400, "one of EMAIL_SHA256"),
        ("GET", "/simulator/audiences/1/identifiers?kind=EMAIL_SHA256".into(), 404, "no audience of this id"),
        ("POST", format!("/simulator/audiences/{audience}/identifiers"), 405, "use GET"),
        ("POST", "/simulator/audiences".into(), 405, "use GET"),
        ("GET", "/simulator/reset".into(), 405, "use POST"),
        ("GET", "/simulator/nothing".into(), 404, "POST /simulator/reset"),
        ("POST", "/simulator/faults".into(), 400, "the fault program is not in its JSON form: EOF"),
    ];
    for (method, path, status, text) in cases {
        let answer = control(&mut simulator, method, &path, "");
        assert_eq!(answer.0, status, "{path}: {answer:?}");
        assert!(answer.1.contains(text), "{path}: {answer:?}");
    }
}

#[test]
fn requests_are_logged_by_counts_without_their_content() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let ids = digests(3);
    assert_code(&post(&mut simulator, "/segment/mapping/", &mapping("delete", "EMAIL_SHA256", &ids, &audience)), 0);
    control(&mut simulator, "POST", "/simulator/faults", r#"{"rules": [{"do": "drop_request"}]}"#);
    let request =
        Request::new("GET", "/nowhere").with_query("secret=secret.canary").with_header("Access-Token", "canary");
    simulator.handle(&request, start());
    let (_, log) = control(&mut simulator, "GET", "/simulator/requests", "");
    let log: Vec<Value> = serde_json::from_str(&log).unwrap();
    let lines: Vec<String> = log.iter().map(Value::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"action":"create","code":0,"fault":null,"method":"POST","path":"/open_api/v1.3/segment/audience/","request_id":"SIM0000000000000001","status":200,"users":null}
    {"action":"delete","code":0,"fault":null,"method":"POST","path":"/open_api/v1.3/segment/mapping/","request_id":"SIM0000000000000002","status":200,"users":3}
    {"action":null,"code":null,"fault":"drop_request","method":"GET","path":"/nowhere","request_id":null,"status":null,"users":null}
    "#);
}

#[test]
fn a_path_in_the_log_is_bounded_at_a_whole_character() {
    let mut simulator = simulator();
    simulator.handle(&Request::new("GET", &format!("/{}", "é".repeat(1_000))), start());
    assert_eq!(simulator.requests()[0].path, format!("/{}", "é".repeat(99)));
}

#[test]
fn a_program_from_outside_is_in_force() {
    let mut simulator = simulator();
    let answer = control(&mut simulator, "POST", "/simulator/faults", r#"{"rules": [{"do": "throttle"}]}"#);
    assert_eq!(answer.0, 200);
    assert_code(&get(&mut simulator, "/user/info/", &[]), 40100);
}

#[test]
fn reset_forgets_everything_but_the_world() {
    let mut simulator = simulator();
    let first = create(&mut simulator, ACCOUNT, "A");
    control(&mut simulator, "POST", "/simulator/faults", r#"{"rules": [{"times": 9, "do": "throttle"}]}"#);
    assert_eq!(control(&mut simulator, "POST", "/simulator/reset", ""), (200, "{}".to_owned()));
    assert_eq!(control(&mut simulator, "GET", "/simulator/audiences", "").1, "[]");
    assert_eq!(control(&mut simulator, "GET", "/simulator/requests", "").1, "[]");
    assert_eq!(create(&mut simulator, ACCOUNT, "A"), first);
    assert_eq!(simulator.world().accounts.len(), 3);
}
