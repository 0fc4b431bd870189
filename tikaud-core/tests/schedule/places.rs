//! Who may run at once: places, overlaps, and those who keep theirs for ever.

use std::time::Duration;

use tikaud_core::schedule::{
    AfterWhen, Overlap, Schedule, ScheduleSettings, SchedulerBuilder, SchedulerEvent, SchedulerSettingsError,
    SkipReason,
};

use crate::world::{Does, World, at, minutes, store};

#[tokio::test(start_paused = true)]
async fn no_more_runs_go_on_at_once_than_there_are_places_and_none_is_lost() {
    for places in 1..=3 {
        let world = World::beginning_at("2026-01-01T00:00:00Z");
        let actors: Vec<_> =
            (0..7_u64).map(|n| world.activation(&format!("a{n}")).usually(Does::Takes(minutes(3 + n)))).collect();
        let builder = actors.iter().fold(world.builder(store()).concurrency(places), |builder, actor| {
            builder.add(actor.clone(), Schedule::every("1 hour").unwrap())
        });
        world.run_until(builder.build().unwrap(), "2026-01-02T00:00:00Z").await.unwrap();
        assert_eq!(world.most_at_once(), places);
        for actor in &actors {
            assert_eq!(actor.most_at_once(), 1);
            assert_eq!(actor.completed().len(), 23, "{actor:?} with {places} places");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_longest_gets_the_next_place() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let long = world.activation("a-long").usually(Does::Takes(minutes(90)));
    let (early, late) = (world.activation("z-early"), world.activation("b-late"));
    let cron = |pattern: &str| Schedule::cron(pattern, "UTC").unwrap();
    let scheduler = world
        .builder(store())
        .concurrency(1)
        .add(long.clone(), cron("0 1 * * *"))
        .add(early.clone(), cron("10 1 * * *"))
        .add(late.clone(), cron("20 1 * * *"))
        .build()
        .unwrap();
    world.run_until(scheduler, "2026-01-01T04:00:00Z").await.unwrap();
    assert_eq!(early.started(), [at("2026-01-01T02:30:00Z")]);
    assert_eq!(late.started(), [at("2026-01-01T02:35:00Z")]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_comes_due_while_the_last_goes_on_is_left_out_or_follows_it() {
    for (overlap, expected) in [
        (Overlap::Skip, vec!["2026-01-01T01:00:00Z", "2026-01-01T04:00:00Z"]),
        (Overlap::QueueOne, vec!["2026-01-01T01:00:00Z", "2026-01-01T03:30:00Z", "2026-01-01T04:00:00Z"]),
    ] {
        let world = World::beginning_at("2026-01-01T00:30:00Z");
        let actor = world.activation("buyers").next(Does::Takes(minutes(150)));
        let mut settings = ScheduleSettings::new(Schedule::every("1 hour").unwrap());
        settings.overlap = overlap;
        let scheduler = world.builder(store()).add(actor.clone(), settings).build().unwrap();
        world.run_until(scheduler, "2026-01-01T04:30:00Z").await.unwrap();
        assert_eq!(actor.started(), expected.into_iter().map(at).collect::<Vec<_>>(), "{overlap:?}");
        let reasons: Vec<SkipReason> = world
            .events()
            .into_iter()
            .filter_map(|event| match event {
                SchedulerEvent::Skipped { reason, .. } => Some(reason),
                _ => None,
            })
            .collect();
        match overlap {
            Overlap::Skip => assert_eq!(reasons, [SkipReason::Running, SkipReason::Running]),
            _ => assert_eq!(reasons, [SkipReason::Queued]),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_for_days_and_one_that_hangs_hold_nobody_back() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let down = world.activation("down").usually(Does::Fails(crate::retries::unavailable));
    let panics = world.activation("panics").usually(Does::Panics);
    let hangs = world.activation("hangs").usually(Does::Hangs);
    let fine = world.activation("fine");
    let mut patient = ScheduleSettings::new(Schedule::every("1 hour").unwrap());
    patient.longest_run = Duration::from_secs(60 * 60);
    let scheduler = world
        .builder(store())
        .concurrency(2)
        .add(down.clone(), Schedule::every("1 hour").unwrap())
        .add(panics.clone(), Schedule::every("1 hour").unwrap())
        .add(hangs.clone(), patient)
        .add(fine.clone(), Schedule::every("1 hour").unwrap())
        .build()
        .unwrap();
    world.run_until(scheduler, "2026-01-06T00:30:00Z").await.unwrap();
    let starts: Vec<_> =
        (1..=5 * 24).map(|hour| at("2026-01-01T00:00:00Z") + jiff::SignedDuration::from_hours(hour)).collect();
    assert_eq!(fine.started(), starts);
    assert!(down.runs().len() > 5 * 24 && panics.runs().len() > 5 * 24);
    assert!(hangs.runs().len() >= 5 * 24 / 2, "{}", hangs.runs().len());
    assert!(!format!("{:?}", world.events()).contains("nobody may see"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_scheduled_is_refused_by_name() {
    let world = World::beginning_at("2026-01-01T00:00:00Z");
    let hourly = || Schedule::every("1 hour").unwrap();
    let after = |id: &str| Schedule::after(id.parse().unwrap(), AfterWhen::Done);
    let refused = |builder: SchedulerBuilder| builder.build().unwrap_err();
    assert!(matches!(refused(world.builder(store()).concurrency(0)), SchedulerSettingsError::NoConcurrency));
    assert!(matches!(refused(world.builder(store()).name("../x")), SchedulerSettingsError::Name(_)));
    let twice = world.builder(store()).add(world.activation("a"), hourly()).add(world.activation("a"), hourly());
    assert!(matches!(refused(twice), SchedulerSettingsError::Duplicate { .. }));
    let reserved = world.builder(store()).add(world.activation("scheduler"), hourly());
    assert!(matches!(refused(reserved), SchedulerSettingsError::Reserved { .. }));
    let unknown = world.builder(store()).add(world.activation("a"), after("b"));
    assert!(matches!(refused(unknown), SchedulerSettingsError::UnknownAfter { .. }));
    let circle = world.builder(store()).add(world.activation("a"), after("b")).add(world.activation("b"), after("a"));
    assert!(matches!(refused(circle), SchedulerSettingsError::Circle { .. }));
    let own = world.builder(store()).add(world.activation("a"), after("a"));
    assert!(matches!(refused(own), SchedulerSettingsError::Circle { .. }));
    let mut settings = ScheduleSettings::new(hourly());
    settings.jitter = Duration::from_secs(25 * 60 * 60);
    let jitter = world.builder(store()).add(world.activation("a"), settings);
    let SchedulerSettingsError::Schedule { source, .. } = refused(jitter) else { panic!("another error") };
    assert_eq!(source.field(), "jitter");
}
