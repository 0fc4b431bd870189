use std::time::Duration;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::ending::{Ending, Next};
use super::*;
use crate::schedule::{Overlap, SkipReason};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id() -> ActivationId {
    "buyers".parse().unwrap()
}

fn start_of_time() -> Timestamp {
    at("2026-01-01T00:30:00Z")
}

fn hourly() -> ScheduleSettings {
    ScheduleSettings::new(Schedule::every("1 hour").unwrap())
}

fn agenda(settings: ScheduleSettings) -> Agenda {
    Agenda::new([(id(), settings)].into(), 1, start_of_time())
}

fn ending(outcome: LastOutcome, next: Next) -> Ending {
    Ending { outcome, message: None, next }
}

fn done() -> Ending {
    ending(LastOutcome::Done, Next::AsScheduled)
}

fn told(at: Timestamp, progress: bool) -> Ending {
    ending(LastOutcome::Pending, Next::Told { at, progress })
}

/// Advances, and starts what is to start.
fn advance(agenda: &mut Agenda, now: &str) -> (usize, Vec<SchedulerEvent>) {
    let events = agenda.advance(at(now));
    (agenda.starts().len(), events)
}

#[test]
fn a_run_that_is_pending_goes_on_when_the_destination_says_and_not_before() {
    let mut agenda = agenda(hourly());
    assert_eq!(advance(&mut agenda, "2026-01-01T01:00:00Z").0, 1);
    agenda.ended(&id(), told(at("2026-01-01T03:20:00Z"), true), at("2026-01-01T01:10:00Z"));
    for due in ["2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z"] {
        let (starts, events) = advance(&mut agenda, due);
        assert_eq!(starts, 0);
        let until = at("2026-01-01T03:20:00Z");
        assert!(
            matches!(&events[..], [SchedulerEvent::Skipped { reason: SkipReason::DestinationWaits { until: found }, .. }] if *found == until),
            "{events:?}"
        );
    }
    assert_eq!(agenda.status()[0].next_run, Some(at("2026-01-01T03:20:00Z")));
    assert_eq!(agenda.wake(at("2026-01-01T03:00:00Z")), Some(at("2026-01-01T03:20:00Z")));
    assert_eq!(advance(&mut agenda, "2026-01-01T03:20:00Z").0, 1);
}

#[test]
fn a_call_does_not_wait_for_the_destination() {
    let mut agenda = agenda(hourly());
    advance(&mut agenda, "2026-01-01T01:00:00Z");
    agenda.ended(&id(), told(at("2026-01-02T00:00:00Z"), true), at("2026-01-01T01:10:00Z"));
    assert!(agenda.call(&id(), at("2026-01-01T01:20:00Z")));
    assert_eq!(advance(&mut agenda, "2026-01-01T01:20:00Z").0, 1);
}

#[test]
fn a_destination_that_takes_nothing_again_and_again_is_asked_less_and_less_often() {
    let mut settings = hourly();
    settings.schedule = Schedule::Manual;
    let mut agenda = agenda(settings);
    let mut now = start_of_time();
    agenda.call(&id(), now);
    let mut waits = Vec::new();
    for _ in 0..9 {
        agenda.advance(now);
        assert_eq!(agenda.starts().len(), 1);
        // It always says: now.
        agenda.ended(&id(), told(now, false), now);
        let retry = agenda.retry_at(&id()).unwrap();
        waits.push(retry.duration_since(now).as_mins());
        now = retry;
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    agenda.advance(now);
    agenda.starts();
    agenda.ended(&id(), told(now, true), now);
    assert_eq!(agenda.retry_at(&id()), Some(now), "whoever gets on need not wait");
}

#[test]
fn what_waited_behind_a_run_waits_for_the_destination_as_well() {
    let mut settings = hourly();
    settings.overlap = Overlap::QueueOne;
    let mut agenda = agenda(settings);
    advance(&mut agenda, "2026-01-01T01:00:00Z");
    advance(&mut agenda, "2026-01-01T02:00:00Z");
    assert!(agenda.status()[0].queued);
    let events = agenda.ended(&id(), told(at("2026-01-01T05:00:00Z"), true), at("2026-01-01T02:30:00Z"));
    assert!(matches!(&events[..], [SchedulerEvent::Skipped { .. }]), "{events:?}");
    assert_eq!(advance(&mut agenda, "2026-01-01T02:30:00Z").0, 0);
    assert_eq!(advance(&mut agenda, "2026-01-01T05:00:00Z").0, 1);
}

#[test]
fn a_run_that_waits_for_somebody_is_not_made_before_its_time() {
    let mut agenda = agenda(hourly());
    advance(&mut agenda, "2026-01-01T01:00:00Z");
    agenda.ended(&id(), ending(LastOutcome::Blocked, Next::AsScheduled), at("2026-01-01T01:01:00Z"));
    assert_eq!(agenda.wake(at("2026-01-01T01:01:00Z")), Some(at("2026-01-01T02:00:00Z")));
}

#[test]
fn the_record_of_a_call_survives_also_behind_a_run_that_was_broken_off_while_paused() {
    let mut before = agenda(hourly());
    advance(&mut before, "2026-01-01T01:00:00Z");
    before.pause(&id(), true);
    before.call(&id(), at("2026-01-01T01:01:00Z"));
    let mut after = agenda(hourly());
    after.resume(before.record(1), at("2026-01-01T01:02:00Z"));
    assert!(after.status()[0].paused);
    assert_eq!(advance(&mut after, "2026-01-01T01:02:00Z").0, 1);
}

#[test]
fn a_wait_that_a_wrong_clock_has_made_ends_when_the_clock_is_right() {
    let mut wrong = Agenda::new([(id(), hourly())].into(), 1, at("2099-01-01T00:30:00Z"));
    advance(&mut wrong, "2099-01-01T01:00:00Z");
    wrong.ended(&id(), told(at("2099-01-02T00:00:00Z"), true), at("2099-01-01T01:10:00Z"));
    let mut right = agenda(hourly());
    right.resume(wrong.record(1), start_of_time());
    assert_eq!(advance(&mut right, "2026-01-01T00:30:00Z").0, 1);
}

#[derive(Debug, Clone)]
enum Step {
    Pass(u32),
    End { nth: usize, outcome: u8 },
    Call(usize),
    Pause(usize, bool),
    PauseAll(bool),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..90_u32).prop_map(Step::Pass),
        5 => (0..4_usize, 0..5_u8).prop_map(|(nth, outcome)| Step::End { nth, outcome }),
        1 => (0..4_usize).prop_map(Step::Call),
        1 => (0..4_usize, any::<bool>()).prop_map(|(nth, paused)| Step::Pause(nth, paused)),
        1 => any::<bool>().prop_map(Step::PauseAll),
        1 => Just(Step::Restart),
    ]
}

