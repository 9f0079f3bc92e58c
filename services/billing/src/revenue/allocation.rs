//! The transaction price, divided by relative standalone selling price.

use pricing::fraction::Fraction;
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

/// Where the cents go that rounding leaves over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Remainder {
    /// To the largest fractions, then the lowest ids: the parts always add up to the whole.
    #[default]
    LargestFraction,
    /// Nowhere: each part is rounded by itself, as published examples print them.
    EachToNearest,
    /// All of it to the last part.
    Last,
}

/// What each promise is allocated, in the order given, rounded to so many decimals.
pub fn allocate(
    price: Decimal,
    obligations: &[Obligation],
    digits: u32,
    remainder: Remainder,
) -> Result<Vec<(String, Decimal)>, RevenueError> {
    let weights: Vec<Decimal> = obligations
        .iter()
        .map(|obligation| obligation.selling_price)
        .collect();
    let parts = divide(price, &weights, digits, remainder, |at| {
        obligations.get(at).map(|each| each.id.as_str())
    })?;
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
    remainder: Remainder,
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
    let mut shares = allocate(price, &top, digits, remainder)?;
    let bundled = shares.pop().map_or(Decimal::ZERO, |(_, share)| share);
    let inside: Vec<Obligation> = inside.into_iter().cloned().collect();
    shares.extend(allocate(bundled, &inside, digits, remainder)?);
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

fn divide<'a>(
    whole: Decimal,
    weights: &[Decimal],
    digits: u32,
    remainder: Remainder,
    id: impl Fn(usize) -> Option<&'a str>,
) -> Result<Vec<Decimal>, RevenueError> {
    let sum = weights
        .iter()
        .try_fold(Decimal::ZERO, |sum, weight| sum.checked_add(*weight));
    let sum = sum.ok_or(RevenueError::Overflow)?;
    if sum <= Decimal::ZERO {
        return Err(RevenueError::NoSellingPrice { sum });
    }
    let exact = |weight: &Decimal| {
        let product = whole.checked_mul(*weight)?;
        Fraction::try_new(product, sum)
    };
    let exact: Vec<Fraction> = weights
        .iter()
        .map(exact)
        .collect::<Option<_>>()
        .ok_or(RevenueError::Overflow)?;
    let parts = match remainder {
        Remainder::EachToNearest => exact.iter().map(|part| part.rounded(digits)).collect(),
        Remainder::Last => rest_to_last(whole, &exact, digits),
        Remainder::LargestFraction => rest_to_largest(whole, &exact, digits, id),
    };
    parts.ok_or(RevenueError::Overflow)
}

fn rest_to_last(whole: Decimal, exact: &[Fraction], digits: u32) -> Option<Vec<Decimal>> {
    let mut parts: Vec<Decimal> = exact
        .iter()
        .map(|part| part.rounded(digits))
        .collect::<Option<_>>()?;
    let last = parts.pop()?;
    let others = parts
        .iter()
        .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(*part))?;
    let rest = whole.checked_sub(others)?;
    parts.push(if exact.len() > 1 { rest } else { last });
    Some(parts)
}

fn rest_to_largest<'a>(
    whole: Decimal,
    exact: &[Fraction],
    digits: u32,
    id: impl Fn(usize) -> Option<&'a str>,
) -> Option<Vec<Decimal>> {
    let unit = Decimal::try_new(1, digits).ok()?;
    let mut parts: Vec<Decimal> = exact
        .iter()
        .map(|part| floor(*part, digits))
        .collect::<Option<_>>()?;
    let mut fractions = Vec::with_capacity(exact.len());
    for (at, (part, floor)) in exact.iter().zip(&parts).enumerate() {
        let rest = part.checked_sub(Fraction::whole(*floor))?;
        // One denominator for all parts, so that numerators compare.
        fractions.push((rest.numerator(), at));
    }
    fractions.sort_by(|(a, at), (b, bt)| b.cmp(a).then_with(|| id(*at).cmp(&id(*bt))));
    let mut left = parts
        .iter()
        .try_fold(whole, |left, part| left.checked_sub(*part))?;
    for (_, at) in fractions {
        if left < unit {
            break;
        }
        let part = parts.get_mut(at)?;
        *part = part.checked_add(unit)?;
        left = left.checked_sub(unit)?;
    }
    Some(parts)
}

fn floor(part: Fraction, digits: u32) -> Option<Decimal> {
    let rounded = part.rounded(digits)?;
    let above = Fraction::whole(rounded).checked_sub(part)?;
    if above.is_negative() || above.numerator().is_zero() {
        return Some(rounded);
    }
    rounded.checked_sub(Decimal::try_new(1, digits).ok()?)
}
