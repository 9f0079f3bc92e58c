//! What can be computed while an index value is missing: everything but the charges that follow it.
//!
//! Charges that are shares of one that waits wait with it. One that shares credits, a commitment, a ceiling or a divided
//! discount with others cannot be left out without changing what those come to, so with it everything waits.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::plan::{Charge, Plan};
use pricing::rate::RateError;

use super::known::Known;
use super::share::bases;
use super::stretch::{applies, is_divided};
use super::usage::is_metered;
use super::{BillingError, compute};
use crate::facts::Facts;
use crate::line::ExpectedLine;

/// The lines that can be computed, and the charges that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Computable {
    /// As [`super::expected_over`] gives them, without those of charges that wait.
    pub lines: Vec<ExpectedLine>,
    /// Ids of the charges that wait, each with what for.
    pub waiting: BTreeMap<String, BillingError>,
}

/// As [`super::expected_over`], leaving out what waits for an index value. What was billed of a charge that waits is to be
/// left out of a comparison too.
pub fn computable_over(versions: &[&Plan], facts: &Facts, through: Date) -> Result<Computable, BillingError> {
    let mut known = Known::try_new(versions, facts, through)?;
    let mut waiting: BTreeMap<String, BillingError> = BTreeMap::new();
    let mut lines = loop {
        match compute(&known) {
            Ok((lines, _)) => break lines,
            Err(missing) => {
                let Some(charge) = missing_index(&missing).filter(|charge| !waiting.contains_key(*charge))
                else {
                    return Err(missing);
                };
                for charge in left_out_with(&known, charge).ok_or_else(|| missing.clone())? {
                    waiting.insert(charge, missing.clone());
                }
                known
                    .strands
                    .retain(|strand| !waiting.contains_key(&strand.charge.id));
            }
        }
    };
    lines.retain(|line| line.invoice_date <= through);
    let lines = known.sorted(lines);
    Ok(Computable { lines, waiting })
}

/// The charge whose index value is missing; none where something else is wrong.
fn missing_index(error: &BillingError) -> Option<&str> {
    match error {
        BillingError::Rate(RateError::IndexMissing { charge, .. }) => Some(charge),
        _ => None,
    }
}

/// A charge and the shares of it; none where others depend on it in another way.
fn left_out_with(known: &Known<'_>, charge: &str) -> Option<Vec<String>> {
    let mut out = vec![charge.to_owned()];
    loop {
        let is_share = |other: &&Charge| {
            !out.contains(&other.id) && bases(other).is_some_and(|ids| ids.iter().any(|id| out.contains(id)))
        };
        let Some(share) = known.charges().find(is_share) else {
            break;
        };
        out.push(share.id.clone());
    }
    let is_tied = |charge: &String| known.plans().any(|plan| is_tied(plan, charge));
    (!out.iter().any(is_tied)).then_some(out)
}

/// Does what a charge comes to decide what other lines of the plan do?
fn is_tied(plan: &Plan, id: &str) -> bool {
    let metered = plan.charge(id).is_some_and(is_metered);
    let named = |ids: &[String]| ids.iter().any(|known| known == id);
    let paid = plan.pools.iter().any(|pool| {
        pool.bought_by.as_deref() == Some(id) || named(&pool.pays) || (pool.pays.is_empty() && metered)
    });
    let promised = plan
        .commitments
        .iter()
        .any(|commitment| commitment.charges.is_empty() || named(&commitment.charges));
    let held = plan
        .ceilings
        .iter()
        .any(|ceiling| ceiling.charges.is_empty() || named(&ceiling.charges));
    let divided = plan
        .discounts
        .iter()
        .any(|discount| is_divided(plan, discount) && applies(discount, id));
    paid || promised || held || divided
}
