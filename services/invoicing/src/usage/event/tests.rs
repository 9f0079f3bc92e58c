use super::*;

/// An event by its parts, as a caller that checks first makes it.
fn event(
    names: [&str; 4],
    at: Option<Timestamp>,
    value: &str,
    dimensions: Dimensions,
    corrects: &str,
) -> Result<UsageEvent, Invalid> {
    let checked = check(names, at, value, &dimensions, corrects)?;
    let names = names.map(str::to_owned);
    Ok(super::event(names, checked, dimensions, corrects.to_owned()))
}

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

fn dimensions(pairs: &[(&str, &str)]) -> Dimensions {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

const NAMES: [&str; 4] = ["gateway", "e-1", "acme", "calls"];

fn plain(names: [&str; 4], time: &str, value: &str) -> UsageEvent {
    event(names, at(time), value, Dimensions::new(), "").unwrap()
}

#[test]
fn an_event_that_says_the_same_is_the_same() {
    let first = plain(NAMES, "2026-01-05T10:00:00Z", "1");
    let again = plain(
        ["gateway", "e-1", "acme", "calls"],
        "2026-01-05T11:00:00+01:00",
        "1.00",
    );
    assert_eq!(first.content, again.content);
}

#[test]
fn an_event_that_says_something_else_is_another() {
    let first = plain(NAMES, "2026-01-05T10:00:00Z", "1");
    let with_region = |pairs: &[(&str, &str)]| {
        event(NAMES, at("2026-01-05T10:00:00Z"), "1", dimensions(pairs), "").unwrap()
    };
    let correcting = |id: &str| event(NAMES, at("2026-01-05T10:00:00Z"), "1", Dimensions::new(), id).unwrap();
    assert_ne!(correcting("a").content, correcting("b").content);
    for other in [
        correcting("e-0"),
        plain(["gateway", "e-1", "acmec", "alls"], "2026-01-05T10:00:00Z", "1"),
        plain(NAMES, "2026-01-05T10:00:00.000001Z", "1"),
        plain(NAMES, "2026-01-05T10:00:00Z", "-1"),
        with_region(&[("region", "eu")]),
        with_region(&[("region", ""), ("eu", "")]),
    ] {
        assert_ne!(first.content, other.content, "{other:?}");
    }
}

#[test]
fn the_last_instant_of_a_day_stays_in_it() {
    let event = plain(NAMES, "2026-01-31T23:59:59.999999999Z", "1");
    assert_eq!(event.at, "2026-01-31T23:59:59.999999Z".parse().unwrap());
    let before_the_epoch = plain(NAMES, "1969-12-31T23:59:59.9999999Z", "1");
    assert_eq!(
        before_the_epoch.at,
        "1969-12-31T23:59:59.999999Z".parse().unwrap()
    );
}

#[test]
fn what_is_wrong_with_an_event_is_said() {
    let time = at("2026-01-05T10:00:00Z");
    let none = Dimensions::new;
    let long = "x".repeat(201);
    let cases = [
        (
            event(["", "e", "a", "m"], time, "1", none(), ""),
            Invalid::Missing { field: "source" },
        ),
        (
            event(["s", "e", "a", &long], time, "1", none(), ""),
            Invalid::TooLong {
                field: "meter",
                length: 201,
            },
        ),
        (
            event(["s", "\0", "a", "m"], time, "1", none(), ""),
            Invalid::ZeroCharacter { field: "id" },
        ),
        (event(NAMES, None, "1", none(), ""), Invalid::NoTime),
        (
            event(NAMES, time, "1,000", none(), ""),
            Invalid::NotADecimal {
                value: "1,000".to_owned(),
            },
        ),
        (
            event(NAMES, time, "", none(), ""),
            Invalid::NotADecimal { value: String::new() },
        ),
        (
            // Rounded it would fit; exact it does not.
            event(NAMES, time, "0.00000000000000000000000000001", none(), ""),
            Invalid::NotADecimal {
                value: "0.00000000000000000000000000001".to_owned(),
            },
        ),
        (
            event(NAMES, time, "1", dimensions(&[("a", "\0")]), ""),
            Invalid::ZeroCharacter { field: "a dimension" },
        ),
    ];
    for (outcome, expected) in cases {
        assert_eq!(outcome.unwrap_err(), expected);
    }
}
