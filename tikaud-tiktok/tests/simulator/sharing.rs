//! Audiences that other ad accounts may use.

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{AdAccount, Role, Simulator, TokenGrant, World};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, get, get_as, hours, post, post_at,
    simulator, start,
};

const SHARE: &str = "/dmp/custom_audience/share/";
const CANCEL: &str = "/dmp/custom_audience/share/cancel/";
const LOG: &str = "/dmp/custom_audience/share/log/";

fn share(simulator: &mut Simulator, audience: &str, with: &str) -> Value {
    let body = json!({
        "advertiser_id": ACCOUNT, "custom_audience_ids": [audience], "shared_advertiser_ids": [with],
    });
    post(simulator, SHARE, &body)
}

fn cancel(simulator: &mut Simulator, audience: &str, with: &str) -> Value {
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_id": audience, "shared_advertiser_id": with});
    post(simulator, CANCEL, &body)
}

/// The audiences that an account sees.
fn seen(simulator: &mut Simulator, account: &str) -> Vec<Value> {
    let reply = get(simulator, "/dmp/custom_audience/list/", &[("advertiser_id", account)]);
    reply["data"]["list"].as_array().unwrap().clone()
}

#[test]
fn a_shared_audience_is_seen_by_the_other_account_as_not_its_own() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    assert_eq!(
        (seen(&mut simulator, ACCOUNT)[0]["shared"].clone(), seen(&mut simulator, SECOND_ACCOUNT)),
        (json!(false), vec![])
    );
    assert_code(&share(&mut simulator, &audience, SECOND_ACCOUNT), 0);
    let flags =
        |audience: &Value| [&audience["is_creator"], &audience["shared"], &audience["owner_id"]].map(Clone::clone);
    assert_eq!(flags(&seen(&mut simulator, ACCOUNT)[0]), [json!(true), json!(true), json!(ACCOUNT)]);
    assert_eq!(flags(&seen(&mut simulator, SECOND_ACCOUNT)[0]), [json!(false), json!(true), json!(ACCOUNT)]);
    let ids = json!([audience]).to_string();
    let query = [("advertiser_id", SECOND_ACCOUNT), ("custom_audience_ids", ids.as_str())];
    let details = get(&mut simulator, "/dmp/custom_audience/get/", &query);
    assert_eq!(details["data"]["list"][0]["audience_details"]["is_creator"], false);

    let log = [("advertiser_id", ACCOUNT), ("custom_audience_id", audience.as_str())];
    insta::assert_snapshot!(get(&mut simulator, LOG, &log)["data"], @r#"{"list":[{"custom_audience_id":"7100000000000000001","shared_advertiser_id":"7000000000000000002","shared_advertiser_name":"Simulated Account 2","status":"SHARED"}]}"#);
    assert_code(&cancel(&mut simulator, &audience, SECOND_ACCOUNT), 0);
    assert_eq!(seen(&mut simulator, SECOND_ACCOUNT), Vec::<Value>::new());
    assert_eq!(get(&mut simulator, LOG, &log)["data"]["list"][0]["status"], "CANCELED");
    assert_code(&cancel(&mut simulator, &audience, SECOND_ACCOUNT), 40002);
}

#[test]
fn a_recipient_may_only_apply_and_delete() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    assert_code(&share(&mut simulator, &audience, SECOND_ACCOUNT), 0);
    let by_recipient = json!({
        "advertiser_id": SECOND_ACCOUNT, "custom_audience_ids": [audience], "shared_advertiser_ids": [ACCOUNT],
    });
    assert_code(&post(&mut simulator, SHARE, &by_recipient), 40007);
    let log = [("advertiser_id", SECOND_ACCOUNT), ("custom_audience_id", audience.as_str())];
    assert_code(&get(&mut simulator, LOG, &log), 40007);
    let delete = json!({"advertiser_id": SECOND_ACCOUNT, "custom_audience_ids": [audience]});
    assert_code(&post(&mut simulator, "/dmp/custom_audience/delete/", &delete), 0);
    assert!(seen(&mut simulator, SECOND_ACCOUNT).is_empty());
    assert_eq!(seen(&mut simulator, ACCOUNT).len(), 1);
    assert!(!simulator.audiences()[0].is_deleted());
}

