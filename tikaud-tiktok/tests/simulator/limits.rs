//! Quotas, and a clock that can be put forward.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tikaud_tiktok::simulator::{Level, Limits, Request, Simulator, World};

use crate::support::{ACCOUNT, SECOND_ACCOUNT, TOKEN, create, digests, get_as, hours, mapping, post, start};

fn simulator(limits: impl FnOnce(&mut Limits)) -> Simulator {
    let mut world = World::default();
    limits(&mut world.limits);
    Simulator::new(world)
}

/// The codes of so many requests at once.
fn codes(simulator: &mut Simulator, requests: usize, now: Timestamp) -> Vec<i64> {
    (0..requests).map(|_| get_as(simulator, TOKEN, "/user/info/", &[], now)["code"].as_i64().unwrap()).collect()
}

fn let_through(simulator: &mut Simulator, requests: usize, now: Timestamp) -> usize {
    codes(simulator, requests, now).into_iter().filter(|code| *code == 0).count()
}

fn seconds(seconds: u64) -> Timestamp {
    start() + Duration::from_secs(seconds)
}

#[test]
fn a_level_gives_the_quotas_of_second_minute_and_day() {
    for (level, per_second) in [(Level::Basic, 10), (Level::Advanced, 20), (Level::Premium, 30), (Level::Ultimate, 50)]
    {
        let mut simulator = simulator(|limits| limits.level = Some(level));
        let per_minute =
            (0..60).map(|second| let_through(&mut simulator, per_second + 1, seconds(second))).sum::<usize>();
        assert_eq!(per_minute, 60 * per_second, "{level:?}");
    }
}

#[test]
fn a_minutes_quota_is_followed_by_five_minutes_of_nothing() {
    let mut simulator = simulator(|limits| limits.requests_per_minute = Some(3));
    assert_eq!(codes(&mut simulator, 4, seconds(59)), [0, 0, 0, 40100]);
    let message = get_as(&mut simulator, TOKEN, "/user/info/", &[], seconds(60))["message"].clone();
    assert_eq!(message, "Due to too many requests, requests from App 7000000000000000100 are temporarily restricted.");
    assert_eq!(codes(&mut simulator, 1, seconds(59 + 299)), [40100]);
    assert_eq!(codes(&mut simulator, 1, seconds(59 + 300)), [0]);
}

#[test]
fn a_days_quota_begins_anew_at_midnight_in_utc() {
    let mut simulator = simulator(|limits| limits.requests_per_day = Some(2));
    assert_eq!(codes(&mut simulator, 3, hours(0)), [0, 0, 40100]);
    // The tests' day begins at ten o'clock.
    assert_eq!(codes(&mut simulator, 1, hours(13)), [40100]);
    assert_eq!(codes(&mut simulator, 1, hours(14)), [0]);
}

#[test]
fn limits_of_an_endpoint_and_of_an_account_have_their_own_codes() {
    let mut simulator = simulator(|limits| {
        limits.endpoint_requests_per_second = Some(3);
        limits.account_requests_per_second = Some(2);
    });
    let list =
        |account| get_as(&mut simulator, TOKEN, "/dmp/custom_audience/list/", &[("advertiser_id", account)], start());
    let mut replies = [ACCOUNT, ACCOUNT, ACCOUNT, SECOND_ACCOUNT, SECOND_ACCOUNT].map(list);
    assert_eq!(replies.each_ref().map(|reply| reply["code"].as_i64().unwrap()), [0, 0, 40133, 0, 40016]);
    assert_eq!(
        replies[2]["message"].take(),
        "Requests for advertiser 7000000000000000001 are too frequent: current QPS 3, limit 2."
    );
    // The account's other endpoint counts as well.
    let body = json!({"advertiser_id": ACCOUNT, "action": "create", "custom_audience_name": "A"});
    assert_eq!(post(&mut simulator, "/segment/audience/", &body)["code"], 40133);
}

fn control(simulator: &mut Simulator, method: &str, path: &str, body: &str) -> (u16, String) {
    let response = simulator.handle(&Request::new(method, path).with_body(body.to_owned()), start());
    (response.status, String::from_utf8(response.body.into()).unwrap())
}

