use super::{Range, bounds, duration, noun, per_unit, period, timing};
use crate::reading::tokens::{Locale, Token, read};
use crate::reading::written::document;
use crate::terms::Timing;

fn tokens(text: &str) -> Vec<Token> {
    let document = document(text);
    let words: Vec<crate::page::WordRef> = (0..u32::try_from(document.pages[0].lines[0].words.len())
        .expect("few"))
        .map(|word| crate::page::WordRef {
            line: document.pages[0].lines[0].id,
            word,
        })
        .collect();
    read(&document, &words, Locale::default()).tokens
}

#[test]
fn durations() {
    let cases = [
        ("thirty (30) days", Some(("every 30 days", false, 2))),
        ("12-month term", Some(("annual", false, 3))),
        ("ten business days", Some(("every 10 days", true, 3))),
        ("two (2) years", Some(("every 2 years", false, 2))),
        ("one (1) year", Some(("annual", false, 2))),
        ("three users", None),
    ];
    for (text, expected) in cases {
        let found =
            duration(&tokens(text), 0).map(|found| (found.span.to_string(), found.business, found.length));
        assert_eq!(
            found,
            expected.map(|(span, business, length)| (String::from(span), business, length)),
            "{text}"
        );
    }
}

#[test]
fn periods() {
    let cases = [
        ("per month", Some("monthly")),
        ("/ month", Some("monthly")),
        ("a year", Some("annual")),
        ("per calendar quarter", Some("quarterly")),
        ("per annum", Some("annual")),
        ("every three months", Some("quarterly")),
        ("once every two years", Some("every 2 years")),
        ("once per order year", Some("annual")),
        ("twice a year", Some("semiannual")),
        ("twice a month", Some("semimonthly")),
        ("every other month", Some("every 2 months")),
        ("every six months", Some("semiannual")),
        ("half-yearly", Some("semiannual")),
        ("per user", None),
    ];
    for (text, expected) in cases {
        let found = period(&tokens(text), 0)
            .and_then(|found| found.cadence())
            .map(|cadence| cadence.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }
    assert_eq!(
        period(&tokens("bi-monthly"), 0).and_then(|found| found.cadence()),
        None
    );
}

#[test]
fn units() {
    let cases = [
        ("per 1,000 API calls", Some(("1000", "api call"))),
        ("for each additional user per month", Some(("1", "user"))),
        ("/ GB", Some(("1", "GB"))),
        ("per seat per month", Some(("1", "seat"))),
        ("an hour for consultants", Some(("1", "hour"))),
        ("each per month", Some(("1", ""))),
        ("per month", None),
        ("per 1M tokens", Some(("1000000", "token"))),
        ("per day", Some(("1", "day"))),
    ];
    for (text, expected) in cases {
        let found = per_unit(&tokens(text), 0).map(|found| (found.count.to_string(), found.unit));
        assert_eq!(
            found,
            expected.map(|(count, unit)| (String::from(count), String::from(unit))),
            "{text}"
        );
    }
    assert_eq!(
        noun(&tokens("active accounts maintained"), 0).map(|(unit, _)| unit),
        Some(String::from("active accounts maintained"))
    );
}

#[test]
fn tier_bounds() {
    let number = |value: i64| rust_decimal::Decimal::from(value);
    let cases = [
        ("first 1,000 units", Some(Range::First(number(1_000)))),
        ("next 9,000", Some(Range::Next(number(9_000)))),
        ("1 - 25,000", Some(Range::Between(number(1), number(25_000)))),
        (
            "501 to 2,000 GB",
            Some(Range::Between(number(501), number(2_000))),
        ),
        ("up to 500 GB", Some(Range::UpTo(number(500)))),
        ("over 2,000 GB", Some(Range::Over(number(2_000)))),
        ("250,001 and above", Some(Range::From(number(250_001)))),
        ("5,000 +", Some(Range::From(number(5_000)))),
        ("Less Than 20,000 Units", Some(Range::Below(number(20_000)))),
        ("in excess of 260 hours", Some(Range::Over(number(260)))),
        ("thereafter", Some(Range::Rest)),
        ("between 10 and 20", Some(Range::Between(number(10), number(20)))),
        ("25 seats", None),
    ];
    for (text, expected) in cases {
        assert_eq!(
            bounds(&tokens(text), 0).map(|found| found.range),
            expected,
            "{text}"
        );
    }
}

#[test]
fn timings() {
    for (text, expected) in [
        ("billed monthly in advance", Some(Timing::Advance)),
        ("quarterly in arrears", Some(Timing::Arrears)),
        ("monthly, after use", Some(Timing::Arrears)),
        ("every six months, ahead", Some(Timing::Advance)),
        ("each month", None),
    ] {
        assert_eq!(
            timing(&tokens(text)).map(|(.., timing)| timing),
            expected,
            "{text}"
        );
    }
}
