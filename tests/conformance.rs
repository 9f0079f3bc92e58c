//! Billing cases worked out by others, run through the engine's public functions.
//!
//! `CONFORMANCE_CASES` names another file of the same format; what stands in `tests/conformance/README.md`.

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
#[path = "conformance/compare.rs"]
mod compare;
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

use std::path::PathBuf;

use case::{Answer, Case, Failure};
use compare::differences;
use report::{Outcome, Report};
use rust_decimal::Decimal;
use serde_json::Value;

/// Rule choices the engine does not offer, and why.
const NOT_OFFERED: [(&str, &str); 3] = [
    (
        "split_line:unit_conversion_rounded_per_line",
        "rounds each part of a period up by itself and so bills more than the period used",
    ),
    (
        "day_count:fixed_month_28",
        "no contract counts months of 28 days; actual days and months of 30 are offered",
    ),
    (
        "stub_denominator:previous_date_not_realigned",
        "divides a stub by a month that is not its own, a slip of one engine",
    ),
];

/// Each knows some kinds of case, and says nothing about the others.
const ADAPTERS: [fn(&Case) -> Option<Answer>; 10] = [
    prices::answer,
    units::answer,
    adjustments::answer,
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
        report.add(case, outcome(case));
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

fn cases() -> (PathBuf, Vec<Case>) {
    let path = std::env::var_os("CONFORMANCE_CASES").map_or_else(own_cases, PathBuf::from);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let values: Vec<Value> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(!values.is_empty(), "{} holds no case", path.display());
    (path, values.iter().map(Case::read).collect())
}

fn own_cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases.json")
}

fn outcome(case: &Case) -> Outcome {
    if let Some((token, reason)) = NOT_OFFERED.into_iter().find(|(token, _)| case.follows(token)) {
        return Outcome::Unsupported { token, reason };
    }
    match ADAPTERS.iter().find_map(|adapter| adapter(case)) {
        None => Outcome::Failed("no adapter for this kind".to_owned()),
        Some(Err(Failure::Refused(_))) if case.is_to_be_refused() => Outcome::Passed,
        Some(Err(Failure::Refused(why))) => Outcome::Failed(format!("refused: {why}")),
        Some(Err(Failure::Unreadable(why))) => Outcome::Failed(why),
        Some(Ok(found)) => match differences(&case.expect, &found).as_slice() {
            [] => Outcome::Passed,
            differences => Outcome::Failed(differences.join("; ")),
        },
    }
}
