//! Quantity times price is the sum printed beside it, for one period or for as many as the sum may cover.

use rust_decimal::Decimal;

use super::charged::{Line, amount, count, lines};
use super::worth::{self, Basis, Span, Worth};
use crate::flag::{Code, Flag, Severity};
use crate::terms::{LineItem, Terms};

/// Flags printed line sums that no sensible reading of the line gives.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let found = lines(terms).filter_map(|line| conflict(terms, line));
    found.collect()
}

fn conflict(terms: &Terms, line: Line<'_>) -> Option<Flag> {
    let total = line.item.price.total.copied()?;
    let once = worth::each(line.item, Basis::Net)
        .or_else(|| worth::over(terms, line.item, Span::Term, Basis::Net))?;
    let readings: Vec<Worth> = readings(terms, line.item);
    if readings.iter().any(|reading| is_same(reading.value, total)) || is_divided(terms, line.item, total) {
        return None;
    }
    let near = readings.iter().find(|reading| is_near(**reading, total));
    let value = near.map_or(once.value, |reading| reading.value);
    let sentence = format!(
        "{}: {} {}, but the contract prints {} for the line.",
        line.name(),
        working(line.item),
        amount(value),
        amount(total)
    );
    let flag = line.flag(
        Code::ConflictLineTotal,
        "/price/total",
        sentence,
        "Ask which of the two holds, and correct the other.",
    );
    let flag = flag.seen(line.item.price.total.evidence.iter().cloned());
    Some(if near.is_some() {
        flag.severity(Severity::Info)
    } else {
        flag
    })
}

/// What the line comes to in every span that its sum may cover.
fn readings(terms: &Terms, item: &LineItem) -> Vec<Worth> {
    let mut spans = vec![Span::Once, Span::Counted, Span::Term];
    spans.extend([1, 3, 6, 12, 24, 36, 48, 60].map(Span::Months));
    spans.extend(terms.term.months.copied().map(Span::Months));
    spans.extend((1..=10).map(Span::Year));
    let mut found: Vec<Worth> = spans
        .iter()
        .filter_map(|span| worth::over(terms, item, *span, Basis::Net))
        .collect();
    let reduced = |worth: &Worth| reduce(item, *worth);
    let list = spans
        .iter()
        .filter_map(|span| worth::over(terms, item, *span, Basis::List));
    // The sum may have been taken before the reduced price was rounded, or show the price before its reduction.
    found.extend(list.flat_map(|worth| [Some(worth), reduced(&worth)]).flatten());
    let net: Vec<Worth> = found.iter().filter_map(reduced).collect();
    found.extend(net);
    found
}

fn reduce(item: &LineItem, worth: Worth) -> Option<Worth> {
    let percent = item.price.discount_percent.copied()?;
    let kept = Decimal::ONE_HUNDRED
        .checked_sub(percent)?
        .checked_div(Decimal::ONE_HUNDRED)?;
    Some(Worth {
        value: worth.value.checked_mul(kept)?,
        slack: worth.slack,
    })
}

/// Several lines that share one printed sum ("15,000: half at signing, half at go-live") come to it together.
fn is_divided(terms: &Terms, item: &LineItem, total: Decimal) -> bool {
    let parts = terms
        .line_items
        .iter()
        .filter(|other| other.price.total.value == item.price.total.value);
    let mut parts = parts.filter_map(|other| worth::over(terms, other, Span::Term, Basis::Net));
    let sum = parts.try_fold(Worth::default(), Worth::plus);
    sum.is_some_and(|sum| is_same(sum.value, total))
}

/// To the hundredth: sums are printed so.
pub(super) fn is_same(value: Decimal, total: Decimal) -> bool {
    let apart = value.checked_sub(total).map(|apart| apart.abs());
    apart.is_some_and(|apart| apart <= Decimal::new(5, 3))
}

/// As near as rounded prices can be.
pub(super) fn is_near(worth: Worth, total: Decimal) -> bool {
    let apart = worth.value.checked_sub(total).map(|apart| apart.abs());
    apart.is_some_and(|apart| apart <= worth.slack)
}

fn working(item: &LineItem) -> String {
    match (item.quantity.copied(), item.price.unit_price.copied()) {
        (Some(quantity), Some(price)) => format!("{} × {} is", count(quantity), amount(price)),
        _ => String::from("its price comes to"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::written::{codes, found, line, of_lines};
    use super::check;
    use crate::flag::Severity;

    #[test]
    fn a_line_sum_is_explained_by_one_period_a_year_or_the_term() {
        let seats = |total: &str| {
            json!({ "kind": "seat", "quantity": found("120"),
                "price": { "unit_price": found("38.00"), "period": found("monthly"), "total": found(total) } })
        };
        let reduced = json!({ "kind": "one_time", "cadence": found("one_time"), "quantity": found("3"),
            "price": { "unit_price": found("33.33"), "list_price": found("99.99"), "discount_percent": found("66.67"),
                "total": found("99.98") } });
        let cases = [
            (seats("4560.00"), None),
            (seats("54720.00"), None),
            (seats("4650.00"), Some(Severity::Review)),
            (
                json!({ "price": { "amount": found("500.00"), "total": found("6000.00") } }),
                None,
            ),
            (
                json!({ "quantity": found("8"), "price": { "amount": found("500.00"), "total": found("4000.00") } }),
                None,
            ),
            (
                json!({ "price": { "amount": found("500.00"), "total": found("6500.00") } }),
                Some(Severity::Review),
            ),
            (
                json!({ "price": { "amount": found("145833"), "total": found("1750000") } }),
                Some(Severity::Info),
            ),
            (reduced, None),
            (
                json!({ "kind": "seat", "price": { "unit_price": found("38.00"), "total": found("1.00") } }),
                None,
            ),
        ];
        for (changes, expected) in cases {
            let flags = check(&of_lines(&[line(&changes)]));
            assert_eq!(flags.first().map(|flag| flag.severity), expected, "{changes}");
        }
    }

    #[test]
    fn the_sentence_shows_the_working() {
        let seats = line(
            &json!({ "kind": "seat", "quantity": found("120"), "description": "Team seats",
            "price": { "unit_price": found("38.00"), "total": found("4650.00") } }),
        );
        let flags = check(&of_lines(&[seats]));
        assert_eq!(codes(&flags), ["CONFLICT_LINE_TOTAL /line_items/0/price/total"]);
        assert_eq!(
            flags[0].sentence,
            "“Team seats”: 120 × 38.00 is 4,560.00, but the contract prints 4,650.00 for the line."
        );
    }

    #[test]
    fn halves_of_one_sum_belong_together() {
        let half = |kind: &str| {
            line(&json!({ "kind": kind, "cadence": found("one_time"),
            "price": { "amount": found("7500"), "total": found("15000") } }))
        };
        assert_eq!(check(&of_lines(&[half("one_time"), half("milestone")])), []);
        assert_eq!(check(&of_lines(&[half("one_time")])).len(), 1);
    }
}
