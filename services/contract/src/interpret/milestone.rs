//! Lines that fall due when something is reached.

use pricing::plan::charge::AmountBase;
use pricing::plan::{Acceptance, Charge, Holdback, Milestone, Quantity, Schedule};
use pricing::price::{PercentageRate, Price};

use super::{Parts, Unclear, charge, head, naming, price, quantity, sources};
use crate::flag::Code;
use crate::terms::LineItem;

/// Adds the line's milestone and its charge.
pub(super) fn take(parts: &mut Parts<'_>, item: &LineItem) -> Result<(), Unclear> {
    // A milestone with nothing but a planned date falls due on that date.
    if item.event.value.is_none() && item.start.value.is_some() {
        let charge = charge::of(parts, item)?;
        parts.add(item, charge);
        return Ok(());
    }
    let (price, quantity, mut found) = worth(parts, item)?;
    let id = add_milestone(parts, item);
    found.extend(sources::of("schedule", &item.event));
    found.extend(sources::clauses("", &item.evidence));
    let charge = Charge {
        id: charge::name(parts, item),
        name: item.description.clone(),
        schedule: Schedule::OnMilestone { milestone: id },
        quantity,
        price,
        conversion: None,
        starts: None,
        ends: None,
        included: None,
        ramp: Vec::new(),
        escalators: Vec::new(),
        discounts: Vec::new(),
        minimum: None,
        maximum: None,
        prorated: false,
        tax: head::tax_id(parts.terms),
        sources: found,
    };
    parts.add(item, charge);
    Ok(())
}

/// An amount, or a share of a total that the contract prints once.
fn worth(
    parts: &Parts<'_>,
    item: &LineItem,
) -> Result<(Price, Quantity, Vec<pricing::source::FieldSource>), Unclear> {
    if item.price.amount.value.is_some() || item.price.unit_price.value.is_some() {
        let (price, found) = price::of(item)?;
        return Ok((price, quantity::fixed(item), found));
    }
    let percent = item
        .price
        .percent
        .copied()
        .ok_or_else(|| price::without_price(item))?;
    let [total] = parts.terms.totals.as_slice() else {
        return Err(share_of_what(item));
    };
    let amount = total.amount.copied().ok_or_else(|| share_of_what(item))?;
    let mut found = sources::of("price.rate", &item.price.percent);
    found.extend(sources::of("quantity", &total.amount));
    let rate = PercentageRate {
        percent,
        ..PercentageRate::default()
    };
    Ok((
        Price::Percentage { rate },
        Quantity::Amount {
            of: AmountBase::Fixed { amount },
        },
        found,
    ))
}

fn share_of_what(item: &LineItem) -> Unclear {
    Unclear {
        code: Code::MissingPrice,
        field: "/price/amount",
        sentence: format!(
            "“{}” is a share of a sum, and which sum is not clear.",
            item.description
        ),
        what_to_do: "Enter its amount.",
    }
}

fn add_milestone(parts: &mut Parts<'_>, item: &LineItem) -> String {
    let wanted = naming::slug(naming::short(&item.description));
    let id = naming::unused(&wanted, |name| {
        parts.milestones.iter().any(|known| known.id == name)
    });
    let name = item
        .event
        .get()
        .cloned()
        .unwrap_or_else(|| item.description.clone());
    let holdback = item.retention_percent.copied().map(|percent| {
        let released_by = format!("{id}-holdback-release");
        Holdback { percent, released_by }
    });
    parts.milestones.push(Milestone {
        id: id.clone(),
        name,
        planned: item.target_date.copied(),
        acceptance: Acceptance::Report,
        holdback: holdback.clone(),
        sources: sources::clauses("", &item.evidence),
    });
    parts
        .milestones
        .extend(holdback.map(|holdback| release(item, holdback.released_by)));
    id
}

/// What is kept back falls due when somebody reports that it is released.
fn release(item: &LineItem, id: String) -> Milestone {
    Milestone {
        id,
        name: format!("Release of the holdback on {}", item.description),
        planned: None,
        acceptance: Acceptance::Report,
        holdback: None,
        sources: sources::clauses("", &item.retention_percent.evidence),
    }
}
