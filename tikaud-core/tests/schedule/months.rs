//! Months of schedules in milliseconds: what runs when, what was missed, and by how much runs are set apart.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tikaud_core::schedule::{MissedRuns, Schedule, ScheduleSettings, SchedulerEvent, SkipReason};

use crate::world::{World, at, minutes, store};

fn dues(schedule: &Schedule, after: &str, up_to: &str) -> Vec<Timestamp> {
    let dues = std::iter::successors(schedule.next_after(at(after)), |due| schedule.next_after(*due));
    dues.take_while(|due| *due < at(up_to)).collect()
}

#[tokio::test(start_paused = true)]
async fn half_a_year_of_schedules_starts_every_run_on_the_second_and_no_other() {
    let world = World::beginning_at("2026-01-15T10:00:00Z");
    let daily = Schedule::cron("30 2 * * *", "Europe/Berlin").unwrap();
    let weekly = Schedule::cron("0 4 * * SUN", "America/New_York").unwrap();
    let often = Schedule::every("12 hours").unwrap();
    let actors = [("daily", &daily), ("weekly", &weekly), ("often", &often)]
        .map(|(id, schedule)| (world.activation(id), schedule));
    let builder = actors.iter().fold(world.builder(store()).concurrency(3), |builder, (actor, schedule)| {
        builder.add(actor.clone(), (*schedule).clone())
    });
    world.run_until(builder.build().unwrap(), "2026-07-15T10:00:00Z").await.unwrap();
    for (actor, schedule) in &actors {
        assert_eq!(actor.started(), dues(schedule, "2026-01-15T10:00:00Z", "2026-07-15T10:00:00Z"), "{actor:?}");
    }
    assert_eq!(actors[0].0.started().len(), 181);
}

#[tokio::test(start_paused = true)]
async fn jitter_sets_runs_apart_by_the_same_time_for_ever_and_never_by_more_than_it_says() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let schedule = Schedule::every("1 hour").unwrap();
    let mut settings = ScheduleSettings::new(schedule.clone());
    settings.jitter = minutes(20);
    let actors: Vec<_> = (0..12)
        .map(|n| world.activation(&format!("audience-{n}")).usually(crate::world::Does::Takes(Duration::from_secs(1))))
        .collect();
    let builder = actors
        .iter()
        .fold(world.builder(store()).concurrency(99), |builder, actor| builder.add(actor.clone(), settings.clone()));
    world.run_until(builder.build().unwrap(), "2026-01-01T12:30:00Z").await.unwrap();
    let mut delays = Vec::new();
    for actor in &actors {
        let starts = actor.started();
        let dues = dues(&schedule, "2026-01-01T00:00:00Z", "2026-01-01T12:10:00Z");
        assert_eq!(starts.len(), dues.len());
        let mut by: Vec<SignedDuration> =
            starts.iter().zip(&dues).map(|(start, due)| start.duration_since(*due)).collect();
        by.dedup();
        assert_eq!(by.len(), 1, "{actor:?}: {by:?}");
        assert!(!by[0].is_negative() && by[0] <= SignedDuration::from_mins(20), "{by:?}");
        delays.extend(by);
    }
    delays.sort_unstable();
    delays.dedup();
    assert!(delays.len() > 6, "they hardly differ: {delays:?}");
}

async fn after_three_days_away(missed: MissedRuns) -> (Vec<Timestamp>, Vec<SchedulerEvent>) {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = world.activation("buyers");
    let store = store();
    let mut settings = ScheduleSettings::new(Schedule::every("6 hours").unwrap());
    settings.missed = missed;
    let scheduler = || world.builder(store.clone()).add(actor.clone(), settings.clone()).build().unwrap();
    world.run_until(scheduler(), "2026-01-01T07:00:00Z").await.unwrap();
    world.until("2026-01-04T07:00:00Z").await;
    world.run_until(scheduler(), "2026-01-04T13:00:00Z").await.unwrap();
    (actor.started(), world.events())
}

#[tokio::test(start_paused = true)]
async fn however_many_runs_were_missed_one_makes_up_for_them_at_the_start() {
    let (started, _) = after_three_days_away(MissedRuns::RunOnce).await;
    assert_eq!(started, ["2026-01-01T06:00:00Z", "2026-01-04T07:00:00Z", "2026-01-04T12:00:00Z"].map(at));
}

#[tokio::test(start_paused = true)]
async fn missed_runs_are_left_out_when_the_settings_say_so() {
    let (started, events) = after_three_days_away(MissedRuns::Skip).await;
    assert_eq!(started, ["2026-01-01T06:00:00Z", "2026-01-04T12:00:00Z"].map(at));
    let skipped = |event: &SchedulerEvent| matches!(event, SchedulerEvent::Skipped { due, reason: SkipReason::Missed, .. } if *due == at("2026-01-04T06:00:00Z"));
    assert_eq!(events.iter().filter(|event| skipped(event)).count(), 1, "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_has_changed_begins_with_its_next_time() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let actor = world.activation("buyers");
    let store = store();
    let scheduler = |schedule: &str| {
        world.builder(store.clone()).add(actor.clone(), Schedule::every(schedule).unwrap()).build().unwrap()
    };
    world.run_until(scheduler("1 day"), "2026-01-01T12:00:00Z").await.unwrap();
    world.run_until(scheduler("1 hour"), "2026-01-01T13:30:00Z").await.unwrap();
    assert_eq!(actor.started(), [at("2026-01-01T13:00:00Z")]);
}
