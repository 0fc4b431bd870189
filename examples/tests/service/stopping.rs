//! Services that end, as they are told to or not, and what the next start makes of it.

use std::time::Duration;

use reqwest::StatusCode;
use tikaud_core::activation::ActivationState;
use tikaud_core::state::LocalStateStore;
use tikaud_tiktok::simulator::{Effect, Endpoint};

use super::running::{Service, command, is_idle, run};
use super::world::{World, activation};

/// A service in the middle of sending 1,000 identifiers, to a TikTok that takes so long for them.
async fn in_mid_run(grace: &str, time: Duration) -> (World, Service) {
    let world = World::of_buyers(1_000).await;
    world.configure_with(&format!("grace = \"{grace}\""), &activation("buyers", ""));
    world.answer_changes(Effect::delay(time));
    let service = Service::start(&world);
    service.order("/api/activations/buyers/trigger", StatusCode::ACCEPTED).await;
    service.until("buyers", "it sends", |_| world.requests_to(Endpoint::SegmentMapping) > 0).await;
    (world, service)
}

/// The state can be read to its last byte.
async fn assert_sound(world: &World) {
    let store = LocalStateStore::open(world.state()).unwrap();
    ActivationState::try_new(store, "buyers").unwrap().verify().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_in_time_is_waited_for_and_the_service_answers_meanwhile() {
    let (world, service) = in_mid_run("30 seconds", Duration::from_secs(3)).await;
    service.terminate();
    let health = loop {
        let health = service.get("/health").await;
        if health.status != StatusCode::OK {
            break health;
        }
    };
    assert_eq!((health.status, health.json()["status"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("stopping")));
    assert!(service.stop().success());
    assert_eq!(world.emails("Buyers"), 1_000);
    assert_sound(&world).await;
    world.answer_as_ever();
    let service = Service::start(&world);
    let done = service.activation("buyers").await;
    assert_eq!(
        (&done["standing"], &done["status"]["queued"]),
        (&"well".into(), &false.into()),
        "nothing is left to do"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_takes_too_long_is_parked_and_the_next_start_carries_on_by_itself() {
    let (world, service) = in_mid_run("0 seconds", Duration::from_secs(120)).await;
    assert!(service.stop().success());
    assert_sound(&world).await;
    world.answer_as_ever();
    let service = Service::start(&world);
    let done = service.until("buyers", "it has carried on", |one| one["standing"] == "well" && is_idle(one)).await;
    assert_eq!(done["last_run"]["outcome"], "done");
    assert_eq!(world.emails("Buyers"), 1_000);
    assert_sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_killed_carries_on_at_its_next_start() {
    let (world, service) = in_mid_run("20 seconds", Duration::from_secs(120)).await;
    drop(service);
    world.answer_as_ever();
    let service = Service::start(&world);
    service.until("buyers", "it has carried on", |one| one["standing"] == "well" && is_idle(one)).await;
    assert_eq!(world.emails("Buyers"), 1_000);
    let runs = service.get("/api/activations/buyers/runs").await.json();
    assert_eq!((&runs[0]["outcome"], &runs[1]["outcome"]), (&"done".into(), &"died".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_service_on_the_same_state_says_so_and_ends() {
    let world = World::of_buyers(1_000).await;
    let first = Service::start(&world);
    first.run("buyers").await;
    let (code, said) = run(&mut command(&world, &["--listen", "127.0.0.1:0"]));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("runs already"), "{said}");
    assert_eq!(first.run("buyers").await["standing"], "well");
}
