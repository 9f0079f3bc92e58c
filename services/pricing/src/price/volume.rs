//! Volume: all units at the price of the tier the quantity reaches. Crossing a bound may make the total fall.

use rust_decimal::Decimal;

use super::{PriceError, Tiers, block, graduated};
use crate::working::Step;

/// `reached` chooses the tier, `quantity` is priced; they differ where units are weighted by time.
pub(super) fn steps(
    quantity: Decimal,
    reached: Decimal,
    tiers: &Tiers,
    out: &mut Vec<Step>,
) -> Result<(), PriceError> {
    let span = tiers.reached(reached)?;
    let count = block::count(quantity, span.tier.block)?;
    out.push(graduated::step(&span, count, tiers.fee_due(&span, reached)));
    Ok(())
}
