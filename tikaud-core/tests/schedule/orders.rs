//! What a scheduler is told: calls, pauses.

use tikaud_core::schedule::{MissedRuns, Schedule, ScheduleSettings, SchedulerError};

use crate::world::{World, at, store};

#[tokio::test(start_paused = true)]
async fn a_call_starts_a_run_at_once_or_after_the_present_one() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = world.activation("buyers");
    let scheduler = world.builder(store()).add(actor.clone(), Schedule::Manual).build().unwrap();
    let (handle, id) = (scheduler.handle(), "buyers".parse().unwrap());
    let running = World::start(scheduler);
    world.until("2026-01-01T07:00:00Z").await;
    assert!(actor.runs().is_empty());
    handle.trigger(&id).await.unwrap();
    world.until("2026-01-01T07:01:00Z").await;
    assert_eq!(handle.status()[0].running_since, Some(at("2026-01-01T07:00:00Z")));
    // Two calls while one runs are one run more.
    handle.trigger(&id).await.unwrap();
    handle.trigger(&id).await.unwrap();
    assert!(handle.status()[0].queued);
    world.until("2026-01-01T08:00:00Z").await;
    assert_eq!(actor.started(), ["2026-01-01T07:00:00Z", "2026-01-01T07:05:00Z"].map(at));
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn what_is_unknown_is_said_so_and_a_stopped_scheduler_too() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let scheduler = world.builder(store()).add(world.activation("buyers"), Schedule::Manual).build().unwrap();
    let (handle, unknown) = (scheduler.handle(), "byers".parse().unwrap());
    let running = World::start(scheduler);
    assert!(matches!(handle.trigger(&unknown).await, Err(SchedulerError::Unknown { .. })));
    assert!(matches!(handle.pause(&unknown).await, Err(SchedulerError::Unknown { .. })));
    running.abort();
    drop(running.await);
    assert!(matches!(handle.pause_all().await, Err(SchedulerError::Stopped)));
    assert_eq!(handle.status().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_paused_activation_runs_only_when_it_is_called_also_after_a_restart() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let (paused, other) = (world.activation("paused"), world.activation("other"));
    let store = store();
    let scheduler = || {
        let hourly = || Schedule::every("1 hour").unwrap();
        world.builder(store.clone()).add(paused.clone(), hourly()).add(other.clone(), hourly()).build().unwrap()
    };
    let first = scheduler();
    let (handle, id) = (first.handle(), "paused".parse().unwrap());
    let running = World::start(first);
    world.until("2026-01-01T01:30:00Z").await;
    handle.pause(&id).await.unwrap();
    assert_eq!(
        handle.status().iter().map(|status| (status.paused, status.next_run)).collect::<Vec<_>>(),
        [(false, Some(at("2026-01-01T02:00:00Z"))), (true, None)]
    );
    // The process ends without a word.
    running.abort();
    drop(running.await);
    let second = scheduler();
    let handle = second.handle();
    let running = World::start(second);
    world.until("2026-01-01T03:20:00Z").await;
    handle.trigger(&id).await.unwrap();
    world.until("2026-01-01T05:30:00Z").await;
    assert_eq!(paused.started(), ["2026-01-01T01:00:00Z", "2026-01-01T03:20:00Z"].map(at));
    assert_eq!(other.started().len(), 5);
    // What was missed is made up for once.
    handle.resume(&id).await.unwrap();
    world.until("2026-01-01T06:30:00Z").await;
    assert_eq!(paused.started()[2..], ["2026-01-01T05:30:00Z", "2026-01-01T06:00:00Z"].map(at));
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_everything_leaves_single_pauses_as_they_are() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let (a, b) = (world.activation("a"), world.activation("b"));
    let mut settings = ScheduleSettings::new(Schedule::every("1 hour").unwrap());
    settings.missed = MissedRuns::Skip;
    let builder = world.builder(store()).add(a.clone(), settings.clone()).add(b.clone(), settings);
    let scheduler = builder.build().unwrap();
    let (handle, id) = (scheduler.handle(), "a".parse().unwrap());
    let running = World::start(scheduler);
    handle.pause(&id).await.unwrap();
    handle.pause_all().await.unwrap();
    assert!(handle.is_paused());
    world.until("2026-01-01T05:30:00Z").await;
    assert!(a.runs().is_empty() && b.runs().is_empty());
    handle.resume_all().await.unwrap();
    world.until("2026-01-01T06:30:00Z").await;
    assert_eq!((a.started(), b.started()), (vec![], vec![at("2026-01-01T06:00:00Z")]));
    running.abort();
}