#[test]
fn time_passes_when_it_is_told_to() {
    let mut simulator = simulator(|_| ());
    let audience = create(&mut simulator, ACCOUNT, "A");
    let body = mapping("add", "EMAIL_SHA256", &digests(1_000), &audience);
    assert_eq!(post(&mut simulator, "/segment/mapping/", &body)["code"], 0);
    let state = |simulator: &mut Simulator| {
        let reply = get_as(simulator, TOKEN, "/dmp/custom_audience/list/", &[("advertiser_id", ACCOUNT)], start());
        let audience = &reply["data"]["list"][0];
        [&audience["is_valid"], &audience["is_expiring"], &audience["cover_num"]].map(Value::clone)
    };
    assert_eq!(state(&mut simulator), [json!(false), json!(false), json!(0)]);
    let day = r#"{"advance_seconds": 86400}"#;
    let answer = control(&mut simulator, "POST", "/simulator/clock", day);
    assert_eq!(answer, (200, r#"{"now":"2026-11-24T10:00:00Z"}"#.to_owned()));
    assert_eq!(state(&mut simulator), [json!(true), json!(false), json!(1_000)]);
    simulator.advance(Duration::from_secs(304 * 86_400));
    assert_eq!(state(&mut simulator), [json!(true), json!(true), json!(1_000)]);
    simulator.advance(Duration::from_secs(60 * 86_400));
    assert_eq!(state(&mut simulator), [json!(false), json!(true), json!(0)]);
    simulator.reset();
    let now = control(&mut simulator, "GET", "/simulator/clock", "").1;
    assert_eq!(now, r#"{"now":"2026-11-23T10:00:00Z"}"#);
    for wrong in ["", "{}", r#"{"advance_seconds": -1}"#, r#"{"back": 1}"#] {
        assert_eq!(control(&mut simulator, "POST", "/simulator/clock", wrong).0, 400, "{wrong}");
    }
}

#[test]
fn audiences_take_their_own_time_by_the_seed() {
    let ready_after = |seed| {
        let mut world = World::default();
        (world.seed, world.applied_jitter_seconds) = (seed, 86_400);
        let mut simulator = Simulator::new(world);
        let ids = [0, 1].map(|_| create(&mut simulator, ACCOUNT, "A"));
        for id in &ids {
            post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &digests(1_000), id));
        }
        let ready = |hour| {
            let query = [("advertiser_id", ACCOUNT)];
            let reply = get_as(&mut simulator, TOKEN, "/dmp/custom_audience/list/", &query, hours(hour));
            reply["data"]["list"].as_array().unwrap().iter().filter(|it| it["is_valid"] == true).count()
        };
        (0..=48).map(ready).collect::<Vec<_>>()
    };
    let first = ready_after(1);
    assert_eq!(first, ready_after(1));
    assert_ne!(first, ready_after(2));
    assert_eq!((first[23], first[48]), (0, 2));
    assert!(first.contains(&1), "{first:?}");
}

#[test]
fn a_control_request_gives_codes_and_withdraws_tokens() {
    let mut simulator = simulator(|_| ());
    let grant = r#"{"scopes": [30], "accounts": [{"advertiser_id": "7000000000000000001", "role": "ANALYST"}]}"#;
    let (status, answer) = control(&mut simulator, "POST", "/simulator/auth_codes", grant);
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let body = json!({
        "app_id": "7000000000000000100", "secret": "secret.simulator", "auth_code": answer["auth_code"],
    });
    let granted = post(&mut simulator, "/oauth2/access_token/", &body);
    assert_eq!(granted["data"]["scope"], json!([30]), "{granted}");
    assert_eq!(control(&mut simulator, "POST", "/simulator/auth_codes", "").0, 200);
    for (wrong, problem) in [
        (r#"{"accounts": [{"advertiser_id": "1"}]}"#, "there is no account 1"),
        (r#"{"scope": [3]}"#, "unknown field `scope`"),
    ] {
        let (status, answer) = control(&mut simulator, "POST", "/simulator/auth_codes", wrong);
        assert!(status == 400 && answer.contains(problem), "{answer}");
    }
    let token = json!({"access_token": granted["data"]["access_token"]}).to_string();
    assert_eq!(control(&mut simulator, "POST", "/simulator/withdraw", &token).0, 200);
    assert_eq!(control(&mut simulator, "POST", "/simulator/withdraw", &token).0, 404);
    assert_eq!(control(&mut simulator, "POST", "/simulator/withdraw", "{}").0, 400);
}
