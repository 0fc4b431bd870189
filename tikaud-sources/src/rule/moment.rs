//! Dates and timestamps as text, and as numbers of days and microseconds since 1970 in UTC.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

pub(crate) const DAY_SECONDS: i64 = 86_400;
pub(crate) const DAY_MICROS: i64 = DAY_SECONDS * 1_000_000;

/// A day, or an instant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Days since 1970-01-01.
    Date(i64),
    /// Microseconds since the beginning of 1970 in UTC, what is finer cut off.
    Timestamp(i64),
}

impl Moment {
    /// Reads `YYYY-MM-DD`, with ` ` or `T` and `hh:mm[:ss[.fraction]]` after it an instant: in UTC, unless an offset from
    /// it (`+02`, `+02:00`, `+0200`) says otherwise. `None` when the text is not that.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let days = day(date)?;
        if rest.is_empty() {
            return Some(Self::Date(days));
        }
        let time = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b"t")).or_else(|| rest.strip_prefix(b" "))?;
        let (seconds, rest) = time_of_day(time)?;
        let (micros, zone) = fraction(rest)?;
        Some(Self::Timestamp((days * DAY_SECONDS + seconds - offset(zone)?) * 1_000_000 + micros))
    }

    /// The day that it is, or is in.
    pub(crate) fn day(self) -> i64 {
        match self {
            Self::Date(days) => days,
            Self::Timestamp(micros) => micros.div_euclid(DAY_MICROS),
        }
    }

    /// The instant that it is, or begins with.
    pub(crate) fn micros(self) -> i64 {
        match self {
            Self::Date(days) => days.saturating_mul(DAY_MICROS),
            Self::Timestamp(micros) => micros,
        }
    }
}

/// Days since 1970-01-01.
pub(crate) fn days_of(date: Date) -> i64 {
    Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_or(i64::MAX, Timestamp::as_second).div_euclid(DAY_SECONDS)
}

/// The day of so many days since 1970-01-01, as far as the calendar goes.
pub(crate) fn date_of(days: i64) -> Date {
    let instant = days.checked_mul(DAY_SECONDS).and_then(|seconds| Timestamp::from_second(seconds).ok());
    let at_the_end = if days < 0 { Date::MIN } else { Date::MAX };
    instant.map_or(at_the_end, |instant| Offset::UTC.to_datetime(instant).date())
}

fn day(text: &[u8]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    let (month, day) = (number(&[*m1, *m2])?, number(&[*d1, *d2])?);
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (year > 0).then(|| days_of(date))
}

/// Seconds since midnight, and what comes after `hh:mm` or `hh:mm:ss`.
fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let ([h1, h2, b':', m1, m2], rest) = text.split_first_chunk::<5>()? else { return None };
    let minutes = two_digits(*h1, *h2, 24)? * 60 + two_digits(*m1, *m2, 60)?;
    match rest {
        [b':', s1, s2, rest @ ..] => Some((minutes * 60 + two_digits(*s1, *s2, 60)?, rest)),
        rest => Some((minutes * 60, rest)),
    }
}

/// Microseconds, and what comes after the digits.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.', rest @ ..] = text else { return Some((0, text)) };
    let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(length);
    let digit = |at: usize| digits.get(at).map_or(0, |digit| i64::from(digit - b'0'));
    (length > 0).then(|| ((0..6).fold(0, |micros, at| micros * 10 + digit(at)), rest))
}

/// Seconds that local time is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let (sign, text) = match text {
        [] | [b'Z' | b'z'] | [b'U', b'T', b'C'] => return Some(0),
        [b'+', text @ ..] => (1, text),
        [b'-', text @ ..] => (-1, text),
        _ => return None,
    };
    let (h1, h2, m1, m2) = match text {
        [h1, h2] => (h1, h2, &b'0', &b'0'),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (h1, h2, m1, m2),
        _ => return None,
    };
    Some(sign * (two_digits(*h1, *h2, 24)? * 3600 + two_digits(*m1, *m2, 60)? * 60))
}

fn two_digits(tens: u8, ones: u8, end: i64) -> Option<i64> {
    number(&[tens, ones]).filter(|number| *number < end)
}

fn number(digits: &[u8]) -> Option<i64> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    digits.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn micros(text: &str) -> Option<i64> {
        Moment::read(text.as_bytes()).map(Moment::micros)
    }

    #[test]
    fn instants_are_read_as_jiff_reads_them() {
        for (text, plain) in [
            ("2026-11-24T10:15:30Z", "2026-11-24T10:15:30Z"),
            ("2026-11-24 10:15:30", "2026-11-24T10:15:30Z"),
            ("2026-11-24 10:15:30.123456789 UTC", "2026-11-24T10:15:30.123456Z"),
            ("2026-11-24t10:15z", "2026-11-24T10:15:00Z"),
            ("2026-11-24T10:15:30+02", "2026-11-24T08:15:30Z"),
            ("2026-11-24T00:15:30+0545", "2026-11-23T18:30:30Z"),
            ("1969-12-31 23:59:59.5-01:30", "1970-01-01T01:29:59.5Z"),
            ("1960-02-29", "1960-02-29T00:00:00Z"),
        ] {
            let expected: Timestamp = plain.parse().unwrap();
            assert_eq!(micros(text), Some(expected.as_microsecond()), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_taken_for_one() {
        for text in [
            "",
            "2026",
            "24.11.2026",
            "2026-02-29",
            "2026-13-01",
            "0000-01-01",
            "2026-11-24T",
            "2026-11-24T10",
            "2026-11-24T24:00",
            "2026-11-24T10:60",
            "2026-11-24T10:15:60",
            "2026-11-24T10:15:30.",
            "2026-11-24T10:15:30+2",
            "2026-11-24T10:15:30+25",
            "2026-11-24 10:15:30 CET",
            "2026-11-24 ",
            "+2026-11-24",
            "20261124T101530Z",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }

    proptest! {
        /// Jiff reads more than we do; what both read is the same instant.
        #[test]
        fn instants_are_what_jiff_makes_of_them(
            text in "[0-9]{3}[1-9]-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?(Z|[-+][01][0-9](:?[0-5][0-9])?)",
        ) {
            if let Ok(instant) = text.parse::<Timestamp>() {
                let expected = i64::try_from(instant.as_nanosecond().div_euclid(1000)).unwrap();
                prop_assert_eq!(micros(&text), Some(expected), "{}", text);
            } else {
                prop_assert_eq!(micros(&text), None, "{}", text);
            }
        }

        #[test]
        fn no_text_is_too_much(text in "[0-9TZ:. +-]{0,40}|.{0,30}") {
            let _ = micros(&text);
        }
    }

    #[test]
    fn days_before_1970_are_rounded_down() {
        assert_eq!(Moment::read(b"1969-12-31 23:59:59").map(Moment::day), Some(-1));
        assert_eq!(date_of(-1).to_string(), "1969-12-31");
        assert_eq!(days_of(date_of(20_000)), 20_000);
        assert_eq!(date_of(i64::MAX), Date::MAX);
    }
}
