//! Does every line that is charged have its price? Redacted, blank and absent prices stop the line; none is guessed.

use super::charged::{Line, charged, lines};
use crate::flag::{Code, Flag};
use crate::terms::{Found, Kind, LineItem, Status, Terms, TierRow};

/// Flags prices that are withheld or missing.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let mut flags: Vec<Flag> = lines(terms).flat_map(withheld).collect();
    flags.extend(charged(terms).filter_map(without));
    flags.extend(charged(terms).filter_map(still_marked));
    flags.extend(charged(terms).filter_map(reduction_unclear));
    flags
}

/// A reduction is printed beside the price, and nothing says that the price already holds it.
fn reduction_unclear(line: Line<'_>) -> Option<Flag> {
    let price = &line.item.price;
    let percent = price
        .discount_percent
        .copied()
        .filter(|percent| !percent.is_zero())?;
    let settled = price.list_price.value.is_some();
    let sentence = format!(
        "A reduction of {}% stands beside the price of {}, and whether the price already holds it is not clear.",
        percent.normalize(),
        line.name()
    );
    (!settled).then(|| {
        line.flag(
            Code::AmbiguousDiscountStacking,
            "/price/discount_percent",
            sentence,
            "Ask which is meant, and enter the price that is billed.",
        )
    })
}

fn withheld(line: Line<'_>) -> Vec<Flag> {
    let price = of_price(line.item).into_iter().map(|(field, printed)| {
        let sentence = format!(
            "A price of {} is not shown: the contract prints “{printed}”.",
            line.name()
        );
        line.flag(
            Code::WithheldPrice,
            field,
            sentence,
            "Ask for the price and enter it with where it comes from.",
        )
    });
    let rest = of_the_rest(line.item).into_iter().map(|(field, printed)| {
        let what = field.trim_start_matches('/').replace('_', " ");
        let sentence = format!(
            "The {what} of {} is not filled in: the contract prints “{printed}”.",
            line.name()
        );
        line.flag(
            Code::BlankField,
            field,
            sentence,
            "Ask for it and enter it, or say why it is not needed.",
        )
    });
    price.chain(rest).collect()
}

/// Withheld prices with the pointers of their fields; those of one table or schedule are one.
fn of_price(item: &LineItem) -> Vec<(&'static str, String)> {
    let price = &item.price;
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let plain = [
        ("/price/amount", &price.amount),
        ("/price/unit_price", &price.unit_price),
        ("/price/percent", &price.percent),
        ("/price/minimum", &price.minimum),
        ("/price/cap", &price.cap),
    ];
    found.extend(
        plain
            .into_iter()
            .filter_map(|(field, value)| Some((field, hidden(value)?))),
    );
    let rows = price.tiers.iter().flat_map(|tiers| &tiers.rows);
    let mut tiers = rows.flat_map(|row| [&row.unit_price, &row.flat_fee, &row.percent]);
    found.extend(tiers.find_map(hidden).map(|printed| ("/price/tiers", printed)));
    let mut segments = item
        .schedule
        .iter()
        .flat_map(|segment| [&segment.amount, &segment.unit_price]);
    found.extend(segments.find_map(hidden).map(|printed| ("/schedule", printed)));
    found
}

fn of_the_rest(item: &LineItem) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let numbers = [("/quantity", &item.quantity), ("/included", &item.included)];
    found.extend(
        numbers
            .into_iter()
            .filter_map(|(field, value)| Some((field, hidden(value)?))),
    );
    let dates = [("/start", &item.start), ("/end", &item.end)];
    found.extend(
        dates
            .into_iter()
            .filter_map(|(field, value)| Some((field, hidden(value)?))),
    );
    found.extend(hidden(&item.cadence).map(|printed| ("/cadence", printed)));
    found
}

fn hidden<T>(found: &Found<T>) -> Option<String> {
    (found.status == Status::Withheld).then(|| found.printed.clone())
}

fn without(line: Line<'_>) -> Option<Flag> {
    if is_priced(line.item) || !of_price(line.item).is_empty() {
        return None;
    }
    let why = line
        .item
        .missing
        .as_ref()
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    let sentence = format!(
        "{} is charged, but its price is not in the document{why}.",
        line.name()
    );
    Some(line.flag(
        Code::MissingPrice,
        "/price",
        sentence,
        "Enter the price with where it comes from, or remove the line.",
    ))
}

