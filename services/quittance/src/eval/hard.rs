//! Hard failures: what must never happen, whatever else was read.

use std::collections::BTreeSet;

use contract::draft::Draft;
use contract::terms::{LineItem, Terms};
use rust_decimal::Decimal;
use serde_json::Value;

use super::evidence::{of_line, places};
use super::golden::{Golden, decimal, number};
use super::items::{Comparable, Prices};
use super::reading::{Outcome, file_of};

/// Every hard failure of a contract, in a sentence each.
pub(crate) fn hard_failures(golden: &Golden, outcome: &Outcome) -> Vec<String> {
    let mut found = emptiness(golden, outcome);
    let amounts = forbidden_amounts(golden);
    let dates = forbidden_dates(golden);
    if let Some(draft) = &outcome.draft {
        for line in &draft.terms.line_items {
            found.extend(charged(line, &amounts));
            found.extend(invented(golden, draft, line));
        }
        found.extend(dated(&draft.terms, &dates));
    }
    found
}

/// A contract without text must be refused by name, one without charges must say so, and none may be charged.
fn emptiness(golden: &Golden, outcome: &Outcome) -> Vec<String> {
    let empty = outcome.is_empty();
    let told = outcome.says_why();
    let encrypted = golden.outcome() == "refuse_encrypted" && outcome.refusals.is_empty();
    [
        (empty && !told, "an empty plan without a reason"),
        (!golden.charges() && !empty, "charges where there are none"),
        (encrypted, "a file under a password was read"),
    ]
    .into_iter()
    .filter(|(happened, _)| *happened)
    .map(|(_, sentence)| sentence.to_owned())
    .collect()
}

/// Distractors and sums that are not also the price of something.
fn forbidden_amounts(golden: &Golden) -> BTreeSet<Decimal> {
    let mut known = BTreeSet::new();
    for item in golden.items() {
        numbers_in(item, &mut known);
    }
    let forbidden = golden.forbidden_amounts().into_iter();
    forbidden
        .filter(|value| !value.is_zero() && !known.contains(value))
        .collect()
}

/// Every decimal of an item except those in its evidence and its printed sum, which is no charge.
fn numbers_in(value: &Value, known: &mut BTreeSet<Decimal>) {
    match value {
        Value::Object(fields) => {
            let charged = |key: &str| !matches!(key, "evidence" | "total" | "list_price" | "description");
            for (_, value) in fields.iter().filter(|(key, _)| charged(key)) {
                numbers_in(value, known);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| numbers_in(element, known)),
        other => known.extend(decimal(other)),
    }
}

fn charged(line: &LineItem, forbidden: &BTreeSet<Decimal>) -> Vec<String> {
    let prices = Prices::of(line);
    let wrong = prices
        .money
        .union(&prices.percents)
        .filter(|value| forbidden.contains(value));
    wrong
        .map(|value| {
            format!(
                "{value}, which is no charge, charged as {} {}",
                line.id, line.description
            )
        })
        .collect()
}

/// A price for what the contract withholds: read from the very words that withhold it.
fn invented(golden: &Golden, draft: &Draft, line: &LineItem) -> Option<String> {
    if line.missing.is_some() || Prices::of(line).money.is_empty() {
        return None;
    }
    let withheld = |item: &&&Value| {
        let marked = |key: &str| item[key].as_bool().unwrap_or(!item[key].is_null());
        (marked("redacted") || marked("missing")) && Comparable::of_golden(item).is_unpriced()
    };
    let items = golden.items();
    let here = |item: &&&Value| {
        places(&item["evidence"]).iter().any(|place| {
            let words = of_line(line);
            words
                .into_iter()
                .any(|words| place.is_page_of(file_of(draft, words), words) && place.shares_words_with(words))
        })
    };
    let priced = items.iter().any(|item| {
        let known = Comparable::of_golden(item);
        known.agrees(&Comparable::of_line(line)) > 0 && !known.is_unpriced()
    });
    let item = items.iter().filter(withheld).find(here).filter(|_| !priced)?;
    Some(format!(
        "a price for {}, which the contract withholds: {} {}",
        item["id"], line.id, line.description
    ))
}

/// Dates that must not be read, and are not also a date of the contract.
fn forbidden_dates(golden: &Golden) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for key in [
        "effective_date",
        "agreement_date",
        "signature_date",
        "term",
        "line_items",
        "derived_dates",
    ] {
        dates_in(&golden.value[key], &mut known);
    }
    let forbidden = golden.forbidden_values().into_iter();
    forbidden
        .filter(|value| number(value).is_none() && value.parse::<jiff::civil::Date>().is_ok())
        .filter(|value| !known.contains(value))
        .collect()
}

fn dates_in(value: &Value, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|value| dates_in(value, known)),
        Value::Array(elements) => elements.iter().for_each(|element| dates_in(element, known)),
        Value::String(text) => drop(known.insert(text.clone())),
        _ => {}
    }
}

fn dated(terms: &Terms, forbidden: &BTreeSet<String>) -> Vec<String> {
    let head = [
        ("agreement date", &terms.agreement_date),
        ("effective date", &terms.effective_date),
        ("signature date", &terms.signature_date),
        ("first day", &terms.term.start),
        ("last day", &terms.term.end),
    ];
    let lines = terms.line_items.iter();
    let of_lines = lines.flat_map(|line| {
        [
            ("first day of a line", &line.start),
            ("last day of a line", &line.end),
        ]
    });
    head.into_iter()
        .chain(of_lines)
        .filter_map(|(name, found)| Some((name, found.get()?.to_string())))
        .filter(|(_, date)| forbidden.contains(date))
        .map(|(name, date)| format!("{date}, which is no date of the contract, read as its {name}"))
        .collect()
}
