//! Cron patterns in words, as far as plain words do.

use croner::CronPattern;

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// More times of day, or days of a month, than this are a list that nobody reads.
const MAX_LISTED: usize = 4;

/// What the pattern says, as `at 02:30 every Monday`; `None` when the pattern itself is plainer than its words.
pub(super) fn describe(pattern: &CronPattern) -> Option<String> {
    let fields = [&pattern.minutes, &pattern.hours, &pattern.days, &pattern.months, &pattern.days_of_week];
    if fields.iter().any(|field| field.has_modifiers()) {
        return None;
    }
    let (time, names_day) = time(&pattern.minutes.values(), &pattern.hours.values())?;
    let day = day(pattern)?;
    let month = month(&pattern.months.values());
    let words = match (day.as_str(), names_day) {
        ("every day", false) => time,
        (_, false) => format!("{time}, {day}"),
        (_, true) => format!("{time} {day}"),
    };
    Some(words + &month)
}

/// The time of day, and whether the day belongs right behind it.
fn time(minutes: &[u16], hours: &[u16]) -> Option<(String, bool)> {
    let every_hour = hours.len() == 24;
    match minutes {
        [0] if every_hour => Some(("every hour".to_owned(), false)),
        [minute] if every_hour => Some((format!("at minute {minute} of every hour"), false)),
        [minute] if hours.len() <= MAX_LISTED => {
            let times = hours.iter().map(|hour| format!("{hour:02}:{minute:02}"));
            Some((format!("at {}", list(times.collect())), true))
        }
        _ if every_hour && minutes.len() == 60 => Some(("every minute".to_owned(), false)),
        [0, step, ..] if every_hour => {
            let even = 60 % step == 0 && minutes.iter().copied().eq((0..60).step_by(usize::from(*step)));
            even.then(|| (format!("every {step} minutes"), false))
        }
        _ => None,
    }
}

fn day(pattern: &CronPattern) -> Option<String> {
    let days = pattern.days.values();
    match (pattern.is_dom_wildcard(), pattern.is_dow_wildcard()) {
        (true, true) => Some("every day".to_owned()),
        (true, false) => Some(format!("every {}", weekdays(&pattern.days_of_week.values()))),
        (false, true) if days.len() == 1 => Some(format!("on day {} of the month", list(texts(&days)))),
        (false, true) if days.len() <= MAX_LISTED => Some(format!("on days {} of the month", list(texts(&days)))),
        _ => None,
    }
}

fn weekdays(values: &[u16]) -> String {
    // From Monday on, with 0 and 7 both for Sunday.
    let mut days: Vec<usize> = values.iter().map(|day| usize::from((day + 6) % 7)).collect();
    days.sort_unstable();
    days.dedup();
    let name = |day: &usize| WEEKDAYS[(day + 1) % 7].to_owned();
    match days.as_slice() {
        [first, .., last] if days.len() > 2 && last - first + 1 == days.len() => {
            format!("{} to {}", name(first), name(last))
        }
        _ => list(days.iter().map(name).collect()),
    }
}

fn month(values: &[u16]) -> String {
    if values.len() == MONTHS.len() {
        return String::new();
    }
    let names = values.iter().filter_map(|month| MONTHS.get(usize::from(*month).checked_sub(1)?));
    format!(", in {}", list(names.map(|name| (*name).to_owned()).collect()))
}

fn texts(values: &[u16]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// `a, b and c`.
fn list(mut names: Vec<String>) -> String {
    match names.pop() {
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
        None => String::new(),
    }
}
