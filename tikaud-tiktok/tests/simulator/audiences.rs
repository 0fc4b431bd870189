//! What `get`, `list` and `delete` show and do.

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{Simulator, World};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, digests, get, get_as, hours, mapping, post,
    simulator,
};

const GET: &str = "/dmp/custom_audience/get/";
const LIST: &str = "/dmp/custom_audience/list/";
const DELETE: &str = "/dmp/custom_audience/delete/";

fn ids(audiences: &[&str]) -> String {
    json!(audiences).to_string()
}

/// The details of one audience as `get` shows them, at some hour after the start.
fn details(simulator: &mut Simulator, audience: &str, hour: i64) -> Value {
    let query = [("advertiser_id", ACCOUNT), ("custom_audience_ids", &ids(&[audience]))];
    get_as(simulator, TOKEN, GET, &query, hours(hour))["data"]["list"][0]["audience_details"].clone()
}

#[test]
fn get_shows_a_fresh_audience_as_tiktok_does() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "Buyers");
    let reply = get(&mut simulator, GET, &[("advertiser_id", ACCOUNT), ("custom_audience_ids", &ids(&[&audience]))]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&reply).unwrap(), @r#"
    {
      "code": 0,
      "data": {
        "list": [
          {
            "audience_details": {
              "audience_enhancement": false,
              "audience_id": "7100000000000000001",
              "audience_sub_type": "NORMAL",
              "calculate_type": "MULTIPLE_TYPES",
              "cover_num": 0,
              "create_time": "2026-11-23 10:00:00",
              "enhancement_status": null,
              "error_msg": null,
              "expired_time": "2027-11-23 10:00:00",
              "is_auto_refresh": false,
              "is_creator": true,
              "is_expiring": false,
              "is_valid": false,
              "lookalike_spec": null,
              "msg": null,
              "name": "Buyers",
              "owner_id": "7000000000000000001",
              "rule": "{\"inclusions\": null, \"exclusions\": null}",
              "shared": false,
              "type": "Partner"
            },
            "audience_history": [
              {
                "action": "create",
                "action_detail": "0",
                "editor": "open_api",
                "msg": null,
                "opt_time": "2026-11-23 10:00:00"
              }
            ]
          }
        ]
      },
      "message": "OK",
      "request_id": "SIM0000000000000002"
    }
    "#);
}

#[test]
fn list_shows_a_fresh_audience_as_tiktok_does() {
    let mut simulator = simulator();
    create(&mut simulator, ACCOUNT, "Buyers");
    let reply = get(&mut simulator, LIST, &[("advertiser_id", ACCOUNT)]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&reply["data"]).unwrap(), @r#"
    {
      "list": [
        {
          "audience_id": "7100000000000000001",
          "audience_type": "Partner",
          "calculate_type": "MULTIPLE_TYPES",
          "cover_num": 0,
          "create_time": "2026-11-23 10:00:00",
          "expired_time": "2027-11-23 10:00:00",
          "is_creator": true,
          "is_expiring": false,
          "is_valid": false,
          "name": "Buyers",
          "owner_id": "7000000000000000001",
          "shared": false
        }
      ],
      "page_info": {
        "page": 1,
        "page_size": 10,
        "total_number": 1,
        "total_page": 1
      }
    }
    "#);
}

#[test]
fn a_kept_description_is_shown_by_get_and_list() {
    let mut simulator = simulator();
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_name": "A", "description": "Bought in May"});
    let audience =
        post(&mut simulator, "/segment/audience/", &body)["data"]["audience_id"].as_str().unwrap().to_owned();
    assert_eq!(details(&mut simulator, &audience, 0)["description"], "Bought in May");
    let list = get(&mut simulator, LIST, &[("advertiser_id", ACCOUNT)]);
    assert_eq!(list["data"]["list"][0]["description"], "Bought in May");
}

#[test]
fn an_audience_grows_and_becomes_valid_a_day_after_the_thousandth_identifier() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let body = mapping("add", "EMAIL_SHA256", &digests(1_000), &audience);
    assert_code(&post(&mut simulator, "/segment/mapping/", &body), 0);
    let mut seen = |hour| {
        let details = details(&mut simulator, &audience, hour);
        (details["cover_num"].clone(), details["is_valid"].clone())
    };
    assert_eq!(seen(23), (json!(0), json!(false)));
    assert_eq!(seen(24), (json!(1_000), json!(true)));
    assert_eq!(seen(365 * 24), (json!(0), json!(false)));
}

#[test]
fn an_audience_below_a_thousand_is_not_valid() {
    let mut world = World::default();
    world.applied_after_seconds = 0;
    let mut simulator = Simulator::new(world);
    let audience = create(&mut simulator, ACCOUNT, "A");
    assert_code(
        &post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &digests(999), &audience)),
        0,
    );
    let details = details(&mut simulator, &audience, 0);
    assert_eq!((&details["cover_num"], &details["is_valid"]), (&json!(999), &json!(false)));
}

#[test]
fn get_leaves_out_what_is_unknown_deleted_or_of_another_account_without_an_error() {
    let mut simulator = simulator();
    let deleted = create(&mut simulator, ACCOUNT, "A");
    let foreign = create(&mut simulator, SECOND_ACCOUNT, "B");
    assert_code(&post(&mut simulator, DELETE, &json!({"advertiser_id": ACCOUNT, "custom_audience_ids": [deleted]})), 0);
    let wanted = ids(&[&deleted, &foreign, "42"]);
    let reply = get(&mut simulator, GET, &[("advertiser_id", ACCOUNT), ("custom_audience_ids", &wanted)]);
    assert_code(&reply, 0);
    assert_eq!(reply["data"]["list"], json!([]));
}

