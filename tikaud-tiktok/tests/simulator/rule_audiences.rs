//! Audiences of rules.

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{
    Effect, Endpoint, FaultProgram, FaultRule, Request, Role, Simulator, TokenGrant, World,
};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, envelope, get_as, hours, mapping, post,
    post_at, simulator, start,
};

const CREATE: &str = "/dmp/custom_audience/rule/create/";
const UPDATE: &str = "/dmp/custom_audience/update/";
const GET: &str = "/dmp/custom_audience/get/";
const LIST: &str = "/dmp/custom_audience/list/";

/// A set of one rule, whose event happened at one source.
fn rule_set(event: &str, days: u32, sources: &Value) -> Value {
    let filters = json!([{"field": "EVENT", "operator": "EQ", "value": event}]);
    let filter_set = json!({"operator": "OR", "filters": filters});
    let rule = json!({"event_source_ids": sources, "retention_days": days, "filter_set": filter_set});
    json!({"operator": "OR", "rules": [rule]})
}

fn body(audience_type: &str, inclusions: &Value) -> Value {
    json!({
        "advertiser_id": ACCOUNT,
        "custom_audience_name": "Visitors",
        "audience_type": audience_type,
        "rule_spec": {"inclusion_rule_set": inclusions},
    })
}

/// A good request about a website, to be broken.
fn visitors() -> Value {
    body("PIXEL", &rule_set("PAGE BROWSE", 30, &json!(["C1"])))
}

fn id(reply: &Value) -> String {
    assert_code(reply, 0);
    reply["data"]["custom_audience_id"].as_str().unwrap().to_owned()
}

fn details(simulator: &mut Simulator, audience: &str, hour: i64) -> Value {
    let ids = json!([audience]).to_string();
    let query = [("advertiser_id", ACCOUNT), ("custom_audience_ids", ids.as_str())];
    get_as(simulator, TOKEN, GET, &query, hours(hour))["data"]["list"][0]["audience_details"].clone()
}

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
fn a_request_that_breaks_a_rule_is_refused_by_its_code_and_the_place_and_makes_nothing() {
    let set = "/rule_spec/inclusion_rule_set";
    let at = |rest: &str| format!("{set}{rest}");
    let rule = visitors().pointer(&at("/rules/0")).unwrap().clone();
    let cases: Vec<(String, Value, i64, &str)> = vec![
        ("/advertiser_id".into(), json!(FORBIDDEN_ACCOUNT), 40001, FORBIDDEN_ACCOUNT),
        ("/advertiser_id".into(), Value::Null, 40002, "advertiser_id: Missing data"),
        ("/custom_audience_name".into(), json!(""), 40002, "custom_audience_name: Missing data"),
        ("/custom_audience_name".into(), json!("é".repeat(129)), 40002, "maximum length 128"),
        ("/audience_type".into(), json!("pixel"), 40002, "audience_type: Must be one of ENGAGEMENT,"),
        ("/rule_spec".into(), json!([]), 40002, "rule_spec: Not a valid object"),
        ("/rule_spec".into(), json!({}), 40002, "rule_spec.inclusion_rule_set: Missing data"),
        (at("/operator"), json!("AND"), 40002, "rule_spec.inclusion_rule_set.operator: Must be one of OR."),
        (at("/rules"), json!([]), 40002, "inclusion_rule_set.rules: Missing data"),
        (at("/rules"), json!({}), 40002, "inclusion_rule_set.rules: Not a valid list of objects"),
        (at("/rules"), json!(vec![rule; 6]), 40002, "inclusion_rule_set.rules: Longer than maximum length 5"),
        (at("/rules/0/retention_days"), json!(29), 40002, "rules[0].retention_days: Must be one of 7, 14, 30, 60"),
        (at("/rules/0/retention_days"), json!("30"), 40002, "rules[0].retention_days: Must be one of"),
        (at("/rules/0/event_source_ids"), Value::Null, 40002, "rules[0].event_source_ids: Missing data"),
        (at("/rules/0/event_source_ids"), json!([1]), 40002, "rules[0].event_source_ids: Not a valid list of strings"),
        (at("/rules/0/filter_set"), Value::Null, 40002, "rules[0].filter_set: Missing data"),
        (at("/rules/0/filter_set/operator"), json!("AND"), 40002, "filter_set.operator: Must be one of OR."),
        (at("/rules/0/filter_set/filters"), json!([{}, {}]), 40002, "filter_set.filters: Longer than maximum length 1"),
        (at("/rules/0/filter_set/filters/0/field"), json!("URL"), 40002, "filters[0].field: Must be one of EVENT."),
        (at("/rules/0/filter_set/filters/0/operator"), json!("GT"), 40002, "filters[0].operator: Must be one of EQ."),
        (at("/rules/0/filter_set/filters/0/value"), json!("BROWSE"), 40002, "filters[0].value: Must be one of PAGE"),
    ];
    for (pointer, value, code, text) in cases {
        let mut simulator = simulator();
        let mut body = visitors();
        *body.pointer_mut(&pointer).unwrap() = value.clone();
        let reply = post(&mut simulator, CREATE, &body);
        assert_eq!(reply["code"], code, "{pointer} = {value}: {reply}");
        assert!(reply["message"].as_str().unwrap().contains(text), "{pointer} = {value}: {reply}");
        assert!(simulator.audiences().is_empty(), "{pointer} = {value}");
    }
    for (field, value) in [
        ("audience_sub_type", json!("OTHER")),
        ("retention_in_days", json!(366)),
        ("is_auto_refresh", json!("true")),
        ("audience_enhancement", json!(1)),
        ("identity_type", json!("AUTH_CODE")),
    ] {
        let mut body = visitors();
        body[field] = value;
        assert_code(&post(&mut simulator(), CREATE, &body), 40002);
    }
}

