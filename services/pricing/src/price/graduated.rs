//! Graduated: every unit at the price of the tier it falls in; the flat fee of every tier reached, once.

use rust_decimal::Decimal;

use super::tier::Span;
use super::{PriceError, Tiers, block};
use crate::working::Step;

pub(super) fn steps(quantity: Decimal, tiers: &Tiers, out: &mut Vec<Step>) -> Result<(), PriceError> {
    tiers.reached(quantity)?;
    for span in tiers.spans() {
        let units = span.part(quantity).ok_or(PriceError::TooLarge)?;
        let due = tiers.fee_due(&span, quantity);
        if span.number == 1 || due || !units.is_zero() {
            out.push(step(&span, units, due)?);
        }
    }
    Ok(())
}

/// One tier's part of a graduated or volume price.
pub(super) fn step(span: &Span<'_>, units: Decimal, fee_due: bool) -> Result<Step, PriceError> {
    Ok(Step::Tier {
        tier: span.number,
        quantity: block::count(units, span.tier.block)?,
        block: span.tier.block,
        unit_price: span.unit_price(),
        flat_fee: if fee_due { span.flat_fee() } else { Decimal::ZERO },
        cap: span.tier.flat_cap,
    })
}
