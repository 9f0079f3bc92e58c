//! First step: what was measured becomes the units that are priced. Conversion, then included units, then discounts
//! in units.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{RateError, RateInput, discounts};
use crate::fraction::is_below_zero;
use crate::plan::{Included, UnitConversion, UnitRounding};
use crate::price::{Measured, PriceError};
use crate::working::Step;

/// The units of a line on their way to the price.
pub(super) struct Counted<'a> {
    /// As measured.
    pub(super) measured: Decimal,
    /// In units of the price.
    pub(super) units: Decimal,
    /// Of these, not free.
    pub(super) charged: Decimal,
    /// What the price is applied to.
    pub(super) priced: Measured<'a>,
}

pub(super) fn count<'a>(input: &RateInput<'a>, steps: &mut Vec<Step>) -> Result<Counted<'a>, RateError> {
    let measured = input.measured.total().map_err(|fault| input.price_error(fault))?;
    let (Measured::Units(_) | Measured::Weighted { .. }) = input.measured else {
        return counted_apart(input, measured);
    };
    if is_below_zero(measured) {
        return Err(input.price_error(PriceError::Negative { quantity: measured }));
    }
    let units = convert(input, measured, steps)?;
    let charged = without_included(input, units, steps)?;
    let charged = without_units_off(input, charged, steps)?;
    let priced = match input.measured {
        Measured::Weighted { reached, .. } => Measured::Weighted {
            units: charged,
            reached,
        },
        _ => Measured::Units(charged),
    };
    Ok(Counted {
        measured,
        units,
        charged,
        priced,
    })
}

/// Transactions and dimensions reach the price as they are.
fn counted_apart<'a>(input: &RateInput<'a>, measured: Decimal) -> Result<Counted<'a>, RateError> {
    let counts_units = input.charge.included.is_some()
        || input.charge.conversion.is_some()
        || discounts::units_off(input).next().is_some();
    if counts_units {
        return Err(RateError::NotByUnits {
            charge: input.charge.id.clone(),
        });
    }
    Ok(Counted {
        measured,
        units: measured,
        charged: measured,
        priced: input.measured,
    })
}

fn convert(input: &RateInput<'_>, measured: Decimal, steps: &mut Vec<Step>) -> Result<Decimal, RateError> {
    let Some(conversion) = input.charge.conversion else {
        return Ok(measured);
    };
    let units = converted(measured, conversion).map_err(|fault| input.price_error(fault))?;
    steps.push(Step::Converted { measured, units });
    Ok(units)
}

fn converted(measured: Decimal, conversion: UnitConversion) -> Result<Decimal, PriceError> {
    let UnitConversion {
        multiplier,
        divisor,
        rounding,
    } = conversion;
    if let Some(value) = [multiplier, divisor]
        .into_iter()
        .find(|value| *value <= Decimal::ZERO)
    {
        return Err(PriceError::NotAboveZero {
            what: "unit conversion",
            value,
        });
    }
    let units = measured
        .checked_mul(multiplier)
        .and_then(|product| product.checked_div(divisor))
        .ok_or(PriceError::TooLarge)?;
    Ok(match rounding {
        UnitRounding::Exact => units,
        UnitRounding::Up => units.ceil(),
        UnitRounding::Down => units.floor(),
        UnitRounding::Nearest => units.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero),
    })
}

fn without_included(
    input: &RateInput<'_>,
    units: Decimal,
    steps: &mut Vec<Step>,
) -> Result<Decimal, RateError> {
    let Some(included) = &input.charge.included else {
        return Ok(units);
    };
    let free = free_units(included, units, input.term_before.units).ok_or_else(|| input.too_large())?;
    steps.push(Step::Included { units, free });
    units.checked_sub(free).ok_or_else(|| input.too_large())
}

/// Over the term, the units before this period have used up their part first.
fn free_units(included: &Included, units: Decimal, before: Decimal) -> Option<Decimal> {
    let left = if included.over_term {
        included.units.checked_sub(before)?.max(Decimal::ZERO)
    } else {
        included.units
    };
    Some(units.min(left))
}

fn without_units_off(
    input: &RateInput<'_>,
    units: Decimal,
    steps: &mut Vec<Step>,
) -> Result<Decimal, RateError> {
    let mut left = units;
    for (discount, off) in discounts::units_off(input) {
        let off = off.min(left);
        left = left.checked_sub(off).ok_or_else(|| input.too_large())?;
        steps.push(Step::UnitsOff {
            name: discount.name.clone(),
            units: off,
        });
    }
    Ok(left)
}
