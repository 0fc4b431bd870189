//! Saved audiences: made, listed, deleted.

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultProgram, FaultRule, Request, Simulator, TokenGrant, World};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, envelope, get, get_as, post, simulator,
    start,
};

const CREATE: &str = "/dmp/saved_audience/create/";
const LIST: &str = "/dmp/saved_audience/list/";
const DELETE: &str = "/dmp/saved_audience/delete/";

/// As little as can be saved.
fn body() -> Value {
    json!({"advertiser_id": ACCOUNT, "saved_audience_name": "France", "location_ids": ["3017382"]})
}

fn save(simulator: &mut Simulator, body: &Value) -> String {
    let reply = post(simulator, CREATE, body);
    assert_code(&reply, 0);
    reply["data"]["saved_audience_id"].as_str().unwrap().to_owned()
}

fn listed(simulator: &mut Simulator, account: &str) -> Vec<Value> {
    let reply = get(simulator, LIST, &[("advertiser_id", account)]);
    assert_code(&reply, 0);
    reply["data"]["saved_audiences"].as_array().unwrap().clone()
}

fn delete(simulator: &mut Simulator, account: &str, ids: &Value) -> Value {
    post(simulator, DELETE, &json!({"advertiser_id": account, "saved_audience_ids": ids}))
}

#[test]
fn everything_that_can_be_chosen_is_listed_as_it_was_given() {
    let mut simulator = simulator();
    let [included, excluded] = ["A", "B"].map(|name| create(&mut simulator, ACCOUNT, name));
    let action = json!({
        "action_scene": "CREATOR_RELATED", "action_period": 15, "video_user_actions": ["FOLLOWING"],
        "action_category_ids": ["100"],
    });
    let mut body = body();
    body.as_object_mut().unwrap().extend(
        json!({
            "gender": "GENDER_FEMALE", "age_groups": ["AGE_18_24", "AGE_55_100"], "languages": [],
            "audience_ids": [included], "excluded_audience_ids": [excluded], "interest_category_ids": ["15"],
            "interest_keyword_ids": ["16"], "carrier_ids": ["17"], "operating_systems": ["ANDROID"],
            "min_android_version": "10.0", "min_ios_version": "14.5", "network_types": ["WIFI", "5G"],
            "device_price_ranges": [250, 10_000], "actions": [action],
        })
        .as_object()
        .unwrap()
        .clone(),
    );
    save(&mut simulator, &body);
    let reply = get(&mut simulator, LIST, &[("advertiser_id", ACCOUNT)]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&reply["data"]).unwrap(), @r#"
    {
      "page_info": {
        "page": 1,
        "page_size": 10,
        "total_number": 1,
        "total_page": 1
      },
      "saved_audiences": [
        {
          "actions": [
            {
              "action_category_ids": [
                "100"
              ],
              "action_period": 0,
              "action_scene": "CREATOR_RELATED",
              "video_user_actions": [
                "FOLLOWING"
              ]
            }
          ],
          "age_groups": [
            "AGE_18_24",
            "AGE_55_100"
          ],
          "audience_ids": [
            "7100000000000000001"
          ],
          "carrier_ids": [
            "17"
          ],
          "device_model_ids": null,
          "device_price_ranges": [
            250,
            10000
          ],
          "excluded_audience_ids": [
            "7100000000000000002"
          ],
          "gender": "GENDER_FEMALE",
          "interest_category_ids": [
            "15"
          ],
          "interest_keyword_ids": [
            "16"
          ],
          "languages": [],
          "location_ids": [
            "3017382"
          ],
          "min_android_version": "10.0",
          "min_ios_version": "14.5",
          "network_types": [
            "WIFI",
            "5G"
          ],
          "operating_systems": [
            "ANDROID"
          ],
          "saved_audience_id": "7300000000000000001",
          "saved_audience_name": "France"
        }
      ]
    }
    "#);
}

#[test]
fn what_was_not_chosen_is_null() {
    let mut simulator = simulator();
    save(&mut simulator, &body());
    let saved = listed(&mut simulator, ACCOUNT).remove(0);
    let given: Vec<&String> =
        saved.as_object().unwrap().iter().filter(|(_, it)| !it.is_null()).map(|it| it.0).collect();
    assert_eq!(given, ["location_ids", "saved_audience_id", "saved_audience_name"]);
    assert_eq!(saved.as_object().unwrap().len(), 18);
}

#[test]
fn the_list_comes_in_pages_the_newest_first_and_can_be_narrowed() {
    let mut simulator = simulator();
    let mut saved: Vec<String> = (0..11).map(|_| save(&mut simulator, &body())).collect();
    assert_eq!(listed(&mut simulator, ACCOUNT).len(), 10);
    assert_eq!(listed(&mut simulator, SECOND_ACCOUNT), Vec::<Value>::new());
    let mut page = |query: &[(&str, &str)]| {
        get(&mut simulator, LIST, &[&[("advertiser_id", ACCOUNT)], query].concat())["data"].clone()
    };
    let second = page(&[("page", "2"), ("page_size", "6")]);
    assert_eq!(second["page_info"], json!({"page": 2, "page_size": 6, "total_number": 11, "total_page": 2}));
    saved.reverse();
    let ids: Vec<&Value> =
        second["saved_audiences"].as_array().unwrap().iter().map(|saved| &saved["saved_audience_id"]).collect();
    assert_eq!(ids, saved[6..].iter().map(|id| json!(id)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    let narrowed = page(&[("saved_audience_ids", &json!([saved[3], "42"]).to_string())]);
    assert_eq!(narrowed["page_info"]["total_number"], 1);
    assert_eq!(page(&[("page", "3")])["saved_audiences"], json!([]));
}

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

#[test]
fn who_may_only_read_lists_and_does_not_save() {
    let mut world = World::default();
    let mut reader = TokenGrant::new("act.reader").with_account(ACCOUNT, tikaud_tiktok::simulator::Role::Admin);
    reader.scopes = vec![30];
    world.tokens.push(reader);
    let mut simulator = Simulator::new(world);
    save(&mut simulator, &body());
    let list = get_as(&mut simulator, "act.reader", LIST, &[("advertiser_id", ACCOUNT)], start());
    assert_eq!(list["data"]["page_info"]["total_number"], 1);
    let path = format!("/open_api/v1.3{CREATE}");
    let request = Request::new("POST", &path)
        .with_header("Access-Token", "act.reader")
        .with_header("Content-Type", "application/json")
        .with_body(body().to_string());
    assert_code(&envelope(&simulator.handle(&request, start())), 40001);
}

#[test]
fn a_lost_reply_has_saved_and_a_dropped_request_has_not_and_reset_forgets() {
    let mut simulator = simulator();
    let rules = [Effect::LoseReply, Effect::DropRequest]
        .map(|effect| FaultRule::new(effect).on_endpoint(Endpoint::SavedAudienceCreate));
    simulator.inject(FaultProgram::new(rules));
    let path = format!("/open_api/v1.3{CREATE}");
    for _ in 0..2 {
        let request = Request::new("POST", &path)
            .with_header("Access-Token", TOKEN)
            .with_header("Content-Type", "application/json")
            .with_body(body().to_string());
        simulator.handle(&request, start());
    }
    assert_eq!(listed(&mut simulator, ACCOUNT).len(), 1);
    simulator.reset();
    assert!(listed(&mut simulator, ACCOUNT).is_empty());
}
