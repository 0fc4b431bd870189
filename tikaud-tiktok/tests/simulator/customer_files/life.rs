//! An audience from its creation on.

use super::*;

#[test]
fn get_and_list_show_an_audience_of_files_as_what_it_is() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_000);
    assert_code(&change(&mut simulator, &id, "APPEND", &digests(1_500), 24), 0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&details(&mut simulator, &id, 25)).unwrap(), @r#"
    {
      "audience_details": {
        "audience_enhancement": false,
        "audience_id": "7100000000000000001",
        "audience_sub_type": "NORMAL",
        "calculate_type": "EMAIL_SHA256",
        "cover_num": 1000,
        "create_time": "2026-11-23 10:00:00",
        "enhancement_status": null,
        "error_msg": null,
        "expired_time": "2027-11-24 10:00:00",
        "is_auto_refresh": false,
        "is_creator": true,
        "is_expiring": false,
        "is_valid": true,
        "lookalike_spec": null,
        "msg": null,
        "name": "Buyers",
        "owner_id": "7000000000000000001",
        "rule": null,
        "shared": false,
        "type": "Customer File Audience"
      },
      "audience_history": [
        {
          "action": "append",
          "action_detail": "0",
          "editor": "open_api",
          "msg": null,
          "opt_time": "2026-11-24 10:00:00"
        },
        {
          "action": "create",
          "action_detail": "0",
          "editor": "open_api",
          "msg": null,
          "opt_time": "2026-11-23 10:00:00"
        }
      ]
    }
    "#);
    let query = [("advertiser_id", ACCOUNT)];
    let list = get_as(&mut simulator, TOKEN, LIST, &query, hours(25))["data"]["list"][0].clone();
    assert_eq!(
        (&list["audience_type"], &list["calculate_type"]),
        (&json!("Customer File Audience"), &json!("EMAIL_SHA256"))
    );
    assert!(list.get("type").is_none());
}

#[test]
fn an_audience_is_processed_for_a_day_after_each_change_and_not_editable_meanwhile() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let early = change(&mut simulator, &id, "APPEND", &digests(1_300), 23);
    assert_code(&early, 40002);
    assert_eq!(early["message"], "Audience is not editable, please check audience status.");
    assert_eq!(details(&mut simulator, &id, 23)["audience_details"]["is_valid"], false);
    assert_eq!(held(&simulator, &id).len(), 1_200);

    assert_code(&change(&mut simulator, &id, "APPEND", &digests(1_300), 24), 0);
    assert_code(&change(&mut simulator, &id, "REMOVE", &digests(10), 47), 40002);
    // It stays usable while a later change is processed.
    let shown = |simulator: &mut Simulator, hour| {
        let details = details(simulator, &id, hour)["audience_details"].clone();
        (details["is_valid"].clone(), details["cover_num"].clone())
    };
    assert_eq!(shown(&mut simulator, 47), (json!(true), json!(1_200)));
    assert_eq!(shown(&mut simulator, 48), (json!(true), json!(1_300)));
    assert_code(&change(&mut simulator, &id, "REMOVE", &digests(10), 48), 0);
    assert_eq!(held(&simulator, &id), digests(1_300)[10..]);
}

#[test]
fn without_an_action_all_that_there_was_is_replaced() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_500);
    let others = digests(3_000)[2_000..].to_vec();
    let path = upload(&mut simulator, &others, hours(24));
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_id": id, "file_paths": [path]});
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(24)), 0);
    assert_eq!(held(&simulator, &id), others);
}

#[test]
fn all_is_replaced_once_in_24_hours_at_most() {
    let mut world = World::default();
    world.applied_after_seconds = 3_600;
    let mut simulator = Simulator::new(world);
    let id = audience(&mut simulator, 1_500);
    assert_code(&change(&mut simulator, &id, "REPLACE", &digests(1_600), 1), 0);
    let early = change(&mut simulator, &id, "REPLACE", &digests(1_700), 24);
    assert_code(&early, 40002);
    assert!(early["message"].as_str().unwrap().contains("unfinished replace"), "{early}");
    assert_code(&change(&mut simulator, &id, "APPEND", &digests(1_700), 24), 0);
    assert_code(&change(&mut simulator, &id, "REPLACE", &digests(1_100), 25), 0);
    assert_eq!(held(&simulator, &id).len(), 1_100);
}

#[test]
fn an_audience_made_of_too_few_people_stays_empty_and_cannot_be_changed() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 999);
    assert_eq!(held(&simulator, &id), [""; 0]);
    let details = details(&mut simulator, &id, 400)["audience_details"].clone();
    assert_eq!((&details["is_valid"], &details["cover_num"]), (&json!(false), &json!(0)));
    assert_code(&change(&mut simulator, &id, "APPEND", &digests(5_000), 400), 40002);
}

#[test]
fn a_change_that_would_leave_too_few_people_is_refused_and_changes_nothing() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    for (action, ids) in [("REMOVE", digests(201)), ("REPLACE", digests(999))] {
        assert_code(&change(&mut simulator, &id, action, &ids, 24), 40002);
    }
    assert_eq!(held(&simulator, &id).len(), 1_200);
    // What was refused is not processed either.
    assert_code(&change(&mut simulator, &id, "REMOVE", &digests(200), 24), 0);
    assert_eq!(held(&simulator, &id).len(), 1_000);
}

#[test]
fn a_name_is_changed_alone_or_with_files_and_is_not_cut() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let name = "n".repeat(128);
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_id": id, "custom_audience_name": name});
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(23)), 40002);
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(24)), 0);
    assert_eq!(simulator.audiences()[0].name(), name);
    assert_eq!(simulator.requests().last().unwrap().action, None);

    let path = upload(&mut simulator, &digests(1_300), hours(24));
    let mut body = update_body(&id, "APPEND", &path);
    body["custom_audience_name"] = json!("Both");
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(24)), 0);
    assert_eq!((simulator.audiences()[0].name(), held(&simulator, &id).len()), ("Both", 1_300));
}

#[test]
fn a_change_puts_the_expiry_off_unless_a_retention_was_given() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let path = upload(&mut simulator, &digests(1_200), start());
    let mut body = create_body(&path);
    body["retention_in_days"] = json!(30);
    let reply = post_at(&mut simulator, CREATE, &body, start());
    let kept = reply["data"]["custom_audience_id"].as_str().unwrap().to_owned();
    for id in [&id, &kept] {
        assert_code(&change(&mut simulator, id, "APPEND", &digests(1_300), 10 * 24), 0);
    }
    let mut expires = |id| details(&mut simulator, id, 10 * 24)["audience_details"]["expired_time"].clone();
    assert_eq!(expires(&id), "2027-12-03 10:00:00");
    assert_eq!(expires(&kept), "2026-12-23 10:00:00");
    assert_code(&change(&mut simulator, &kept, "APPEND", &digests(1_400), 30 * 24), 40002);
}
