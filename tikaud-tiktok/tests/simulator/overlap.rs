//! How many people audiences have in common.

use serde_json::{Value, json};
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultProgram, FaultRule, Simulator, TokenGrant, World};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, digests, get, get_as, mapping, post, start,
};

const OVERLAP: &str = "/audience/insight/overlap/";

fn instant() -> Simulator {
    let mut world = World::default();
    world.applied_after_seconds = 0;
    Simulator::new(world)
}

/// An audience of some of the e-mails.
fn audience(simulator: &mut Simulator, name: &str, ids: &[String]) -> String {
    let audience = create(simulator, ACCOUNT, name);
    assert_code(&post(simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", ids, &audience)), 0);
    audience
}

fn overlap(simulator: &mut Simulator, benchmark: &str, others: &[&str]) -> Value {
    let others = json!(others).to_string();
    let query = [
        ("advertiser_id", ACCOUNT),
        ("benchmark_custom_audience_id", benchmark),
        ("comparison_custom_audience_ids", &others),
    ];
    get(simulator, OVERLAP, &query)
}

#[test]
fn the_share_of_the_benchmark_that_others_have_as_well_is_shown() {
    let mut simulator = instant();
    let ids = digests(3_500);
    let benchmark = audience(&mut simulator, "Buyers", &ids[..1_500]);
    let third = audience(&mut simulator, "Visitors", &ids[1_000..3_500]);
    let none = audience(&mut simulator, "Others", &ids[2_000..3_500]);
    let reply = overlap(&mut simulator, &benchmark, &[&third, &none]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&reply["data"]).unwrap(), @r#"
    {
      "benchmark_audience": {
        "audience_id": "7100000000000000001",
        "audience_name": "Buyers",
        "audience_size": 1500,
        "targetable_users_count_range": "1000-2000"
      },
      "comparison_audiences": [
        {
          "audience_id": "7100000000000000002",
          "audience_name": "Visitors",
          "audience_size": 2500,
          "benchmark_overlap_count_range": "0-1000",
          "benchmark_overlap_rate": "33.33",
          "benchmark_overlap_rate_range": "30%-40%",
          "targetable_users_count_range": "2000-3000"
        },
        {
          "audience_id": "7100000000000000003",
          "audience_name": "Others",
          "audience_size": 1500,
          "benchmark_overlap_count_range": "0-1000",
          "benchmark_overlap_rate": "0.00",
          "benchmark_overlap_rate_range": "0%-10%",
          "targetable_users_count_range": "1000-2000"
        }
      ]
    }
    "#);
}

#[test]
fn without_others_the_benchmark_is_shown_alone() {
    let mut simulator = instant();
    let benchmark = audience(&mut simulator, "Buyers", &digests(1_000));
    let query = [("advertiser_id", ACCOUNT), ("benchmark_custom_audience_id", benchmark.as_str())];
    let data = get(&mut simulator, OVERLAP, &query)["data"].clone();
    assert_eq!(data["benchmark_audience"]["audience_id"], json!(benchmark));
    assert!(data.get("comparison_audiences").is_none());
}

#[test]
fn people_of_a_rule_are_nobody_that_an_identifier_is_of() {
    let mut simulator = instant();
    let benchmark = audience(&mut simulator, "Buyers", &digests(1_000));
    let filter_set = json!({"operator": "OR", "filters": [{"field": "EVENT", "operator": "EQ", "value": "CLICK"}]});
    let rules = json!([{"retention_days": 30, "filter_set": filter_set}]);
    let body = json!({
        "advertiser_id": ACCOUNT, "custom_audience_name": "Clicked", "audience_type": "ENGAGEMENT",
        "rule_spec": {"inclusion_rule_set": {"operator": "OR", "rules": rules}},
    });
    let reply = post(&mut simulator, "/dmp/custom_audience/rule/create/", &body);
    let clicked = reply["data"]["custom_audience_id"].as_str().unwrap().to_owned();
    let reply = overlap(&mut simulator, &benchmark, &[&clicked]);
    assert_eq!(reply["data"]["comparison_audiences"][0]["benchmark_overlap_rate"], "0.00");
    assert_eq!(reply["data"]["comparison_audiences"][0]["audience_size"], 5_000);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let mut simulator = instant();
    let ids = digests(1_000);
    let audiences = ["A", "B", "C", "D", "E", "F"].map(|name| audience(&mut simulator, name, &ids));
    let [benchmark, others @ ..] = audiences.each_ref().map(String::as_str);
    let small = audience(&mut simulator, "Small", &ids[..999]);
    let foreign = create(&mut simulator, SECOND_ACCOUNT, "Foreign");
    assert_code(&overlap(&mut simulator, benchmark, &others[..4]), 0);
    for (benchmark, others, code) in [
        (benchmark, &others[..], 40011),
        (benchmark, &[benchmark][..], 40002),
        (benchmark, &[small.as_str()][..], 40002),
        (small.as_str(), &others[..1], 40002),
        (benchmark, &["42"][..], 40007),
        (benchmark, &[foreign.as_str()][..], 40007),
        (foreign.as_str(), &others[..1], 40007),
        (benchmark, &[][..], 40002),
        ("", &others[..1], 40002),
    ] {
        let reply = overlap(&mut simulator, benchmark, others);
        assert_eq!(reply["code"], code, "{benchmark} {others:?}: {reply}");
    }
    let query = [("advertiser_id", FORBIDDEN_ACCOUNT), ("benchmark_custom_audience_id", benchmark)];
    assert_code(&get(&mut simulator, OVERLAP, &query), 40001);
    assert_code(&get(&mut simulator, OVERLAP, &query[1..]), 40002);
}

#[test]
fn an_audience_that_is_shared_can_be_compared_by_whoever_sees_it() {
    let mut simulator = instant();
    let benchmark = audience(&mut simulator, "Buyers", &digests(1_000));
    let query = [("advertiser_id", SECOND_ACCOUNT), ("benchmark_custom_audience_id", benchmark.as_str())];
    assert_code(&get(&mut simulator, OVERLAP, &query), 40007);
    let share = json!({
        "advertiser_id": ACCOUNT, "custom_audience_ids": [benchmark], "shared_advertiser_ids": [SECOND_ACCOUNT],
    });
    assert_code(&post(&mut simulator, "/dmp/custom_audience/share/", &share), 0);
    assert_code(&get(&mut simulator, OVERLAP, &query), 0);
}

#[test]
fn it_takes_the_scope_that_reads_and_goes_wrong_on_demand() {
    let mut world = World::default();
    for (token, scope) in [("act.reader", 30), ("act.sharer", 32)] {
        let mut grant = TokenGrant::new(token).with_account(ACCOUNT, tikaud_tiktok::simulator::Role::Analyst);
        grant.scopes = vec![scope];
        world.tokens.push(grant);
    }
    let mut simulator = Simulator::new(world);
    let query = [("advertiser_id", ACCOUNT), ("benchmark_custom_audience_id", "42")];
    for (token, code) in [("act.reader", 40007), ("act.sharer", 40001)] {
        assert_code(&get_as(&mut simulator, token, OVERLAP, &query, start()), code);
    }
    let rule = FaultRule::new(Effect::Throttle).on_endpoint(Endpoint::AudienceInsightOverlap);
    simulator.inject(FaultProgram::new([rule]));
    assert_code(&get_as(&mut simulator, TOKEN, OVERLAP, &query, start()), 40100);
    assert_code(&get_as(&mut simulator, TOKEN, OVERLAP, &query, start()), 40007);
}
