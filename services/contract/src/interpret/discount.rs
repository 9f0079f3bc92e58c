//! Reductions: on the charges they name, or on all that recur.

use jiff::civil::Date;
use pricing::plan::{CadenceUnit, Discount, DiscountValue, Schedule};

use super::{Parts, Unclear, head, price, sources};
use crate::flag::Code;
use crate::terms::{Cadence, LineItem};

/// Puts the reduction on its charges. A fixed amount can only reduce one.
pub(super) fn take(parts: &mut Parts<'_>, item: &LineItem) -> Result<(), Unclear> {
    let value = match (item.price.percent.copied(), item.price.amount.copied()) {
        (Some(percent), _) => DiscountValue::Percent { percent },
        (None, Some(amount)) => DiscountValue::Amount { amount: amount.abs() },
        (None, None) => return Err(price::without_price(item)),
    };
    let mut on = parts.charges_of(&item.applies_to);
    if on.is_empty() && matches!(value, DiscountValue::Percent { .. }) {
        on = parts.charges.iter().map(|charge| charge.id.clone()).collect();
    }
    if on.is_empty() || (on.len() > 1 && matches!(value, DiscountValue::Amount { .. })) {
        return Err(on_what(item));
    }
    let mut found = sources::of("value", &item.price.percent);
    found.extend(sources::of("value", &item.price.amount));
    found.extend(sources::clauses("", &item.evidence));
    let (from, until) = days(parts, item, &on);
    let discount = Discount {
        name: item.description.clone(),
        value,
        from,
        until,
        charges: Vec::new(),
        sources: found,
    };
    for charge in parts.charges.iter_mut().filter(|charge| on.contains(&charge.id)) {
        charge.discounts.push(discount.clone());
    }
    Ok(())
}

/// From when until when; a reduction given once is given on the first period of what it reduces.
fn days(parts: &Parts<'_>, item: &LineItem, on: &[String]) -> (Option<Date>, Option<Date>) {
    let stated = (item.start.copied(), item.end.copied().and_then(head::day_after));
    if item.cadence.copied() != Some(Cadence::OneTime) {
        return stated;
    }
    let from = item.start.copied().or_else(|| head::start(parts.terms));
    let first = parts.charges.iter().find(|charge| on.contains(&charge.id));
    let every = first.and_then(|charge| match charge.schedule {
        Schedule::Recurring { every, .. } => Some(every),
        _ => None,
    });
    let span = every.and_then(|every| match every.unit {
        CadenceUnit::Month => jiff::Span::new().try_months(i64::from(every.count)).ok(),
        CadenceUnit::Year => jiff::Span::new().try_years(i64::from(every.count)).ok(),
        CadenceUnit::Week => jiff::Span::new().try_weeks(i64::from(every.count)).ok(),
        CadenceUnit::Day | CadenceUnit::HalfMonth => None,
    });
    let until = from
        .zip(span)
        .and_then(|(from, span)| from.checked_add(span).ok());
    (from, until.or(from.and_then(head::day_after)))
}

fn on_what(item: &LineItem) -> Unclear {
    Unclear {
        code: Code::AmbiguousDiscountStacking,
        field: "/applies_to",
        sentence: format!("Which line “{}” reduces is not clear.", item.description),
        what_to_do: "Name the line it reduces.",
    }
}
