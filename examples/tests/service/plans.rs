//! Plans that wait for a person: approved, discarded, out of date.

use reqwest::StatusCode;
use serde_json::Value;
use tikaud_tiktok::simulator::Endpoint;

use super::running::Service;
use super::world::{World, activation};

/// A service whose audience of 2,000 is about to lose more people than the guard lets go.
async fn blocked() -> (World, Service, Value) {
    let world = World::of_buyers(2_000).await;
    let service = Service::start(&world);
    service.run("buyers").await;
    world.table("buyers", 900..2_010);
    let blocked = service.run("buyers").await;
    assert_eq!(blocked["standing"], "blocked");
    (world, service, blocked)
}

fn id_of(plan: &Value) -> &str {
    plan["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_run_leaves_a_plan_which_is_applied_once_a_person_has_approved_it() {
    let (world, service, blocked) = blocked().await;
    assert_eq!(world.emails("Buyers"), 2_000);
    let plan = &blocked["plans"][0];
    let guards = plan["plan"]["guards"].as_array().unwrap();
    let guard = guards.iter().find(|guard| guard["verdict"] == "blocked").unwrap();
    assert_eq!(guard["guard"], "too_many_removals");
    assert!(guard["reason"].as_str().unwrap().contains("900"), "{guard}");
    assert_eq!((&plan["plan"]["kinds"][0]["adds"], &plan["plan"]["kinds"][0]["removes"]), (&10.into(), &900.into()));

    let path = format!("/api/activations/buyers/plans/{}/approve", id_of(plan));
    service.order(&path, StatusCode::ACCEPTED).await;
    let done = service.until("buyers", "the plan is applied", |one| one["standing"] == "well").await;
    assert_eq!(world.emails("Buyers"), 1_110);
    assert_eq!(done["plans"], Value::Array(vec![]));
    let verdicts = done["last_run"]["guards"].as_array().unwrap();
    assert!(verdicts.iter().any(|guard| guard["verdict"] == "allowed"), "{verdicts:?}");
    // What was allowed was allowed for this plan only.
    world.table("buyers", 900..1_500);
    assert_eq!(service.run("buyers").await["standing"], "blocked");
    assert_eq!(service.post(&path).await.status, StatusCode::CONFLICT, "it was applied, and is no plan any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_discarded_is_gone_and_the_audience_stays() {
    let (world, service, blocked) = blocked().await;
    let path = format!("/api/activations/buyers/plans/{}/discard", id_of(&blocked["plans"][0]));
    service.order(&path, StatusCode::OK).await;
    assert_eq!(service.get("/api/activations/buyers/plans").await.json(), Value::Array(vec![]));
    assert_eq!(service.post(&path).await.status, StatusCode::CONFLICT);
    assert_eq!(world.emails("Buyers"), 2_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_asked_for_is_applied_exactly_whatever_the_segment_is_by_then() {
    let world = World::of_buyers(1_500).await;
    let service = Service::start(&world);
    let first = service.order("/api/activations/buyers/plans", StatusCode::CREATED).await;
    assert_eq!(world.requests_to(Endpoint::SegmentAudience), 0, "nothing is created by looking");
    world.table("buyers", 0..1_600);
    let second = service.order("/api/activations/buyers/plans", StatusCode::CREATED).await;
    let plans = service.get("/api/activations/buyers/plans").await.json();
    assert_eq!(plans.as_array().unwrap().len(), 1, "the new one takes the place of the old one");
    let approve = |plan: &Value| format!("/api/activations/buyers/plans/{}/approve", id_of(plan));
    assert_eq!(service.post(&approve(&first)).await.status, StatusCode::CONFLICT);
    world.table("buyers", 0..1_700);
    service.order(&approve(&second), StatusCode::ACCEPTED).await;
    service.until("buyers", "it is applied", |one| one["standing"] == "well").await;
    assert_eq!(world.emails("Buyers"), 1_600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_other_settings_is_refused_and_a_new_one_waits_in_its_place() {
    let (world, service, blocked) = blocked().await;
    assert!(service.stop().success());
    world.configure(&activation("buyers", "settings.guards.removals = { action = \"block\", percent = 10.0 }"));
    let service = Service::start(&world);
    let plan = &blocked["plans"][0];
    let path = format!("/api/activations/buyers/plans/{}/approve", id_of(plan));
    service.order(&path, StatusCode::ACCEPTED).await;
    let failing = service.until("buyers", "it is refused", |one| one["standing"] == "failing").await;
    assert!(failing["last_run"]["failures"][0]["error"].to_string().contains("settings"), "{failing:#}");
    assert_ne!(failing["plans"][0]["id"], plan["id"]);
    assert_eq!(world.emails("Buyers"), 2_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_and_no_line_of_the_log_holds_an_address_a_digest_or_a_token() {
    let (world, service, _) = blocked().await;
    let mut texts = vec![service.log()];
    for path in ["", "/buyers", "/buyers/runs", "/buyers/sizes", "/buyers/plans"] {
        texts.push(service.get(&format!("/api/activations{path}")).await.text);
    }
    texts.push(service.get("/metrics").await.text);
    let digests = {
        let simulator = world.simulator.simulator();
        let audience = simulator.audiences()[0].id().to_owned();
        simulator.identifiers(&audience, tikaud_tiktok::simulator::IdType::EmailSha256).unwrap()
    };
    let starts: Vec<&str> = digests.iter().map(|digest| &digest[..12]).collect();
    for text in &texts {
        assert!(!text.contains("@example.com") && !text.contains("act.simulator"), "{text}");
        assert!(!starts.iter().any(|start| text.contains(start)), "{text}");
    }
}
