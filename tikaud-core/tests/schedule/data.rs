//! Schedules as plain data: written, read, refused with the field that is wrong.

use std::time::Duration;

use tikaud_core::schedule::{AfterWhen, MissedRuns, Overlap, Schedule, ScheduleSettings};

fn refused(json: &str) -> String {
    serde_json::from_str::<Schedule>(json).unwrap_err().to_string()
}

#[test]
fn every_kind_of_schedule_is_written_and_read_back_in_json_and_toml() {
    let schedules = [
        Schedule::Manual,
        Schedule::every("1 minute").unwrap(),
        Schedule::every("6 hours").unwrap(),
        Schedule::every("2 days").unwrap().anchored("2026-01-01T02:30".parse().unwrap(), "Europe/Berlin").unwrap(),
        Schedule::cron("*/5 8-18 * * MON-FRI", "America/New_York").unwrap(),
        Schedule::after("buyers".parse().unwrap(), AfterWhen::Done),
        Schedule::after("buyers".parse().unwrap(), AfterWhen::Ended),
    ];
    for schedule in schedules {
        let json = serde_json::to_string(&schedule).unwrap();
        assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), schedule, "{json}");
        let text = toml::to_string(&schedule).unwrap();
        assert_eq!(toml::from_str::<Schedule>(&text).unwrap(), schedule, "{text}");
    }
}

