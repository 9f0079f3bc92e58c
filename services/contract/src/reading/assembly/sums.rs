//! Sums of lines are no lines: an amount that others near it add up to is a total, and is never billed.

use rust_decimal::Decimal;

use crate::reading::items::Item;
use crate::terms::{Kind, LineItem, Total};

/// Takes sums out of the lines and keeps them as totals.
pub(super) fn separate(items: &mut Vec<Item>, totals: &mut Vec<Total>) {
    extended(items, totals);
    restated(items);
    in_instalments(items, totals);
    last_rows(items, totals);
    let sums: Vec<usize> = (0..items.len()).filter(|at| is_sum(items, *at)).collect();
    set_apart(items, totals, sums);
}

/// Takes the lines at those places, in rising order, out and keeps them as totals.
fn set_apart(items: &mut Vec<Item>, totals: &mut Vec<Total>, places: Vec<usize>) {
    for at in places.into_iter().rev() {
        let item = items.remove(at);
        totals.push(Total {
            label: item.line.description,
            amount: item.line.price.amount,
        });
    }
}

/// "All locations · $4,592.50" under the locations: the last row of a table that all rows above it add up to.
fn last_rows(items: &mut Vec<Item>, totals: &mut Vec<Total>) {
    let like = |one: &Item, other: &Item| {
        !one.in_prose
            && !other.in_prose
            && one.scope.abs_diff(other.scope) <= 14
            && one.line.kind == Kind::Recurring
            && other.line.kind == Kind::Recurring
            && one.line.cadence.value == other.line.cadence.value
    };
    let is_last = |at: usize| {
        let (item, above) = (items.get(at)?, items.get(..at)?);
        let rows: Vec<&Item> = above.iter().filter(|other| like(item, other)).collect();
        let sum = rows
            .iter()
            .try_fold(Decimal::ZERO, |sum, row| sum.checked_add(worth(&row.line)?))?;
        (rows.len() > 1 && worth(&item.line) == Some(sum)).then_some(at)
    };
    let found: Vec<usize> = (0..items.len()).filter_map(is_last).collect();
    set_apart(items, totals, found);
}

/// What the instalments of one line, and the parts of one sentence or list, come to: a contract may print it as well.
pub(super) fn printed_whole(items: &[Item]) -> Vec<Decimal> {
    let schedules = items
        .iter()
        .filter(|item| item.line.schedule.len() > 1)
        .filter_map(|item| worth(&item.line));
    let once = |item: &&Item| matches!(item.line.kind, Kind::OneTime | Kind::Milestone);
    let parts: Vec<(usize, Decimal)> = items
        .iter()
        .filter(once)
        .filter_map(|item| Some((item.scope, worth(&item.line)?)))
        .collect();
    let lists = parts
        .chunk_by(|(scope, _), (next, _)| scope.abs_diff(*next) <= 1)
        .filter(|list| list.len() > 1)
        .filter_map(|list| {
            list.iter()
                .try_fold(Decimal::ZERO, |sum, (_, part)| sum.checked_add(*part))
        });
    schedules.chain(lists).collect()
}

/// "85 · £6.40 · £544.00" in one row is one charge: what the price comes to is no other.
fn extended(items: &mut Vec<Item>, totals: &mut Vec<Total>) {
    let mut at = 0usize;
    while at < items.len() {
        let price = (0..at).find(|before| {
            items
                .get(*before)
                .zip(items.get(at))
                .is_some_and(|(price, sum)| comes_to(price, sum))
        });
        let Some(price) = price else {
            at = at.saturating_add(1);
            continue;
        };
        let sum = items.remove(at);
        if let Some(price) = items.get_mut(price) {
            price.names.extend(sum.names);
            price.words.extend(sum.words);
        }
        let amount = [sum.line.price.amount, sum.line.price.unit_price]
            .into_iter()
            .find(|found| found.value.is_some());
        totals.push(Total {
            label: sum.line.description,
            amount: amount.unwrap_or_default(),
        });
    }
}

/// Do both stand in the same row, and is one the number of units times the other?
fn comes_to(price: &Item, sum: &Item) -> bool {
    let plain = |line: &LineItem| line.price.unit_price.copied().or(line.price.amount.copied());
    let product = price
        .line
        .quantity
        .copied()
        .zip(plain(&price.line))
        .and_then(|(count, each)| count.checked_mul(each));
    let same_row = price.scope == sum.scope
        && !price.line.evidence.is_empty()
        && price.line.evidence == sum.line.evidence;
    let in_table = price.line.quantity.value.is_some() && price.line.quantity == sum.line.quantity;
    same_row
        && in_table
        && price.line.kind == sum.line.kind
        && product.is_some()
        && product == plain(&sum.line)
}

