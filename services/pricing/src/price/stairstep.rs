//! Stairstep: one flat fee, that of the tier the quantity reaches.

use rust_decimal::Decimal;

use super::{PriceError, Tiers};
use crate::working::Step;

pub(super) fn steps(
    quantity: Decimal,
    reached: Decimal,
    tiers: &Tiers,
    out: &mut Vec<Step>,
) -> Result<(), PriceError> {
    let span = tiers.reached(reached)?;
    let fee = span
        .tier
        .flat_fee
        .ok_or(PriceError::TierWithoutPrice { tier: span.number })?;
    let due = tiers.fee_due(&span, reached);
    out.push(Step::Tier {
        tier: span.number,
        quantity,
        block: None,
        unit_price: Decimal::ZERO,
        flat_fee: if due { fee } else { Decimal::ZERO },
        cap: None,
    });
    Ok(())
}
