//! Tiers of a claimed charge: all of them stand on the page, or none is taken.

use rust_decimal::Decimal;

use super::Ground;
use super::cited::Cited;
use super::values::{Claim, Place, amount, percent};
use crate::reading::phrases::says_any;
use crate::reading::tokens::Token;
use crate::schema::{Charge, ReplyTier};
use crate::terms::{Found, LineItem, TierCounting, TierMode, TierRow, Tiers};

/// Reads the tiers into the line.
pub(super) fn read(
    ground: &mut Ground<'_>,
    claim: &Claim<'_>,
    charge: &Charge,
    item: &mut LineItem,
    path: &str,
) {
    if charge.tiers.is_empty() {
        return;
    }
    let mut rows: Vec<TierRow> = Vec::new();
    for tier in &charge.tiers {
        let Some(row) = row(ground, tier, rows.last(), path) else {
            ground.not_said(path, &shown(tier), claim.cited.words(claim.quote));
            return;
        };
        rows.push(row);
    }
    item.price.tiers = Some(Tiers {
        mode: mode(ground, claim, charge),
        counting: TierCounting::PerPeriod,
        rows,
    });
}

fn shown(tier: &ReplyTier) -> String {
    let bound = |bound: &Option<String>| bound.clone().unwrap_or_else(|| String::from("…"));
    format!("{} to {}: {}", bound(&tier.from), bound(&tier.to), tier.price)
}

/// One tier from the words of its line. Where the bounds do not rise, they were not read as they are meant.
fn row(ground: &mut Ground<'_>, tier: &ReplyTier, before: Option<&TierRow>, path: &str) -> Option<TierRow> {
    let cited = Cited::of(ground.document, std::slice::from_ref(&tier.line));
    let quote = cited.whole()?;
    let claim = Claim { cited: &cited, quote };
    let to = bound(ground, &claim, tier.to.as_ref())?;
    let from = match bound(ground, &claim, tier.from.as_ref())? {
        Some(from) => from,
        None => before.map_or(Some(Decimal::ZERO), |before| before.to)?,
    };
    let rises =
        to.is_none_or(|to| to > from) && before.is_none_or(|before| before.to.is_some_and(|to| to <= from));
    let price = claim
        .printed(ground, &tier.price, Place::Quote)
        .filter(|_| rises)?;
    let (value, share) = (amount(price.tokens()), percent(price.tokens()));
    ground.note_source(path, price.words());
    let evidence = claim.evidence(ground);
    let found = |value: Option<Decimal>| {
        value.map_or_else(Found::absent, |value| {
            Found::supported(value, price.text(), evidence.clone())
        })
    };
    let (unit_price, percent) = if share.is_some() {
        (None, share)
    } else {
        (Some(value?), None)
    };
    Some(TierRow {
        from,
        to,
        unit_price: found(unit_price),
        flat_fee: Found::absent(),
        percent: found(percent),
    })
}

/// A bound as printed; `Some(None)` where none is claimed. "The next 9,000" is a length, not a bound.
fn bound(ground: &Ground<'_>, claim: &Claim<'_>, copied: Option<&String>) -> Option<Option<Decimal>> {
    let Some(copied) = copied else { return Some(None) };
    let at = claim.locate(copied, Place::Quote)?;
    let value = amount(claim.cited.printed(ground, at)?.tokens())?;
    let before = claim.cited.word_before(at).map(str::to_lowercase);
    (!matches!(before.as_deref(), Some("next" | "additional" | "further"))).then_some(Some(value))
}

/// How the tiers count is a claim like any other: words of the cited lines must say it.
fn mode(ground: &Ground<'_>, claim: &Claim<'_>, charge: &Charge) -> Found<TierMode> {
    let Some(claimed) = charge.tier_mode else {
        return Found::absent();
    };
    let lines = claim
        .cited
        .whole()
        .and_then(|whole| claim.cited.printed(ground, whole));
    let said = lines.is_some_and(|lines| says(lines.tokens(), claimed));
    let evidence = claim.evidence(ground);
    if said {
        return Found::supported(claimed, claim.cited.text(claim.quote), evidence);
    }
    Found::unsupported("", evidence)
}

fn says(tokens: &[Token], mode: TierMode) -> bool {
    let graduated = "each tier|its tier|own tier|that tier|next|thereafter|incremental|graduated|marginal|portion|each band|its band|units within|beyond";
    let volume = "all units|all seats|all users|entire quantity|whole quantity|all quantities|total volume|volume pricing|applies to all|for all|one price";
    let stairstep = "flat fee|flat price|per tier|per band|tier fee|package";
    match mode {
        TierMode::Graduated => says_any(tokens, graduated) && !says_any(tokens, volume),
        TierMode::Volume => says_any(tokens, volume) && !says_any(tokens, "incremental|graduated|marginal"),
        TierMode::Stairstep => says_any(tokens, stairstep),
    }
}
