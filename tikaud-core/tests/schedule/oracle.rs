//! Schedules against a slow oracle that goes through every minute and looks at the wall clock.

use std::collections::BTreeSet;

use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tikaud_core::schedule::Schedule;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Longer than any fold or gap in these zones.
const MEMORY: i64 = 4 * 60;

/// A pattern as sets, and its text.
#[derive(Debug, Clone)]
struct Pattern {
    text: String,
    minutes: BTreeSet<i8>,
    hours: BTreeSet<i8>,
    days: Option<BTreeSet<i8>>,
    months: BTreeSet<i8>,
    weekdays: Option<BTreeSet<i8>>,
}

impl Pattern {
    fn matches(&self, wall: DateTime) -> bool {
        let day = match (&self.days, &self.weekdays) {
            (None, None) => true,
            (Some(days), None) => days.contains(&wall.day()),
            (None, Some(weekdays)) => weekdays.contains(&weekday(wall.weekday())),
            (Some(days), Some(weekdays)) => days.contains(&wall.day()) || weekdays.contains(&weekday(wall.weekday())),
        };
        day && self.minutes.contains(&wall.minute())
            && self.hours.contains(&wall.hour())
            && self.months.contains(&wall.month())
    }
}

fn weekday(day: Weekday) -> i8 {
    day.to_sunday_zero_offset()
}

/// A field of a pattern: everything, a step, a list.
fn field(least: i8, most: i8, steps: bool) -> impl Strategy<Value = (String, Option<BTreeSet<i8>>)> {
    let all: Vec<i8> = (least..=most).collect();
    let list = subsequence(all.clone(), 1..=4.min(all.len())).prop_map(|values| {
        let text = values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        (text, Some(values.into_iter().collect()))
    });
    let range = (least..=most, least..=most).prop_map(|(a, b)| {
        let (first, last) = (a.min(b), a.max(b));
        (format!("{first}-{last}"), Some((first..=last).collect()))
    });
    let step = (2..=20_i8).prop_map(move |step| {
        let step = if steps { step.min(most) } else { 1 };
        let values = (least..=most).step_by(step.unsigned_abs().into()).collect();
        if steps { (format!("*/{step}"), Some(values)) } else { ("*".to_owned(), None) }
    });
    prop_oneof![2 => Just(("*".to_owned(), None)), 3 => list, 1 => range, 2 => step]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    // Times of day around which clocks are set come often.
    let hours = prop_oneof![
        1 => field(0, 23, true),
        1 => subsequence(vec![0_i8, 1, 2, 3], 1..=3).prop_map(|hours| {
            (hours.iter().map(ToString::to_string).collect::<Vec<_>>().join(","), Some(hours.into_iter().collect()))
        }),
    ];
    let months = prop_oneof![3 => Just(("*".to_owned(), None)), 1 => field(1, 12, true)];
    (field(0, 59, true), hours, field(1, 28, false), months, field(0, 6, false)).prop_map(
        |(minutes, hours, days, months, weekdays)| Pattern {
            text: [&minutes.0, &hours.0, &days.0, &months.0, &weekdays.0].map(String::as_str).join(" "),
            minutes: minutes.1.unwrap_or_else(|| (0..60).collect()),
            hours: hours.1.unwrap_or_else(|| (0..24).collect()),
            days: days.1,
            months: months.1.unwrap_or_else(|| (1..=12).collect()),
            weekdays: weekdays.1,
        },
    )
}

/// Zones with whole and half hours, clocks set at midnight, in the night, by half an hour, for Ramadan, and never.
const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "UTC",
];

/// Some days, most often some in which the clocks are set.
fn window() -> impl Strategy<Value = (&'static str, Timestamp, Timestamp)> {
    (select(ZONES.as_slice()), 0..40_usize, 0..3 * 24 * 60 * 60_i64, 1..4_i64).prop_map(|(name, nth, before, days)| {
        let begin: Timestamp = "2019-01-01T00:00:00Z".parse().unwrap();
        let zone = TimeZone::get(name).unwrap();
        let set = zone.following(begin).nth(nth).map_or(begin, |transition| transition.timestamp());
        let start = set - SignedDuration::from_secs(before);
        (name, start, start + SignedDuration::from_hours(24 * days + 24))
    })
}

/// The times within a window, by going through its minutes.
fn minute_by_minute(
    zone: &TimeZone,
    start: Timestamp,
    end: Timestamp,
    due: impl Fn(DateTime) -> bool,
    repeats: bool,
) -> Vec<Timestamp> {
    let first = start.as_second() - start.as_second().rem_euclid(60) - MEMORY * 60;
    let mut shown = BTreeSet::new();
    let mut last: Option<DateTime> = None;
    let mut found = Vec::new();
    for second in (first..=end.as_second()).step_by(60) {
        let instant = Timestamp::from_second(second).unwrap();
        let wall = zone.to_datetime(instant);
        let repeated = !shown.insert(wall);
        let mut left_out = false;
        let mut skipped = last.map_or(wall, |last| last + 1.minutes());
        while skipped < wall {
            left_out |= due(skipped);
            skipped += 1.minutes();
        }
        last = Some(wall);
        if instant > start && instant <= end && (left_out || due(wall) && (repeats || !repeated)) {
            found.push(instant);
        }
    }
    found
}

fn by_schedule(schedule: &Schedule, start: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let dues = std::iter::successors(schedule.next_after(start), |due| schedule.next_after(*due));
    dues.take_while(|due| *due <= end).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn cron_is_due_in_the_minutes_in_which_the_wall_clock_says_so((zone, start, end) in window(), pattern in pattern()) {
        let schedule = Schedule::cron(&pattern.text, zone).unwrap();
        let every_hour = pattern.hours.len() == 24;
        let zone = TimeZone::get(zone).unwrap();
        let expected = minute_by_minute(&zone, start, end, |wall| pattern.matches(wall), every_hour);
        prop_assert_eq!(by_schedule(&schedule, start, end), expected);
    }

    #[test]
    fn days_are_due_at_their_time_on_the_wall_clock((zone, start, end) in window(), count in 1..4_i64, hour in 0..5_i8, minute in 0..60_i8) {
        let anchor = DateTime::constant(2018, 12, 1, 0, 0, 0, 0).with().hour(hour).minute(minute).build().unwrap();
        let schedule = Schedule::every(&format!("{count} days")).unwrap().anchored(anchor, zone).unwrap();
        let due = |wall: DateTime| {
            wall.time() == anchor.time() && i64::from(wall.date().since(anchor.date()).unwrap().get_days()) % count == 0
        };
        let zone = TimeZone::get(zone).unwrap();
        let expected = minute_by_minute(&zone, start, end, due, false);
        prop_assert_eq!(by_schedule(&schedule, start, end), expected);
    }

}

proptest! {
    // The oracle goes through decades.
    #![proptest_config(ProptestConfig { cases: 50, ..ProptestConfig::default() })]

    #[test]
    fn hours_and_minutes_are_due_whenever_they_have_passed((zone, start, end) in window(), count in 1..400_i64) {
        let anchor: DateTime = "2018-12-01T00:17".parse().unwrap();
        let schedule = Schedule::every(&format!("{count} minutes")).unwrap().anchored(anchor, zone).unwrap();
        let first = TimeZone::get(zone).unwrap().to_timestamp(anchor).unwrap();
        let mut expected = Vec::new();
        let mut due = first;
        while due <= end {
            if due > start {
                expected.push(due);
            }
            due += MINUTE * i32::try_from(count).unwrap();
        }
        prop_assert_eq!(by_schedule(&schedule, start, end), expected);
    }
}
