//! Reductions: on the charges they name, or on all that recur.

use pricing::plan::{Discount, DiscountValue};

use super::{Parts, Unclear, head, price, sources};
use crate::flag::Code;
use crate::terms::LineItem;

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
    let discount = Discount {
        name: item.description.clone(),
        value,
        from: item.start.copied(),
        until: item.end.copied().and_then(head::day_after),
        charges: Vec::new(),
        sources: found,
    };
    for charge in parts.charges.iter_mut().filter(|charge| on.contains(&charge.id)) {
        charge.discounts.push(discount.clone());
    }
    Ok(())
}

fn on_what(item: &LineItem) -> Unclear {
    Unclear {
        code: Code::AmbiguousDiscountStacking,
        field: "/applies_to",
        sentence: format!("Which line “{}” reduces is not clear.", item.description),
        what_to_do: "Name the line it reduces.",
    }
}