/// "18% of the license fee, i.e. $40,500 per year" is one charge: the amount says what the share comes to.
fn restated(items: &mut Vec<Item>) {
    let amounts: Vec<(usize, Decimal)> = items
        .iter()
        .filter_map(|item| Some((item.scope, item.line.price.amount.copied()?)))
        .collect();
    items.retain(|item| {
        let share = item
            .line
            .price
            .percent
            .copied()
            .filter(|_| item.line.kind == Kind::Percentage);
        let Some(percent) = share else { return true };
        let comes_to = |base: Decimal| crate::reading::items::share(base, percent);
        !amounts.iter().any(|(scope, amount)| {
            *scope == item.scope
                && amounts
                    .iter()
                    .any(|(_, base)| base != amount && comes_to(*base) == Some(*amount))
        })
    });
}

/// "an annual fee of $12,600, payable in monthly installments of $1,050": the parts are charged, the whole is their sum.
fn in_instalments(items: &mut Vec<Item>, totals: &mut Vec<Total>) {
    let wholes: Vec<usize> = (0..items.len())
        .filter(|at| {
            let whole = items.get(*at);
            items
                .iter()
                .any(|part| whole.is_some_and(|whole| is_whole_of(whole, part)))
        })
        .collect();
    set_apart(items, totals, wholes);
}

fn is_whole_of(whole: &Item, part: &Item) -> bool {
    let recurs = |item: &Item| item.line.kind == Kind::Recurring;
    let span = |item: &Item| {
        let stated = item.line.price.period.copied().or(item.line.cadence.copied());
        stated.and_then(crate::terms::Cadence::in_months)
    };
    let each = part
        .line
        .price
        .amount
        .copied()
        .or(part.line.price.unit_price.copied());
    let amounts = whole.line.price.amount.copied().zip(each);
    let times = span(whole).zip(span(part)).filter(|(whole, part)| whole > part);
    let product = amounts.zip(times).and_then(|((amount, each), (whole, part))| {
        let times = Decimal::from(whole).checked_div(Decimal::from(part))?;
        Some(each.checked_mul(times)? == amount)
    });
    recurs(whole) && recurs(part) && whole.scope == part.scope && product == Some(true)
}

/// "a fee of $225,000, of which $75,000 on signature, …": the others of its sentence come to it.
fn is_of_which(items: &[Item], at: usize, amount: Decimal) -> bool {
    let Some(item) = items.get(at) else { return false };
    let own = items
        .iter()
        .enumerate()
        .filter(|(other, one)| *other != at && one.scope == item.scope);
    let parts: Option<Vec<Decimal>> = own
        .map(|(_, other)| {
            let once = matches!(other.line.kind, Kind::OneTime | Kind::Milestone)
                || other.line.quantity.value.is_some();
            worth(&other.line).filter(|_| once)
        })
        .collect();
    parts.is_some_and(|parts| {
        let sum = parts
            .iter()
            .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(*part));
        parts.len() > 1 && sum == Some(amount)
    })
}

fn is_sum(items: &[Item], at: usize) -> bool {
    let Some(item) = items.get(at) else { return false };
    // "The fee is $180,000, payable in installments: 20% upon …": the installments come to it.
    let shared = item.line.kind == Kind::Milestone && item.line.price.percent.is_absent();
    let names_parts = item
        .line
        .event
        .value
        .as_ref()
        .is_some_and(|event| event.to_lowercase().contains("instal"));
    let once = shared || matches!(item.line.kind, Kind::OneTime) && item.line.event.value.is_none();
    let Some(amount) = item.line.price.amount.copied().filter(|_| once) else {
        return false;
    };
    if item.line.kind == Kind::OneTime && item.line.quantity.is_absent() && is_of_which(items, at, amount) {
        return true;
    }
    let once = |other: &Item| matches!(other.line.kind, Kind::OneTime | Kind::Milestone);
    let beside = items
        .iter()
        .filter(|other| other.scope == item.scope && once(other))
        .count();
    if item.in_parts && beside > 2 {
        return true;
    }
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
        .filter(|line| is_part(line) && (!shared || names_parts || line.price.percent.value.is_some()))
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
    let sum = |parts: &[Decimal]| {
        parts
            .iter()
            .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(*part))
    };
    let milestones: Vec<Decimal> = items
        .iter()
        .filter(|other| other.scope.abs_diff(item.scope) <= 2 && other.line.kind == Kind::Milestone)
        .filter_map(|other| worth(&other.line))
        .collect();
    several && sum(&parts) == Some(amount)
        || milestones.len() > 1 && sum(&milestones) == Some(amount) && !shared
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
