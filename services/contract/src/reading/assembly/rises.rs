//! Later prices of one charge: "The price of a seat is $60 until 30 June. From 1 July it is $66" is one charge that rises,
//! not two.

use jiff::civil::Date;

use crate::reading::items::Item;
use crate::reading::statements::Statement;
use crate::terms::{Cadence, Found, LineItem, Segment};

/// Joins each price that goes on with the charge before it in the same paragraph.
pub(super) fn join(items: &mut Vec<Item>, statements: &[Statement]) {
    let paragraph = |item: &Item| {
        let own = statements.iter().find(|statement| statement.scope == item.scope);
        own.map(|statement| statement.paragraph)
    };
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        let base = kept
            .last_mut()
            .filter(|base| base.in_prose && paragraph(base) == paragraph(&item));
        match base.filter(|base| rises(base, &item)) {
            Some(base) => step(base, item),
            None => kept.push(item),
        }
    }
    *items = kept;
}

/// The same price at a later date, in words that name nothing else.
fn rises(base: &Item, next: &Item) -> bool {
    let (line, later) = (&base.line, &next.line);
    let same_unit = later.unit.is_none() || later.unit == line.unit;
    let dated = first_from(later).is_some_and(|from| last_from(line).is_none_or(|last| last < from));
    let plain = |line: &LineItem| {
        line.price.tiers.is_none() && (price(line).value.is_some() || !line.schedule.is_empty())
    };
    let again = matches!(line.cadence.copied(), Some(Cadence::Every(_)));
    again
        && next.goes_on
        && next.in_prose
        && same_unit
        && dated
        && plain(line)
        && plain(later)
        && line.cadence.value == later.cadence.value
}

fn first_from(line: &LineItem) -> Option<Date> {
    let segment = line.schedule.first().and_then(|segment| segment.from.copied());
    segment.or(line.start.copied())
}

fn last_from(line: &LineItem) -> Option<Date> {
    let segments = line.schedule.iter().filter_map(|segment| segment.from.copied());
    segments.chain(line.start.copied()).max()
}

fn price(line: &LineItem) -> &Found<rust_decimal::Decimal> {
    if line.price.unit_price.value.is_some() {
        &line.price.unit_price
    } else {
        &line.price.amount
    }
}

/// The price before ends the day before; the line goes on.
fn step(base: &mut Item, next: Item) {
    let Some(from) = first_from(&next.line) else {
        return;
    };
    let until = || {
        from.yesterday().map_or_else(
            |_| Found::absent(),
            |day| Found::derived(day, "the day before the next price", next.line.evidence.clone()),
        )
    };
    if let Some(segment) = base
        .line
        .schedule
        .last_mut()
        .filter(|segment| segment.to.is_absent())
    {
        segment.to = until();
    }
    base.line.end = next.line.end.clone();
    if !next.line.schedule.is_empty() {
        let by_unit = base.line.price.unit_price.value.is_some();
        let like_base = |mut segment: Segment| {
            if by_unit && segment.unit_price.is_absent() {
                std::mem::swap(&mut segment.unit_price, &mut segment.amount);
            }
            segment
        };
        base.line
            .schedule
            .extend(next.line.schedule.into_iter().map(like_base));
        base.line.evidence.extend(next.line.evidence);
        base.words.extend(next.words);
        return;
    }
    let value = price(&next.line).clone();
    let by_unit = base.line.price.unit_price.value.is_some();
    let (amount, unit_price) = if by_unit {
        (Found::absent(), value)
    } else {
        (value, Found::absent())
    };
    base.line.schedule.push(Segment {
        from: next.line.start.clone(),
        to: Found::absent(),
        amount,
        unit_price,
    });
    base.line.evidence.extend(next.line.evidence);
    base.words.extend(next.words);
}
