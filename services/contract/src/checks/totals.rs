//! The lines add up to every total the contract prints. A total may cover one period, a year or the term, and all
//! lines or some that stand together; only one that no such reading gives is a contradiction.

mod sums;

use rust_decimal::Decimal;

use super::charged::{amount, charged};
use super::prices::is_priced;
use super::worth::{self, Basis, Span, Worth};
use crate::flag::{Code, Flag, Severity};
use crate::terms::{Kind, LineItem, Terms, Total};
use sums::Fit;

/// Flags totals that the lines do not give.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let unknown = charged(terms).any(|line| !is_priced(line.item));
    if terms.totals.is_empty() || terms.line_items.is_empty() || unknown {
        return Vec::new();
    }
    let sums = sums::of(terms);
    let totals = terms.totals.iter().enumerate();
    totals
        .filter_map(|(index, total)| conflict(terms, &sums, index, total))
        .collect()
}

fn conflict(terms: &Terms, sums: &[Worth], index: usize, total: &Total) -> Option<Flag> {
    let printed = total.amount.copied()?;
    let (sentence, severity) = match sums::fit(sums, printed) {
        Fit::Exact => return None,
        Fit::Rounded(sum) => (rounded(total, sum, printed), Severity::Info),
        Fit::Nothing => (contradiction(terms, total, printed)?, severity(terms, total)),
    };
    let what_to_do = "Ask which of them holds, and correct the total or the line it comes from.";
    let flag = Flag::new(Code::ConflictTotal, sentence, what_to_do).severity(severity);
    let flag = flag
        .at(format!("/totals/{index}/amount"))
        .seen(total.amount.evidence.iter().cloned());
    let of_lines = charged(terms).flat_map(|line| line.item.evidence.iter().take(1));
    Some(flag.seen(of_lines.cloned()))
}

fn rounded(total: &Total, sum: Decimal, printed: Decimal) -> String {
    format!(
        "The lines add up to {}, “{}” is {}: the difference of {} can come from rounded prices, but will not be billed.",
        amount(sum),
        total.label,
        amount(printed),
        amount(printed.checked_sub(sum).unwrap_or_default())
    )
}

/// The sum over the term in full, or of one period where there is no term.
fn contradiction(terms: &Terms, total: &Total, printed: Decimal) -> Option<String> {
    let parts = parts(terms, Span::Term).or_else(|| parts(terms, Span::Once))?;
    let mut values = parts.iter().map(|(_, value)| *value);
    let sum = values.try_fold(Decimal::ZERO, Decimal::checked_add)?;
    let shown: Vec<String> = parts
        .iter()
        .map(|(item, value)| format!("{} {}", item.description, amount(*value)))
        .collect();
    Some(format!(
        "The lines come to {} = {}, but “{}” is {}.",
        shown.join(" + "),
        amount(sum),
        total.label,
        amount(printed)
    ))
}

fn parts(terms: &Terms, span: Span) -> Option<Vec<(&LineItem, Decimal)>> {
    let fixed = charged(terms)
        .map(|line| line.item)
        .filter(|item| sums::is_fixed(item));
    let valued = fixed.map(|item| Some((item, worth::over(terms, item, span, Basis::Net)?.value)));
    let parts: Option<Vec<_>> = valued.collect();
    parts.filter(|parts| !parts.is_empty())
}

