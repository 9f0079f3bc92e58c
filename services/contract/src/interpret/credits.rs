//! Prepaid credits: a purchase that opens a pool, and the metered lines that draw on it.

use pricing::plan::{CreditPool, Expiry, PoolUnit, Schedule, TopUp};
use rust_decimal::Decimal;

use super::{Parts, Unclear, charge, schedule, sources};
use crate::terms::{self, Credits, LineItem};

/// Adds the purchase and its pool.
pub(super) fn take(parts: &mut Parts<'_>, item: &LineItem) -> Result<(), Unclear> {
    let mut purchase = charge::of(parts, item)?;
    let units = units(item);
    let price = item.price.amount.copied().or_else(|| bought(item));
    let grant = units.as_ref().map_or(price, |(count, _)| Some(*count));
    let grant = grant.ok_or_else(|| super::price::without_price(item))?;
    purchase.prorated = false;
    let once = matches!(purchase.schedule, Schedule::Once { .. });
    let rules = item.credits.clone().unwrap_or_default();
    let pool = CreditPool {
        id: format!("{}-pool", purchase.id),
        name: item.description.clone(),
        unit: units.map_or(PoolUnit::Money, |(_, name)| PoolUnit::Units { name }),
        grant,
        bought_by: Some(purchase.id.clone()),
        pays: Vec::new(),
        priority: 0,
        expiry: expiry(&rules),
        rollover: None,
        top_up: top_up(&rules, grant, price).filter(|_| once),
        pays_tax: false,
        sources: sources::clauses("", &item.evidence),
    };
    parts.add(item, purchase);
    parts.pools.push(pool);
    Ok(())
}

/// A pool counted in credits pays what is priced by the credit, and nothing else.
fn in_unit_of(parts: &Parts<'_>, purchase: &LineItem) -> Vec<String> {
    let Some((_, unit)) = units(purchase) else {
        return Vec::new();
    };
    let same = |item: &&LineItem| {
        item.unit
            .as_deref()
            .is_some_and(|other| other.trim_end_matches('s') == unit.trim_end_matches('s'))
    };
    let ids: Vec<String> = parts
        .terms
        .line_items
        .iter()
        .filter(|item| item.id != purchase.id)
        .filter(same)
        .map(|item| item.id.clone())
        .collect();
    parts.charges_of(&ids)
}

/// So many credits at a price each come to this.
fn bought(item: &LineItem) -> Option<Decimal> {
    item.quantity
        .copied()?
        .checked_mul(item.price.unit_price.copied()?)
}

/// Credits that are counted in units of their own rather than in money.
fn units(item: &LineItem) -> Option<(Decimal, String)> {
    let unit = item.unit.clone().filter(|unit| !unit.is_empty())?;
    item.quantity.copied().map(|count| (count, unit))
}

fn expiry(rules: &Credits) -> Expiry {
    match rules.expire_after.copied() {
        Some(terms::Cadence::Every(span)) => Expiry::After {
            span: schedule::cadence(span),
        },
        _ => Expiry::Never,
    }
}

/// A top-up costs what its credits cost at first: the same price for each.
fn top_up(rules: &Credits, grant: Decimal, price: Option<Decimal>) -> Option<TopUp> {
    let (below, amount) = (rules.top_up_below.copied()?, rules.top_up_amount.copied()?);
    let price = price?.checked_mul(amount)?.checked_div(grant)?;
    Some(TopUp {
        below,
        grant: amount,
        price,
        to: None,
    })
}

/// Lines name the pool they draw on by naming its line; a pool that no line names pays every metered charge.
pub(super) fn link(parts: &mut Parts<'_>) {
    let items = parts.terms.line_items.clone();
    for item in &items {
        let Some((_, purchase)) = parts.became.iter().find(|(from, _)| *from == item.id).cloned() else {
            continue;
        };
        let named = parts.charges_of(&item.applies_to);
        let named = if named.is_empty() {
            in_unit_of(parts, item)
        } else {
            named
        };
        if let Some(pool) = parts
            .pools
            .iter_mut()
            .find(|pool| pool.bought_by.as_ref() == Some(&purchase))
        {
            pool.pays = named;
        }
    }
}
