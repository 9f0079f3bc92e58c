//! Is an amount what is taken off, rather than what is paid?

use super::Place;
use crate::reading::phrases::says_any;
use crate::reading::tokens::Kind;

/// The amount itself is what is taken off.
pub(super) fn is_reduction(place: &Place<'_>) -> bool {
    let before = says_any(
        place.before(6),
        "discount of|discount|rebate of|reduced by|abated by|reduction of|credit of|waive|\
        less|off|promotional|rebate",
    );
    // "$1,200,000, less a credit of $200,000": what follows a comma is of the next amount.
    let after = place.after(4);
    let stop = after
        .iter()
        .position(|token| token.is_mark(','))
        .unwrap_or(after.len());
    let after = says_any(
        after.get(..stop).unwrap_or(after),
        "discount|off|reduction|rebate|less|credit|comes off",
    );
    before || after
}

/// "the retainer is 20% less", "comes with 50% off", "deducts $250 from each of the invoices": what is taken off.
pub(super) fn taken_off(place: &Place<'_>) -> bool {
    let after = place.after(3);
    let ends = after.get(1).is_none_or(|next| {
        !matches!(next.kind, Kind::Word) || next.is_any("for|in|during|until|through|from|on|and")
    });
    let share = says_any(place.before(6), "royalty|royalties|commission|share");
    let less = ends
        && !share
        && after
            .first()
            .is_some_and(|token| token.is_any("less|off|cheaper|lower"));
    let invoice = says_any(
        place.after(6),
        "from each of the invoices|from each invoice|from the invoice|from the first invoice|off the first invoice|\
         off the invoice|off each invoice|off your",
    );
    let taken = invoice && says_any(place.before(3), "deduct|deducts|take|takes");
    place.percent && less || taken
}
