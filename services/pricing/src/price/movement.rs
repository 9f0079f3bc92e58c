//! Units that come and go during a period, each movement priced in the tiers of the running count for the part of the
//! period that is left. Flat fees of the tiers reached are due whole, and the sum is never below zero.

use rust_decimal::Decimal;

use super::tier::Span;
use super::{PriceError, Tiers};
use crate::fraction::Fraction;
use crate::working::Step;

/// Units that came, or went where negative, and the part of the period from that day to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightedUnits {
    /// Added to the running count.
    pub units: Decimal,
    /// Of the period.
    pub part: Fraction,
}

/// Appends the steps of a period that opens with some units, held all through it, and then sees movements.
pub fn steps(
    opening: Decimal,
    movements: &[WeightedUnits],
    tiers: &Tiers,
    out: &mut Vec<Step>,
) -> Result<(), PriceError> {
    if opening < Decimal::ZERO {
        return Err(PriceError::Negative { quantity: opening });
    }
    let whole = WeightedUnits {
        units: opening,
        part: Fraction::ONE,
    };
    let (mut running, mut highest) = (Decimal::ZERO, Decimal::ZERO);
    for movement in std::iter::once(&whole).chain(movements) {
        let next = running.checked_add(movement.units).ok_or(PriceError::TooLarge)?;
        tiers.reached(next)?;
        move_count(running, next, movement.part, tiers, out)?;
        running = next;
        highest = highest.max(next);
    }
    flat_fees(highest, tiers, out);
    out.push(Step::Minimum {
        amount: Decimal::ZERO,
        part: Fraction::ONE,
    });
    Ok(())
}

/// The units between two running counts, each in its own tier.
fn move_count(
    from: Decimal,
    to: Decimal,
    part: Fraction,
    tiers: &Tiers,
    out: &mut Vec<Step>,
) -> Result<(), PriceError> {
    for span in tiers.spans() {
        let units = below(&span, to)
            .checked_sub(below(&span, from))
            .ok_or(PriceError::TooLarge)?;
        if !units.is_zero() {
            out.push(Step::Weighted {
                tier: span.number,
                units,
                part,
                unit_price: span.unit_price(),
            });
        }
    }
    Ok(())
}

/// How far a count reaches into a tier. Fewer than none, where more went than were there, counts in the first.
fn below(span: &Span<'_>, count: Decimal) -> Decimal {
    let capped = span.upper.map_or(count, |upper| count.min(upper));
    if span.number == 1 {
        capped
    } else {
        capped.max(span.lower)
    }
}

fn flat_fees(highest: Decimal, tiers: &Tiers, out: &mut Vec<Step>) {
    for span in tiers.spans().filter(|span| tiers.fee_due(span, highest)) {
        if !span.flat_fee().is_zero() {
            out.push(Step::Tier {
                tier: span.number,
                quantity: Decimal::ZERO,
                block: None,
                unit_price: Decimal::ZERO,
                flat_fee: span.flat_fee(),
                cap: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::Tier;
    use crate::working::Working;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn amount(opening: &str, movements: &[(&str, &str)]) -> String {
        let row = |up_to: Option<&str>, price: &str, fee: &str| Tier {
            up_to: up_to.map(decimal),
            unit_price: Some(decimal(price)),
            flat_fee: Some(decimal(fee)),
            ..Tier::default()
        };
        let rows = vec![row(Some("5"), "10", "100"), row(None, "5", "50")];
        let movements: Vec<WeightedUnits> = movements
            .iter()
            .map(|(units, part)| WeightedUnits {
                units: decimal(units),
                part: part.parse().unwrap(),
            })
            .collect();
        let mut working = Working::new("EUR".parse().unwrap());
        steps(
            decimal(opening),
            &movements,
            &Tiers {
                rows,
                ..Tiers::default()
            },
            &mut working.steps,
        )
        .unwrap();
        working.recompute().unwrap().amount.to_string()
    }

    #[test]
    fn each_movement_fills_tiers_from_the_running_count() {
        for (opening, movements, expected) in [
            // Nothing there, nothing due.
            ("0", vec![], "0.00"),
            // 4 × 10 + the fee of the first tier.
            ("4", vec![], "140.00"),
            // The sixth unit is the first of the second tier: half a month of 10 + half of 5, both fees.
            ("4", vec![("2", "1/2")], "197.50"),
            // What goes is given back for the rest, at the price of its own tier.
            ("6", vec![("-1", "1/5")], "204.00"),
            // More goes than was there: never below zero.
            ("1", vec![("-100", "1/2")], "0.00"),
        ] {
            assert_eq!(amount(opening, &movements), expected, "{opening} {movements:?}");
        }
    }
}
