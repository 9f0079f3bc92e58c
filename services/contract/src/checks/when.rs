//! How often, and before or after: what a line that comes again must say.

use super::charged::{Line, charged};
use crate::flag::{Code, Flag};
use crate::interpret::per_cadence;
use crate::normal::cadence::{Often, adverb};
use crate::terms::{Cadence, Kind, LineItem, Terms};

/// Flags lines that come again without saying when.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let flags = charged(terms).flat_map(|line| [cadence(line), timing(line), division(line), count(line)]);
    flags.flatten().collect()
}

fn cadence(line: Line<'_>) -> Option<Flag> {
    let item = line.item;
    let comes_again = matches!(
        item.kind,
        Kind::Recurring | Kind::Seat | Kind::Usage | Kind::Percentage
    );
    if !comes_again || item.cadence.value.is_some() || is_dated(item) || draws_credits(item) {
        return None;
    }
    let printed = &item.cadence.printed;
    if printed.split_whitespace().any(is_ambiguous) {
        let sentence = format!("{} is billed “{printed}”, which means two things.", line.name());
        return Some(line.flag(
            Code::AmbiguousCadence,
            "/cadence",
            sentence,
            "Ask which is meant and enter the cadence.",
        ));
    }
    let sentence = format!("The contract does not say how often {} is billed.", line.name());
    Some(line.flag(
        Code::CadenceNotStated,
        "/cadence",
        sentence,
        "Enter its cadence, for example monthly.",
    ))
}

fn is_ambiguous(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    adverb(&word) == Some(Often::Ambiguous)
}

/// What credits pay is drawn as it is used; only what they do not pay is billed.
fn draws_credits(item: &LineItem) -> bool {
    item.credits
        .as_ref()
        .is_some_and(|credits| credits.per_unit.value.is_some())
}

/// Amounts that each have their day need no cadence.
fn is_dated(item: &LineItem) -> bool {
    !item.schedule.is_empty()
        && item
            .schedule
            .iter()
            .all(|part| part.to.value.is_none() && part.from.value.is_some())
        && item.schedule.iter().all(|part| part.amount.value.is_some())
}

/// What is measured can only be billed after its period; what is agreed can be billed before or after.
fn timing(line: Line<'_>) -> Option<Flag> {
    let item = line.item;
    let agreed = matches!(item.kind, Kind::Recurring | Kind::Seat);
    let periodic = matches!(item.cadence.copied(), Some(Cadence::Every(_)));
    if !agreed || !periodic || item.timing.value.is_some() {
        return None;
    }
    let sentence = format!(
        "The contract does not say whether {} is billed before or after each period.",
        line.name()
    );
    Some(line.flag(
        Code::TimingNotStated,
        "/timing",
        sentence,
        "Enter advance or arrears.",
    ))
}

/// A price for each of something, and nothing says how many there are at first.
fn count(line: Line<'_>) -> Option<Flag> {
    let item = line.item;
    if item.kind != Kind::Seat || item.quantity.value.is_some() {
        return None;
    }
    let sentence = format!("How many {} there are at the start is not clear.", line.name());
    Some(line.flag(
        Code::BlankField,
        "/quantity",
        sentence,
        "Enter their number on the first day; 0 if only those that are reported count.",
    ))
}

/// "100,000 a year, billed monthly" leaves a fraction of a cent each month.
fn division(line: Line<'_>) -> Option<Flag> {
    let item = line.item;
    let (period, cadence) = (item.price.period.copied()?, item.cadence.copied()?);
    if item.kind == Kind::Usage {
        return None;
    }
    let price = item
        .price
        .amount
        .copied()
        .or_else(|| item.price.unit_price.copied())?;
    let billed = per_cadence(price, period, cadence)?;
    let fits = billed.scale() <= price.normalize().scale().max(2);
    let sentence = format!(
        "{} is priced {period} but billed {cadence}, which does not divide into whole cents.",
        line.name()
    );
    (!fits).then(|| {
        line.flag(
            Code::AmbiguousProration,
            "/price/period",
            sentence,
            "Enter the price of one billing period, or accept that each line is rounded.",
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::written::{codes, found, line, of_lines};
    use super::check;

    #[test]
    fn lines_that_come_again_say_when() {
        let unsure =
            json!({ "value": null, "printed": "bi-monthly", "evidence": [], "status": "unsupported" });
        let dated = json!([{ "from": found("2026-01-01"), "amount": found("10") }]);
        let cases = [
            (json!({}), vec![]),
            (
                json!({ "timing": null }),
                vec!["TIMING_NOT_STATED /line_items/0/timing"],
            ),
            (
                json!({ "cadence": null }),
                vec!["CADENCE_NOT_STATED /line_items/0/cadence"],
            ),
            (
                json!({ "cadence": unsure }),
                vec!["AMBIGUOUS_CADENCE /line_items/0/cadence"],
            ),
            (
                json!({ "cadence": null, "timing": null, "schedule": dated }),
                vec![],
            ),
            (json!({ "kind": "usage", "timing": null }), vec![]),
            (
                json!({ "kind": "usage", "cadence": null, "credits": { "per_unit": found("2") } }),
                vec![],
            ),
            (
                json!({ "kind": "usage", "cadence": null }),
                vec!["CADENCE_NOT_STATED /line_items/0/cadence"],
            ),
            (
                json!({ "kind": "seat", "timing": null, "quantity": found("5") }),
                vec!["TIMING_NOT_STATED /line_items/0/timing"],
            ),
            (
                json!({ "kind": "seat" }),
                vec!["BLANK_FIELD /line_items/0/quantity"],
            ),
            (
                json!({ "price": { "amount": found("100"), "period": found("annual") }, "cadence": found("monthly") }),
                vec!["AMBIGUOUS_PRORATION /line_items/0/price/period"],
            ),
            (
                json!({ "price": { "amount": found("120"), "period": found("annual") }, "cadence": found("monthly") }),
                vec![],
            ),
            (
                json!({ "kind": "one_time", "cadence": null, "timing": null }),
                vec![],
            ),
            (json!({ "timing": null, "marks": ["contingent"] }), vec![]),
        ];
        for (changes, expected) in cases {
            assert_eq!(codes(&check(&of_lines(&[line(&changes)]))), expected, "{changes}");
        }
    }
}
