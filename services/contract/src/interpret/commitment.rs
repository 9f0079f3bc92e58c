//! Promised spend that is topped up when it stays below.

use pricing::plan::{Commitment, CommitmentSpan, SettledOn, Settlement};

use super::{Parts, Unclear, naming, price, schedule, sources};
use crate::terms::{Cadence, LineItem};

/// Adds the line's commitment.
pub(super) fn take(parts: &mut Parts<'_>, item: &LineItem) -> Result<(), Unclear> {
    let amount = item.price.amount.copied().or_else(|| item.price.minimum.copied());
    let amount = amount.ok_or_else(|| price::without_price(item))?;
    let span = match item.cadence.copied() {
        Some(Cadence::Every(span)) => CommitmentSpan::Each {
            every: schedule::cadence(span),
        },
        Some(Cadence::OneTime | Cadence::PerEvent | Cadence::Dated) | None => CommitmentSpan::Term,
    };
    let wanted = naming::slug(naming::short(&item.description));
    let id = naming::unused(&wanted, |name| {
        parts.commitments.iter().any(|known| known.id == name)
    });
    let mut found = sources::of("amount", &item.price.amount);
    found.extend(sources::of("span", &item.cadence));
    found.extend(sources::clauses("", &item.evidence));
    parts.commitments.push(Commitment {
        id,
        name: item.description.clone(),
        amount,
        // Filled in once every line has its charge.
        charges: item.applies_to.clone(),
        span,
        settlement: Settlement::TrueUp,
        settled_on: SettledOn::default(),
        sources: found,
    });
    Ok(())
}

/// Commitments name charges where terms name lines.
pub(super) fn link(parts: &mut Parts<'_>) {
    let mut commitments = std::mem::take(&mut parts.commitments);
    for commitment in &mut commitments {
        commitment.charges = parts.charges_of(&commitment.charges);
    }
    parts.commitments = commitments;
}
