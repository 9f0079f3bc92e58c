//! Billing cases worked out by others, run through the engine's public functions.
//!
//! `CONFORMANCE_CASES` names another file of the same format, or a folder of such files; what stands where is in
//! `tests/conformance/README.md`.

#[path = "conformance/adjustments.rs"]
mod adjustments;
#[path = "conformance/agreement.rs"]
mod agreement;
#[path = "conformance/calendar.rs"]
mod calendar;
#[path = "conformance/case.rs"]
mod case;
#[path = "conformance/changes.rs"]
mod changes;
#[path = "conformance/choices.rs"]
mod choices;
#[path = "conformance/compare.rs"]
mod compare;
#[path = "conformance/coupons.rs"]
mod coupons;
#[path = "conformance/credits.rs"]
mod credits;
#[path = "conformance/modification.rs"]
mod modification;
#[path = "conformance/prices.rs"]
mod prices;
#[path = "conformance/proration.rs"]
mod proration;
#[path = "conformance/report.rs"]
mod report;
#[path = "conformance/revenue.rs"]
mod revenue;
#[path = "conformance/sequence.rs"]
mod sequence;
#[path = "conformance/terms.rs"]
mod terms;
#[path = "conformance/units.rs"]
mod units;

use std::path::{Path, PathBuf};

use case::{Answer, Case, Failure};
use compare::differences;
use report::{Outcome, Report};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Each knows some kinds of case, and says nothing about the others.
const ADAPTERS: [fn(&Case) -> Option<Answer>; 11] = [
    prices::answer,
    units::answer,
    adjustments::answer,
    coupons::answer,
    proration::answer,
    changes::answer,
    sequence::answer,
    calendar::answer,
    credits::answer,
    revenue::answer,
    modification::answer,
];

#[test]
fn every_case_of_the_field_comes_out_as_its_source_says() {
    let (path, cases) = cases();
    let mut report = Report::default();
    for case in &cases {
        case.begin();
        let outcome = outcome(case);
        report.add(case, outcome);
    }
    println!("{}\n{report}", path.display());
    assert!(
        report.failures.is_empty(),
        "{} cases failed",
        report.failures.len()
    );
}

#[test]
fn no_case_passes_with_another_figure() {
    let (_, cases) = cases();
    for mut case in cases {
        let Some(figure) = case.expect.values_mut().find_map(first_figure) else {
            continue;
        };
        let other = figure.as_str().and_then(|text| text.parse::<Decimal>().ok());
        *figure = Value::String((other.unwrap_or_default() + Decimal::ONE).to_string());
        assert!(
            !matches!(outcome(&case), Outcome::Passed),
            "{} passes with another figure",
            case.id
        );
    }
}

fn first_figure(value: &mut Value) -> Option<&mut Value> {
    match value {
        Value::Array(values) => values.iter_mut().find_map(first_figure),
        Value::Object(named) => named.values_mut().find_map(first_figure),
        Value::String(text) => text.parse::<Decimal>().is_ok().then_some(value),
        _ => None,
    }
}

#[test]
fn what_no_adapter_knows_is_a_failure_and_what_none_reads_is_named() {
    let case = |kind: &str, given: Value| {
        Case::read(&json!({ "id": "x", "kind": kind, "given": given, "expect": { "days": 29 } }))
    };
    let unknown = case("price_by_moon", json!({}));
    assert!(matches!(outcome(&unknown), Outcome::Failed(why) if why.contains("price_by_moon")));
    let days = json!({ "period_from": "2020-02-01", "period_to_inclusive": "2020-02-29", "moon": "full" });
    let more = case("day_count", days);
    more.begin();
    assert!(matches!(outcome(&more), Outcome::Passed));
    assert_eq!(more.unread().into_iter().collect::<Vec<_>>(), ["moon"]);
}

fn cases() -> (PathBuf, Vec<Case>) {
    let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let path = std::env::var_os("CONFORMANCE_CASES").map_or_else(own, PathBuf::from);
    let cases: Vec<Case> = files(&path).iter().flat_map(|file| cases_of(file)).collect();
    assert!(!cases.is_empty(), "{} holds no case", path.display());
    (path, cases)
}

/// The file itself, or every JSON file of the folder.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    files
}

fn cases_of(file: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let values: Vec<Value> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    values.iter().map(Case::read).collect()
}

fn outcome(case: &Case) -> Outcome {
    if let Some((token, reason)) = choices::NOT_OFFERED
        .into_iter()
        .find(|(token, _)| case.follows(token))
    {
        return Outcome::Unsupported { token, reason };
    }
    if case.given.has("rounding")
        && !choices::ROUNDINGS.contains(&case.given.text("rounding").unwrap_or_default())
    {
        return Outcome::Failed(format!("no such rounding: {}", case.given.value("rounding")));
    }
    match ADAPTERS.iter().find_map(|adapter| adapter(case)) {
        None => Outcome::Failed(format!("no adapter for the kind `{}`", case.kind)),
        Some(Err(Failure::Refused(_))) if case.is_to_be_refused() => Outcome::Passed,
        Some(Err(Failure::Refused(why))) => Outcome::Failed(format!("refused: {why}")),
        Some(Err(Failure::Unreadable(why))) => Outcome::Failed(why),
        Some(Ok(found)) => match differences(&case.expect, &found).as_slice() {
            [] => Outcome::Passed,
            differences => Outcome::Failed(differences.join("; ")),
        },
    }
}
