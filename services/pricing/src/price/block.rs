//! Blocks: units sold in whole blocks, of which a started one counts by agreement.

use rust_decimal::Decimal;

use super::PriceError;

/// Units as they are, or the whole blocks they start.
pub(super) fn count(units: Decimal, block: Option<Decimal>) -> Result<Decimal, PriceError> {
    block.map_or(Ok(units), |size| started(units, size))
}

/// How many blocks some units start.
pub(super) fn started(units: Decimal, size: Decimal) -> Result<Decimal, PriceError> {
    let (whole, rest) = divided(units, size)?;
    if rest.is_zero() {
        return Ok(whole);
    }
    whole.checked_add(Decimal::ONE).ok_or(PriceError::TooLarge)
}

/// How many blocks some units fill.
pub(super) fn filled(units: Decimal, size: Decimal) -> Result<Decimal, PriceError> {
    divided(units, size).map(|(whole, _)| whole)
}

fn divided(units: Decimal, size: Decimal) -> Result<(Decimal, Decimal), PriceError> {
    if size <= Decimal::ZERO {
        return Err(PriceError::NotAboveZero {
            what: "package size",
            value: size,
        });
    }
    // By the exact remainder: a quotient cut at 28 digits could hide a started block.
    let rest = units.checked_rem(size).ok_or(PriceError::TooLarge)?;
    let whole = units
        .checked_sub(rest)
        .and_then(|filled| filled.checked_div(size))
        .ok_or(PriceError::TooLarge)?;
    Ok((whole.round(), rest))
}
