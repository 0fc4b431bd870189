//! Requests that break a rule.

use super::*;

#[test]
fn deleting_takes_all_or_none() {
    let mut simulator = simulator();
    let [first, second] = [0; 2].map(|_| save(&mut simulator, &body()));
    let many: Vec<String> = (0..101).map(|id| id.to_string()).collect();
    for (account, ids, code) in [
        (ACCOUNT, json!([first, "42"]), 40007),
        (SECOND_ACCOUNT, json!([first]), 40007),
        (FORBIDDEN_ACCOUNT, json!([first]), 40001),
        (ACCOUNT, json!([]), 40002),
        (ACCOUNT, json!(first), 40002),
        (ACCOUNT, Value::Null, 40002),
        (ACCOUNT, json!(many), 40011),
    ] {
        assert_code(&delete(&mut simulator, account, &ids), code);
    }
    assert_eq!(listed(&mut simulator, ACCOUNT).len(), 2);
    assert_code(&delete(&mut simulator, ACCOUNT, &json!([first])), 0);
    assert_code(&delete(&mut simulator, ACCOUNT, &json!([first])), 40007);
    assert_eq!(listed(&mut simulator, ACCOUNT)[0]["saved_audience_id"], json!(second));
}

#[test]
fn a_request_that_breaks_a_rule_is_refused_and_saves_nothing() {
    let mut simulator = simulator();
    let foreign = create(&mut simulator, SECOND_ACCOUNT, "B");
    let own = create(&mut simulator, ACCOUNT, "A");
    let action = |field: &str, value: Value| {
        let mut action = json!({
            "action_scene": "HASHTAG_RELATED", "action_period": 7, "video_user_actions": ["VIEW_HASHTAG"],
            "action_category_ids": ["100"],
        });
        action[field] = value;
        json!([action])
    };
    let cases = [
        ("advertiser_id", Value::Null, 40002),
        ("advertiser_id", json!(FORBIDDEN_ACCOUNT), 40001),
        ("saved_audience_name", Value::Null, 40002),
        ("saved_audience_name", json!("é".repeat(513)), 40002),
        ("saved_audience_name", json!("France 🇫🇷"), 40002),
        ("location_ids", Value::Null, 40002),
        ("location_ids", json!([]), 40002),
        ("location_ids", json!([3_017_382]), 40002),
        ("location_ids", json!(["FR"]), 40002),
        ("location_ids", json!(["99999999999999999999"]), 40002),
        ("gender", json!("FEMALE"), 40002),
        ("age_groups", json!(["AGE_18_25"]), 40002),
        ("network_types", json!(["UNKNOWN"]), 40002),
        ("operating_systems", json!(["PC"]), 40002),
        ("operating_systems", json!(["ANDROID", "IOS"]), 40002),
        ("languages", json!("fr"), 40002),
        ("min_ios_version", json!("14"), 40002),
        ("min_android_version", json!("x.0"), 40002),
        ("device_price_ranges", json!([0, 40]), 40002),
        ("device_price_ranges", json!([250, 250]), 40002),
        ("device_price_ranges", json!([0, 1_050]), 40002),
        ("device_price_ranges", json!([0]), 40002),
        ("interest_category_ids", json!(["x"]), 40002),
        ("audience_ids", json!([foreign]), 40007),
        ("excluded_audience_ids", json!(["42"]), 40007),
        ("actions", json!({}), 40002),
        ("actions", action("action_scene", json!("OTHER")), 40002),
        ("actions", action("action_period", json!(30)), 40002),
        ("actions", action("action_period", Value::Null), 40002),
        ("actions", action("video_user_actions", json!(["LIKED"])), 40002),
        ("actions", action("action_category_ids", Value::Null), 40002),
        ("actions", action("action_category_ids", json!(["x"])), 40002),
    ];
    for (field, value, code) in cases {
        let mut body = body();
        body[field] = value.clone();
        let reply = post(&mut simulator, CREATE, &body);
        assert_eq!(reply["code"], code, "{field} = {value}: {reply}");
        assert!(reply["message"].as_str().unwrap().contains(field) || code == 40001, "{field} = {value}: {reply}");
    }
    for both in [
        json!({"audience_ids": [own], "excluded_audience_ids": [own]}),
        json!({"device_model_ids": ["1"], "device_price_ranges": [0, 50]}),
    ] {
        let mut body = body();
        body.as_object_mut().unwrap().extend(both.as_object().unwrap().clone());
        assert_code(&post(&mut simulator, CREATE, &body), 40002);
    }
    assert!(listed(&mut simulator, ACCOUNT).is_empty());
}

#[test]
fn a_query_that_breaks_a_rule_is_refused() {
    let many = json!((0..101).map(|id| id.to_string()).collect::<Vec<_>>()).to_string();
    let account = ("advertiser_id", ACCOUNT);
    for (query, code) in [
        (vec![], 40002),
        (vec![("advertiser_id", FORBIDDEN_ACCOUNT)], 40001),
        (vec![account, ("page", "0")], 40002),
        (vec![account, ("page_size", "101")], 40002),
        (vec![account, ("saved_audience_ids", "1")], 40002),
        (vec![account, ("saved_audience_ids", &many)], 40011),
    ] {
        let reply = get(&mut simulator(), LIST, &query);
        assert_eq!(reply["code"], code, "{query:?}: {reply}");
    }
}

#[test]
fn an_account_has_100_at_most_and_deleted_ones_do_not_count() {
    let mut simulator = simulator();
    let saved: Vec<String> = (0..100).map(|_| save(&mut simulator, &body())).collect();
    assert_code(&post(&mut simulator, CREATE, &body()), 40002);
    assert_code(&delete(&mut simulator, ACCOUNT, &json!([saved[0]])), 0);
    save(&mut simulator, &body());
}