#[test]
fn names_are_not_unique_and_long_ones_are_cut() {
    let mut simulator = simulator();
    let name = "n".repeat(71);
    let created = [create(&mut simulator, ACCOUNT, &name), create(&mut simulator, ACCOUNT, &name)];
    assert_ne!(created[0], created[1]);
    assert_eq!(details(&mut simulator, &created[1], 0)["name"], format!("{}...", "n".repeat(67)));
}

#[test]
fn paging_shows_every_audience_once_and_then_none() {
    let mut simulator = simulator();
    let mut created: Vec<String> = (0..7).map(|at| create(&mut simulator, ACCOUNT, &format!("A{at}"))).collect();
    create(&mut simulator, SECOND_ACCOUNT, "B");
    let mut page = |number: &str| {
        get(&mut simulator, LIST, &[("advertiser_id", ACCOUNT), ("page", number), ("page_size", "3")])["data"].clone()
    };
    let pages = ["1", "2", "3", "4"].map(&mut page);
    assert_eq!(pages[1]["page_info"], json!({"page": 2, "page_size": 3, "total_number": 7, "total_page": 3}));
    let listed: Vec<&str> = pages
        .iter()
        .flat_map(|page| page["list"].as_array().unwrap())
        .map(|row| row["audience_id"].as_str().unwrap())
        .collect();
    created.reverse();
    assert_eq!(listed, created);
    assert_eq!(pages[3]["list"], json!([]));
}

#[test]
fn list_shows_ten_unless_asked_otherwise_and_can_be_narrowed() {
    let mut simulator = simulator();
    let created: Vec<String> = (0..11).map(|at| create(&mut simulator, ACCOUNT, &format!("A{at}"))).collect();
    let all = get(&mut simulator, LIST, &[("advertiser_id", ACCOUNT)]);
    assert_eq!(all["data"]["list"].as_array().unwrap().len(), 10);
    let wanted = ids(&[&created[0], "42"]);
    let one = get(&mut simulator, LIST, &[("advertiser_id", ACCOUNT), ("custom_audience_ids", &wanted)]);
    assert_eq!(one["data"]["page_info"]["total_number"], 1);
}

#[test]
fn a_query_that_breaks_a_rule_is_refused() {
    let many = json!((0..101).map(|id| id.to_string()).collect::<Vec<_>>()).to_string();
    let account = ("advertiser_id", ACCOUNT);
    let cases = [
        (GET, vec![("custom_audience_ids", "[\"1\"]")], 40002),
        (GET, vec![account], 40002),
        (GET, vec![account, ("custom_audience_ids", "1")], 40002),
        (GET, vec![account, ("custom_audience_ids", "[1]")], 40002),
        (GET, vec![account, ("custom_audience_ids", "[]")], 40002),
        (GET, vec![account, ("custom_audience_ids", &many)], 40011),
        (GET, vec![account, ("custom_audience_ids", "[\"1\"]"), ("history_size", "0")], 40002),
        (GET, vec![("advertiser_id", FORBIDDEN_ACCOUNT), ("custom_audience_ids", "[\"1\"]")], 40001),
        (LIST, vec![], 40002),
        (LIST, vec![account, ("page", "0")], 40002),
        (LIST, vec![account, ("page_size", "101")], 40002),
        (LIST, vec![account, ("page_size", "ten")], 40002),
        (LIST, vec![account, ("custom_audience_ids", &many)], 40011),
        (LIST, vec![("advertiser_id", FORBIDDEN_ACCOUNT)], 40001),
    ];
    for (path, query, code) in cases {
        let reply = get(&mut simulator(), path, &query);
        assert_eq!(reply["code"], code, "{path} {query:?}: {reply}");
    }
}

#[test]
fn delete_takes_all_or_none() {
    let mut simulator = simulator();
    let (first, second) = (create(&mut simulator, ACCOUNT, "A"), create(&mut simulator, ACCOUNT, "B"));
    let foreign = create(&mut simulator, SECOND_ACCOUNT, "C");
    let many: Vec<String> = (0..101).map(|id| id.to_string()).collect();
    for (wanted, code) in [
        (json!([first, "42"]), 40007),
        (json!([first, foreign]), 40007),
        (json!([]), 40002),
        (json!(first), 40002),
        (json!(many), 40011),
    ] {
        let reply = post(&mut simulator, DELETE, &json!({"advertiser_id": ACCOUNT, "custom_audience_ids": wanted}));
        assert_code(&reply, code);
    }
    assert!(simulator.audiences().iter().all(|audience| !audience.is_deleted()));
    assert_code(
        &post(&mut simulator, DELETE, &json!({"advertiser_id": ACCOUNT, "custom_audience_ids": [first, second]})),
        0,
    );
    assert_eq!(get(&mut simulator, LIST, &[("advertiser_id", ACCOUNT)])["data"]["page_info"]["total_number"], 0);
}

#[test]
fn an_account_has_400_audiences_at_most_and_deleted_ones_do_not_count() {
    let mut simulator = simulator();
    let created: Vec<String> = (0..400).map(|at| create(&mut simulator, ACCOUNT, &format!("A{at}"))).collect();
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_name": "one more"});
    assert_code(&post(&mut simulator, "/segment/audience/", &body), 40002);
    create(&mut simulator, SECOND_ACCOUNT, "B");
    assert_code(
        &post(&mut simulator, DELETE, &json!({"advertiser_id": ACCOUNT, "custom_audience_ids": [created[0]]})),
        0,
    );
    assert_code(&post(&mut simulator, "/segment/audience/", &body), 0);
}
