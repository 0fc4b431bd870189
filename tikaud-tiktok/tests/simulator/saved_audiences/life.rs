//! How they are listed, who may do so, and what a fault leaves.

use super::*;

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
