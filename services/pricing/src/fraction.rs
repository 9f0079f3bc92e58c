//! Exact fractions: a share of a period is not a decimal, so it stays a fraction until the line is rounded once.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// A numerator over a denominator above zero. Both are decimals of up to 28 significant digits; a product that
/// needs more keeps the first 28, and one too large for them is no value (`None`), never a wrong one.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fraction {
    numerator: Decimal,
    denominator: Decimal,
}

/// A text that is not a fraction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a decimal or a fraction such as 15/31 with a denominator above zero")]
pub struct NotAFraction {
    /// What was given.
    pub text: String,
}

impl Fraction {
    /// Nothing.
    pub const ZERO: Self = Self::whole(Decimal::ZERO);
    /// The whole.
    pub const ONE: Self = Self::whole(Decimal::ONE);

    /// A decimal as a fraction over one.
    #[must_use]
    pub const fn whole(value: Decimal) -> Self {
        Self {
            numerator: value,
            denominator: Decimal::ONE,
        }
    }

    /// `numerator / denominator`; no value over zero.
    #[must_use]
    pub fn try_new(numerator: Decimal, denominator: Decimal) -> Option<Self> {
        if denominator.is_zero() {
            return None;
        }
        let negative = denominator.is_sign_negative();
        Some(Self {
            numerator: if negative { -numerator } else { numerator },
            denominator: denominator.abs(),
        })
    }

    /// What stands above the line.
    #[must_use]
    pub fn numerator(self) -> Decimal {
        self.numerator
    }

    /// What stands below the line; above zero.
    #[must_use]
    pub fn denominator(self) -> Decimal {
        self.denominator
    }

    /// The sum.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if (self.is_whole() && other.is_whole()) || self.denominator == other.denominator {
            let numerator = self.numerator.checked_add(other.numerator)?;
            return Some(Self { numerator, ..self });
        }
        self.sum(other).or_else(|| self.sum_in_lowest_terms(other))
    }

    /// The difference.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(Self {
            numerator: -other.numerator,
            ..other
        })
    }

    /// The product.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        self.product(other)
            .or_else(|| self.product_in_lowest_terms(other))
    }

    /// The quotient; no value over zero.
    #[must_use]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        self.checked_mul(Self::try_new(other.denominator, other.numerator)?)
    }

    /// Is it plainly a decimal? Most amounts are, and comparing two decimals takes longer than looking at one.
    fn is_whole(self) -> bool {
        self.denominator.scale() == 0 && self.denominator.mantissa() == 1
    }

    fn sum(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Some(Self {
            numerator: left.checked_add(right)?,
            denominator: self.denominator.checked_mul(other.denominator)?,
        })
    }

    fn product(self, other: Self) -> Option<Self> {
        if self.is_whole() && other.is_whole() {
            return self.numerator.checked_mul(other.numerator).map(Self::whole);
        }
        Some(Self {
            numerator: self.numerator.checked_mul(other.numerator)?,
            denominator: self.denominator.checked_mul(other.denominator)?,
        })
    }

    /// The sum over the least common denominator. Seldom needed, and kept out of the way of the plain sum.
    #[cold]
    fn sum_in_lowest_terms(self, other: Self) -> Option<Self> {
        let (a, b) = (self.reduced()?, other.reduced()?);
        let shared = divisor_of(a.denominator, b.denominator)?;
        let (for_a, for_b) = (
            b.denominator.checked_div(shared)?,
            a.denominator.checked_div(shared)?,
        );
        let left = a.numerator.checked_mul(for_a)?;
        let right = b.numerator.checked_mul(for_b)?;
        Some(Self {
            numerator: left.checked_add(right)?,
            denominator: a.denominator.checked_mul(for_a)?,
        })
    }

    /// The product after what stands above one line and below the other was cancelled.
    #[cold]
    fn product_in_lowest_terms(self, other: Self) -> Option<Self> {
        let (a, b) = (self.reduced()?, other.reduced()?);
        let cancelled = |top: Self, bottom: Self| -> Option<(Decimal, Decimal)> {
            let shared = divisor_of(top.numerator, bottom.denominator)?;
            Some((
                top.numerator.checked_div(shared)?,
                bottom.denominator.checked_div(shared)?,
            ))
        };
        let ((a_top, b_bottom), (b_top, a_bottom)) = (cancelled(a, b)?, cancelled(b, a)?);
        Some(Self {
            numerator: a_top.checked_mul(b_top)?,
            denominator: a_bottom.checked_mul(b_bottom)?,
        })
    }

    /// The same value in lowest terms: both parts as whole numbers without a common divisor. Only where a plain
    /// product does not fit, because most lines never need it.
    #[cold]
    fn reduced(self) -> Option<Self> {
        let scale = self.numerator.scale().max(self.denominator.scale());
        let (top, bottom) = (
            mantissa(self.numerator, scale)?,
            mantissa(self.denominator, scale)?,
        );
        let divisor = i128::try_from(common_divisor(top.unsigned_abs(), bottom.unsigned_abs())).ok()?;
        Some(Self {
            numerator: Decimal::try_from_i128_with_scale(top.checked_div(divisor)?, 0).ok()?,
            denominator: Decimal::try_from_i128_with_scale(bottom.checked_div(divisor)?, 0).ok()?,
        })
    }

    /// The value to go on with where it is multiplied year after year: itself while both its parts are short, else the
    /// decimal of 28 significant digits. Products of published indices would soon be too long for any number.
    #[must_use]
    pub fn carried(self) -> Option<Self> {
        const LONG: u128 = 10_u128.pow(12);
        let is_short = |part: Decimal| part.mantissa().unsigned_abs() < LONG;
        if self.is_whole() || (is_short(self.numerator) && is_short(self.denominator)) {
            return Some(self);
        }
        self.approximate().map(Self::whole)
    }

    /// The larger of two.
    #[must_use]
    pub fn checked_max(self, other: Self) -> Option<Self> {
        Some(if self.checked_cmp(other)? == Ordering::Less {
            other
        } else {
            self
        })
    }

    /// The smaller of two.
    #[must_use]
    pub fn checked_min(self, other: Self) -> Option<Self> {
        Some(if self.checked_cmp(other)? == Ordering::Greater {
            other
        } else {
            self
        })
    }

    /// Which of two is larger.
    #[must_use]
    pub fn checked_cmp(self, other: Self) -> Option<Ordering> {
        let compared = |a: Self, b: Self| {
            let left = a.numerator.checked_mul(b.denominator)?;
            let right = b.numerator.checked_mul(a.denominator)?;
            Some(left.cmp(&right))
        };
        compared(self, other).or_else(|| compared(self.reduced()?, other.reduced()?))
    }

    /// Is it below zero?
    #[must_use]
    pub fn is_negative(self) -> bool {
        is_below_zero(self.numerator)
    }

    /// The one rounding of a line: half away from zero, to so many decimals. Decided on the exact remainder, so a
    /// quotient that merely looks like a half is not rounded up.
    #[must_use]
    pub fn rounded(self, digits: u32) -> Option<Decimal> {
        if self.is_whole() {
            return Some(
                self.numerator
                    .round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero),
            );
        }
        self.quotient(digits).or_else(|| self.reduced()?.quotient(digits))
    }

    fn quotient(self, digits: u32) -> Option<Decimal> {
        let scale = Decimal::from(10_u64.checked_pow(digits)?);
        let scaled = self.numerator.checked_mul(scale)?;
        let rest = scaled.checked_rem(self.denominator)?;
        let floor = scaled.checked_sub(rest)?.checked_div(self.denominator)?.round();
        let away = rest.abs().checked_mul(Decimal::TWO)? >= self.denominator;
        let step = if away { Decimal::ONE } else { Decimal::ZERO };
        let step = if scaled.is_sign_negative() { -step } else { step };
        floor.checked_add(step)?.checked_div(scale)
    }

    /// As a decimal of up to 28 significant digits, for showing and for comparing with other systems.
    #[must_use]
    pub fn approximate(self) -> Option<Decimal> {
        self.numerator.checked_div(self.denominator)
    }
}

