//! Graduated percentage: each part of the money at the rate of its tier.

use rust_decimal::Decimal;

use super::{PriceError, Tiers};
use crate::working::Step;

pub(super) fn steps(money: Decimal, tiers: &Tiers, out: &mut Vec<Step>) -> Result<(), PriceError> {
    tiers.fill(money, |span, base, due| {
        let percent = span
            .tier
            .percent
            .ok_or(PriceError::TierWithoutPrice { tier: span.number })?;
        let flat_fee = if due { span.flat_fee() } else { Decimal::ZERO };
        out.push(Step::TierPercentage {
            tier: span.number,
            base,
            percent,
            flat_fee,
        });
        Ok(())
    })
}
