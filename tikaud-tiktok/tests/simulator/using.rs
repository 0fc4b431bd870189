//! Audiences in ad groups, and lookalikes of them.

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{Simulator, World};

use crate::support::{
    ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, digests, get, get_as, hours, mapping, post, post_at,
};

const APPLY: &str = "/dmp/custom_audience/apply/";
const LOG: &str = "/dmp/custom_audience/apply/log/";
const LOOKALIKE: &str = "/dmp/custom_audience/lookalike/create/";
const REFRESH: &str = "/dmp/custom_audience/lookalike/update/";
const AD_GROUPS: [&str; 4] =
    ["7200000000000000001", "7200000000000000002", "7200000000000000003", "7200000000000000004"];

/// A simulator whose one audience has so many people, which show already.
fn with_audience(people: usize) -> (Simulator, String) {
    let mut world = World::default();
    world.applied_after_seconds = 0;
    let mut simulator = Simulator::new(world);
    let audience = create(&mut simulator, ACCOUNT, "A");
    let body = mapping("add", "EMAIL_SHA256", &digests(people), &audience);
    assert_code(&post(&mut simulator, "/segment/mapping/", &body), 0);
    (simulator, audience)
}

fn apply(audience: &str, ad_groups: &[&str], usage: &str) -> Value {
    json!({
        "advertiser_id": ACCOUNT, "custom_audience_id": audience, "adgroup_ids": ad_groups, "action_mode": "Apply",
        "usage_mode": usage,
    })
}

fn disconnect(audience: &str, ad_groups: &[&str]) -> Value {
    json!({
        "advertiser_id": ACCOUNT, "custom_audience_id": audience, "adgroup_ids": ad_groups,
        "action_mode": "Disconnect",
    })
}

fn lookalike(source: &str) -> Value {
    json!({
        "advertiser_id": ACCOUNT, "custom_audience_name": "Like A",
        "lookalike_spec": {
            "source_audience_id": source, "include_source": false, "mobile_os": "ALL", "placements": ["TikTok"],
            "location_ids": ["6252001"], "audience_size": "NARROW",
        },
    })
}

