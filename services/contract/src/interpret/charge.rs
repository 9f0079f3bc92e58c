//! Lines that become one charge: recurring, seats, usage, percentages, one-time fees.

use pricing::plan::{Bound, Charge, Included, OnceAt, Quantity, RampSegment, Schedule};
use pricing::price::Price;

use super::{Parts, Unclear, head, milestone, naming, price, quantity, schedule, sources};
use crate::terms::{Kind, LineItem, Segment};

/// Adds the line's charge.
pub(super) fn take(parts: &mut Parts<'_>, item: &LineItem) -> Result<(), Unclear> {
    if waits_for_event(item) {
        return milestone::take(parts, item);
    }
    let charge = of(parts, item)?;
    let fee = fee_for_each(parts, item, &charge);
    parts.add(item, charge);
    if let Some(fee) = fee {
        parts.add(item, fee);
    }
    Ok(())
}

/// "2.65% + $0.12, above $1,000,000 2.45% + $0.12": the rate has tiers, the fee for each transaction has none. It is a
/// charge of its own, by the number of transactions.
fn fee_for_each(parts: &mut Parts<'_>, item: &LineItem, charge: &Charge) -> Option<Charge> {
    let tiered = item.kind == Kind::Percentage && item.price.tiers.is_some();
    let unit_price = price::fixed_fee(item).filter(|_| tiered)?;
    let counted = LineItem {
        unit: Some(format!("{} transaction", naming::short(&item.description))),
        ..item.clone()
    };
    Some(Charge {
        id: format!("{}-each", charge.id),
        name: format!("{}, for each transaction", charge.name),
        price: Price::PerUnit {
            unit_price,
            per: rust_decimal::Decimal::ONE,
        },
        quantity: Quantity::Metered {
            meter: quantity::meter(parts, &counted),
        },
        minimum: None,
        maximum: None,
        ..charge.clone()
    })
}

/// A fee that falls due when something happens, other than the signing, on no date: like a milestone.
fn waits_for_event(item: &LineItem) -> bool {
    let undated = item.kind == Kind::OneTime && item.start.value.is_none() && item.schedule.is_empty();
    undated && item.event.get().is_some_and(|event| !schedule::is_signing(event))
}

/// The charge of a line, with the source of each field.
pub(super) fn of(parts: &mut Parts<'_>, item: &LineItem) -> Result<Charge, Unclear> {
    quantity::counts_its_periods(item, parts.terms)?;
    let (schedule, mut found) = schedule::of(item, parts.terms)?;
    let (price, ramp) = match &schedule {
        // Instalments carry their own amounts.
        Schedule::Instalments { .. } => (
            Price::Flat {
                amount: rust_decimal::Decimal::ZERO,
            },
            Vec::new(),
        ),
        _ => priced(item, &mut found)?,
    };
    let (quantity, of_quantity) = quantity::of(parts, item)?;
    found.extend(of_quantity);
    found.extend(sources::of("included", &item.included));
    found.extend(sources::of("starts", &item.start));
    found.extend(sources::of("ends", &item.end));
    found.extend(
        item.schedule
            .iter()
            .flat_map(|segment| sources::of("schedule", &segment.amount)),
    );
    found.extend(sources::clauses("", &item.evidence));
    let recurring = matches!(schedule, Schedule::Recurring { .. });
    let by_transaction = price::per_transaction(item);
    Ok(Charge {
        id: name(parts, item),
        name: item.description.clone(),
        quantity,
        price,
        conversion: None,
        starts: item.start.copied().filter(|_| recurring),
        ends: item.end.copied().and_then(head::day_after).filter(|_| recurring),
        included: included(item),
        ramp,
        escalators: Vec::new(),
        discounts: Vec::new(),
        minimum: item
            .price
            .minimum
            .copied()
            .filter(|_| !by_transaction)
            .map(|amount| Bound {
                amount,
                prorated: false,
            }),
        maximum: item
            .price
            .cap
            .copied()
            .filter(|_| !by_transaction)
            .map(|amount| Bound {
                amount,
                prorated: false,
            }),
        prorated: !matches!(
            schedule,
            Schedule::Once {
                at: OnceAt::Signing | OnceAt::Start | OnceAt::On { .. }
            }
        ),
        tax: head::tax_id(parts.terms),
        sources: found,
        schedule,
    })
}

/// A name for the charge: its short description, numbered if it is taken.
pub(super) fn name(parts: &Parts<'_>, item: &LineItem) -> String {
    let wanted = naming::slug(naming::short(&item.description));
    naming::unused(&wanted, |name| parts.charges.iter().any(|known| known.id == name))
}

/// On a flat line the included units are what the fee contains; only where units are priced do they cost nothing.
fn included(item: &LineItem) -> Option<Included> {
    let units = item
        .included
        .copied()
        .filter(|_| matches!(item.kind, Kind::Usage | Kind::Seat))?;
    Some(Included {
        units,
        over_term: false,
    })
}

/// The price, and the prices of later dates.
fn priced(
    item: &LineItem,
    found: &mut Vec<pricing::source::FieldSource>,
) -> Result<(Price, Vec<RampSegment>), Unclear> {
    let mut ramp = Vec::new();
    for segment in item
        .schedule
        .iter()
        .filter(|segment| segment.from.value.is_some())
    {
        ramp.extend(later(item, segment, found)?);
    }
    ramp.sort_by_key(|segment| segment.from);
    // A first step without a day of its own holds from the beginning.
    if let Some(first) = item
        .schedule
        .first()
        .filter(|first| first.from.value.is_none() && !ramp.is_empty())
    {
        let (price, of_price) = price::of(&at_first(item, first))?;
        found.extend(of_price);
        return Ok((price, ramp));
    }
    let has_own = item.price.amount.value.is_some() || item.price.unit_price.value.is_some();
    if ramp.is_empty() || has_own || item.price.tiers.is_some() {
        let (price, of_price) = price::of(item)?;
        found.extend(of_price);
        return Ok((price, ramp));
    }
    let first = ramp.remove(0);
    found.extend(first.sources);
    Ok((first.price, ramp))
}

/// The line with the price of its first step as its own.
fn at_first(item: &LineItem, first: &Segment) -> LineItem {
    let mut line = item.clone();
    line.price.amount.clone_from(&first.amount);
    line.price.unit_price.clone_from(&first.unit_price);
    line
}

fn later(
    item: &LineItem,
    segment: &Segment,
    found: &mut Vec<pricing::source::FieldSource>,
) -> Result<Option<RampSegment>, Unclear> {
    let Some(from) = segment.from.copied() else {
        return Ok(None);
    };
    let price = match (segment.amount.copied(), segment.unit_price.copied()) {
        (Some(amount), _) => Price::Flat {
            amount: price::for_cadence(item, amount, found)?,
        },
        (None, Some(unit_price)) => Price::PerUnit {
            unit_price: price::for_cadence(item, unit_price, found)?,
            per: item.price.per.copied().unwrap_or(rust_decimal::Decimal::ONE),
        },
        (None, None) => return Err(price::without_price(item)),
    };
    let mut sources = sources::of("price", &segment.amount);
    sources.extend(sources::of("price", &segment.unit_price));
    sources.extend(sources::of("from", &segment.from));
    Ok(Some(RampSegment { from, price, sources }))
}
