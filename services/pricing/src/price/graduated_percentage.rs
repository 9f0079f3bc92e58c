//! Graduated percentage: each part of the money at the rate of its tier.

use rust_decimal::Decimal;

use super::{PriceError, Tiers};
use crate::working::Step;

pub(super) fn steps(money: Decimal, tiers: &Tiers, out: &mut Vec<Step>) -> Result<(), PriceError> {
    tiers.refuse_above_last(money)?;
    for span in tiers.spans() {
        let due = tiers.fee_due(&span, money);
        if span.number > 1 && !due {
            break;
        }
        let base = span.part(money).ok_or(PriceError::TooLarge)?;
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
    }
    Ok(())
}
