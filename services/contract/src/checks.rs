//! Checks: what does not fit together, and what the file itself gives away. Each check is one rule with one code.

mod charged;
mod commitments;
mod coverage;
mod currencies;
mod dates;
mod document;
mod escalators;
mod head;
mod line_totals;
mod prices;
mod ramps;
mod shares;
mod tiers;
mod totals;
mod when;
mod worth;

#[cfg(test)]
mod written;

use crate::flag::Flag;
use crate::page::Document;
use crate::terms::Terms;

/// One rule about terms.
type Check = fn(&Terms) -> Vec<Flag>;

/// In the order in which a person reads a contract.
const CHECKS: [Check; 14] = [
    coverage::nothing_charged,
    head::check,
    dates::check,
    currencies::check,
    prices::check,
    when::check,
    line_totals::check,
    tiers::check,
    ramps::check,
    shares::check,
    commitments::check,
    totals::check,
    escalators::check,
    coverage::unexplained,
];

/// What the terms contradict in themselves. All flags are of [`crate::flag::Origin::Terms`].
#[must_use]
pub fn check(terms: &Terms) -> Vec<Flag> {
    let flags = CHECKS.iter().flat_map(|check| check(terms));
    flags.map(Flag::of_terms).collect()
}

/// What a reviewer must know about the file: hidden text, pages of pictures, tracked changes, doubtful tables.
#[must_use]
pub fn of_document(document: &Document) -> Vec<Flag> {
    document::check(document)
}
