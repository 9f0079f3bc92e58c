//! Times, amounts and names of the services, as a person reads them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A time of a service's answer.
pub(crate) fn time(at: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.seconds, at.nanos).ok()
}

/// `27 Nov 2026, 13:54` in UTC.
pub(crate) fn moment(at: Timestamp) -> String {
    TimeZone::UTC
        .to_datetime(at)
        .strftime("%-d %b %Y, %H:%M")
        .to_string()
}

/// `27 Nov 2026`.
pub(crate) fn day(on: Date) -> String {
    on.strftime("%-d %b %Y").to_string()
}

/// The days of a period, both in, of which services tell the first and the day after the last: people count so.
pub(crate) fn days(start: &str, end: &str) -> String {
    let last = end.parse::<Date>().ok().and_then(|day| day.yesterday().ok());
    match last {
        Some(last) if last.to_string() == start => start.to_owned(),
        Some(last) => format!("{start} – {last}"),
        None if end.is_empty() => format!("from {start}"),
        None => format!("{start} – {end}"),
    }
}

/// How long ago, in the largest unit that says enough.
pub(crate) fn age(since: Timestamp, now: Timestamp) -> String {
    let passed = now.duration_since(since).max(SignedDuration::ZERO);
    let (minutes, hours) = (passed.as_mins(), passed.as_hours());
    match hours.div_euclid(24) {
        0 if minutes < 1 => "just now".to_owned(),
        0 if hours < 1 => format!("{minutes} min"),
        0 => format!("{hours} h"),
        1 => "1 day".to_owned(),
        days if days < 60 => format!("{days} days"),
        days => format!("{} months", days.div_euclid(30)),
    }
}

/// How long something took, in the largest unit that says enough.
pub(crate) fn lasting(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A decimal with its thousands apart: `1234567.5` becomes `1,234,567.5`. What is no decimal stays as it is.
pub(crate) fn grouped(decimal: &str) -> String {
    let (sign, rest) = decimal
        .strip_prefix('-')
        .map_or(("", decimal), |rest| ("−", rest));
    let (whole, fraction) = rest
        .split_once('.')
        .map_or((rest, None), |(whole, part)| (whole, Some(part)));
    if whole.is_empty()
        || !whole
            .bytes()
            .chain(fraction.unwrap_or("0").bytes())
            .all(|byte| byte.is_ascii_digit())
    {
        return decimal.to_owned();
    }
    let mut text = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len().saturating_sub(at)).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// `1 flag`, `3 flags`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{} {word}", grouped(&number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_and_what_is_no_number_stays() {
        for (given, shown) in [
            ("0", "0"),
            ("999.50", "999.50"),
            ("1000", "1,000"),
            ("-1234567.5", "−1,234,567.5"),
            ("<b>", "<b>"),
            ("1e9", "1e9"),
            ("", ""),
        ] {
            assert_eq!(grouped(given), shown);
        }
    }

    #[test]
    fn the_last_day_of_a_period_is_in_it() {
        for (start, end, told) in [
            ("2026-01-01", "2026-04-01", "2026-01-01 – 2026-03-31"),
            ("2026-01-01", "2026-01-02", "2026-01-01"),
            ("2026-01-01", "", "from 2026-01-01"),
            ("2026-01-01", "soon", "2026-01-01 – soon"),
        ] {
            assert_eq!(days(start, end), told);
        }
    }

    #[test]
    fn a_time_that_passed_is_told_in_one_unit() {
        let told = [59, 60, 7_199, 7_200, 172_799, 172_800].map(lasting);
        assert_eq!(told, ["59 s", "1 min", "119 min", "2 h", "47 h", "2 days"]);
    }

    #[test]
    fn an_age_is_told_in_one_unit() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        for (since, told) in [
            ("2026-03-01T11:59:40Z", "just now"),
            ("2026-03-01T11:15:00Z", "45 min"),
            ("2026-03-01T02:00:00Z", "10 h"),
            ("2026-02-28T11:00:00Z", "1 day"),
            ("2026-02-20T12:00:00Z", "9 days"),
            ("2025-11-01T12:00:00Z", "4 months"),
            ("2026-03-02T12:00:00Z", "just now"),
        ] {
            assert_eq!(age(since.parse().unwrap(), now), told, "{since}");
        }
    }
}
