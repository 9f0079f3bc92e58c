//! Where a quantity stands among tiers. Bounds are continuous: whatever lies above one bound and not above the next
//! is in the next tier, 999.5 units as well as 1,000.5.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::{PriceError, Tier, TierBound, Tiers, ZeroUsage};
use crate::fraction::is_above_zero;

/// A tier with the bounds it takes from its neighbours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<'a> {
    pub(super) number: u32,
    pub(super) lower: Decimal,
    pub(super) upper: Option<Decimal>,
    pub(super) tier: &'a Tier,
}

impl Span<'_> {
    pub(super) fn unit_price(&self) -> Decimal {
        self.tier.unit_price.unwrap_or(Decimal::ZERO)
    }

    pub(super) fn flat_fee(&self) -> Decimal {
        self.tier.flat_fee.unwrap_or(Decimal::ZERO)
    }
}

impl Tiers {
    /// The tiers in order, each starting where the one before it ends.
    pub(super) fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        let lower = std::iter::once(Decimal::ZERO).chain(self.rows.iter().filter_map(|tier| tier.up_to));
        (1_u32..)
            .zip(lower.zip(&self.rows))
            .map(|(number, (lower, tier))| Span {
                number,
                lower,
                upper: tier.up_to,
                tier,
            })
    }

    /// Calls for every tier that a quantity reaches, the first always: the tier, the part of the quantity that falls
    /// in it, and whether its flat fee is due. Each bound is compared once, because most lines are rated here.
    pub(super) fn fill(
        &self,
        quantity: Decimal,
        mut fill: impl FnMut(&Span<'_>, Decimal, bool) -> Result<(), PriceError>,
    ) -> Result<(), PriceError> {
        self.refuse_above_last(quantity)?;
        let (mut lower, mut due) = (Decimal::ZERO, self.first_fee_due(quantity));
        for (number, tier) in (1_u32..).zip(&self.rows) {
            let upper = tier.up_to;
            let above = upper.map(|upper| quantity.cmp(&upper));
            let end = upper
                .filter(|_| above == Some(Ordering::Greater))
                .unwrap_or(quantity);
            let part = end.checked_sub(lower).ok_or(PriceError::TooLarge)?;
            let span = Span {
                number,
                lower,
                upper,
                tier,
            };
            fill(&span, part, due)?;
            // Above a tier that is not reached none is.
            due = above.is_some_and(|above| self.is_next_reached(above));
            if !due {
                break;
            }
            lower = end;
        }
        Ok(())
    }

    /// Does a quantity that compares so with a tier's upper bound reach the next one?
    fn is_next_reached(&self, quantity_to_bound: Ordering) -> bool {
        match self.bound {
            TierBound::UpperInclusive => quantity_to_bound.is_gt(),
            TierBound::UpperExclusive => quantity_to_bound.is_ge(),
        }
    }

    /// The tier a quantity reaches.
    pub(super) fn reached(&self, quantity: Decimal) -> Result<Span<'_>, PriceError> {
        self.spans()
            .find(|span| match (span.upper, self.bound) {
                (None, _) => true,
                (Some(upper), TierBound::UpperInclusive) => quantity <= upper,
                (Some(upper), TierBound::UpperExclusive) => quantity < upper,
            })
            .ok_or_else(|| self.above(quantity))
    }

    /// A quantity above the last bound has no price.
    pub(super) fn refuse_above_last(&self, quantity: Decimal) -> Result<(), PriceError> {
        match self.rows.last() {
            Some(Tier { up_to: None, .. }) => Ok(()),
            _ => self.reached(quantity).map(|_| ()),
        }
    }

    /// Is a tier's flat fee due at this quantity?
    pub(super) fn fee_due(&self, span: &Span<'_>, quantity: Decimal) -> bool {
        if span.number == 1 {
            return self.first_fee_due(quantity);
        }
        self.is_next_reached(quantity.cmp(&span.lower))
    }

    fn first_fee_due(&self, quantity: Decimal) -> bool {
        is_above_zero(quantity) || self.zero == ZeroUsage::FirstFeeDue
    }

    /// The number, from 1, of the tier a quantity reaches.
    pub fn tier_of(&self, quantity: Decimal) -> Result<u32, PriceError> {
        self.reached(quantity).map(|span| span.number)
    }

    fn above(&self, quantity: Decimal) -> PriceError {
        match self.rows.last().and_then(|tier| tier.up_to) {
            Some(up_to) => PriceError::AboveLastTier { quantity, up_to },
            None => PriceError::NoTiers,
        }
    }
}
