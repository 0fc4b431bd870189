//! Running, pausing and looking at activations.

use std::fs;

use reqwest::StatusCode;
use serde_json::Value;
use tikaud_tiktok::simulator::Endpoint;

use super::running::{Service, is_idle};
use super::world::{World, activation};

#[tokio::test(flavor = "multi_thread")]
async fn a_triggered_run_fills_the_audience_and_shows_what_it_did() {
    let world = World::of_buyers(1_500).await;
    let service = Service::start(&world);
    let new = service.activation("buyers").await;
    assert_eq!((&new["standing"], &new["last_run"]), (&"new".into(), &Value::Null));
    assert_eq!(new["schedule"], "when called");

    let done = service.run("buyers").await;
    assert_eq!(done["standing"], "well");
    assert_eq!(done["audience"]["name"], "Buyers");
    assert_eq!(world.emails("Buyers"), 1_500);

    world.table("buyers", 100..1_520);
    service.run("buyers").await;
    assert_eq!(world.emails("Buyers"), 1_420);
    let runs = service.get("/api/activations/buyers/runs").await.json();
    let changed = |run: &Value| (run["kinds"][0]["added"].as_u64(), run["kinds"][0]["removed"].as_u64());
    assert_eq!(changed(&runs[0]), (Some(20), Some(100)), "the newest comes first");
    assert_eq!(changed(&runs[1]), (Some(1_500), Some(0)));
    let sizes = service.get("/api/activations/buyers/sizes").await.json();
    let accepted: Vec<_> = sizes.as_array().unwrap().iter().map(|size| size["accepted"].as_u64()).collect();
    assert_eq!(accepted, [Some(1_500), Some(1_420)], "the oldest comes first");
    let limited = service.get("/api/activations/buyers/runs?limit=1").await.json();
    assert_eq!(limited.as_array().unwrap().len(), 1);
    let since = service.get("/api/activations/buyers/runs?since=2999-01-01T00:00:00Z").await.json();
    assert_eq!(since, Value::Array(vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activation_that_comes_after_another_runs_by_itself_and_a_file_that_is_late_fails_its_own_run_only() {
    let world = World::new().await;
    world.table("buyers", 0..1_000);
    let after = "settings.schedule.schedule = { after = \"buyers\" }";
    world.configure(&(activation("buyers", "") + &activation("fans", after) + &activation("late", after)));
    let service = Service::start(&world);
    service.run("buyers").await;
    let late = service.until("late", "it has failed", |late| late["standing"] == "failing").await;
    assert!(late["last_run"]["failures"][0]["error"].to_string().contains("late.csv"), "{late:#}");

    world.table("fans", 0..1_200);
    world.table("late", 0..1_100);
    for id in ["fans", "late"] {
        assert_eq!(service.run(id).await["standing"], "well");
    }
    assert_eq!((world.emails("Fans"), world.emails("Late")), (1_200, 1_100));
    let overview = service.get("/api/activations").await.json();
    let ids: Vec<_> =
        overview["activations"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["buyers", "fans", "late"], "in the order of the configuration");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_stays_so_over_a_restart_and_can_still_be_triggered() {
    let world = World::new().await;
    world.table("buyers", 0..1_000);
    world.table("fans", 0..1_000);
    world.configure(
        &(activation("buyers", "") + &activation("fans", "settings.schedule.schedule = { every = \"6 hours\" }")),
    );
    let service = Service::start(&world);
    assert!(service.activation("fans").await["status"]["next_run"].is_string());
    service.order("/api/activations/fans/pause", StatusCode::OK).await;
    service.order("/api/pause", StatusCode::OK).await;
    assert!(service.stop().success());

    let service = Service::start(&world);
    let fans = service.activation("fans").await;
    assert_eq!((&fans["standing"], &fans["status"]["next_run"]), (&"paused".into(), &Value::Null));
    let overview = service.get("/api/activations").await.json();
    assert_eq!(overview["paused"], true);
    assert_eq!(service.run("fans").await["last_run"]["outcome"], "done");

    service.order("/api/resume", StatusCode::OK).await;
    assert_eq!(service.activation("fans").await["status"]["paused"], true, "it is paused by itself");
    service.order("/api/activations/fans/resume", StatusCode::OK).await;
    let fans = service.until("fans", "it goes on", |fans| fans["status"]["next_run"].is_string()).await;
    assert_eq!(fans["standing"], "well");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_those_of_the_runs_and_health_is_good() {
    let world = World::of_buyers(1_000).await;
    let service = Service::start(&world);
    service.run("buyers").await;
    let metrics = service.get("/metrics").await;
    assert_eq!(metrics.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "tikaud_run_total{activation=\"buyers\",outcome=\"done\"} 1",
        "tikaud_identifiers_added_total{activation=\"buyers\",kind=\"email_sha256\"} 1000",
        "tikaud_run_duration_seconds_bucket{activation=\"buyers\",le=\"60\"} 1",
        "# TYPE tikaud_segment_identifiers gauge",
    ] {
        assert!(metrics.text.lines().any(|other| other == line), "{line} is not in:\n{}", metrics.text);
    }
    let health = service.get("/health").await;
    assert_eq!((health.status, health.json()["status"].as_str()), (StatusCode::OK, Some("ok")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_404_and_a_wrong_method_is_405_as_json() {
    let world = World::of_buyers(1_000).await;
    let service = Service::start(&world);
    for path in ["/api/activations/sellers", "/api/activations/sellers/runs", "/nothing", "/api/activations/..%2f"] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.json()["error"][0].is_string());
    }
    for path in ["trigger", "pause", "resume", "plans", "plans/00000000-0000000001/approve"] {
        let answer = service.post(&format!("/api/activations/sellers/{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(service.get("/api/activations/buyers/trigger").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(service.post("/api/activations").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(service.get("/api/activations/buyers/runs?limit=many").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.requests_to(Endpoint::SegmentMapping), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_of_the_example_works_with_the_simulator() {
    let world = World::new().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/service");
    let text = fs::read_to_string(format!("{folder}/service.toml")).unwrap();
    let text = text.replace("http://127.0.0.1:8080", &world.simulator.url());
    let text = text.replace("../../../target/service-state", world.state().to_str().unwrap());
    let text = text.replace("[\"../../tests", &format!("[\"{folder}/../../tests"));
    let text =
        text.replace("[\"press", &format!("[\"{folder}/press")).replace("[\"opted", &format!("[\"{folder}/opted"));
    fs::write(world.path("service.toml"), text).unwrap();
    let service = Service::start(&world);
    assert_eq!(service.run("buyers").await["standing"], "well");
    let callable = |one: &Value| one["standing"] == "well" && is_idle(one);
    service.until("callable", "it has run after the buyers", callable).await;
    assert_eq!(world.emails("Buyers"), 1_509);
    let press = service.run("press").await;
    assert_eq!(press["standing"], "blocked");
    let plan = &press["plans"][0]["plan"];
    assert_eq!((&plan["kinds"][0]["adds"], &plan["kinds"][0]["suppressed"]), (&9.into(), &1.into()));
}
