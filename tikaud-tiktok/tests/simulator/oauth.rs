//! Users agree, apps exchange codes, tokens end.

use std::time::Duration;

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{Request, Response, Role, Simulator, TokenGrant, World};

use crate::support::{ACCOUNT, SECOND_ACCOUNT, assert_code, envelope, get_as, hours, post, simulator, start};

const EXCHANGE: &str = "/oauth2/access_token/";
const REVOKE: &str = "/oauth2/revoke_token/";
const APP: &str = "7000000000000000100";

/// A body with the app's id and secret.
fn by_app(fields: &Value) -> Value {
    let mut body = json!({"app_id": APP, "secret": "secret.simulator"});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

/// Sends a request without a token.
fn post_without_token(simulator: &mut Simulator, path: &str, body: &Value) -> Value {
    let path = format!("/open_api/v1.3{path}");
    let request =
        Request::new("POST", &path).with_header("Content-Type", "application/json").with_body(body.to_string());
    envelope(&simulator.handle(&request, start()))
}

fn exchange(simulator: &mut Simulator, code: &str) -> Value {
    post_without_token(simulator, EXCHANGE, &by_app(&json!({"auth_code": code})))
}

#[test]
fn a_code_is_exchanged_for_a_token_that_works_until_it_is_revoked() {
    let mut simulator = simulator();
    let mut grant = TokenGrant::new("").with_account(SECOND_ACCOUNT, Role::Operator);
    grant.scopes = vec![30];
    let code = simulator.give_auth_code(Some(grant), start()).unwrap();
    let reply = exchange(&mut simulator, &code);
    assert_eq!((&reply["code"], &reply["data"]["scope"]), (&json!(0), &json!([30])), "{reply}");
    assert_eq!(reply["data"]["advertiser_ids"], json!([SECOND_ACCOUNT]));
    let token = reply["data"]["access_token"].as_str().unwrap().to_owned();
    let mut list = |account| {
        let query = [("advertiser_id", account)];
        get_as(&mut simulator, &token, "/dmp/custom_audience/list/", &query, start())["code"].clone()
    };
    assert_eq!((list(SECOND_ACCOUNT), list(ACCOUNT)), (json!(0), json!(40001)));
    let reply = post_without_token(&mut simulator, REVOKE, &by_app(&json!({"access_token": token})));
    insta::assert_snapshot!(reply["data"], @r#"{"advertiser_ids":["7000000000000000002"],"app_id":"7000000000000000100"}"#);
    assert_code(&get_as(&mut simulator, &token, "/user/info/", &[], start()), 40105);
    let again = post_without_token(&mut simulator, REVOKE, &by_app(&json!({"access_token": token})));
    assert_code(&again, 40105);
}

#[test]
fn a_code_is_good_once_and_for_an_hour_and_only_for_its_app() {
    let mut simulator = simulator();
    let used = simulator.give_auth_code(None, start()).unwrap();
    let old = simulator.give_auth_code(None, start()).unwrap();
    assert_code(&exchange(&mut simulator, &used), 0);
    assert_code(&exchange(&mut simulator, &used), 40110);
    assert_code(&exchange(&mut simulator, "c0de"), 40110);
    let other_app = json!({"app_id": "1", "secret": "secret.simulator", "auth_code": old});
    assert_code(&post_without_token(&mut simulator, EXCHANGE, &other_app), 40101);
    let wrong_secret = json!({"app_id": APP, "secret": "canary", "auth_code": old});
    let reply = post_without_token(&mut simulator, EXCHANGE, &wrong_secret);
    assert_code(&reply, 40101);
    assert!(!reply.to_string().contains("canary"));
    for missing in [json!({}), json!({"auth_code": ""}), json!({"auth_code": 7})] {
        assert_code(&post_without_token(&mut simulator, EXCHANGE, &by_app(&missing)), 40002);
    }
    simulator.advance(Duration::from_secs(3_600));
    assert_code(&exchange(&mut simulator, &old), 40110);
}

#[test]
fn accounts_are_left_out_on_request() {
    let mut simulator = simulator();
    let code = simulator.give_auth_code(None, start()).unwrap();
    let body = by_app(&json!({"auth_code": code, "return_advertiser_ids": false}));
    let reply = post_without_token(&mut simulator, EXCHANGE, &body);
    assert_eq!((&reply["data"]["advertiser_ids"], &reply["data"]["scope"]), (&json!([]), &json!([1, 3])));
}

#[test]
fn codes_and_tokens_are_the_same_for_the_same_seed() {
    let token = |seed| {
        let mut world = World::default();
        world.seed = seed;
        let mut simulator = Simulator::new(world);
        let code = simulator.give_auth_code(None, start()).unwrap();
        (code.clone(), exchange(&mut simulator, &code)["data"]["access_token"].clone())
    };
    assert_eq!(token(1), token(1));
    assert_ne!(token(1), token(2));
}

fn portal(simulator: &mut Simulator, query: &str) -> Response {
    simulator.handle(&Request::new("GET", "/portal/auth").with_query(query), start())
}

#[test]
fn the_page_where_users_agree_sends_them_back_with_state_and_code() {
    let mut simulator = simulator();
    let query = format!("app_id={APP}&state=s+1&redirect_uri=https%3A%2F%2Fshop.example%2Fcb%3Fa%3D1");
    let response = portal(&mut simulator, &query);
    assert_eq!(response.status, 302);
    let location = url::Url::parse(&response.location.clone().unwrap()).unwrap();
    let query: Vec<(String, String)> = location.query_pairs().into_owned().collect();
    assert_eq!(&query[..2], [("a".to_owned(), "1".to_owned()), ("state".to_owned(), "s 1".to_owned())]);
    assert_eq!((query[2].0.as_str(), query[3].0.as_str()), ("auth_code", "code"));
    assert!(!format!("{response:?}").contains(&query[2].1));
    assert_code(&exchange(&mut simulator, &query[3].1), 40110);
    assert_code(&exchange(&mut simulator, &query[2].1), 0);
    for wrong in ["", "app_id=1&redirect_uri=https%3A%2F%2Fx", &format!("app_id={APP}&redirect_uri=cb")] {
        assert_eq!(portal(&mut simulator, wrong).status, 400, "{wrong}");
    }
}

#[test]
fn a_token_that_the_user_withdraws_is_refused_and_comes_back_with_a_reset() {
    let mut simulator = simulator();
    assert!(simulator.withdraw("act.simulator"));
    assert!(!simulator.withdraw("act.simulator"));
    assert_code(&get_as(&mut simulator, "act.simulator", "/user/info/", &[], hours(1)), 40105);
    simulator.reset();
    assert_code(&get_as(&mut simulator, "act.simulator", "/user/info/", &[], hours(1)), 0);
}

#[test]
fn an_exchange_is_an_endpoint_like_any_other() {
    let mut simulator = simulator();
    assert_code(&post(&mut simulator, EXCHANGE, &json!({})), 40002);
    let request = Request::new("GET", "/open_api/v1.3/oauth2/access_token/");
    assert_eq!(simulator.handle(&request, start()).status, 405);
    let log: Vec<_> = simulator.requests().iter().map(|request| request.path.to_string()).collect();
    assert_eq!(log, ["/open_api/v1.3/oauth2/access_token/"; 2]);
}
