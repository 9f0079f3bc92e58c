//! The values of a line beside those of the golden item that it is.

use contract::terms::{Found, LineItem, Timing};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;

use super::golden::{decimal, word};
use super::items::{Comparable, Prices, allowed, scale};

/// One value that was read.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) name: &'static str,
    pub(crate) golden: Option<String>,
    pub(crate) got: String,
    pub(crate) right: bool,
}

/// Every value of the line that the golden item speaks of. What the golden does not name is not judged.
pub(crate) fn compare(item: &Value, golden: &Comparable, line: &LineItem) -> Vec<Compared> {
    let mut found = prices(item, golden, line);
    found.extend(numbers(item, line));
    found.extend(words(item, line));
    found.extend(sort(golden, line));
    found
}

/// Kind and cadence, with what wording allows.
fn sort(golden: &Comparable, line: &LineItem) -> Vec<Compared> {
    let read = Comparable::of_line(line);
    let kind = Compared {
        name: "kind",
        golden: Some(golden.kind.to_owned()),
        got: read.kind.to_owned(),
        right: golden.same_kind(&read),
    };
    let cadence = read.cadence.clone().map(|cadence| Compared {
        name: "cadence",
        golden: golden.cadence.clone(),
        got: cadence,
        right: golden.same_cadence(&read),
    });
    [kind].into_iter().chain(cadence).collect()
}

/// Every price on its own: it is one of the golden's, as stated or for the billing period.
fn prices(item: &Value, golden: &Comparable, line: &LineItem) -> Vec<Compared> {
    let known = allowed(item, golden);
    let stated = Prices::of(line);
    let times = scale(line);
    let right = |value: &Decimal| {
        let scaled = times.and_then(|times| value.checked_mul(times));
        known.contains(value) || scaled.is_some_and(|value| known.contains(&value.normalize()))
    };
    let listed: Vec<String> = golden
        .money
        .iter()
        .chain(&golden.percents)
        .map(ToString::to_string)
        .collect();
    let all = stated.money.iter().chain(&stated.percents);
    all.map(|value| Compared {
        name: "price",
        golden: Some(listed.join(" / ")),
        got: value.to_string(),
        right: right(value),
    })
    .collect()
}

fn numbers(item: &Value, line: &LineItem) -> Vec<Compared> {
    let price = &line.price;
    let pairs = [
        ("quantity", "quantity", &line.quantity),
        ("included units", "included_quantity", &line.included),
        ("minimum", "minimum_charge", &price.minimum),
        ("cap", "cap", &price.cap),
        ("discount percent", "discount_percent", &price.discount_percent),
        ("list price", "list_price", &price.list_price),
        ("package size", "package_size", &price.package_size),
        ("retention percent", "retention_percent", &line.retention_percent),
    ];
    let compared = |(name, key, found): (&'static str, &str, &Found<Decimal>)| {
        let golden = decimal(item.get(key)?)?;
        let got = found.copied()?.normalize();
        Some(Compared {
            name,
            golden: Some(golden.to_string()),
            got: got.to_string(),
            right: got == golden,
        })
    };
    pairs.into_iter().filter_map(compared).collect()
}

fn words(item: &Value, line: &LineItem) -> Vec<Compared> {
    let timing = line.timing.copied().map(|timing| match timing {
        Timing::Advance => "advance".to_owned(),
        Timing::Arrears => "arrears".to_owned(),
    });
    let day = |found: &Found<Date>| found.get().map(ToString::to_string);
    let pairs = [
        ("timing", "timing", timing),
        ("first day", "start", day(&line.start)),
        ("last day", "end", day(&line.end)),
        ("target date", "target_date", day(&line.target_date)),
    ];
    let compared = |(name, key, got): (&'static str, &str, Option<String>)| {
        let (golden, got) = (word(item.get(key)?)?, got?);
        Some(Compared {
            name,
            right: golden == got,
            golden: Some(golden),
            got,
        })
    };
    pairs.into_iter().filter_map(compared).collect()
}

/// How many prices a line states.
pub(crate) fn prices_of(line: &LineItem) -> usize {
    let stated = Prices::of(line);
    stated.money.len() + stated.percents.len()
}
