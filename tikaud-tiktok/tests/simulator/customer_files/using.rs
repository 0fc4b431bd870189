//! What streaming audiences are used for, audiences of customer files are as well.

use super::*;

const SHARE: &str = "/dmp/custom_audience/share/";
const APPLY: &str = "/dmp/custom_audience/apply/";
const LOOKALIKE: &str = "/dmp/custom_audience/lookalike/create/";

fn share_body(id: &str) -> Value {
    json!({"advertiser_id": ACCOUNT, "custom_audience_ids": [id], "shared_advertiser_ids": [SECOND_ACCOUNT]})
}

fn lookalike_body(id: &str) -> Value {
    json!({
        "advertiser_id": ACCOUNT, "custom_audience_name": "Like buyers",
        "lookalike_spec": {
            "source_audience_id": id, "include_source": false, "mobile_os": "ALL", "placements": ["TikTok"],
            "location_ids": ["6252001"], "audience_size": "NARROW",
        },
    })
}

fn apply_body(id: &str) -> Value {
    json!({
        "advertiser_id": ACCOUNT, "custom_audience_id": id, "adgroup_ids": ["7200000000000000001"],
        "action_mode": "Apply", "usage_mode": "Include",
    })
}

#[test]
fn an_audience_is_shared_applied_and_resembled_once_it_is_valid() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    for (path, body) in [(SHARE, share_body(&id)), (APPLY, apply_body(&id)), (LOOKALIKE, lookalike_body(&id))] {
        assert_code(&post_at(&mut simulator, path, &body, hours(23)), 40002);
        assert_code(&post_at(&mut simulator, path, &body, hours(24)), 0);
    }
    let used = &simulator.audiences()[0];
    assert_eq!((used.type_name(), used.is_of_files()), ("Customer File Audience", true));
    assert_eq!(used.shared_with(), [SECOND_ACCOUNT]);
    assert_eq!(used.applied_to(), [("7200000000000000001", "Include")]);
    // While a change is processed it stays valid, and so it is still shared.
    assert_code(&change(&mut simulator, &id, "APPEND", &digests(1_300), 24), 0);
    assert_code(&post_at(&mut simulator, SHARE, &share_body(&id), hours(25)), 0);
}

#[test]
fn an_audience_of_too_few_people_is_never_shared() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 999);
    assert_code(&post_at(&mut simulator, SHARE, &share_body(&id), hours(100)), 40002);
}

#[test]
fn a_recipient_sees_an_audience_of_files_and_cannot_change_it() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    assert_code(&post_at(&mut simulator, SHARE, &share_body(&id), hours(24)), 0);
    let query = [("advertiser_id", SECOND_ACCOUNT)];
    let seen = get_as(&mut simulator, TOKEN, LIST, &query, hours(24))["data"]["list"][0].clone();
    assert_eq!((&seen["audience_id"], &seen["is_creator"]), (&json!(id), &json!(false)));
    let body = json!({"advertiser_id": SECOND_ACCOUNT, "custom_audience_id": id, "custom_audience_name": "Mine"});
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(24)), 40007);
}

#[test]
fn every_use_puts_the_expiry_off_unless_a_retention_was_given() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let path = upload(&mut simulator, &digests(1_200), start());
    let mut body = create_body(&path);
    body["retention_in_days"] = json!(30);
    let reply = post_at(&mut simulator, CREATE, &body, start());
    let kept = reply["data"]["custom_audience_id"].as_str().unwrap().to_owned();
    let rename = |id: &str| json!({"advertiser_id": ACCOUNT, "custom_audience_id": id, "custom_audience_name": "B"});
    for id in [&id, &kept] {
        assert_code(&post_at(&mut simulator, SHARE, &share_body(id), hours(24 * 2)), 0);
        assert_code(&post_at(&mut simulator, APPLY, &apply_body(id), hours(24 * 3)), 0);
        assert_code(&post_at(&mut simulator, LOOKALIKE, &lookalike_body(id), hours(24 * 4)), 0);
    }
    let mut expires = |id: &str| details(&mut simulator, id, 24 * 5)["audience_details"]["expired_time"].clone();
    assert_eq!(expires(&id), "2027-11-27 10:00:00");
    assert_eq!(expires(&kept), "2026-12-23 10:00:00");
    assert_code(&post_at(&mut simulator, UPDATE, &rename(&id), hours(24 * 5)), 0);
    assert_eq!(details(&mut simulator, &id, 24 * 5)["audience_details"]["expired_time"], "2027-11-28 10:00:00");
}

#[test]
fn files_of_an_account_count_among_its_requests() {
    let mut world = World::default();
    world.limits.account_requests_per_second = Some(1);
    let mut simulator = Simulator::new(world);
    upload(&mut simulator, &digests(3), start());
    assert_code(&Upload::emails(&digests(3)).send(&mut simulator, start()), 40133);
    let elsewhere = Upload { advertiser_id: SECOND_ACCOUNT, ..Upload::emails(&digests(3)) };
    assert_code(&elsewhere.send(&mut simulator, start()), 0);
}

#[test]
fn a_lookalike_takes_neither_files_nor_identifiers() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let reply = post_at(&mut simulator, LOOKALIKE, &lookalike_body(&id), hours(24));
    let lookalike = reply["data"]["custom_audience_id"].as_str().unwrap().to_owned();
    assert_code(&change(&mut simulator, &lookalike, "APPEND", &digests(1_300), 48), 40002);
    let body = mapping("add", "EMAIL_SHA256", &digests(1), &lookalike);
    assert_code(&post_at(&mut simulator, "/segment/mapping/", &body, hours(48)), 40002);
    let rename = json!({"advertiser_id": ACCOUNT, "custom_audience_id": lookalike, "custom_audience_name": "B"});
    assert_code(&post_at(&mut simulator, UPDATE, &rename, hours(48)), 0);
}
