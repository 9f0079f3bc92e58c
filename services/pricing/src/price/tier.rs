//! Where a quantity stands among tiers. Bounds are continuous: whatever lies above one bound and not above the next
//! is in the next tier, 999.5 units as well as 1,000.5.

use rust_decimal::Decimal;

use super::{PriceError, Tier, TierBound, Tiers, ZeroUsage};

/// A tier with the bounds it takes from its neighbours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<'a> {
    pub(super) number: u32,
    pub(super) lower: Decimal,
    pub(super) upper: Option<Decimal>,
    pub(super) tier: &'a Tier,
}

impl Span<'_> {
    /// The part of a quantity that falls in this tier, which it reaches.
    pub(super) fn part(&self, quantity: Decimal) -> Option<Decimal> {
        match self.upper {
            Some(upper) if upper < quantity => upper.checked_sub(self.lower),
            _ => quantity.checked_sub(self.lower),
        }
    }

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
            return quantity > Decimal::ZERO || self.zero == ZeroUsage::FirstFeeDue;
        }
        match self.bound {
            TierBound::UpperInclusive => quantity > span.lower,
            TierBound::UpperExclusive => quantity >= span.lower,
        }
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