#[test]
fn a_schedule_is_written_as_a_person_would_write_it() {
    let schedule = Schedule::cron("30 2 * * MON", "Europe/Berlin").unwrap();
    insta::assert_snapshot!(toml::to_string(&schedule).unwrap(), @r#"
    cron = "30 2 * * MON"
    time_zone = "Europe/Berlin"
    "#);
    insta::assert_snapshot!(toml::to_string(&Schedule::every("hour").unwrap()).unwrap(), @r#"
    every = "1 hour"
    time_zone = "UTC"
    "#);
}

#[test]
fn what_is_wrong_with_a_schedule_is_said_with_its_field() {
    let cases = [
        (r#"{}"#, "schedule: give one of"),
        (r#"{"manual": false}"#, "manual: "),
        (r#"{"every": "0 hours"}"#, "every: `0 hours`"),
        (r#"{"every": "-1 hours"}"#, "every: "),
        (r#"{"every": "99999999999 days"}"#, "every: "),
        (r#"{"every": "2 weeks"}"#, "every: "),
        (r#"{"every": ""}"#, "every: "),
        (r#"{"every": "1 day", "cron": "* * * * *"}"#, "cron: there is `every` already"),
        (r#"{"every": "1 day", "anchor": "tomorrow"}"#, "anchor: "),
        (r#"{"every": "1 day", "anchor": "2026-02-30T00:00"}"#, "anchor: "),
        (r#"{"every": "1 day", "time_zone": "Berlin"}"#, "time_zone: `Berlin`"),
        (r#"{"every": "1 day", "when": "done"}"#, "when: it goes with `after`"),
        (r#"{"cron": "* * * *"}"#, "cron: "),
        (r#"{"cron": "0 * * * * *"}"#, "cron: "),
        (r#"{"cron": "61 * * * *"}"#, "cron: "),
        (r#"{"cron": "0 0 30 2 *"}"#, "cron: `0 0 30 2 *` is never due"),
        (r#"{"cron": "0 0 * * *", "time_zone": "Europe/Atlantis"}"#, "time_zone: "),
        (r#"{"cron": "0 0 * * *", "anchor": "2026-01-01T00:00"}"#, "anchor: it goes with `every`"),
        (r#"{"after": "../x"}"#, "after: "),
        (r#"{"after": "x", "when": "never"}"#, "when: "),
        (r#"{"after": "x", "time_zone": "UTC"}"#, "time_zone: "),
        (r#"{"evry": "1 day"}"#, "unknown field `evry`"),
    ];
    for (json, beginning) in cases {
        let error = refused(json);
        assert!(error.starts_with(beginning), "{json}: {error}");
    }
}

#[test]
fn settings_are_read_with_their_defaults_and_written_back() {
    let text = r#"
        jitter = "10 minutes"
        overlap = "queue_one"
        longest_run = "36 hours"
        [schedule]
        cron = "30 2 * * *"
        time_zone = "Europe/Berlin"
    "#;
    let settings: ScheduleSettings = toml::from_str(text).unwrap();
    let mut expected = ScheduleSettings::new(Schedule::cron("30 2 * * *", "Europe/Berlin").unwrap());
    expected.jitter = Duration::from_secs(600);
    expected.overlap = Overlap::QueueOne;
    expected.longest_run = Duration::from_secs(36 * 60 * 60);
    assert_eq!((settings.missed, settings.retries), (MissedRuns::RunOnce, 5));
    assert_eq!(settings, expected);
    assert_eq!(toml::from_str::<ScheduleSettings>(&toml::to_string(&settings).unwrap()).unwrap(), settings);
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<ScheduleSettings>(&json).unwrap(), settings);
}

#[test]
fn what_is_wrong_with_settings_is_said_with_its_field() {
    for (field, value) in [
        ("jitter", "25 hours"),
        ("jitter", "some"),
        ("jitter", "-5 minutes"),
        ("first_retry", "0 seconds"),
        ("longest_retry", "1 second"),
        ("longest_run", "1 second"),
    ] {
        let json = format!(r#"{{ "schedule": {{ "manual": true }}, "{field}": "{value}" }}"#);
        let error = serde_json::from_str::<ScheduleSettings>(&json).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{field}: ")), "{json}: {error}");
    }
    let error = serde_json::from_str::<ScheduleSettings>(r#"{"schedule": {"every": "x"}}"#).unwrap_err().to_string();
    assert!(error.starts_with("every: "), "{error}");
}

#[test]
fn schedules_read_well() {
    let shown = |schedule: Schedule| schedule.to_string();
    let cron = |pattern: &str| shown(Schedule::cron(pattern, "Europe/Berlin").unwrap());
    let cases = [
        (shown(Schedule::Manual), "when called"),
        (shown(Schedule::every("6 hours").unwrap()), "every 6 hours"),
        (shown(Schedule::every("1 minute").unwrap()), "every minute"),
        (shown(Schedule::every("day").unwrap()), "every day at 00:00, UTC"),
        (cron("30 2 * * MON"), "at 02:30 every Monday, Europe/Berlin"),
        (cron("30 2 * * 7"), "at 02:30 every Sunday, Europe/Berlin"),
        (cron("0 8,20 * * *"), "at 08:00 and 20:00 every day, Europe/Berlin"),
        (cron("0 8 * * 1-5"), "at 08:00 every Monday to Friday, Europe/Berlin"),
        (cron("0 8 * * MON,WED,FRI"), "at 08:00 every Monday, Wednesday and Friday, Europe/Berlin"),
        (cron("0 8 1 * *"), "at 08:00 on day 1 of the month, Europe/Berlin"),
        (cron("0 8 1,15 1 *"), "at 08:00 on days 1 and 15 of the month, in January, Europe/Berlin"),
        (cron("0 * * * *"), "every hour, Europe/Berlin"),
        (cron("@hourly"), "every hour, Europe/Berlin"),
        (cron("@daily"), "at 00:00 every day, Europe/Berlin"),
        (cron("20 * * * *"), "at minute 20 of every hour, Europe/Berlin"),
        (cron("*/15 * * * SAT"), "every 15 minutes, every Saturday, Europe/Berlin"),
        (cron("* * * * *"), "every minute, Europe/Berlin"),
        // Not evenly spaced, so not "every 7 minutes".
        (cron("*/7 * * * *"), "cron `*/7 * * * *`, Europe/Berlin"),
        (cron("0 0 L * *"), "cron `0 0 L * *`, Europe/Berlin"),
        (cron("0 0 1 * MON"), "cron `0 0 1 * MON`, Europe/Berlin"),
        (shown(Schedule::after("buyers".parse().unwrap(), AfterWhen::Done)), "after `buyers` is done"),
        (shown(Schedule::after("buyers".parse().unwrap(), AfterWhen::Ended)), "after `buyers` has ended"),
    ];
    for (shown, expected) in cases {
        assert_eq!(shown, expected);
    }
}
