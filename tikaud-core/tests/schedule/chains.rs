//! Activations that run after others.

use tikaud_core::schedule::{AfterWhen, Cause, Schedule, ScheduleSettings, SchedulerEvent};

use crate::retries::refused;
use crate::world::{Does, World, at, minutes, store};

#[tokio::test(start_paused = true)]
async fn a_chain_runs_link_by_link() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let [first, second, third] = ["z-first", "second", "a-third"].map(|id| world.activation(id));
    let after = |id: &str| Schedule::after(id.parse().unwrap(), AfterWhen::Done);
    let scheduler = world
        .builder(store())
        .add(first.clone(), Schedule::cron("0 1 * * *", "UTC").unwrap())
        .add(second.clone(), after("z-first"))
        .add(third.clone(), after("second"))
        .build()
        .unwrap();
    world.run_until(scheduler, "2026-01-02T00:00:00Z").await.unwrap();
    assert_eq!(first.started(), [at("2026-01-01T01:00:00Z")]);
    assert_eq!(second.started(), [at("2026-01-01T01:05:00Z")]);
    assert_eq!(third.started(), [at("2026-01-01T01:10:00Z")]);
    let cause = Cause::After { activation: "second".parse().unwrap() };
    let started =
        |event: &SchedulerEvent| matches!(event, SchedulerEvent::Started { cause: found, .. } if *found == cause);
    assert!(world.events().iter().any(started));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_not_done_is_followed_only_by_those_who_follow_any() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let first = world.activation("first").next(Does::Fails(refused));
    let [done, any] = ["done", "any"].map(|id| world.activation(id));
    let scheduler = world
        .builder(store())
        .concurrency(3)
        .add(first.clone(), Schedule::every("1 hour").unwrap())
        .add(done.clone(), Schedule::after("first".parse().unwrap(), AfterWhen::Done))
        .add(any.clone(), Schedule::after("first".parse().unwrap(), AfterWhen::Ended))
        .build()
        .unwrap();
    world.run_until(scheduler, "2026-01-01T02:30:00Z").await.unwrap();
    assert_eq!(done.started(), [at("2026-01-01T02:05:00Z")]);
    assert_eq!(any.started(), ["2026-01-01T01:00:00Z", "2026-01-01T02:05:00Z"].map(at));
}

#[tokio::test(start_paused = true)]
async fn those_who_follow_are_set_apart_by_jitter_too_and_wait_while_they_are_paused() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let [first, second] = ["first", "second"].map(|id| world.activation(id));
    let mut settings = ScheduleSettings::new(Schedule::after("first".parse().unwrap(), AfterWhen::Done));
    settings.jitter = minutes(10);
    let scheduler = world
        .builder(store())
        .add(first.clone(), Schedule::cron("0 1,5 * * *", "UTC").unwrap())
        .add(second.clone(), settings)
        .build()
        .unwrap();
    let handle = scheduler.handle();
    let running = World::start(scheduler);
    world.until("2026-01-01T03:00:00Z").await;
    let delay = second.started()[0].duration_since(at("2026-01-01T01:05:00Z"));
    assert!(!delay.is_negative() && delay.as_mins() <= 10, "{delay:?}");
    let id = "second".parse().unwrap();
    handle.pause(&id).await.unwrap();
    world.until("2026-01-01T06:00:00Z").await;
    assert_eq!((first.runs().len(), second.runs().len()), (2, 1));
    handle.resume(&id).await.unwrap();
    world.until("2026-01-01T06:20:00Z").await;
    assert_eq!(second.started()[1..], [at("2026-01-01T06:00:00Z")]);
    running.abort();
}
