//! Revenue that rests on an estimate: unused rights, volume rebates, materials not yet installed.

use pricing::fraction::Fraction;
use rust_decimal::Decimal;

use super::RevenueError;

/// Revenue now for rights that customers partly never use: recognised in proportion to what they use of what they
/// are expected to use.
pub fn breakage(
    allocated: Decimal,
    redeemed_to_date: Decimal,
    expected_redemptions: Decimal,
    recognised_before: Decimal,
    digits: u32,
) -> Result<Decimal, RevenueError> {
    if expected_redemptions <= Decimal::ZERO {
        return Err(RevenueError::NothingExpected {
            total: expected_redemptions,
        });
    }
    // More than expected may be redeemed; more than was allocated is never earned.
    let redeemed = redeemed_to_date.min(expected_redemptions);
    let exact = allocated
        .checked_mul(redeemed)
        .and_then(|product| Fraction::try_new(product, expected_redemptions));
    exact
        .and_then(|exact| exact.rounded(digits)?.checked_sub(recognised_before))
        .ok_or(RevenueError::Overflow)
}

/// Revenue now when a volume is reached that changes the price of units already sold, and the part of it that
/// corrects those.
pub fn retrospective_price(
    units_before: Decimal,
    price_before: Decimal,
    units_now: Decimal,
    price_now: Decimal,
) -> Result<(Decimal, Decimal), RevenueError> {
    let correction = price_now
        .checked_sub(price_before)
        .and_then(|change| change.checked_mul(units_before));
    let now = units_now.checked_mul(price_now);
    let both = correction
        .zip(now)
        .and_then(|(correction, now)| Some((now.checked_add(correction)?, correction)));
    both.ok_or(RevenueError::Overflow)
}

/// Revenue to date where costly materials arrived and are not installed: they earn their cost and no margin, and
/// progress is measured on everything else.
pub fn uninstalled_materials(
    price: Decimal,
    total_cost: Decimal,
    materials_cost: Decimal,
    other_cost_to_date: Decimal,
    digits: u32,
) -> Result<Decimal, RevenueError> {
    let other_cost = total_cost
        .checked_sub(materials_cost)
        .ok_or(RevenueError::Overflow)?;
    if other_cost <= Decimal::ZERO {
        return Err(RevenueError::NothingExpected { total: other_cost });
    }
    let earned = price
        .checked_sub(materials_cost)
        .and_then(|price| price.checked_mul(other_cost_to_date))
        .and_then(|product| Fraction::try_new(product, other_cost))
        .and_then(|exact| exact.rounded(digits));
    earned
        .and_then(|earned| earned.checked_add(materials_cost))
        .ok_or(RevenueError::Overflow)
}
