//! How they are shown, changed, used and deleted, and who may do so.

use super::*;

#[test]
fn an_audience_of_rules_is_shown_with_its_rules_and_has_people_a_day_later() {
    let mut simulator = simulator();
    let mut body = visitors();
    body["rule_spec"]["exclusion_rule_set"] = rule_set("COMPLETE PAYMENT", 7, &Value::Null);
    body["audience_sub_type"] = json!("REACH_FREQUENCY");
    body["is_auto_refresh"] = json!(false);
    body["retention_in_days"] = json!(10);
    let audience = id(&post(&mut simulator, CREATE, &body));
    let shown = details(&mut simulator, &audience, 0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap(), @r#"
    {
      "audience_enhancement": false,
      "audience_id": "7100000000000000001",
      "audience_sub_type": "REACH_FREQUENCY",
      "calculate_type": null,
      "cover_num": 0,
      "create_time": "2026-11-23 10:00:00",
      "enhancement_status": null,
      "error_msg": null,
      "expired_time": "2026-12-03 10:00:00",
      "is_auto_refresh": false,
      "is_creator": true,
      "is_expiring": true,
      "is_valid": false,
      "lookalike_spec": null,
      "msg": null,
      "name": "Visitors",
      "owner_id": "7000000000000000001",
      "rule": "{\"exclusions\":{\"operator\":\"OR\",\"rules\":[{\"event_source_ids\":null,\"filter_set\":{\"filters\":[{\"field\":\"EVENT\",\"operator\":\"EQ\",\"value\":\"COMPLETE PAYMENT\"}],\"operator\":\"OR\"},\"retention_days\":7}]},\"inclusions\":{\"operator\":\"OR\",\"rules\":[{\"event_source_ids\":[\"C1\"],\"filter_set\":{\"filters\":[{\"field\":\"EVENT\",\"operator\":\"EQ\",\"value\":\"PAGE BROWSE\"}],\"operator\":\"OR\"},\"retention_days\":30}]}}",
      "shared": false,
      "type": "Website Audience"
    }
    "#);
    let rule: Value = serde_json::from_str(shown["rule"].as_str().unwrap()).unwrap();
    assert_eq!(rule["inclusions"], body["rule_spec"]["inclusion_rule_set"]);
    assert_eq!(rule["exclusions"], body["rule_spec"]["exclusion_rule_set"]);
    let later = details(&mut simulator, &audience, 24);
    assert_eq!((&later["cover_num"], &later["is_valid"]), (&json!(5_000), &json!(true)));
    assert_eq!(details(&mut simulator, &audience, 240)["is_valid"], false);
}

#[test]
fn each_type_has_its_name_in_get_and_list_and_its_own_events() {
    let video = |body: &mut Value| {
        body["identity_id"] = json!("i1");
        body["identity_type"] = json!("TT_USER");
    };
    let cases = [
        ("ENGAGEMENT", "CLICK", json!(["7200000000000000001"]), "Engagement Audience"),
        ("ENGAGEMENT_ORGANIC_VIDEO", "ORGANIC VIDEO PLAY 2S", json!(["1"]), "Engagement Audience"),
        ("ENGAGEMENT_LIVE_VIDEO", "LIVE VIDEO VIEW", json!(["1"]), "Engagement Audience"),
        ("APP", "INSTALL", json!(["1"]), "App Activity Audience"),
        ("PIXEL", "PIXEL COMPLETE PAYMENT", json!(["1"]), "Website Audience"),
        ("LEAD_GENERATION", "FORM VIEW", Value::Null, "Lead Generation"),
        ("BUSINESS_ACCOUNT", "BUSINESS ACCOUNT ENGAGEMENT", json!(["1"]), "Rule Business Account"),
        ("TIKTOK_SHOP", "TIKTOK SHOP PAGE VIEW", json!(["1"]), "Rule ad shop"),
        ("OFFLINE", "OFFLINE CONTACT", json!(["1"]), "Offline Activity Audience"),
    ];
    for (at, (audience_type, event, sources, shown)) in cases.iter().enumerate() {
        let mut simulator = simulator();
        let mut good = body(audience_type, &rule_set(event, 30, sources));
        video(&mut good);
        let audience = id(&post(&mut simulator, CREATE, &good));
        assert_eq!(details(&mut simulator, &audience, 0)["type"], *shown);
        let listed = get_as(&mut simulator, TOKEN, LIST, &[("advertiser_id", ACCOUNT)], start());
        assert_eq!(listed["data"]["list"][0]["audience_type"], *shown);
        assert_eq!(simulator.audiences()[0].type_name(), *shown);
        let other = cases[(at + 1) % cases.len()].1;
        let mut wrong = body(audience_type, &rule_set(other, 30, sources));
        video(&mut wrong);
        assert_code(&post(&mut simulator, CREATE, &wrong), 40002);
    }
}

#[test]
fn an_audience_of_rules_can_be_renamed_used_and_deleted_and_not_filled() {
    let mut simulator = simulator();
    let audience = id(&post(&mut simulator, CREATE, &visitors()));
    let change = |field: &str, value: &str| {
        let mut body = json!({"advertiser_id": ACCOUNT, "custom_audience_id": audience});
        body[field] = json!(value);
        body
    };
    assert_code(&post(&mut simulator, UPDATE, &change("custom_audience_name", "Guests")), 0);
    assert_code(&post(&mut simulator, UPDATE, &change("audience_sub_type", "REACH_FREQUENCY")), 0);
    let shown = details(&mut simulator, &audience, 0);
    assert_eq!((&shown["name"], &shown["audience_sub_type"]), (&json!("Guests"), &json!("REACH_FREQUENCY")));
    let fill = mapping("add", "EMAIL_SHA256", &["ab".repeat(32)], &audience);
    assert_code(&post(&mut simulator, "/segment/mapping/", &fill), 40002);
    let apply = json!({
        "advertiser_id": ACCOUNT, "custom_audience_id": audience, "adgroup_ids": ["7200000000000000001"],
        "action_mode": "Apply", "usage_mode": "Include",
    });
    assert_code(&post(&mut simulator, "/dmp/custom_audience/apply/", &apply), 40002);
    assert_code(&post_at(&mut simulator, "/dmp/custom_audience/apply/", &apply, hours(24)), 0);
    let delete = json!({"advertiser_id": ACCOUNT, "custom_audience_ids": [audience]});
    assert_code(&post(&mut simulator, "/dmp/custom_audience/delete/", &delete), 0);
    assert_eq!(details(&mut simulator, &audience, 24), Value::Null);
}

#[test]
fn only_what_tiktok_lists_as_shareable_is_shared() {
    let mut simulator = simulator();
    let shareable = id(&post(&mut simulator, CREATE, &visitors()));
    let forms = body("LEAD_GENERATION", &rule_set("FORM VIEW", 30, &Value::Null));
    let kept = id(&post(&mut simulator, CREATE, &forms));
    for (audience, code) in [(shareable, 0), (kept, 40002)] {
        let share = json!({
            "advertiser_id": ACCOUNT, "custom_audience_ids": [audience], "shared_advertiser_ids": [SECOND_ACCOUNT],
        });
        assert_code(&post(&mut simulator, "/dmp/custom_audience/share/", &share), code);
    }
}

#[test]
fn the_world_says_how_many_people_there_are_and_how_many_audiences_there_may_be() {
    let mut world = World::from_json(r#"{"rule_audience_people": 999, "applied_after_seconds": 0}"#).unwrap();
    world.limits.audiences_per_account = 1;
    let mut simulator = Simulator::new(world);
    let audience = id(&post(&mut simulator, CREATE, &visitors()));
    let shown = details(&mut simulator, &audience, 0);
    assert_eq!((&shown["cover_num"], &shown["is_valid"]), (&json!(999), &json!(false)));
    assert_code(&post(&mut simulator, CREATE, &visitors()), 40002);
}

#[test]
fn a_role_that_only_reads_makes_no_audience_and_a_lost_reply_has_made_one() {
    let mut world = World::default();
    world.tokens.push(TokenGrant::new("act.analyst").with_account(ACCOUNT, Role::Analyst));
    let mut simulator = Simulator::new(world);
    let path = format!("/open_api/v1.3{CREATE}");
    let request = |token| {
        Request::new("POST", &path)
            .with_header("Access-Token", token)
            .with_header("Content-Type", "application/json")
            .with_body(visitors().to_string())
    };
    assert_code(&envelope(&simulator.handle(&request("act.analyst"), start())), 40001);
    assert!(simulator.audiences().is_empty());
    let lost = FaultRule::new(Effect::LoseReply).on_endpoint(Endpoint::RuleCreate);
    simulator.inject(FaultProgram::new([lost]));
    simulator.handle(&request(TOKEN), start());
    assert_eq!(simulator.audiences().len(), 1);
    create(&mut simulator, ACCOUNT, "A");
    assert_eq!(simulator.audiences().len(), 2);
}