fn four() -> BTreeMap<ActivationId, ScheduleSettings> {
    let mut queues = ScheduleSettings::new(Schedule::cron("*/20 * * * *", "Europe/Berlin").unwrap());
    queues.overlap = Overlap::QueueOne;
    let mut apart = hourly();
    apart.jitter = Duration::from_secs(600);
    let after = ScheduleSettings::new(Schedule::after("a".parse().unwrap(), AfterWhen::Ended));
    [("a", hourly()), ("b", queues), ("c", apart), ("d", after)]
        .map(|(id, settings)| (id.parse().unwrap(), settings))
        .into()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: places are kept to, and in the end everybody who may run does.
    #[test]
    fn whatever_happens_places_are_kept_and_nobody_is_forgotten(steps in prop::collection::vec(step(), 1..120)) {
        let mut now = start_of_time();
        let ids: Vec<ActivationId> = four().into_keys().collect();
        let mut agenda = Agenda::new(four(), 2, now);
        let mut going: Vec<ActivationId> = Vec::new();
        for step in steps {
            match step {
                Step::Pass(minutes) => now += SignedDuration::from_mins(minutes.into()),
                Step::End { nth, outcome } if nth < going.len() => {
                    let activation = going.remove(nth);
                    let ending = match outcome {
                        0 => told(now + SignedDuration::from_mins(30), true),
                        1 => ending(LastOutcome::Failed, Next::Soon { earliest: now }),
                        2 => ending(LastOutcome::Refused, Next::AsScheduled),
                        _ => done(),
                    };
                    agenda.ended(&activation, ending, now);
                }
                Step::End { .. } => {}
                Step::Call(nth) => prop_assert!(agenda.call(&ids[nth], now)),
                Step::Pause(nth, paused) => prop_assert!(agenda.pause(&ids[nth], paused)),
                Step::PauseAll(paused) => agenda.pause_all(paused),
                Step::Restart => {
                    let text = serde_json::to_string(&agenda.record(1)).unwrap();
                    agenda = Agenda::new(four(), 2, now);
                    agenda.resume(serde_json::from_str(&text).unwrap(), now);
                    // What went on was broken off, and is wanted again.
                    let wanted: Vec<ActivationId> =
                        agenda.status().into_iter().filter(|status| status.queued).map(|status| status.activation).collect();
                    prop_assert!(going.drain(..).all(|activation| wanted.contains(&activation)));
                }
            }
            agenda.advance(now);
            for start in agenda.starts() {
                prop_assert!(start.due <= now);
                prop_assert!(!going.contains(&start.activation), "{} runs twice", start.activation);
                going.push(start.activation);
            }
            prop_assert!(going.len() <= 2);
            if let Some(wake) = agenda.wake(now) {
                prop_assert!(wake > now, "it would look again and again");
            }
        }
        // Everybody goes on, and runs end at once: within two hours all have run to the end.
        agenda.pause_all(false);
        for id in &ids {
            prop_assert!(agenda.pause(id, false));
        }
        let since = now;
        for _ in 0..20 * 60 {
            for activation in going.drain(..) {
                agenda.ended(&activation, done(), now);
            }
            agenda.advance(now);
            going.extend(agenda.starts().into_iter().map(|start| start.activation));
            now += SignedDuration::from_secs(6);
        }
        for status in agenda.status() {
            let last = status.last.unwrap();
            prop_assert!(last.ended >= since && last.outcome == LastOutcome::Done, "{}", status.activation);
        }
    }
}
