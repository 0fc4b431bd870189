//! When schedules are due: changes of the clocks, leap days, the ends of months and of time.

use jiff::Timestamp;
use tikaud_core::schedule::Schedule;

fn cron(pattern: &str, zone: &str) -> Schedule {
    Schedule::cron(pattern, zone).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The times that follow an instant.
fn following(schedule: &Schedule, after: &str, count: usize) -> Vec<Timestamp> {
    let dues = std::iter::successors(schedule.next_after(at(after)), |due| schedule.next_after(*due));
    dues.take(count).collect()
}

#[track_caller]
fn assert_due(schedule: &Schedule, after: &str, expected: &[&str]) {
    let expected: Vec<Timestamp> = expected.iter().map(|text| at(text)).collect();
    assert_eq!(following(schedule, after, expected.len()), expected, "{schedule}");
}

#[test]
fn a_time_that_the_clock_leaves_out_is_due_once_when_the_gap_is_over() {
    assert_due(
        &cron("30 2 * * *", "Europe/Berlin"),
        "2026-03-28T00:00:00Z",
        &["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
    );
    // Several times within the gap, and one at its end, are one run.
    assert_due(
        &cron("0,20,40 2,3 * * *", "Europe/Berlin"),
        "2026-03-29T00:00:00Z",
        &["2026-03-29T03:00:00+02:00", "2026-03-29T03:20:00+02:00"],
    );
    // Lord Howe sets its clocks by half an hour only.
    assert_due(&cron("15 2 * * *", "Australia/Lord_Howe"), "2026-10-03T12:00:00Z", &["2026-10-04T02:30:00+11:00"]);
}

#[test]
fn a_time_that_the_clock_shows_twice_is_due_once() {
    assert_due(
        &cron("30 2 * * *", "Europe/Berlin"),
        "2026-10-24T12:00:00Z",
        &["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
    );
    assert_due(
        &cron("0,30 1 * * *", "America/New_York"),
        "2026-11-01T04:00:00Z",
        &["2026-11-01T01:00:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-02T01:00:00-05:00"],
    );
    // Asked in the second half of the fold, it has been.
    assert_due(&cron("45 2 * * *", "Europe/Berlin"), "2026-10-25T02:10:00+01:00", &["2026-10-26T02:45:00+01:00"]);
}

#[test]
fn what_is_due_in_every_hour_is_due_in_the_repeated_hour_too() {
    assert_due(
        &cron("*/30 * * * *", "Europe/Berlin"),
        "2026-10-25T01:59:00+02:00",
        &[
            "2026-10-25T02:00:00+02:00",
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T02:00:00+01:00",
            "2026-10-25T02:30:00+01:00",
            "2026-10-25T03:00:00+01:00",
        ],
    );
    assert_due(
        &cron("15 * * * *", "Europe/Berlin"),
        "2026-03-29T00:30:00Z",
        &["2026-03-29T03:00:00+02:00", "2026-03-29T03:15:00+02:00", "2026-03-29T04:15:00+02:00"],
    );
}

#[test]
fn days_are_days_of_the_calendar_and_hours_are_hours_that_pass() {
    let days =
        Schedule::every("1 day").unwrap().anchored("2026-01-01T02:30".parse().unwrap(), "Europe/Berlin").unwrap();
    assert_due(
        &days,
        "2026-03-28T00:00:00Z",
        &["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
    );
    assert_due(&days, "2026-10-24T22:00:00Z", &["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]);
    let hours =
        Schedule::every("12 hours").unwrap().anchored("2026-03-28T12:00".parse().unwrap(), "Europe/Berlin").unwrap();
    assert_due(
        &hours,
        "2026-03-28T10:00:00Z",
        &["2026-03-28T12:00:00+01:00", "2026-03-29T00:00:00+01:00", "2026-03-29T13:00:00+02:00"],
    );
}

#[test]
fn a_day_that_a_country_leaves_out_is_due_once_when_the_next_begins() {
    // Samoa went from 29 to 31 December 2011.
    let days = Schedule::every("1 day").unwrap().anchored("2011-12-28T12:00".parse().unwrap(), "Pacific/Apia").unwrap();
    let expected = [
        "2011-12-29T12:00:00-10:00",
        "2011-12-31T00:00:00+14:00",
        "2011-12-31T12:00:00+14:00",
        "2012-01-01T12:00:00+14:00",
    ];
    assert_due(&days, "2011-12-28T23:00:00Z", &expected);
    assert_due(&cron("0 12 * * *", "Pacific/Apia"), "2011-12-28T23:00:00Z", &expected);
}

#[test]
fn an_anchor_is_the_first_time_of_all() {
    let schedule = Schedule::every("3 days").unwrap().anchored("2026-06-01T08:00".parse().unwrap(), "UTC").unwrap();
    assert_due(&schedule, "1999-01-01T00:00:00Z", &["2026-06-01T08:00:00Z", "2026-06-04T08:00:00Z"]);
}

#[test]
fn leap_days_and_the_ends_of_months_are_found() {
    assert_due(
        &cron("0 0 29 2 *", "UTC"),
        "2096-03-01T00:00:00Z",
        // 2100 is no leap year.
        &["2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z"],
    );
    assert_due(
        &cron("0 12 L * *", "UTC"),
        "2028-01-31T12:00:00Z",
        &["2028-02-29T12:00:00Z", "2028-03-31T12:00:00Z", "2028-04-30T12:00:00Z"],
    );
    assert_due(&cron("0 0 31 * *", "UTC"), "2026-01-31T00:00:00Z", &["2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"]);
    let days = Schedule::every("366 days").unwrap().anchored("2024-02-29T00:00".parse().unwrap(), "UTC").unwrap();
    assert_due(&days, "2024-02-29T00:00:00Z", &["2025-03-01T00:00:00Z"]);
}

#[test]
fn the_far_future_has_times_and_an_end() {
    assert_due(&cron("30 2 * * *", "Europe/Berlin"), "2525-07-01T00:00:00Z", &["2525-07-01T02:30:00+02:00"]);
    assert_eq!(cron("0 0 1 1 *", "UTC").next_after(at("5000-06-01T00:00:00Z")), None);
    let days = Schedule::every("1000000 days").unwrap();
    assert_eq!(following(&days, "2000-01-01T00:00:00Z", 9).len(), 2);
    for schedule in [cron("* * * * *", "UTC"), Schedule::every("4294967295 hours").unwrap(), days] {
        assert_eq!(schedule.next_after(Timestamp::MAX), None, "{schedule}");
        assert!(schedule.next_after(Timestamp::MIN).is_some(), "{schedule}");
    }
}

#[test]
fn a_moment_before_and_a_moment_after_are_told_apart() {
    let schedule = cron("30 2 * * *", "UTC");
    assert_due(&schedule, "2026-01-01T02:29:59.999999999Z", &["2026-01-01T02:30:00Z"]);
    assert_due(&schedule, "2026-01-01T02:30:00Z", &["2026-01-02T02:30:00Z"]);
    let minutes = Schedule::every("10 minutes").unwrap();
    assert_due(&minutes, "2026-01-01T02:29:59.999999999Z", &["2026-01-01T02:30:00Z"]);
    assert_due(&minutes, "2026-01-01T02:30:00Z", &["2026-01-01T02:40:00Z"]);
    assert_due(&minutes, "1969-12-31T00:00:00Z", &["1970-01-01T00:00:00Z"]);
}

#[test]
fn schedules_that_do_not_go_by_the_clock_are_never_due() {
    assert_eq!(Schedule::Manual.next_after(at("2026-01-01T00:00:00Z")), None);
}