#[test]
fn sharing_is_for_other_accounts_of_one_business_center_and_ten_by_ten() {
    let mut world = World::default();
    let mut elsewhere = AdAccount::new("7000000000000000009", "Elsewhere");
    "6900000000000000002".clone_into(&mut elsewhere.business_center_id);
    world.accounts.push(elsewhere);
    let mut simulator = Simulator::new(world);
    let audience = create(&mut simulator, ACCOUNT, "A");
    for (with, code) in
        [(ACCOUNT, 40002), ("7000000000000000009", 40002), ("1", 40002), ("", 40002), (FORBIDDEN_ACCOUNT, 0)]
    {
        assert_code(&share(&mut simulator, &audience, with), code);
    }
    assert_code(&share(&mut simulator, "7100000000000000099", SECOND_ACCOUNT), 40007);
    let many: Vec<String> = (0..11).map(|id| id.to_string()).collect();
    for (audiences, accounts, code) in [
        (json!(many), json!([SECOND_ACCOUNT]), 40011),
        (json!([audience]), json!(many), 40011),
        (json!([]), json!([SECOND_ACCOUNT]), 40002),
        (json!([audience]), json!(SECOND_ACCOUNT), 40002),
        (json!([audience]), Value::Null, 40002),
    ] {
        let body =
            json!({"advertiser_id": ACCOUNT, "custom_audience_ids": audiences, "shared_advertiser_ids": accounts});
        assert_code(&post(&mut simulator, SHARE, &body), code);
    }
    // Nothing of a request that is refused is done.
    let body = json!({
        "advertiser_id": ACCOUNT, "custom_audience_ids": [audience],
        "shared_advertiser_ids": [SECOND_ACCOUNT, "7000000000000000009"],
    });
    assert_code(&post(&mut simulator, SHARE, &body), 40002);
    assert_eq!(simulator.audiences()[0].shared_with(), [FORBIDDEN_ACCOUNT]);
}

#[test]
fn sharing_takes_its_own_scope_and_a_role() {
    for (scope, role, code) in
        [(31, Role::Admin, 40001), (32, Role::Analyst, 40001), (32, Role::Operator, 0), (3, Role::Admin, 0)]
    {
        let mut world = World::default();
        let mut grant = TokenGrant::new("act.narrow").with_account(ACCOUNT, role);
        grant.scopes = vec![scope];
        world.tokens.insert(0, grant);
        let mut simulator = Simulator::new(world);
        let audience = create(&mut simulator, ACCOUNT, "A");
        let path = format!("/open_api/v1.3{SHARE}");
        let body = json!({
            "advertiser_id": ACCOUNT, "custom_audience_ids": [audience], "shared_advertiser_ids": [SECOND_ACCOUNT],
        });
        let request = tikaud_tiktok::simulator::Request::new("POST", &path)
            .with_header("Access-Token", "act.narrow")
            .with_header("Content-Type", "application/json")
            .with_body(body.to_string());
        let reply = crate::support::envelope(&simulator.handle(&request, start()));
        assert_code(&reply, code);
    }
    let log = [("advertiser_id", ACCOUNT), ("custom_audience_id", "1")];
    assert_code(&get_as(&mut simulator(), TOKEN, LOG, &log, start()), 40007);
}

#[test]
fn to_share_puts_off_expiry_and_what_has_expired_cannot_be_shared() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let body = json!({
        "advertiser_id": ACCOUNT, "custom_audience_ids": [audience], "shared_advertiser_ids": [SECOND_ACCOUNT],
    });
    let days = |days: i64| hours(24 * days);
    assert_code(&post_at(&mut simulator, SHARE, &body, days(360)), 0);
    let query = [("advertiser_id", ACCOUNT)];
    let mut expiring = |now| {
        get_as(&mut simulator, TOKEN, "/dmp/custom_audience/list/", &query, now)["data"]["list"][0]["is_expiring"]
            .clone()
    };
    assert_eq!((expiring(days(364)), expiring(days(360 + 305))), (json!(false), json!(true)));
    assert_code(&post_at(&mut simulator, SHARE, &body, days(360 + 365)), 40002);
}
