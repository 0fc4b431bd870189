//! Runs that fail: tried again when that may help, and left alone when somebody has to act.

use std::time::Duration;

use tikaud_core::activation::ActivationError;
use tikaud_core::destination::{DestinationError, DestinationErrorKind, DestinationId, Retry};
use tikaud_core::schedule::{LastOutcome, Schedule, ScheduleSettings};
use tikaud_core::state::StateError;

use crate::world::{Does, World, at, minutes, store};

fn destination(retry: Retry) -> ActivationError {
    let source =
        DestinationError::new(DestinationErrorKind::Unavailable, "the platform is out of order").with_retry(retry);
    ActivationError::Destination { destination: DestinationId::new("memory/1"), source }
}

pub(crate) fn unavailable() -> ActivationError {
    destination(Retry::After(Duration::from_secs(5)))
}

pub(crate) fn refused() -> ActivationError {
    destination(Retry::Never)
}

fn told_to_wait() -> ActivationError {
    destination(Retry::After(Duration::from_secs(30 * 60)))
}

fn busy() -> ActivationError {
    let activation = "buyers".parse().unwrap();
    StateError::Busy { activation, until: at("2026-01-01T01:10:00Z") }.into()
}

async fn started(fails: &[fn() -> ActivationError], until: &str) -> Vec<String> {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = fails.iter().fold(world.activation("buyers"), |actor, error| actor.next(Does::Fails(*error)));
    let mut settings = ScheduleSettings::new(Schedule::cron("0 1 * * *", "UTC").unwrap());
    settings.retries = 4;
    settings.first_retry = minutes(1);
    settings.longest_retry = minutes(3);
    let scheduler = world.builder(store()).add(actor.clone(), settings).build().unwrap();
    world.run_until(scheduler, until).await.unwrap();
    actor.started().iter().map(|start| start.strftime("%d %H:%M").to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_may_pass_is_tried_again_less_and_less_often_and_not_for_ever() {
    let runs = started(&[unavailable as fn() -> _; 6], "2026-01-02T02:00:00Z").await;
    // Four retries, then the schedule's next time, with retries of its own.
    assert_eq!(runs, ["01 01:00", "01 01:01", "01 01:03", "01 01:06", "01 01:09", "02 01:00", "02 01:01"]);
}

#[tokio::test(start_paused = true)]
async fn the_destination_says_how_long_to_wait_at_least() {
    assert_eq!(started(&[told_to_wait], "2026-01-02T00:00:00Z").await, ["01 01:00", "01 01:30"]);
}

#[tokio::test(start_paused = true)]
async fn an_activation_that_another_process_runs_is_tried_again_when_its_lease_lapses() {
    assert_eq!(started(&[busy], "2026-01-02T00:00:00Z").await, ["01 01:00", "01 01:10"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_needs_somebody_waits_for_the_schedule() {
    assert_eq!(started(&[refused], "2026-01-02T02:00:00Z").await, ["01 01:00", "02 01:00"]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_and_its_message_is_kept_nowhere() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = world.activation("buyers").next(Does::Panics);
    let scheduler =
        world.builder(store()).add(actor.clone(), Schedule::cron("0 1 * * *", "UTC").unwrap()).build().unwrap();
    let handle = scheduler.handle();
    let running = World::start(scheduler);
    world.until("2026-01-01T01:00:30Z").await;
    let status = handle.status().remove(0);
    let last = status.last.clone().unwrap();
    assert_eq!(
        (last.outcome, status.retries, status.next_run),
        (LastOutcome::Failed, true, Some(at("2026-01-01T01:01:00Z")))
    );
    assert_eq!(last.message.unwrap(), "the run has panicked; the next one carries on");
    world.until("2026-01-01T01:10:00Z").await;
    assert_eq!(handle.status()[0].last.as_ref().unwrap().outcome, LastOutcome::Done);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_is_told_with_its_causes() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = world.activation("buyers").next(Does::Fails(refused));
    let scheduler = world.builder(store()).add(actor, Schedule::every("1 hour").unwrap()).build().unwrap();
    let handle = scheduler.handle();
    world.run_until(scheduler, "2026-01-01T01:30:00Z").await.unwrap();
    let message = handle.status().remove(0).last.unwrap().message.unwrap();
    assert_eq!(
        message,
        "the destination `memory/1` cannot be used; no identifier was sent: the platform is out of order"
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_that_hangs_is_broken_off_and_tried_again() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = world.activation("buyers").next(Does::Hangs);
    let mut settings = ScheduleSettings::new(Schedule::cron("0 1 * * *", "UTC").unwrap());
    settings.longest_run = minutes(120);
    let scheduler = world.builder(store()).add(actor.clone(), settings).build().unwrap();
    world.run_until(scheduler, "2026-01-01T12:00:00Z").await.unwrap();
    assert_eq!(actor.started(), ["2026-01-01T01:00:00Z", "2026-01-01T03:01:00Z"].map(at));
}