#[test]
fn filters_on_pages_are_for_websites_and_limited_in_number() {
    let of_url = json!({"field": "URL", "operator": "CONTAINS", "values": ["us"]});
    let of_price = json!({"field": "PRICE", "operator": "IS_GREATER_THAN_OR_EQUAL_TO", "values": ["10"]});
    let with = |filter: &Value, field: &str, value: Value| {
        let mut filter = filter.clone();
        filter[field] = value;
        filter
    };
    let cases = [
        (json!([of_url, of_price]), 0),
        (json!([of_url, of_url]), 40002),
        (json!(vec![of_price.clone(); 10]), 0),
        (json!(vec![of_price.clone(); 11]), 40002),
        (json!([]), 40002),
        (json!([with(&of_url, "field", json!("HOST"))]), 40002),
        (json!([with(&of_url, "operator", json!("IS_LESS_THAN"))]), 40002),
        (json!([with(&of_price, "operator", json!("IS_GRETER_THAN_OR_EQUAL_TO"))]), 40002),
        (json!([with(&of_price, "operator", json!("NOT_EQUAL"))]), 40002),
        (json!([with(&of_url, "values", json!([]))]), 40002),
        (json!([with(&of_url, "values", json!("us"))]), 40002),
        (json!([with(&of_url, "values", json!(vec!["us"; 11]))]), 40002),
        (json!([with(&of_url, "values", json!(["u".repeat(101)]))]), 40002),
        (json!([with(&of_url, "values", json!(["u".repeat(100)]))]), 0),
    ];
    let place = "/rule_spec/inclusion_rule_set/rules/0/filter_set/filters/0";
    for (filters, code) in cases {
        let mut body = visitors();
        body.pointer_mut(place).unwrap()["parameter_filters"] = filters.clone();
        let reply = post(&mut simulator(), CREATE, &body);
        assert_eq!(reply["code"], code, "{filters}: {reply}");
    }
    let mut of_app = body("APP", &rule_set("INSTALL", 30, &json!(["1"])));
    of_app.pointer_mut(place).unwrap()["parameter_filters"] = json!([of_url]);
    assert_code(&post(&mut simulator(), CREATE, &of_app), 40002);
}

#[test]
fn sources_and_windows_depend_on_the_type() {
    let videos = json!((0..11).map(|id| id.to_string()).collect::<Vec<_>>());
    let follow = "BUSINESS ACCOUNT PROFILE FOLLOW";
    let cases = [
        ("ENGAGEMENT", rule_set("CLICK", 180, &Value::Null), 0),
        ("ENGAGEMENT", rule_set("CLICK", 180, &json!(["7200000000000000004"])), 40002),
        ("LEAD_GENERATION", rule_set("FORM VIEW", 30, &json!(["1"])), 40002),
        ("ENGAGEMENT_LIVE_VIDEO", rule_set("LIVE VIDEO VIEW", 60, &json!(["1"])), 40002),
        ("ENGAGEMENT_LIVE_VIDEO", rule_set("LIVE VIDEO VIEW", 30, &videos), 40011),
        ("ENGAGEMENT_LIVE_VIDEO", rule_set("LIVE VIDEO VIEW", 30, &Value::Null), 40002),
        ("BUSINESS_ACCOUNT", rule_set(follow, 60, &json!(["1"])), 0),
        ("BUSINESS_ACCOUNT", rule_set("BUSINESS ACCOUNT PLAY 2S", 60, &json!(["1"])), 40002),
    ];
    for (audience_type, rules, code) in cases {
        let mut body = body(audience_type, &rules);
        body["identity_id"] = json!("i1");
        body["identity_type"] = json!("TT_USER");
        let reply = post(&mut simulator(), CREATE, &body);
        assert_eq!(reply["code"], code, "{audience_type} {rules}: {reply}");
    }
}

#[test]
fn whose_videos_they_are_must_be_said() {
    let good = body("ENGAGEMENT_LIVE_VIDEO", &rule_set("LIVE VIDEO VIEW", 30, &json!(["1"])));
    for (identity, code) in [
        (json!({}), 40002),
        (json!({"identity_id": "i1"}), 40002),
        (json!({"identity_type": "TT_USER"}), 40002),
        (json!({"identity_id": "i1", "identity_type": "TT_USER"}), 0),
        (json!({"identity_id": "i1", "identity_type": "BC_AUTH_TT"}), 40002),
        (json!({"identity_id": "i1", "identity_type": "BC_AUTH_TT", "identity_authorized_bc_id": "69"}), 0),
    ] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().extend(identity.as_object().unwrap().clone());
        let reply = post(&mut simulator(), CREATE, &body);
        assert_eq!(reply["code"], code, "{identity}: {reply}");
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
