//! Graduated: every unit at the price of the tier it falls in; the flat fee of every tier reached, once.

use rust_decimal::Decimal;

use super::tier::Span;
use super::{PriceError, Tiers, block};
use crate::working::Step;

pub(super) fn steps(quantity: Decimal, tiers: &Tiers, out: &mut Vec<Step>) -> Result<(), PriceError> {
    tiers.fill(quantity, |span, units, due| {
        let count = block::count(units, span.tier.block)?;
        out.push(step(span, count, due));
        Ok(())
    })
}

/// One tier's part of a graduated or volume price: so many units, or blocks of them.
pub(super) fn step(span: &Span<'_>, count: Decimal, fee_due: bool) -> Step {
    Step::Tier {
        tier: span.number,
        quantity: count,
        block: span.tier.block,
        unit_price: span.unit_price(),
        flat_fee: if fee_due { span.flat_fee() } else { Decimal::ZERO },
        cap: span.tier.flat_cap,
    }
}