/// What is measured later can make up the rest of a total, and an estimate promises nothing.
fn severity(terms: &Terms, total: &Total) -> Severity {
    let label = total.label.to_lowercase();
    let estimate = ["estimat", "approx", "not to exceed", "up to", "budget", "maximum"];
    let measured = charged(terms).any(|line| matches!(line.item.kind, Kind::Usage | Kind::Percentage));
    if estimate.iter().any(|word| label.contains(word)) {
        Severity::Info
    } else if measured {
        Severity::Review
    } else {
        Severity::Block
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::written::{codes, found, line, terms};
    use super::check;
    use crate::flag::{Flag, Severity};

    fn flags(lines: &[Value], totals: &[(&str, &str)]) -> Vec<Flag> {
        let totals: Vec<Value> = totals
            .iter()
            .map(|(label, amount)| json!({ "label": label, "amount": found(*amount) }))
            .collect();
        check(&terms(&json!({ "line_items": lines, "totals": totals })))
    }

    fn monthly(price: &str) -> Value {
        line(&json!({ "price": { "amount": found(price) }, "description": "Analytics Suite" }))
    }

    fn once(price: &str) -> Value {
        line(
            &json!({ "kind": "one_time", "cadence": found("one_time"), "description": "Onboarding",
            "price": { "amount": found(price) } }),
        )
    }

    fn off(percent: &str) -> Value {
        line(
            &json!({ "kind": "discount", "description": "Discount", "price": { "percent": found(percent) } }),
        )
    }

    #[test]
    fn a_total_that_any_sensible_reading_gives_is_no_conflict() {
        let usage = line(&json!({ "kind": "usage", "price": { "unit_price": found("0.10") } }));
        let cases: Vec<(Vec<Value>, &str)> = vec![
            (vec![monthly("2400.00"), once("4500.00")], "33300.00"),
            (vec![monthly("2400.00"), once("4500.00")], "28800.00"),
            (vec![monthly("2400.00"), once("4500.00")], "2400.00"),
            (vec![monthly("2400.00"), once("4500.00")], "7200.00"),
            (vec![monthly("2400.00"), once("4500.00")], "6900.00"),
            (vec![monthly("2400.00"), once("4500.00")], "4500.00"),
            (vec![monthly("2400.00"), off("10")], "25920.00"),
            (vec![monthly("2400.00"), usage, once("4500.00")], "33300.00"),
            (vec![once("50000"), once("100000"), once("50000")], "200000.00"),
            (vec![once("50000"), once("100000"), once("50000")], "150000.00"),
        ];
        for (lines, total) in cases {
            assert_eq!(flags(&lines, &[("Total", total)]), [], "{total}");
        }
    }

    #[test]
    fn totals_that_contradict_the_lines_stop_everything() {
        let found = flags(
            &[monthly("2400.00"), once("4500.00")],
            &[
                ("Order total", "31200.00"),
                ("Fees for the service period", "33000.00"),
            ],
        );
        assert_eq!(
            codes(&found),
            [
                "CONFLICT_TOTAL /totals/0/amount",
                "CONFLICT_TOTAL /totals/1/amount"
            ]
        );
        assert!(found.iter().all(|flag| flag.severity == Severity::Block));
        assert_eq!(
            found[0].sentence,
            "The lines come to Analytics Suite 28,800.00 + Onboarding 4,500.00 = 33,300.00, but “Order total” is 31,200.00."
        );
    }

    #[test]
    fn a_contradiction_weighs_as_much_as_it_is_certain() {
        let usage = || line(&json!({ "kind": "usage", "price": { "unit_price": found("0.10") } }));
        let unknown = || line(&json!({ "price": {} }));
        let cases = [
            (
                vec![monthly("2400.00"), usage()],
                "Total",
                "31200.00",
                Some(Severity::Review),
            ),
            (
                vec![monthly("2400.00"), usage()],
                "Estimated total",
                "31200.00",
                Some(Severity::Info),
            ),
            (vec![monthly("2400.00"), unknown()], "Total", "31200.00", None),
            (vec![monthly("145833")], "Total", "1750000", Some(Severity::Info)),
            (vec![monthly("145833")], "Total", "1750100", Some(Severity::Block)),
        ];
        for (lines, label, total, expected) in cases {
            let severity = flags(&lines, &[(label, total)]).first().map(|flag| flag.severity);
            assert_eq!(severity, expected, "{label} {total}");
        }
    }

    #[test]
    fn tax_may_stand_on_top() {
        let lines = json!([monthly("100.00")]);
        let tax = json!([{ "name": "VAT", "percent": found("20"), "evidence": [] }]);
        let total = |amount: &str| json!([{ "label": "Total", "amount": found(amount) }]);
        for (amount, expected) in [("1440.00", 0), ("240.00", 0), ("1450.00", 1)] {
            let terms = terms(&json!({ "line_items": lines, "taxes": tax, "totals": total(amount) }));
            assert_eq!(check(&terms).len(), expected, "{amount}");
        }
    }
}