#[test]
fn an_audience_is_applied_to_ad_groups_and_the_log_says_when() {
    let (mut simulator, audience) = with_audience(1_000);
    assert_code(&post(&mut simulator, APPLY, &apply(&audience, &AD_GROUPS[..2], "Include")), 0);
    assert_code(&post_at(&mut simulator, APPLY, &apply(&audience, &AD_GROUPS[1..3], "Exclude"), hours(1)), 0);
    let applied = simulator.audiences()[0].applied_to().into_iter().map(|(id, usage)| format!("{id} {usage}"));
    let expected = ["7200000000000000001 Include", "7200000000000000002 Exclude", "7200000000000000003 Exclude"];
    assert_eq!(applied.collect::<Vec<_>>(), expected);
    assert_code(&post(&mut simulator, APPLY, &disconnect(&audience, &AD_GROUPS[..1])), 0);
    assert_eq!(simulator.audiences()[0].applied_to().len(), 2);
    let ids = json!([audience]).to_string();
    let query = [("advertiser_id", ACCOUNT), ("custom_audience_ids", ids.as_str()), ("page_size", "3")];
    let log = get(&mut simulator, LOG, &query);
    insta::assert_snapshot!(log["data"]["list"][0], @r#"{"action_timestamp":"2026-11-23 11:00:00","adgroup_id":"7200000000000000002","adgroup_name":"Simulated Ad Group 2","audience_id":"7100000000000000001","editor":"open_api","usage_mode":"Exclude"}"#);
    insta::assert_snapshot!(log["data"]["page_info"], @r#"{"page":1,"page_size":3,"total_number":4,"total_page":2}"#);
    let second = [query[0], query[1], query[2], ("page", "2")];
    assert_eq!(get(&mut simulator, LOG, &second)["data"]["list"].as_array().unwrap().len(), 1);
}

#[test]
fn what_tiktok_would_not_apply_is_refused() {
    let (mut simulator, audience) = with_audience(1_000);
    let with = |field: &str, value: Value| {
        let mut body = apply(&audience, &AD_GROUPS[..1], "Include");
        body[field] = value;
        body
    };
    for (body, code) in [
        (with("adgroup_ids", json!([AD_GROUPS[3]])), 40002),
        (with("adgroup_ids", json!(["1"])), 40002),
        (with("adgroup_ids", json!([])), 40002),
        (with("action_mode", json!("apply")), 40002),
        (with("action_mode", Value::Null), 40002),
        (with("usage_mode", json!("INCLUDE")), 40002),
        (with("usage_mode", Value::Null), 40002),
        (with("custom_audience_id", json!("7100000000000000099")), 40007),
        (with("advertiser_id", json!(SECOND_ACCOUNT)), 40007),
        (with("advertiser_id", json!("7000000000000000003")), 40001),
        (disconnect(&audience, &AD_GROUPS[..1]), 40002),
    ] {
        assert_code(&post(&mut simulator, APPLY, &body), code);
    }
    assert!(simulator.audiences()[0].applied_to().is_empty());
    let (mut simulator, small) = with_audience(999);
    assert_code(&post(&mut simulator, APPLY, &apply(&small, &AD_GROUPS[..1], "Include")), 40002);
}

#[test]
fn a_shared_audience_is_applied_by_the_other_account_and_logged_for_its_owner() {
    let (mut simulator, audience) = with_audience(1_000);
    let share = json!({
        "advertiser_id": ACCOUNT, "custom_audience_ids": [audience], "shared_advertiser_ids": [SECOND_ACCOUNT],
    });
    assert_code(&post(&mut simulator, "/dmp/custom_audience/share/", &share), 0);
    let mut body = apply(&audience, &AD_GROUPS[3..], "Include");
    body["advertiser_id"] = json!(SECOND_ACCOUNT);
    assert_code(&post(&mut simulator, APPLY, &body), 0);
    let ids = json!([audience]).to_string();
    let mut log =
        |account| get(&mut simulator, LOG, &[("advertiser_id", account), ("custom_audience_ids", ids.as_str())]);
    assert_eq!(log(ACCOUNT)["data"]["list"][0]["adgroup_name"], "Simulated Ad Group 4");
    assert_code(&log(SECOND_ACCOUNT), 40007);
}

#[test]
fn to_apply_puts_off_expiry() {
    let (mut simulator, audience) = with_audience(1_000);
    let days = |days: i64| hours(24 * days);
    let body = apply(&audience, &AD_GROUPS[..1], "Include");
    assert_code(&post_at(&mut simulator, APPLY, &body, days(300)), 0);
    assert_code(&post_at(&mut simulator, APPLY, &body, days(600)), 0);
    assert_code(&post_at(&mut simulator, APPLY, &body, days(965)), 40002);
    let details = get_as(&mut simulator, TOKEN, "/dmp/custom_audience/list/", &[("advertiser_id", ACCOUNT)], days(965));
    let audience = &details["data"]["list"][0];
    assert_eq!([&audience["is_valid"], &audience["cover_num"]], [&json!(false), &json!(0)]);
}

#[test]
fn a_lookalike_takes_its_size_from_its_source_and_is_computed_anew_on_demand() {
    let (mut simulator, source) = with_audience(100);
    let reply = post(&mut simulator, LOOKALIKE, &lookalike(&source));
    let id = reply["data"]["custom_audience_id"].as_str().unwrap().to_owned();
    let ids = json!([id]).to_string();
    let query = [("advertiser_id", ACCOUNT), ("custom_audience_ids", ids.as_str())];
    let details =
        get(&mut simulator, "/dmp/custom_audience/get/", &query)["data"]["list"][0]["audience_details"].clone();
    insta::assert_snapshot!(details["lookalike_spec"], @r#"{"audience_size":"NARROW","include_source":false,"location_ids":["6252001"],"mobile_os":"ALL","placements":["TikTok"],"source_audience_id":"7100000000000000001"}"#);
    assert_eq!((&details["type"], &details["cover_num"]), (&json!("Lookalike Audience"), &json!(1_000)));
    assert_eq!((&details["is_valid"], &details["calculate_type"]), (&json!(true), &Value::Null));
    let more = mapping("add", "PHONE_SHA256", &digests(50), &source);
    assert_code(&post_at(&mut simulator, "/segment/mapping/", &more, hours(1)), 0);
    let refresh = json!({"advertiser_id": ACCOUNT, "custom_audience_ids": [id]});
    assert_code(&post_at(&mut simulator, REFRESH, &refresh, hours(2)), 0);
    let listed = get_as(&mut simulator, TOKEN, "/dmp/custom_audience/list/", &[query[0]], hours(2));
    let (newest, oldest) = (&listed["data"]["list"][0], &listed["data"]["list"][1]);
    assert_eq!((&newest["audience_type"], &newest["cover_num"]), (&json!("Lookalike Audience"), &json!(1_500)));
    assert_eq!((&oldest["audience_type"], &oldest["cover_num"]), (&json!("Partner"), &json!(150)));
    assert_code(
        &post(&mut simulator, REFRESH, &json!({"advertiser_id": ACCOUNT, "custom_audience_ids": [source]})),
        40002,
    );
    assert_code(&post(&mut simulator, APPLY, &apply(&id, &AD_GROUPS[2..3], "Include")), 40002);
}

#[test]
fn what_cannot_be_a_lookalike_is_refused() {
    let (mut simulator, source) = with_audience(100);
    let created = post(&mut simulator, LOOKALIKE, &lookalike(&source))["data"]["custom_audience_id"].clone();
    let with = |field: &str, value: Value| {
        let mut body = lookalike(&source);
        let spec = !matches!(field, "custom_audience_name" | "lookalike_spec" | "advertiser_id");
        if spec {
            body["lookalike_spec"][field] = value
        } else {
            body[field] = value
        }
        body
    };
    for (body, code) in [
        (with("custom_audience_name", json!("é".repeat(129))), 40002),
        (with("custom_audience_name", json!("")), 40002),
        (with("lookalike_spec", json!([])), 40002),
        (with("include_source", json!("false")), 40002),
        (with("include_source", Value::Null), 40002),
        (with("mobile_os", json!("android")), 40002),
        (with("placements", json!([])), 40002),
        (with("location_ids", json!([])), 40002),
        (with("location_ids", json!([6_252_001])), 40002),
        (with("audience_size", json!("10")), 40002),
        (with("source_audience_id", json!("1")), 40007),
        (with("source_audience_id", created), 40002),
        (with("advertiser_id", json!(SECOND_ACCOUNT)), 40007),
        (with("custom_audience_name", json!("é".repeat(128))), 0),
    ] {
        assert_code(&post(&mut simulator, LOOKALIKE, &body), code);
    }
    let (mut simulator, small) = with_audience(99);
    assert_code(&post(&mut simulator, LOOKALIKE, &lookalike(&small)), 40002);
}

#[test]
fn a_lookalike_counts_among_the_audiences_of_an_account() {
    let (simulator, _) = with_audience(100);
    let mut world = simulator.world().clone();
    world.limits.audiences_per_account = 1;
    let mut simulator = Simulator::new(world);
    let source = create(&mut simulator, ACCOUNT, "A");
    assert_code(&post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &digests(100), &source)), 0);
    let reply = post(&mut simulator, LOOKALIKE, &lookalike(&source));
    assert_code(&reply, 40002);
    assert!(reply["message"].as_str().unwrap().contains("which is the limit"));
}