/// A line that says why it has no price stays out of the plan, so it must not be forgotten once it has one.
fn still_marked(line: Line<'_>) -> Option<Flag> {
    let why = line.item.missing.as_ref().filter(|_| is_priced(line.item))?;
    let sentence = format!(
        "{} now has a price, but is still marked as having none ({why}).",
        line.name()
    );
    Some(line.flag(
        Code::MissingPrice,
        "/missing",
        sentence,
        "Clear the mark, so that the line is billed.",
    ))
}

/// Does the line say what it costs, as lines of its sort do?
pub(super) fn is_priced(item: &LineItem) -> bool {
    let price = &item.price;
    let flat = price.amount.value.is_some() || price.unit_price.value.is_some();
    let by_quantity = price
        .tiers
        .as_ref()
        .is_some_and(|tiers| tiers.rows.iter().any(is_row_priced));
    let by_date = item
        .schedule
        .iter()
        .any(|segment| segment.amount.value.or(segment.unit_price.value).is_some());
    let share = price.percent.value.is_some();
    match item.kind {
        Kind::Percentage | Kind::Milestone | Kind::Discount => flat || share || by_quantity || by_date,
        Kind::MinimumCommitment => flat || price.minimum.value.is_some() || by_date,
        Kind::Usage => flat || by_quantity || by_date || draws_credits(item),
        Kind::Recurring | Kind::Seat | Kind::OneTime | Kind::PrepaidCredit => flat || by_quantity || by_date,
    }
}

fn is_row_priced(row: &TierRow) -> bool {
    [&row.unit_price, &row.flat_fee, &row.percent]
        .iter()
        .any(|price| price.value.is_some())
}

fn draws_credits(item: &LineItem) -> bool {
    item.credits
        .as_ref()
        .is_some_and(|credits| credits.per_unit.value.is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::written::{codes, found, line, of_lines, withheld};
    use super::check;

    #[test]
    fn a_price_that_is_not_there_is_flagged_and_never_guessed() {
        let tier =
            |price| json!({ "mode": found("graduated"), "rows": [{ "from": "0", "unit_price": price }] });
        let cases = [
            (json!({}), vec![]),
            (
                json!({ "price": { "amount": withheld("[***]") } }),
                vec!["WITHHELD_PRICE /line_items/0/price/amount"],
            ),
            (json!({ "price": {} }), vec!["MISSING_PRICE /line_items/0/price"]),
            (
                json!({ "price": { "total": found("6000") } }),
                vec!["MISSING_PRICE /line_items/0/price"],
            ),
            (
                json!({ "price": { "percent": found("5") } }),
                vec!["MISSING_PRICE /line_items/0/price"],
            ),
            (
                json!({ "kind": "percentage", "price": { "percent": found("5") } }),
                vec![],
            ),
            (json!({ "price": {}, "marks": ["contingent"] }), vec![]),
            (
                json!({ "kind": "usage", "price": {}, "marks": ["contingent"] }),
                vec!["MISSING_PRICE /line_items/0/price"],
            ),
            (json!({ "price": {}, "marks": ["pass_through"] }), vec![]),
            (
                json!({ "kind": "usage", "price": { "tiers": tier(found("0.1")) } }),
                vec![],
            ),
            (
                json!({ "kind": "usage", "price": { "tiers": tier(withheld("[***]")) } }),
                vec!["WITHHELD_PRICE /line_items/0/price/tiers"],
            ),
            (
                json!({ "price": {}, "schedule": [{ "amount": withheld("____") }, { "amount": withheld("____") }] }),
                vec!["WITHHELD_PRICE /line_items/0/schedule"],
            ),
            (
                json!({ "included": withheld("[***]") }),
                vec!["BLANK_FIELD /line_items/0/included"],
            ),
            (
                json!({ "missing": "it is in a price list" }),
                vec!["MISSING_PRICE /line_items/0/missing"],
            ),
        ];
        for (changes, expected) in cases {
            assert_eq!(codes(&check(&of_lines(&[line(&changes)]))), expected, "{changes}");
        }
    }

    #[test]
    fn the_sentence_says_why() {
        let flags = check(&of_lines(&[line(
            &json!({ "price": {}, "missing": "it stands in Schedule 2" }),
        )]));
        assert_eq!(
            flags[0].sentence,
            "“Platform” is charged, but its price is not in the document: it stands in Schedule 2."
        );
        assert!(flags[0].is_about_item(0) && flags[0].waits());
    }
}
