//! Per unit: quantity × price, where the price may be for many units ("$0.15 per 1M tokens").

use rust_decimal::Decimal;

use super::PriceError;
use crate::working::Step;

pub(super) fn steps(
    quantity: Decimal,
    unit_price: Decimal,
    per: Decimal,
    out: &mut Vec<Step>,
) -> Result<(), PriceError> {
    if per <= Decimal::ZERO {
        return Err(PriceError::NotAboveZero {
            what: "per",
            value: per,
        });
    }
    out.push(Step::PerUnit {
        quantity,
        unit_price,
        per,
    });
    Ok(())
}
