//! Sums of lines are no lines: an amount that others near it add up to is a total, and is never billed.

use rust_decimal::Decimal;

use crate::reading::items::Item;
use crate::terms::{Kind, LineItem, Total};

/// Takes sums out of the lines and keeps them as totals.
pub(super) fn separate(items: &mut Vec<Item>, totals: &mut Vec<Total>) {
    let sums: Vec<usize> = (0..items.len()).filter(|at| is_sum(items, *at)).collect();
    for at in sums.into_iter().rev() {
        let item = items.remove(at);
        totals.push(Total {
            label: item.line.description.clone(),
            amount: item.line.price.amount,
        });
    }
}

fn is_sum(items: &[Item], at: usize) -> bool {
    let Some(item) = items.get(at) else { return false };
    // "The fee is $180,000, payable in installments: 20% upon …": the installments come to it.
    let shared = item.line.kind == Kind::Milestone && item.line.price.percent.is_absent();
    let once = shared || matches!(item.line.kind, Kind::OneTime) && item.line.event.value.is_none();
    let Some(amount) = item.line.price.amount.copied().filter(|_| once) else {
        return false;
    };
    if items
        .iter()
        .enumerate()
        .any(|(other, line)| other != at && is_periods_of(amount, item, line))
    {
        return true;
    }
    let near = items
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != at)
        .filter(|(_, other)| other.scope.abs_diff(item.scope) <= 10);
    let parts: Vec<Decimal> = near
        .map(|(_, other)| &other.line)
        .filter(|line| is_part(line))
        .filter_map(worth)
        .collect();
    let several = parts.len() > 1
        || items.iter().any(|other| {
            other.scope.abs_diff(item.scope) <= 10
                && other
                    .line
                    .quantity
                    .value
                    .is_some_and(|count| count > Decimal::ONE)
        });
    let sum = parts
        .iter()
        .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(*part));
    several && sum == Some(amount)
}

/// "$500.00 per month · 12 · $6,000.00": beside a price that recurs, a whole number of it is the sum of its periods.
fn is_periods_of(amount: Decimal, item: &Item, other: &Item) -> bool {
    let recurs = other.line.kind == Kind::Recurring && other.line.description == item.line.description;
    let price = other
        .line
        .price
        .amount
        .copied()
        .filter(|price| recurs && *price > Decimal::ZERO);
    let count = price.and_then(|price| amount.checked_div(price));
    other.scope.abs_diff(item.scope) <= 1
        && count
            .is_some_and(|count| count.is_integer() && count > Decimal::ONE && count <= Decimal::from(120))
}

fn is_part(line: &LineItem) -> bool {
    matches!(line.kind, Kind::Milestone | Kind::OneTime | Kind::Recurring)
}

/// What a line comes to in all, where that is plain: an amount, times its number of instalments, or a schedule.
fn worth(line: &LineItem) -> Option<Decimal> {
    if !line.schedule.is_empty() {
        return line.schedule.iter().try_fold(Decimal::ZERO, |sum, segment| {
            sum.checked_add(segment.amount.copied()?)
        });
    }
    let count = line.quantity.copied().unwrap_or(Decimal::ONE);
    line.price.amount.copied()?.checked_mul(count)
}
