//! The order of lines and their ids.

use super::rises;
use crate::flag::Code;
use crate::normal::unit::singular;
use crate::reading::items::{Doubt, Item};
use crate::reading::phrases::says_any;
use crate::reading::statements::Statement;
use crate::terms::Kind;

/// In the order of the document; a line that says no more than another one goes.
pub(super) fn sorted(mut items: Vec<Item>, statements: &[Statement]) -> Vec<Item> {
    items.sort_by_key(|item| (item.scope, item.words.first().copied()));
    rises::join(&mut items, statements);
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        if let Some(known) = kept.iter_mut().find(|known| restates(known, &item)) {
            absorb(known, item);
        } else if !kept.iter().any(|known| repeats(known, &item)) {
            kept.push(item);
        }
    }
    kept
}

/// A sentence on the price of a line that a table holds: "The price of an operator seat is $60 per month until …".
fn restates(known: &Item, item: &Item) -> bool {
    let (one, other) = (&known.line, &item.line);
    let told_apart = known.in_prose != item.in_prose;
    let priced =
        one.price.unit_price.value.is_some() && one.price.unit_price.value == other.price.unit_price.value;
    let (table, prose) = if known.in_prose {
        (item, known)
    } else {
        (known, item)
    };
    told_apart
        && priced
        && one.cadence.value == other.cadence.value
        && prose
            .line
            .unit
            .as_deref()
            .is_some_and(|unit| is_unit_of(table, unit))
}

/// Is each word of the unit one of the words that name the line?
fn is_unit_of(line: &Item, unit: &str) -> bool {
    let own = line.line.unit.as_deref().unwrap_or_default();
    let known: Vec<String> = line
        .names
        .iter()
        .map(|name| singular(name))
        .chain(own.split(' ').map(singular))
        .collect();
    unit.split(' ')
        .map(|word| singular(&word.to_lowercase()))
        .all(|word| known.contains(&word))
}

/// The sentence's later prices and count join the line.
fn absorb(known: &mut Item, item: Item) {
    let Item { line, words, .. } = item;
    if known.line.schedule.is_empty() {
        known.line.schedule = line.schedule;
    }
    if known.line.quantity.is_absent() {
        known.line.quantity = line.quantity;
    }
    known.line.evidence.extend(line.evidence);
    known.words.extend(words);
}

/// The same sort, price, unit, span and name: said twice.
fn repeats(known: &Item, item: &Item) -> bool {
    let (one, other) = (&known.line, &item.line);
    let prices = |line: &crate::terms::LineItem| {
        (
            line.price.amount.value,
            line.price.unit_price.value,
            line.price.percent.value,
            line.price.per.value,
            line.price.tiers.is_some(),
            line.schedule.len(),
        )
    };
    let priced = one
        .price
        .amount
        .value
        .or(one.price.unit_price.value)
        .or(one.price.percent.value)
        .is_some();
    let named = known
        .names
        .iter()
        .filter(|name| item.names.contains(name))
        .count()
        .saturating_mul(2)
        > item.names.len().max(known.names.len());
    priced
        && prices(one) == prices(other)
        && one.kind == other.kind
        && one.unit == other.unit
        && one.cadence.value == other.cadence.value
        && named
        && one.event.value == other.event.value
        && one.start.value == other.start.value
        && known.scope != item.scope
        && item.reference == known.reference
}

/// "$10,000 in the first two years and $12,000 thereafter" read as two charges side by side may be one whose price steps: a
/// person must say.
pub(super) fn ask_about_steps(statements: &[Statement], items: &mut [Item]) {
    const STEPS: &str = "thereafter|first|second|third|initial|subsequent|remaining|anniversary|anniversaries|beginning|\
        commencing";
    let open = |item: &Item| {
        item.line.kind == Kind::Recurring && item.line.start.is_absent() && item.line.schedule.is_empty()
    };
    let keys: Vec<_> = items
        .iter()
        .map(|item| (item.scope, item.line.cadence.copied(), open(item)))
        .collect();
    for (at, item) in items.iter_mut().enumerate() {
        let Some(own) = keys.get(at).filter(|(.., open)| *open) else {
            continue;
        };
        let twin = keys
            .iter()
            .enumerate()
            .any(|(other, key)| other != at && key == own);
        let said = statements.iter().find(|statement| statement.scope == item.scope);
        if twin && said.is_some_and(|statement| says_any(statement.tokens(), STEPS)) {
            item.doubts.push(Doubt::new(
                Code::SeveralPrices,
                "",
                "The sentence names several prices that may hold one after the other.",
                "Enter from which day to which day each holds, or decide that they are charged side by side.",
                item.line.evidence.clone(),
            ));
        }
    }
}

/// `L01`, `L02`, …
pub(super) fn name(items: &mut [Item]) {
    for (item, number) in items.iter_mut().zip(1u32..) {
        item.line.id = format!("L{number:02}");
    }
}
