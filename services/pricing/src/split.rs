//! Dividing an amount so that the parts always sum to the whole.

use rust_decimal::Decimal;

use crate::fraction::Fraction;
use crate::plan::Remainder;

/// One that takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share<'a> {
    /// Decides between equal fractions: the lowest first.
    pub id: &'a str,
    /// Its part is in proportion to this; at least 0.
    pub weight: Decimal,
}

/// Why an amount cannot be divided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// Nobody to divide among.
    #[error("{whole} cannot be divided: the weights add up to nothing")]
    NoWeight {
        /// What was to be divided.
        whole: Decimal,
    },
    /// A weight below zero.
    #[error("the weight {weight} of `{id}` is below zero")]
    NegativeWeight {
        /// Whose.
        id: String,
        /// What it is.
        weight: Decimal,
    },
    /// The whole itself cannot be written in so many decimals.
    #[error("{whole} cannot be divided into parts of {digits} decimals: round it first")]
    TooPrecise {
        /// What was to be divided.
        whole: Decimal,
        /// Decimals of the parts.
        digits: u32,
    },
    /// More than 28 digits.
    #[error("the amount is too large to be exact (more than 28 digits)")]
    TooLarge,
}

/// The parts of a whole in proportion to the weights, in the order given, to so many decimals. Of nothing, everybody
/// has nothing.
pub fn split(
    whole: Decimal,
    shares: &[Share<'_>],
    digits: u32,
    remainder: Remainder,
) -> Result<Vec<Decimal>, SplitError> {
    let sum = sum_of_weights(shares)?;
    if sum.is_zero() && whole.is_zero() {
        return Ok(vec![Decimal::ZERO; shares.len()]);
    }
    if sum.is_zero() {
        return Err(SplitError::NoWeight { whole });
    }
    if whole.round_dp(digits) != whole {
        return Err(SplitError::TooPrecise { whole, digits });
    }
    let exact = |share: &Share<'_>| Fraction::try_new(whole.abs().checked_mul(share.weight)?, sum);
    let exact: Option<Vec<Fraction>> = shares.iter().map(exact).collect();
    let parts = exact.and_then(|exact| match remainder {
        Remainder::LargestFraction => by_fraction(whole.abs(), shares, &exact, digits),
        Remainder::LastPart => rest_to_last(whole.abs(), &exact, digits),
    });
    let sign = if whole.is_sign_negative() {
        Decimal::NEGATIVE_ONE
    } else {
        Decimal::ONE
    };
    parts
        .and_then(|parts| parts.into_iter().map(|part| part.checked_mul(sign)).collect())
        .ok_or(SplitError::TooLarge)
}

fn sum_of_weights(shares: &[Share<'_>]) -> Result<Decimal, SplitError> {
    let mut sum = Decimal::ZERO;
    for share in shares {
        if share.weight < Decimal::ZERO {
            return Err(SplitError::NegativeWeight {
                id: share.id.to_owned(),
                weight: share.weight,
            });
        }
        sum = sum.checked_add(share.weight).ok_or(SplitError::TooLarge)?;
    }
    Ok(sum)
}

/// Every part rounded down; what is left over goes cent by cent to the largest fraction cut off, then the lowest id.
fn by_fraction(
    whole: Decimal,
    shares: &[Share<'_>],
    exact: &[Fraction],
    digits: u32,
) -> Option<Vec<Decimal>> {
    let cent = Decimal::try_new(1, digits).ok()?;
    let mut parts: Vec<Decimal> = exact
        .iter()
        .map(|part| floor(*part, digits))
        .collect::<Option<_>>()?;
    let mut cut = Vec::with_capacity(parts.len());
    for (at, (part, floor)) in exact.iter().zip(&parts).enumerate() {
        // One denominator for all, so that numerators compare.
        cut.push((part.checked_sub(Fraction::whole(*floor))?.numerator(), at));
    }
    let id = |at: usize| shares.get(at).map(|share| share.id);
    cut.sort_by(|(a, at), (b, bt)| b.cmp(a).then_with(|| id(*at).cmp(&id(*bt))).then(at.cmp(bt)));
    let mut left = parts
        .iter()
        .try_fold(whole, |left, part| left.checked_sub(*part))?;
    for (_, at) in cut {
        if left < cent {
            break;
        }
        let part = parts.get_mut(at)?;
        *part = part.checked_add(cent)?;
        left = left.checked_sub(cent)?;
    }
    Some(parts)
}

fn rest_to_last(whole: Decimal, exact: &[Fraction], digits: u32) -> Option<Vec<Decimal>> {
    let (_, others) = exact.split_last()?;
    let mut parts: Vec<Decimal> = others
        .iter()
        .map(|part| part.rounded(digits))
        .collect::<Option<_>>()?;
    parts.push(
        parts
            .iter()
            .try_fold(whole, |left, part| left.checked_sub(*part))?,
    );
    Some(parts)
}

fn floor(part: Fraction, digits: u32) -> Option<Decimal> {
    let rounded = part.rounded(digits)?;
    let below = part.checked_sub(rounded.into())?;
    if below.is_negative() {
        rounded.checked_sub(Decimal::try_new(1, digits).ok()?)
    } else {
        Some(rounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(whole: &str, weights: &[(&str, &str)], digits: u32, remainder: Remainder) -> Vec<String> {
        let shares: Vec<Share<'_>> = weights
            .iter()
            .map(|(id, weight)| Share {
                id,
                weight: weight.parse().unwrap(),
            })
            .collect();
        let parts = split(whole.parse().unwrap(), &shares, digits, remainder).unwrap();
        parts.iter().map(|part| part.normalize().to_string()).collect()
    }

    #[test]
    fn the_last_cent_has_an_owner() {
        use Remainder::{LargestFraction, LastPart};
        for (whole, weights, digits, remainder, expected) in [
            (
                "100",
                vec![("z", "1"), ("b", "1"), ("a", "1")],
                2,
                LargestFraction,
                ["33.33", "33.33", "33.34"],
            ),
            (
                "100",
                vec![("z", "1"), ("b", "1"), ("a", "1")],
                2,
                LastPart,
                ["33.33", "33.33", "33.34"],
            ),
            // 1/7 of ten: 1.42857…, the largest fraction cut off is that of 4.28571….
            (
                "10",
                vec![("a", "1"), ("b", "3"), ("c", "3")],
                1,
                LargestFraction,
                ["1.4", "4.3", "4.3"],
            ),
            (
                "1",
                vec![("a", "1"), ("b", "1"), ("c", "4")],
                0,
                LargestFraction,
                ["0", "0", "1"],
            ),
            (
                "-100",
                vec![("z", "1"), ("b", "1"), ("a", "1")],
                2,
                LargestFraction,
                ["-33.33", "-33.33", "-33.34"],
            ),
            (
                "5",
                vec![("a", "0"), ("b", "0"), ("c", "2")],
                2,
                LargestFraction,
                ["0", "0", "5"],
            ),
        ] {
            assert_eq!(
                parts(whole, &weights, digits, remainder),
                expected,
                "{whole} over {weights:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_divided_is_said() {
        let one = Share {
            id: "a",
            weight: Decimal::ONE,
        };
        let whole: Decimal = "1.005".parse().unwrap();
        let default = Remainder::default();
        assert_eq!(
            split(whole, &[one], 2, default),
            Err(SplitError::TooPrecise { whole, digits: 2 })
        );
        assert_eq!(
            split(Decimal::ONE, &[], 2, default),
            Err(SplitError::NoWeight { whole: Decimal::ONE })
        );
        let nobody = Share {
            id: "a",
            weight: Decimal::ZERO,
        };
        assert_eq!(
            split(Decimal::ZERO, &[nobody], 2, default),
            Ok(vec![Decimal::ZERO])
        );
        let negative = Share {
            id: "b",
            weight: Decimal::NEGATIVE_ONE,
        };
        assert!(matches!(
            split(Decimal::ONE, &[one, negative], 2, default),
            Err(SplitError::NegativeWeight { .. })
        ));
        let large = Share {
            id: "c",
            weight: Decimal::MAX,
        };
        assert_eq!(
            split(Decimal::MAX, &[large, large], 0, default),
            Err(SplitError::TooLarge)
        );
    }
}
