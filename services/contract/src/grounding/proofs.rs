//! Whatever a reply says, no number comes into the terms that does not stand in visible words of the document.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::ground;
use super::written::document;
use crate::page::{Document, Visibility};

/// Words of the page; those with a tilde cannot be seen, and their numbers stand nowhere else.
const WORDS: [&str; 24] = [
    "fee", "seats", "per", "month", "USD", "$5.00", "12", "1,250.00", "net", "30", "days", "(45)", "up",
    "to", "from", "2.9%", "annually", "each", "400", "$", "~77701", "~$77702", "~88.8%", "and",
];

/// What a model may claim besides: numbers that nearly stand there, and some that do not.
const CLAIMS: [&str; 16] = [
    "5", "50", "$5", "250.00", "1250", "1,250", "12 400", "12400", "99", "$99.99", "3", "45", "77701",
    "$77702", "88.8%", "net 31",
];

fn page() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    let line = prop::collection::vec(prop::sample::select(&WORDS[..]), 1..9);
    prop::collection::vec(line, 1..6)
}

/// A stretch of a line with or without its hidden words, or something else altogether.
fn copied(page: &[Vec<&'static str>]) -> impl Strategy<Value = String> + use<> {
    let lines: Vec<Vec<&'static str>> = page.to_vec();
    let stretch = (prop::sample::select(lines), 0usize..8, 1usize..9, any::<bool>()).prop_map(
        |(line, from, length, all)| {
            let words = line
                .iter()
                .skip(from)
                .take(length)
                .filter(|word| all || !word.starts_with('~'));
            words
                .map(|word| word.trim_start_matches('~'))
                .collect::<Vec<&str>>()
                .join(" ")
        },
    );
    prop_oneof![3 => stretch, 1 => prop::sample::select(&CLAIMS[..]).prop_map(str::to_owned)]
}

fn case() -> impl Strategy<Value = (String, Value)> {
    page().prop_flat_map(|page| {
        let text = page.iter().map(|line| line.join(" ")).collect::<Vec<String>>().join("\n");
        let lines = (1..=page.len().saturating_add(1)).map(|line| format!("p1.l{line}")).collect::<Vec<String>>();
        let statement = (prop::sample::subsequence(lines.clone(), 0..=lines.len()), copied(&page), copied(&page), kinds()).prop_map(
            |(lines, quote, printed, kind)| json!({ "id": "s", "lines": lines, "quote": quote, "printed": printed, "kind": kind }),
        );
        let charge = (prop::sample::subsequence(lines.clone(), 0..=lines.len()), prop::collection::vec(copied(&page), 8), sorts())
            .prop_map(|(lines, copied, kind)| charge(&lines, &copied, kind));
        let other = (prop::sample::subsequence(lines.clone(), 0..=lines.len()), copied(&page), copied(&page)).prop_map(
            |(lines, quote, printed)| json!({ "id": "m", "lines": lines, "quote": quote, "printed": printed, "role": "liability" }),
        );
        let reply = (prop::collection::vec(statement, 0..4), prop::collection::vec(charge, 0..4), prop::collection::vec(other, 0..2))
            .prop_map(|(statements, charges, other)| {
                json!({ "coverage": { "first_line": "p1.l1", "last_line": "p1.l2" }, "statements": statements, "charges": charges,
                    "other_money": other })
            });
        (Just(text), reply)
    })
}

fn kinds() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "term_length",
        "payment_terms",
        "late_fee",
        "escalator",
        "tax",
        "total",
        "renewal_notice",
        "provider",
    ])
}

fn sorts() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "recurring",
        "seat",
        "usage",
        "percentage",
        "one_time",
        "prepaid_credit",
    ])
}

fn charge(lines: &[String], copied: &[String], kind: &str) -> Value {
    let line = lines.first().cloned().unwrap_or_else(|| String::from("p1.l1"));
    json!({ "id": "c", "lines": lines, "quote": copied[0], "printed_price": copied[1], "kind": kind, "name": copied[2],
        "unit": copied[3], "quantity": copied[4], "included": copied[5], "cadence": copied[6], "timing": null, "start": null,
        "end": null, "event": copied[7], "tier_mode": "volume", "flow": "customer_pays",
        "tiers": [{ "line": line, "from": null, "to": copied[4], "price": copied[1] }] })
}

/// Every number that a person can see, by the plainest of readings.
fn visible_numbers(document: &Document) -> BTreeSet<String> {
    let seen = document
        .lines()
        .flat_map(|line| &line.words)
        .filter(|word| word.visible == Visibility::Shown);
    let numerals = seen.map(|word| {
        word.text
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '.')
            .collect::<String>()
    });
    numerals
        .filter(|numeral| numeral.contains(|c: char| c.is_ascii_digit()))
        .map(|numeral| plain(&numeral))
        .collect()
}

fn plain(number: &str) -> String {
    let trimmed = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    if trimmed.is_empty() {
        String::from("0")
    } else {
        trimmed.to_owned()
    }
}

/// A notice of months or years is kept in days: 30 a month, 365 a year.
fn is_counted_in_days(number: &str, visible: &BTreeSet<String>) -> bool {
    let Ok(days) = number.parse::<u32>() else {
        return false;
    };
    [30, 365]
        .iter()
        .any(|each| days % each == 0 && visible.contains(&(days / each).to_string()))
}

/// Every number that the terms hold as a value: values of fields, bounds of tiers, mentions.
fn numbers(json: &Value, at: &str, found: &mut Vec<String>) {
    match json {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| *key != "evidence" && *key != "printed")
            .for_each(|(key, value)| {
                numbers(value, key, found);
            }),
        Value::Array(elements) => elements.iter().for_each(|element| numbers(element, at, found)),
        Value::Number(number) => found.push(number.to_string()),
        Value::String(text) if matches!(at, "value" | "from" | "to" | "percent" | "description" | "unit") => {
            let digits = |c: char| !c.is_ascii_digit() && c != '.';
            let runs = text.replace(',', "");
            found.extend(
                runs.split(digits)
                    .filter(|run| run.contains(|c: char| c.is_ascii_digit()))
                    .map(str::to_owned),
            );
        }
        Value::String(_) | Value::Bool(_) | Value::Null => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn no_number_comes_from_anywhere_but_visible_words((text, reply) in case()) {
        let document = document(&text);
        let visible = visible_numbers(&document);
        let reading = ground(&serde_json::from_value(reply).unwrap(), &document);
        let mut found = Vec::new();
        numbers(&serde_json::to_value(&reading.terms).unwrap(), "", &mut found);
        for number in found {
            // A first tier begins at nothing.
            let own = plain(number.trim_matches('.'));
            let stands = number == "0" || visible.contains(&own) || is_counted_in_days(&own, &visible);
            prop_assert!(stands, "{number} of {text}");
        }
    }

    #[test]
    fn any_text_at_all_is_answered(quote in ".{0,60}", printed in ".{0,20}", line in "p[0-9]{1,3}\\.l[0-9]{1,3}|.{0,8}") {
        let document = document("Fee: $5.00 per month, net 30 days");
        let reply = json!({ "coverage": { "first_line": line, "last_line": line }, "charges": [], "other_money": [],
            "statements": [{ "id": "s", "lines": [line, "p1.l1"], "quote": quote, "printed": printed, "kind": "total" }] });
        let reading = ground(&serde_json::from_value(reply).unwrap(), &document);
        let value = reading.terms.totals.first().and_then(|total| total.amount.copied());
        prop_assert!(value.is_none_or(|value| ["5.00", "30"].contains(&value.to_string().as_str())));
    }
}
