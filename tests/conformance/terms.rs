//! The charge a price case describes.

use pricing::plan::{Bound, Charge, DiscountValue, Included, UnitConversion, UnitRounding};
use pricing::price::{FreeEnds, PercentageRate, Price, StartedPackage, Tier, TierBound, Tiers, ZeroUsage};
use rust_decimal::Decimal;

use super::agreement::{discount, flat_charge, metered};
use super::case::{Case, Failure, Given, refused};

pub(crate) fn charge(case: &Case) -> Result<Charge, Failure> {
    let given = &case.given;
    let mut charge = flat_charge(given.text("payment_term").unwrap_or("in_arrears"), Decimal::ZERO)?;
    charge.price = price(case)?;
    if !matches!(charge.price, Price::Flat { .. }) {
        charge.quantity = metered();
    }
    charge.conversion = given
        .has("unit_conversion")
        .then(|| conversion(&given.part("unit_conversion")))
        .transpose()?;
    let bound = |name| -> Result<Option<Bound>, Failure> {
        let amount = given.optional_decimal(name)?;
        Ok(amount.map(|amount| Bound {
            amount,
            prorated: false,
        }))
    };
    charge.minimum = bound("minimum_spend")?;
    charge.maximum = bound("maximum_spend")?;
    let percent = given.optional_decimal("discount_percent")?;
    charge
        .discounts
        .extend(percent.map(|percent| discount(DiscountValue::Percent { percent })));
    let units = given.optional_decimal("usage_discount_quantity")?;
    charge
        .discounts
        .extend(units.map(|units| discount(DiscountValue::Units { units })));
    let free = given.optional_decimal("free_units")?;
    charge.included = free.map(|units| Included {
        units,
        over_term: false,
    });
    Ok(charge)
}

fn conversion(given: &Given) -> Result<UnitConversion, Failure> {
    let factor = given.decimal("factor")?;
    let (multiplier, divisor) = match given.text("operation")? {
        "divide" => (Decimal::ONE, factor),
        "multiply" => (factor, Decimal::ONE),
        _ => return Err(given.missing("operation")),
    };
    let rounding = match given.text("rounding").unwrap_or("none") {
        "none" | "exact" => UnitRounding::Exact,
        "ceiling" | "ceil" | "up" => UnitRounding::Up,
        "floor" | "down" => UnitRounding::Down,
        "round" | "nearest" | "half_up" => UnitRounding::Nearest,
        _ => return Err(given.missing("rounding")),
    };
    Ok(UnitConversion {
        multiplier,
        divisor,
        rounding,
    })
}

fn price(case: &Case) -> Result<Price, Failure> {
    let given = &case.given;
    let percent = |percent| Price::Percentage {
        rate: plain_rate(percent),
    };
    Ok(match given.text("model")? {
        "flat" => Price::Flat {
            amount: given.decimal("price")?,
        },
        "per_unit" => Price::PerUnit {
            unit_price: given.decimal("unit_price")?,
            per: Decimal::ONE,
        },
        "graduated" => Price::Graduated { tiers: tiers(case)? },
        "volume" => Price::Volume { tiers: tiers(case)? },
        "graduated_percentage" => Price::GraduatedPercentage { tiers: tiers(case)? },
        "block_graduated" => Price::Graduated {
            tiers: blocks(given)?,
        },
        // All units at the tier they reach: the last one is reached by whatever lies above the others.
        "block_volume" => {
            let mut tiers = blocks(given)?;
            if let Some(last) = tiers.rows.last_mut() {
                last.up_to = None;
            }
            Price::Volume { tiers }
        }
        "package" => Price::Package {
            size: given.decimal("package_size")?,
            package_price: given.decimal("package_price")?,
            started: started(case),
        },
        "percentage" => Price::Percentage {
            rate: transaction_rate(case)?,
        },
        // Money computed elsewhere is charged as it is: all of it.
        "dynamic" => percent(Decimal::ONE_HUNDRED),
        // Cost plus twenty percent is a hundred and twenty percent of the cost.
        "cost_plus" => {
            let multiplier = given.decimal("multiplier")?;
            percent(
                multiplier
                    .checked_mul(Decimal::ONE_HUNDRED)
                    .ok_or_else(|| refused("too large"))?,
            )
        }
        _ => return Err(given.missing("model")),
    })
}

fn started(case: &Case) -> StartedPackage {
    if case.follows("package:exact_fraction") {
        StartedPackage::Exact
    } else if case.follows("package:round_down") {
        StartedPackage::Nothing
    } else {
        StartedPackage::Whole
    }
}

fn plain_rate(percent: Decimal) -> PercentageRate {
    PercentageRate {
        percent,
        fixed_fee: None,
        per_transaction_min: None,
        per_transaction_max: None,
        free_events: None,
        free_amount: None,
        free_ends: FreeEnds::default(),
    }
}

fn transaction_rate(case: &Case) -> Result<PercentageRate, Failure> {
    let given = &case.given;
    let together = case.follows("allowance:first_limit_reached_ends_both");
    Ok(PercentageRate {
        percent: given.decimal("rate_percent")?,
        fixed_fee: given.optional_decimal("fixed_fee_per_event")?,
        per_transaction_min: given.optional_decimal("per_transaction_min")?,
        per_transaction_max: given.optional_decimal("per_transaction_max")?,
        free_events: given
            .has("free_events")
            .then(|| given.whole("free_events"))
            .transpose()?,
        free_amount: given.optional_decimal("free_amount")?,
        free_ends: if together {
            FreeEnds::FirstReached
        } else {
            FreeEnds::Separately
        },
    })
}

pub(crate) fn tiers(case: &Case) -> Result<Tiers, Failure> {
    let row = |row: &Given| -> Result<Tier, Failure> {
        Ok(Tier {
            up_to: row.optional_decimal("up_to")?,
            unit_price: row.optional_decimal("unit_price")?,
            flat_fee: row.optional_decimal("flat_fee")?,
            percent: row.optional_decimal("rate_percent")?,
            flat_cap: row.optional_decimal("flat_cap")?,
            block: None,
        })
    };
    let exclusive = case.follows("tier_bound:upper_exclusive");
    let base_fee = case.follows("zero_usage:first_tier_flat_fee_due");
    Ok(Tiers {
        rows: case
            .given
            .list("tiers")
            .iter()
            .map(row)
            .collect::<Result<_, _>>()?,
        bound: if exclusive {
            TierBound::UpperExclusive
        } else {
            TierBound::UpperInclusive
        },
        zero: if base_fee {
            ZeroUsage::FirstFeeDue
        } else {
            ZeroUsage::NothingDue
        },
        ..Tiers::default()
    })
}

/// A tier of so many blocks ends where its last block does.
fn blocks(given: &Given) -> Result<Tiers, Failure> {
    let mut end = Decimal::ZERO;
    let mut rows = Vec::new();
    for row in given.list("tiers") {
        let block = row.decimal("block_size")?;
        let units = row
            .optional_decimal("max_blocks")?
            .and_then(|blocks| blocks.checked_mul(block));
        let up_to = units.and_then(|units| end.checked_add(units));
        end = up_to.unwrap_or(end);
        rows.push(Tier {
            up_to,
            unit_price: Some(row.decimal("block_price")?),
            block: Some(block),
            ..Tier::default()
        });
    }
    Ok(Tiers {
        rows,
        ..Tiers::default()
    })
}
