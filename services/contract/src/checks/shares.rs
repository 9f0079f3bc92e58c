//! Milestones that are shares of a whole add up to it, and each amount is its share.

use rust_decimal::Decimal;

use super::charged::{Line, amount, charged, count};
use super::line_totals::is_same;
use crate::flag::{Code, Flag};
use crate::terms::{Kind, Terms};

/// Flags shares that do not fit together.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let shares: Vec<Share<'_>> = charged(terms).filter_map(share).collect();
    if shares
        .iter()
        .filter(|share| share.line.item.kind == Kind::Milestone)
        .count()
        < 2
    {
        return Vec::new();
    }
    let mut flags: Vec<Flag> = whole(terms, &shares).into_iter().collect();
    flags.extend(amounts(terms, &shares));
    flags
}

/// A line that is a share of a whole; its amount, where that is printed too.
struct Share<'t> {
    line: Line<'t>,
    percent: Decimal,
    amount: Option<Decimal>,
}

fn share(line: Line<'_>) -> Option<Share<'_>> {
    let item = line.item;
    let once = matches!(item.kind, Kind::Milestone | Kind::OneTime);
    Some(Share {
        line,
        percent: item.price.percent.copied().filter(|_| once)?,
        amount: item.price.amount.copied(),
    })
}

fn sum(mut values: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    values.try_fold(Decimal::ZERO, Decimal::checked_add)
}

/// The shares are 100 %, alone or with what is kept back. Where a milestone has only an amount, the rest is its share.
fn whole(terms: &Terms, shares: &[Share<'_>]) -> Option<Flag> {
    let unshared = charged(terms)
        .any(|line| line.item.kind == Kind::Milestone && line.item.price.percent.value.is_none());
    let percents = sum(shares.iter().map(|share| share.percent))?;
    let mut kept = shares
        .iter()
        .filter_map(|share| share.line.item.retention_percent.copied());
    let with_kept = kept.any(|kept| percents.checked_add(kept) == Some(Decimal::ONE_HUNDRED));
    if percents == Decimal::ONE_HUNDRED || with_kept || (unshared && percents < Decimal::ONE_HUNDRED) {
        return None;
    }
    let shown: Vec<String> = shares
        .iter()
        .map(|share| format!("{} %", count(share.percent)))
        .collect();
    let sentence = format!(
        "The shares {} make {} %, not 100 %.",
        shown.join(" + "),
        count(percents)
    );
    let first = shares.first()?;
    let flag = first.line.flag(
        Code::ConflictPercentages,
        "/price/percent",
        sentence,
        "Ask for the right shares and correct them.",
    );
    Some(
        flag.seen(
            shares
                .iter()
                .skip(1)
                .flat_map(|share| share.line.item.evidence.iter().take(1).cloned()),
        ),
    )
}

/// Each amount is its share of the whole that most of them are shares of.
fn amounts(terms: &Terms, shares: &[Share<'_>]) -> Vec<Flag> {
    let Some((whole, fitting)) = best_whole(terms, shares) else {
        return Vec::new();
    };
    if fitting == 0 && sum(shares.iter().map(|share| share.percent)) != Some(Decimal::ONE_HUNDRED) {
        return Vec::new();
    }
    shares.iter().filter_map(|share| misfit(share, whole)).collect()
}

fn misfit(share: &Share<'_>, whole: Decimal) -> Option<Flag> {
    let printed = share.amount?;
    let due = part(whole, share.percent)?;
    let sentence = format!(
        "{}: {} % of {} is {}, but the contract prints {}.",
        share.line.name(),
        count(share.percent),
        amount(whole),
        amount(due),
        amount(printed)
    );
    let flag = || {
        share.line.flag(
            Code::ConflictPercentages,
            "/price/amount",
            sentence,
            "Ask which of the two holds, and correct the other.",
        )
    };
    (!is_same(due, printed)).then(flag)
}

/// The whole may be printed as a total, or be the sum of the amounts.
fn best_whole(terms: &Terms, shares: &[Share<'_>]) -> Option<(Decimal, usize)> {
    let printed = terms.totals.iter().filter_map(|total| total.amount.copied());
    let of_amounts = sum(shares.iter().filter_map(|share| share.amount));
    let candidates = of_amounts
        .into_iter()
        .chain(printed)
        .filter(|whole| !whole.is_zero());
    let fitting = |whole: Decimal| {
        let fits = |share: &&Share<'_>| {
            part(whole, share.percent)
                .zip(share.amount)
                .is_some_and(|(due, printed)| is_same(due, printed))
        };
        shares.iter().filter(fits).count()
    };
    // The first of equals: the sum of the amounts themselves.
    let counted: Vec<(Decimal, usize)> = candidates.map(|whole| (whole, fitting(whole))).collect();
    let most = counted.iter().map(|(_, count)| *count).max()?;
    counted.into_iter().find(|(_, count)| *count == most)
}

fn part(whole: Decimal, percent: Decimal) -> Option<Decimal> {
    whole.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::written::{codes, found, line, terms};
    use super::check;

    fn milestone(percent: &str, amount: Option<&str>) -> Value {
        let mut price = json!({ "percent": found(percent) });
        if let Some(amount) = amount {
            price["amount"] = found(amount);
        }
        line(
            &json!({ "kind": "milestone", "description": "Slice", "price": price, "cadence": found("one_time") }),
        )
    }

    #[test]
    fn shares_make_a_whole() {
        let total = json!([{ "label": "Fixed fee", "amount": found("240000") }]);
        let first = "CONFLICT_PERCENTAGES /line_items/0/price/percent";
        let second_amount = "CONFLICT_PERCENTAGES /line_items/1/price/amount";
        let cases: Vec<(Vec<Value>, Vec<&str>)> = vec![
            (vec![milestone("60", None), milestone("40", None)], vec![]),
            (vec![milestone("60", None), milestone("30", None)], vec![first]),
            (vec![milestone("60", None)], vec![]),
            (
                vec![milestone("60", Some("144000")), milestone("40", Some("96000"))],
                vec![],
            ),
            (
                vec![milestone("60", Some("144000")), milestone("40", Some("90000"))],
                vec![second_amount],
            ),
            (
                vec![milestone("60", Some("50000")), milestone("30", None)],
                vec![first],
            ),
        ];
        for (lines, expected) in cases {
            let terms = terms(&json!({ "line_items": lines, "totals": total }));
            assert_eq!(codes(&check(&terms)), expected, "{lines:?}");
        }
    }

    #[test]
    fn exchanged_amounts_are_found_without_a_total() {
        let lines = [milestone("60", Some("40000")), milestone("40", Some("60000"))];
        let flags = check(&terms(&json!({ "line_items": lines })));
        assert_eq!(flags.len(), 2);
        assert_eq!(
            flags[0].sentence,
            "“Slice”: 60 % of 100,000.00 is 60,000.00, but the contract prints 40,000.00."
        );
    }

    #[test]
    fn what_is_kept_back_is_a_share_too() {
        let mut last = milestone("30", None);
        last["retention_percent"] = found("10");
        assert_eq!(
            check(&terms(&json!({ "line_items": [milestone("60", None), last] }))),
            []
        );
    }
}
