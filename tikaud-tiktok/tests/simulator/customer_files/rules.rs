//! Requests that break a rule.

use super::*;

#[test]
fn the_type_of_an_audience_is_that_of_its_first_file() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let phones = Upload { calculate_type: "PHONE_SHA256", ..Upload::emails(&digests(5)) };
    let path = phones.path(&mut simulator, hours(24));
    assert_code(&post_at(&mut simulator, UPDATE, &update_body(&id, "APPEND", &path), hours(24)), 40002);
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), hours(24)), 40002);
    // At upload, MAID is another name for FIRST.
    let maids = Upload { calculate_type: "MAID_SHA256", ..Upload::emails(&digests(1_000)) };
    let path = maids.path(&mut simulator, hours(24));
    let mut body = create_body(&path);
    body["calculate_type"] = json!("MAID_SHA256");
    assert_code(&post_at(&mut simulator, CREATE, &body, hours(24)), 40002);
    body["calculate_type"] = json!("FIRST_SHA256");
    assert_code(&post_at(&mut simulator, CREATE, &body, hours(24)), 0);
    assert_eq!(simulator.audiences().last().unwrap().count(IdType::MaidSha256), 1_000);
}

#[test]
fn a_create_that_breaks_a_rule_is_refused_and_makes_nothing() {
    let cases = [
        ("/advertiser_id", json!(null), 40002),
        ("/advertiser_id", json!(SECOND_ACCOUNT), 40905),
        ("/advertiser_id", json!(FORBIDDEN_ACCOUNT), 40001),
        ("/custom_audience_name", json!(null), 40002),
        ("/custom_audience_name", json!(""), 40002),
        ("/custom_audience_name", json!("n".repeat(129)), 40002),
        ("/file_paths", json!(null), 40002),
        ("/file_paths", json!([]), 40002),
        ("/file_paths", json!(["short"]), 40002),
        ("/file_paths", json!(["SIM0000000000099"]), 40905),
        ("/file_paths", json!(vec!["SIM0000000000001"; 501]), 40002),
        ("/calculate_type", json!(null), 40002),
        ("/calculate_type", json!("MAID_SHA256"), 40002),
        ("/calculate_type", json!("PHONE_SHA256"), 40002),
        ("/audience_sub_type", json!("OTHER"), 40002),
        ("/retention_in_days", json!(0), 40002),
        ("/retention_in_days", json!(366), 40002),
        ("/retention_in_days", json!("30"), 40002),
    ];
    for (pointer, value, code) in cases {
        let mut simulator = simulator();
        let mut body = create_body(&upload(&mut simulator, &digests(1_000), start()));
        body[&pointer[1..]] = value.clone();
        let reply = post_at(&mut simulator, CREATE, &body, start());
        assert_eq!(reply["code"], code, "{pointer} = {value}: {reply}");
        assert!(simulator.audiences().is_empty(), "{pointer} = {value}");
    }
}

#[test]
fn an_update_that_breaks_a_rule_is_refused_and_changes_nothing() {
    let cases = [
        ("advertiser_id", json!(SECOND_ACCOUNT), 40007),
        ("custom_audience_id", json!("42"), 40007),
        ("custom_audience_id", json!(null), 40002),
        ("action", json!("append"), 40002),
        ("action", json!("DELETE"), 40002),
        ("file_paths", json!([]), 40002),
        ("file_paths", json!(null), 40002),
        ("file_paths", json!(["SIM0000000000099"]), 40905),
        ("custom_audience_name", json!("n".repeat(129)), 40002),
        ("audience_sub_type", json!("NORMAL"), 40002),
    ];
    for (field, value, code) in cases {
        let mut simulator = simulator();
        let id = audience(&mut simulator, 1_200);
        let path = upload(&mut simulator, &digests(1_300), hours(24));
        let mut body = update_body(&id, "APPEND", &path);
        body[field] = value.clone();
        let reply = post_at(&mut simulator, UPDATE, &body, hours(24));
        assert_eq!(reply["code"], code, "{field} = {value}: {reply}");
        assert_eq!((held(&simulator, &id).len(), simulator.audiences()[0].name()), (1_200, "Buyers"));
    }
}

#[test]
fn an_action_without_files_is_not_used_and_must_be_one_all_the_same() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    // TikTok's own SDK sends its default with every change of a name.
    for (action, code) in [(json!("REPLACE"), 0), (json!("REMOVE"), 0), (json!("DELETE"), 40002), (json!(1), 40002)] {
        let body = json!({
            "advertiser_id": ACCOUNT, "custom_audience_id": id, "custom_audience_name": "Renamed", "action": action,
        });
        assert_code(&post_at(&mut simulator, UPDATE, &body, hours(24)), code);
    }
    assert_eq!((held(&simulator, &id).len(), simulator.audiences()[0].name()), (1_200, "Renamed"));
    assert!(simulator.requests().last().unwrap().action.is_none());
}

#[test]
fn each_kind_of_audience_is_changed_in_its_own_way_only() {
    let mut simulator = simulator();
    let (of_files, streaming) = (audience(&mut simulator, 1_200), create(&mut simulator, ACCOUNT, "Streaming"));
    let path = upload(&mut simulator, &digests(1_300), hours(24));
    assert_code(&post_at(&mut simulator, UPDATE, &update_body(&streaming, "APPEND", &path), hours(24)), 40002);
    let request = mapping("add", "EMAIL_SHA256", &digests(3), &of_files);
    assert_code(&post_at(&mut simulator, "/segment/mapping/", &request, hours(24)), 40002);
    let audience_ids = json!([of_files, streaming]).to_string();
    let both = get(&mut simulator, GET, &[("advertiser_id", ACCOUNT), ("custom_audience_ids", &audience_ids)]);
    let types: Vec<&Value> =
        both["data"]["list"].as_array().unwrap().iter().map(|it| &it["audience_details"]["type"]).collect();
    assert_eq!(types, [&json!("Customer File Audience"), &json!("Partner")]);
}

#[test]
fn an_audience_of_files_counts_among_the_audiences_of_its_account() {
    let mut world = World::default();
    world.limits.audiences_per_account = 1;
    let mut simulator = Simulator::new(world);
    audience(&mut simulator, 1_000);
    let path = upload(&mut simulator, &digests(1_000), start());
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), start()), 40002);
}
