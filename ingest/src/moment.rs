//! Which instant or span does a label's text mean?
//!
//! Sources: XML Schema 1.0 part 2 (dateTime, duration), DDEX ERN 4.3 (EventDate, ValidityPeriod). In a deal, a
//! date and a date-time without zone mean local time in each territory ([`clock`]); anywhere else they are
//! taken as UTC. An end *date* is the last day of the deal; an end *date-time* is the first instant after it.

use catalog::release::PartialDate;
use catalog::rights::Clock;
use catalog::units::Millis;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

/// Which end of a deal a text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The first instant.
    Start,
    /// The first instant after it.
    End,
}

/// A date-time with a zone, or without one (UTC).
pub fn date_time(text: &str) -> Option<Timestamp> {
    // jiff also reads forms that XML Schema does not have; they all lack the `T`.
    let (date, _) = text.split_once('T')?;
    date.parse::<PartialDate>().ok()?;
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| utc(text.parse::<DateTime>().ok()?))
}

/// Whose clock a deal's date or date-time is told by.
pub fn clock(text: &str) -> Clock {
    match text.parse::<Timestamp>() {
        Ok(_) => Clock::Universal,
        Err(_) => Clock::Local,
    }
}

/// The edge of a deal, civil times as if they were UTC: a date-time, or a date-time, or a date that may lack its day or month.
pub fn edge(text: &str, edge: Edge) -> Option<Timestamp> {
    if text.contains('T') {
        return date_time(text);
    }
    let first: Date = text.parse::<PartialDate>().ok()?.first_day();
    let day = match (edge, text.trim().len()) {
        (Edge::Start, _) => first,
        (Edge::End, 4) => first.checked_add(1.year()).ok()?,
        (Edge::End, 7) => first.checked_add(1.month()).ok()?,
        (Edge::End, _) => first.tomorrow().ok()?,
    };
    utc(day.at(0, 0, 0, 0))
}

fn utc(civil: DateTime) -> Option<Timestamp> {
    civil
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// An xs:duration of days, hours, minutes and seconds; years and months have no length.
pub fn duration(text: &str) -> Option<Millis> {
    let rest = text.trim().strip_prefix('P')?;
    let (days, time) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None if rest.is_empty() => return None,
        None => (rest, ""),
    };
    let day_length = [('D', 86_400_000)];
    let clock = [('H', 3_600_000), ('M', 60_000), ('S', 1000)];
    Some(Millis(
        fields(days, &day_length)?.checked_add(fields(time, &clock)?)?,
    ))
}

/// The shortest xs:duration of minutes and seconds.
pub fn iso_duration(length: Millis) -> String {
    let (minutes, rest) = (length.0 / 60_000, length.0 % 60_000);
    let minutes = if minutes > 0 {
        format!("{minutes}M")
    } else {
        String::new()
    };
    let seconds = match (rest / 1000, rest % 1000) {
        (0, 0) if !minutes.is_empty() => String::new(),
        (seconds, 0) => format!("{seconds}S"),
        (seconds, millis) => format!("{seconds}.{millis:03}S"),
    };
    format!("PT{minutes}{seconds}")
}

/// Numbers with their units in order, each unit at most once; milliseconds.
fn fields(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut total = 0_u64;
    for (unit, length) in units {
        let Some((number, rest)) = text.split_once(*unit) else {
            continue;
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fraction_allowed = *unit == 'S' || fraction.is_empty();
        if whole.is_empty() || !digits(whole) || !digits(fraction) || !fraction_allowed {
            return None;
        }
        let padded: String = fraction.chars().chain("000".chars()).take(3).collect();
        let part = whole.parse::<u64>().ok()?.checked_mul(*length)?;
        total = total.checked_add(part)?.checked_add(padded.parse().ok()?)?;
        text = rest;
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_to_the_millisecond() {
        for (text, expected) in [
            ("PT3M45S", Some(225_000)),
            ("PT225S", Some(225_000)),
            ("PT3M45.5S", Some(225_500)),
            ("PT1H0M0.0625S", Some(3_600_062)),
            ("P1DT1S", Some(86_401_000)),
            ("PT0S", Some(0)),
            ("2:28", None),
            ("PT", None),
            ("P", None),
            ("PT1.5M", None),
            ("PT5S3M", None),
            ("PT99999999999999999999S", None),
            ("PT-5S", None),
        ] {
            assert_eq!(duration(text).map(|millis| millis.0), expected, "{text}");
        }
    }

    #[test]
    fn a_written_duration_is_read_back() {
        for millis in [0, 1, 999, 1000, 60_000, 61_500, 3_600_000, 3_599_999] {
            let text = iso_duration(Millis(millis));
            assert_eq!(duration(&text), Some(Millis(millis)), "{text}");
        }
        assert_eq!(iso_duration(Millis(200_000)), "PT3M20S");
    }

    #[test]
    fn only_a_zone_makes_an_instant() {
        assert_eq!(clock("2026-01-31T10:00:00+02:00"), Clock::Universal);
        assert_eq!(clock("2026-01-31T10:00:00"), Clock::Local);
        assert_eq!(clock("2026-01-31"), Clock::Local);
    }

    #[test]
    fn an_end_date_is_the_last_day_and_an_end_time_is_not_reached() {
        for (text, end, expected) in [
            ("2026-01-31", Edge::Start, Some("2026-01-31T00:00:00Z")),
            ("2026-01-31", Edge::End, Some("2026-02-01T00:00:00Z")),
            ("2024-02", Edge::End, Some("2024-03-01T00:00:00Z")),
            ("2024", Edge::End, Some("2025-01-01T00:00:00Z")),
            (
                "2026-01-31T10:00:00",
                Edge::End,
                Some("2026-01-31T10:00:00Z"),
            ),
            (
                "2026-01-31T10:00:00+02:00",
                Edge::Start,
                Some("2026-01-31T08:00:00Z"),
            ),
            ("2004-13-45", Edge::Start, None),
            ("soon", Edge::Start, None),
            ("2026-01-31Tnoon", Edge::Start, None),
        ] {
            assert_eq!(
                edge(text, end).map(|at| at.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
