//! Sides that small words between two names give away: who works for whom, who orders from whom.

use super::{Introduced, Side};
use crate::reading::tokens::Token;

/// "For: Sundby Trävaru AB" on a quote: who it is made out to.
pub(super) fn for_whom(tokens: &[Token], at: usize) -> Option<Side> {
    let colon = tokens.get(at.checked_sub(1)?)?.is_mark(':');
    let word = tokens.get(at.checked_sub(2)?)?;
    (colon && word.is_any("for|to")).then_some(Side::Customer)
}

/// "Meridian Tile Services, Inc. for Hopscotch Delivery, Inc.": one works for the other; "placed by Stanhope … with Quillmark":
/// one orders from the other.
pub(super) fn set_by_preposition(tokens: &[Token], found: &mut [Introduced], ends: &[(usize, usize)]) {
    let ([first, second], [(from, to), (next, _)]) = (found, ends) else {
        return;
    };
    if first.side.is_some() || second.side.is_some() {
        return;
    }
    let between = tokens.get(*to..*next).unwrap_or_default();
    let led = from.checked_sub(1).and_then(|before| tokens.get(before));
    let works = matches!(between, [only] if only.is("for"));
    let ordered = led.is_some_and(|led| led.is("by"))
        && names_order(tokens.get(..*from).unwrap_or_default())
        && between.iter().any(|token| token.is_any("with|from"));
    let offers = between
        .iter()
        .any(|token| token.is_any("offers|proposes|quotes|supplies|sells"))
        && between
            .last()
            .is_some_and(|token| token.is_any("to|offers|for|supplies"));
    let (one, other) = match (works || offers, ordered) {
        (true, _) => (Side::Provider, Side::Customer),
        (_, true) => (Side::Customer, Side::Provider),
        _ => return,
    };
    for (party, side) in [(first, one), (second, other)] {
        party.side = Some(side);
        party.weight = party.weight.max(3);
    }
}

fn names_order(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .any(|token| token.is_any("placed|ordered|orders|order|purchased|bought"))
}
