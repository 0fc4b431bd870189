//! Tokens, accounts and the quota.

use serde_json::json;
use tikaud_tiktok::simulator::{Role, Simulator, TokenGrant, World};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, get, get_as, hours, simulator, start,
};

const ADVERTISERS: &str = "/oauth2/advertiser/get/";
const INFO: &str = "/advertiser/info/";
const APP: [(&str, &str); 2] = [("app_id", "7000000000000000100"), ("secret", "secret.simulator")];

#[test]
fn the_accounts_of_a_token_are_listed_by_name() {
    let reply = get(&mut simulator(), ADVERTISERS, &APP);
    insta::assert_snapshot!(reply["data"], @r#"{"list":[{"advertiser_id":"7000000000000000001","advertiser_name":"Simulated Account 1"},{"advertiser_id":"7000000000000000002","advertiser_name":"Simulated Account 2"}]}"#);
}

#[test]
fn an_app_must_prove_itself_by_its_secret() {
    for (query, code) in [
        (vec![APP[0]], 40002),
        (vec![APP[1]], 40002),
        (vec![APP[0], ("secret", "wrong")], 40101),
        (vec![("app_id", "1"), APP[1]], 40101),
    ] {
        let reply = get(&mut simulator(), ADVERTISERS, &query);
        assert_eq!(reply["code"], code, "{reply}");
        assert!(!reply.to_string().contains("wrong"), "{reply}");
    }
}

#[test]
fn details_of_accounts_are_shown_by_field() {
    let mut simulator = simulator();
    let ids = json!([SECOND_ACCOUNT, ACCOUNT]).to_string();
    let query = [("advertiser_ids", ids.as_str()), ("fields", r#"["advertiser_id","name","status"]"#)];
    insta::assert_snapshot!(get(&mut simulator, INFO, &query)["data"], @r#"{"list":[{"advertiser_id":"7000000000000000002","name":"Simulated Account 2","status":"STATUS_ENABLE"},{"advertiser_id":"7000000000000000001","name":"Simulated Account 1","status":"STATUS_ENABLE"}]}"#);
    let all = get(&mut simulator, INFO, &[("advertiser_ids", &ids)]);
    assert_eq!(all["data"]["list"][0]["currency"], "EUR");
    assert!(all["data"]["list"][0].get("company_name_editable").is_none());
    let editable =
        get(&mut simulator, INFO, &[("advertiser_ids", &ids), ("fields", r#"["name","company_name_editable"]"#)]);
    assert_eq!(editable["data"]["list"][0], json!({"advertiser_id": SECOND_ACCOUNT, "company_name_editable": true}));
}

#[test]
fn details_of_accounts_that_the_token_may_not_use_are_refused() {
    let mut simulator = simulator();
    let mixed = json!([ACCOUNT, FORBIDDEN_ACCOUNT]).to_string();
    for (query, code) in [
        (vec![], 40002),
        (vec![("advertiser_ids", ACCOUNT)], 40002),
        (vec![("advertiser_ids", mixed.as_str())], 40001),
        (vec![("advertiser_ids", r#"["7000000000000000001"]"#), ("fields", r#"["shoe_size"]"#)], 40002),
    ] {
        let reply = get(&mut simulator, INFO, &query);
        assert_eq!(reply["code"], code, "{query:?}: {reply}");
    }
}

#[test]
fn each_endpoint_asks_for_its_own_scope() {
    let ids = json!([ACCOUNT]).to_string();
    let audiences = [("advertiser_id", ACCOUNT)];
    for (scope, allowed) in
        [(30, [false, false, true]), (100, [true, true, false]), (31, [false; 3]), (3, [false, false, true])]
    {
        let mut world = World::default();
        let mut grant = TokenGrant::new("act.narrow").with_account(ACCOUNT, Role::Analyst);
        grant.scopes = vec![scope];
        world.tokens.push(grant);
        let mut simulator = Simulator::new(world);
        let mut code =
            |path, query: &[(&str, &str)]| get_as(&mut simulator, "act.narrow", path, query, start())["code"].clone();
        let codes = [
            code(ADVERTISERS, &APP),
            code(INFO, &[("advertiser_ids", &ids)]),
            code("/dmp/custom_audience/list/", &audiences),
        ];
        assert_eq!(codes, allowed.map(|allowed| json!(if allowed { 0 } else { 40001 })), "scope {scope}");
        assert_eq!(code("/user/info/", &[]), 0);
    }
}

#[test]
fn a_quota_counts_each_endpoint_and_each_second_for_itself() {
    let mut world = World::default();
    world.limits.requests_per_second = Some(2);
    let mut simulator = Simulator::new(world);
    let mut code = |path, now| get_as(&mut simulator, TOKEN, path, &APP, now)["code"].clone();
    let codes = [0; 3].map(|_| code("/user/info/", start()));
    assert_eq!(codes, [json!(0), json!(0), json!(40100)]);
    assert_eq!(code(ADVERTISERS, start()), 0);
    assert_eq!(code("/user/info/", hours(1)), 0);
}

#[test]
fn every_answer_has_its_own_request_id_and_a_repeated_run_gets_the_same_ones() {
    let ids = |mut simulator: Simulator| [0; 2].map(|_| get(&mut simulator, "/user/info/", &[])["request_id"].clone());
    let first = ids(simulator());
    assert_ne!(first[0], first[1]);
    assert_eq!(first, ids(simulator()));
}

#[test]
fn the_user_is_shown_for_any_token() {
    let reply = get(&mut simulator(), "/user/info/", &[]);
    assert_code(&reply, 0);
    assert_eq!(reply["data"]["display_name"], "Simulated User");
}