/// Asked of every quantity and every amount: looking at the sign is quicker than comparing two decimals.
pub(crate) fn is_below_zero(value: Decimal) -> bool {
    value.is_sign_negative() && !value.is_zero()
}

/// See [`is_below_zero`].
pub(crate) fn is_above_zero(value: Decimal) -> bool {
    value.is_sign_positive() && !value.is_zero()
}

/// A decimal as a whole number of its smallest unit at a scale.
fn mantissa(value: Decimal, scale: u32) -> Option<i128> {
    let missing = 10_i128.checked_pow(scale.checked_sub(value.scale())?)?;
    value.mantissa().checked_mul(missing)
}

/// The greatest common divisor of two whole numbers; the second is above zero.
fn divisor_of(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (mantissa(a, 0)?.unsigned_abs(), mantissa(b, 0)?.unsigned_abs());
    let divisor = i128::try_from(common_divisor(a, b)).ok()?;
    Decimal::try_from_i128_with_scale(divisor, 0).ok()
}

fn common_divisor(mut a: u128, mut b: u128) -> u128 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.checked_cmp(*other) == Some(Ordering::Equal)
    }
}

impl Eq for Fraction {}

impl From<Decimal> for Fraction {
    fn from(value: Decimal) -> Self {
        Self::whole(value)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == Decimal::ONE {
            return self.numerator.fmt(f);
        }
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl From<Fraction> for String {
    fn from(fraction: Fraction) -> Self {
        fraction.to_string()
    }
}

impl FromStr for Fraction {
    type Err = NotAFraction;

    fn from_str(text: &str) -> Result<Self, NotAFraction> {
        let fault = || NotAFraction {
            text: text.to_owned(),
        };
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let parse = |part: &str| part.trim().parse::<Decimal>().map_err(|_| fault());
        let denominator = parse(denominator)?;
        if denominator <= Decimal::ZERO {
            return Err(fault());
        }
        Ok(Self {
            numerator: parse(numerator)?,
            denominator,
        })
    }
}

impl TryFrom<String> for Fraction {
    type Error = NotAFraction;

    fn try_from(text: String) -> Result<Self, NotAFraction> {
        text.parse()
    }
}

#[cfg(test)]
mod tests;
