//! Dates and times as the other sources write them: ISO 8601, the fraction of a second in three or six digits.
//!
//! In: what the server writes with `DateStyle` ISO, which has a blank for the `T` and drops zeros at a fraction's end.

/// A date as it comes; `None` when it is infinite or not within the years 1 to 9999.
pub(super) fn date(text: &str) -> Option<String> {
    is_date(text).then(|| text.to_owned())
}

/// A time of day; `None` when it is 24:00.
pub(super) fn time(text: &str) -> Option<String> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_clock = matches!(clock.as_bytes(), [h1, h2, b':', m1, m2, b':', s1, s2]
        if [h1, h2, m1, m2, s1, s2].iter().all(|digit| digit.is_ascii_digit()));
    if !is_clock || clock.starts_with("24") || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match fraction.len() {
        0 => Some(clock.to_owned()),
        1..=3 => Some(format!("{clock}.{fraction:0<3}")),
        4..=6 => Some(format!("{clock}.{fraction:0<6}")),
        _ => None,
    }
}

/// A date with a time of day.
pub(super) fn timestamp(text: &str) -> Option<String> {
    let (day, clock) = text.split_once(' ')?;
    Some(format!("{}T{}", date(day)?, time(clock)?))
}

/// The same in UTC.
pub(super) fn instant(text: &str) -> Option<String> {
    timestamp(text).map(|text| text + "Z")
}

fn is_date(text: &str) -> bool {
    matches!(text.as_bytes(), [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]
        if [y1, y2, y3, y4, m1, m2, d1, d2].iter().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_those_of_the_other_sources() {
        assert_eq!(date("2024-10-04").unwrap(), "2024-10-04");
        assert_eq!(time("12:34:56").unwrap(), "12:34:56");
        assert_eq!(time("12:34:56.5").unwrap(), "12:34:56.500");
        assert_eq!(time("12:34:56.1234").unwrap(), "12:34:56.123400");
        assert_eq!(timestamp("2024-10-04 00:00:00.000001").unwrap(), "2024-10-04T00:00:00.000001");
        assert_eq!(instant("2024-10-04 23:59:59").unwrap(), "2024-10-04T23:59:59Z");
    }

    #[test]
    fn what_has_no_such_form_is_refused() {
        for text in ["infinity", "-infinity", "12024-10-04", "0044-03-15 BC", "", "2024-10-4x"] {
            assert_eq!(date(text), None, "{text}");
        }
        for text in ["24:00:00", "12:34", "12:34:56.1234567", "12:34:56+02", ""] {
            assert_eq!(time(text), None, "{text}");
        }
        for text in ["infinity", "0044-03-15 12:00:00 BC", "2024-10-04"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
