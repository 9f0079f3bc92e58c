//! The transaction price, divided by relative standalone selling price.

use pricing::fraction::Fraction;
use pricing::plan::Remainder;
use pricing::split::{Share, split};
use rust_decimal::Decimal;

use super::RevenueError;

/// Something promised to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Unique in the contract.
    pub id: String,
    /// What it costs when sold by itself; at least 0.
    pub selling_price: Decimal,
}

/// Promises that are usually sold together for less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Ids of the promises.
    pub members: Vec<String>,
    /// What they cost together.
    pub selling_price: Decimal,
}

/// How the parts are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartRounding {
    /// So that they add up to the whole; the remainder says who bears the last cent.
    Sum(Remainder),
    /// Each by itself, as published examples print them: they may miss the whole by a cent.
    EachToNearest,
}

/// What each promise is allocated, in the order given, rounded to so many decimals.
pub fn allocate(
    price: Decimal,
    obligations: &[Obligation],
    digits: u32,
    rounding: PartRounding,
) -> Result<Vec<(String, Decimal)>, RevenueError> {
    if let Some(wrong) = obligations.iter().find(|each| each.selling_price < Decimal::ZERO) {
        return Err(RevenueError::NegativeSellingPrice {
            id: wrong.id.clone(),
            price: wrong.selling_price,
        });
    }
    let sum = obligations
        .iter()
        .try_fold(Decimal::ZERO, |sum, each| sum.checked_add(each.selling_price));
    let sum = sum.ok_or(RevenueError::Overflow)?;
    if sum <= Decimal::ZERO {
        return Err(RevenueError::NoSellingPrice { sum });
    }
    let parts = match rounding {
        PartRounding::EachToNearest => each_to_nearest(price, obligations, sum, digits)?,
        PartRounding::Sum(remainder) => {
            let shares: Vec<Share<'_>> = obligations.iter().map(share_of).collect();
            split(price, &shares, digits, remainder)?
        }
    };
    Ok(obligations
        .iter()
        .map(|obligation| obligation.id.clone())
        .zip(parts)
        .collect())
}

/// The same where a discount is seen on a bundle: it stays in the bundle and does not reach what is outside.
pub fn allocate_with_bundle(
    price: Decimal,
    obligations: &[Obligation],
    bundle: &Bundle,
    digits: u32,
    rounding: PartRounding,
) -> Result<Vec<(String, Decimal)>, RevenueError> {
    let known = |member: &&String| !obligations.iter().any(|obligation| obligation.id == **member);
    if let Some(member) = bundle.members.iter().find(known) {
        return Err(RevenueError::NotPromised {
            member: member.clone(),
        });
    }
    let in_bundle = |obligation: &&Obligation| bundle.members.contains(&obligation.id);
    let (inside, outside): (Vec<&Obligation>, Vec<&Obligation>) = obligations.iter().partition(in_bundle);
    let together = Obligation {
        id: bundle.members.join(" + "),
        selling_price: bundle.selling_price,
    };
    let top: Vec<Obligation> = outside.into_iter().cloned().chain([together]).collect();
    let mut shares = allocate(price, &top, digits, rounding)?;
    let bundled = shares.pop().map_or(Decimal::ZERO, |(_, share)| share);
    let inside: Vec<Obligation> = inside.into_iter().cloned().collect();
    shares.extend(allocate(bundled, &inside, digits, rounding)?);
    let share = |id: &str| {
        shares
            .iter()
            .find(|(of, _)| of == id)
            .map_or(Decimal::ZERO, |(_, share)| *share)
    };
    Ok(obligations
        .iter()
        .map(|obligation| (obligation.id.clone(), share(&obligation.id)))
        .collect())
}

fn share_of(obligation: &Obligation) -> Share<'_> {
    Share {
        id: &obligation.id,
        weight: obligation.selling_price,
    }
}

fn each_to_nearest(
    price: Decimal,
    obligations: &[Obligation],
    sum: Decimal,
    digits: u32,
) -> Result<Vec<Decimal>, RevenueError> {
    let part = |obligation: &Obligation| {
        let product = price.checked_mul(obligation.selling_price)?;
        Fraction::try_new(product, sum)?.rounded(digits)
    };
    obligations
        .iter()
        .map(part)
        .collect::<Option<_>>()
        .ok_or(RevenueError::Overflow)
}
