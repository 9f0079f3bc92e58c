//! How much of a line is priced, and by which meter it is measured.

use pricing::plan::charge::{AmountBase, SeatTrueUp};
use pricing::plan::{Aggregation, Meter, Quantity};
use pricing::source::FieldSource;
use rust_decimal::Decimal;

use super::{Parts, Unclear, head, naming, sources};
use crate::flag::Code;
use crate::terms::{Kind, LineItem, Mark, Terms};

/// The quantity of a line and where it comes from.
pub(super) fn of(parts: &mut Parts<'_>, item: &LineItem) -> Result<(Quantity, Vec<FieldSource>), Unclear> {
    let found = sources::of("quantity", &item.quantity);
    let quantity = match item.kind {
        Kind::Usage if is_passed_on(item) => Quantity::Amount {
            of: AmountBase::Meter {
                meter: meter(parts, item),
            },
        },
        Kind::Usage => Quantity::Metered {
            meter: meter(parts, item),
        },
        Kind::Percentage => Quantity::Amount {
            of: base(parts, item),
        },
        Kind::Seat => Quantity::Seats {
            // Where none is agreed, as many are charged as are reported; a check asks for their number.
            initial: item.quantity.copied().unwrap_or(Decimal::ZERO),
            floor: None,
            ratchet: item.is(Mark::Ratchet),
            true_up: None::<SeatTrueUp>,
        },
        Kind::Recurring
        | Kind::OneTime
        | Kind::Milestone
        | Kind::PrepaidCredit
        | Kind::MinimumCommitment
        | Kind::Discount => fixed(item),
    };
    Ok((quantity, found))
}

/// Somebody else's price: what is measured is money.
fn is_passed_on(item: &LineItem) -> bool {
    let price = &item.price;
    item.is(Mark::PassThrough)
        && price.unit_price.value.is_none()
        && price.amount.value.is_none()
        && price.tiers.is_none()
}

/// A flat amount counts once; so many units at a price each count as many.
pub(super) fn fixed(item: &LineItem) -> Quantity {
    let priced_each = item.price.amount.value.is_none() && item.price.unit_price.value.is_some();
    let units = item
        .quantity
        .copied()
        .filter(|_| priced_each)
        .unwrap_or(Decimal::ONE);
    Quantity::Fixed { units }
}

/// "12 × 2,400.00, billed monthly" in a contract of twelve months: twelve licences, or twelve months? Both read the same,
/// and one costs twelve times the other.
pub(super) fn counts_its_periods(item: &LineItem, terms: &Terms) -> Result<(), Unclear> {
    let (Some(count), None) = (item.quantity.copied(), &item.unit) else {
        return Ok(());
    };
    let several = count > Decimal::ONE && item.kind == Kind::Recurring;
    if !several || Some(count) != head::periods(terms, item.cadence.copied()) {
        return Ok(());
    }
    Err(Unclear {
        code: Code::AmbiguousUnit,
        field: "/quantity",
        sentence: format!(
            "“{}” counts {count}, which is also the number of its billing periods.",
            item.description
        ),
        what_to_do: "Clear the quantity if it counts the periods; enter the unit if it counts what is sold.",
    })
}

/// A percentage of other lines, or of money that is measured.
fn base(parts: &mut Parts<'_>, item: &LineItem) -> AmountBase {
    let charges = parts.charges_of(&item.applies_to);
    if charges.is_empty() {
        AmountBase::Meter {
            meter: meter(parts, item),
        }
    } else {
        AmountBase::Charges { charges }
    }
}

/// The meter of a line's unit. Lines that count the same unit at different prices are measured apart.
pub(super) fn meter(parts: &mut Parts<'_>, item: &LineItem) -> String {
    let unit = item
        .unit
        .clone()
        .unwrap_or_else(|| naming::short(&item.description).to_owned());
    let mut id = naming::slug(&unit);
    if parts.meters.iter().any(|meter| meter.id == id) {
        id = naming::slug(naming::short(&item.description));
    }
    let id = naming::unused(&id, |name| parts.meters.iter().any(|known| known.id == name));
    parts.meters.push(Meter {
        id: id.clone(),
        name: item.description.clone(),
        unit,
        aggregation: Aggregation::Sum,
        filters: Vec::new(),
        dimensions: Vec::new(),
        sources: sources::clauses("", &item.evidence),
    });
    id
}
