//! How a scheduler stops: runs that go on end, or are parked; nothing starts any more.

use tikaud_core::schedule::{Schedule, SchedulerError, SchedulerEvent};
use tikaud_core::state::Clock;

use crate::world::{Does, World, at, minutes, store};

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_within_the_grace_period_ends_well() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let (going, next) = (world.activation("going"), world.activation("next"));
    let scheduler = world
        .builder(store())
        .grace(minutes(10))
        .add(going.clone(), Schedule::every("1 hour").unwrap())
        .add(next.clone(), Schedule::cron("3 1 * * *", "UTC").unwrap())
        .build()
        .unwrap();
    let stopped = world.run_until(scheduler, "2026-01-01T01:02:00Z").await.unwrap();
    assert!(stopped.parked.is_empty());
    assert_eq!(going.completed().len(), 1);
    assert!(next.runs().is_empty(), "nothing starts while it stops");
    assert_eq!(world.timer.now(), at("2026-01-01T01:05:00Z"), "it waits no longer than it has to");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_not_end_in_time_is_parked_and_the_next_start_carries_on_with_it() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = world.activation("buyers").next(Does::Takes(minutes(60)));
    let store = store();
    let scheduler = || {
        let builder = world.builder(store.clone()).grace(minutes(10));
        builder.add(actor.clone(), Schedule::cron("0 1 * * *", "UTC").unwrap()).build().unwrap()
    };
    let stopped = world.run_until(scheduler(), "2026-01-01T01:02:00Z").await.unwrap();
    assert_eq!(stopped.parked, ["buyers".parse().unwrap()]);
    assert!(world.events().iter().any(|event| matches!(event, SchedulerEvent::Parked { .. })));
    world.until("2026-01-01T03:00:00Z").await;
    world.run_until(scheduler(), "2026-01-01T04:00:00Z").await.unwrap();
    assert_eq!(actor.started(), ["2026-01-01T01:00:00Z", "2026-01-01T03:00:00Z"].map(at));
    assert_eq!(actor.completed().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_schedulers_of_one_name_do_not_run_at_once_and_two_of_two_names_do() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let store = store();
    let scheduler = |name: &str| {
        world.builder(store.clone()).name(name).add(world.activation("buyers"), Schedule::Manual).build().unwrap()
    };
    let running = World::start(scheduler("one"));
    world.until("2026-01-01T01:00:00Z").await;
    let second = world.run_until(scheduler("one"), "2026-01-01T02:00:00Z").await;
    assert!(matches!(second, Err(SchedulerError::Busy { .. })), "{second:?}");
    world.run_until(scheduler("two"), "2026-01-01T03:00:00Z").await.unwrap();
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_panics_does_not_stop_the_scheduler() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = world.activation("buyers");
    let builder = world.builder(store()).on_event(|_| panic!("a listener's own fault"));
    let scheduler = builder.add(actor.clone(), Schedule::every("1 hour").unwrap()).build().unwrap();
    world.run_until(scheduler, "2026-01-01T03:30:00Z").await.unwrap();
    assert_eq!(actor.completed().len(), 3);
}
