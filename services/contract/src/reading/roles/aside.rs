//! Amounts that are only spoken of: what another takes the place of, what another paper says, what is told for information.

use super::{ESCALATES, Place, words};
use crate::reading::phrases::{has_stem, says_any};
use crate::terms::Role;

/// An amount that another takes the place of: "replacing $4,800 with $5,250", "raised from $18 to $20".
pub(super) fn superseded(place: &Place<'_>) -> Option<Role> {
    let after = place.after(12);
    let next = after
        .iter()
        .position(|token| token.money().is_some() || token.percent().is_some());
    let between = next.and_then(|next| after.get(..next));
    let takes_over = between.is_some_and(|between| {
        let swapped = says_any(place.before(8), "replacing|replace|replaces|deleting|striking|striking out|strikes|substitute|substituting")
            && says_any(between, "with|by|for|inserting");
        let moved = place.before(1).iter().any(|token| token.is("from"))
            && says_any(between, "to")
            && has_stem(place.clause(), "increas|decreas|reduc|rais|chang|amend|lower|ris|mov");
        let ended = says_any(between, "is replaced|be replaced|are replaced|deleted and replaced|struck and replaced|deleted and the|is hereby replaced|is changed to|is amended to|is hereby amended");
        swapped || moved || ended
    });
    let cancelled = says_any(
        place.after(8),
        "is cancelled|is canceled|is removed|is deleted|is discontinued|is withdrawn|is dropped|are cancelled|are removed|ceases",
    );
    let gone = cancelled
        || says_any(
            place.before(4),
            "instead of|in place of|in lieu of|formerly|previously|rather than|old price of|( was|( formerly|down from",
        );
    (takes_over || gone || is_said_elsewhere(place) || is_of_others(place)).then_some(Role::Informational)
}

/// "for which you paid £45,900", "whose commission of 20% the Athlete bears", "Last year's price of $0.70 ends": paid before, or
/// to somebody else.
fn is_of_others(place: &Place<'_>) -> bool {
    let after = place.after(8);
    let before = says_any(place.before(4), "for which you paid|which you paid")
        && !after.iter().any(|token| token.money().is_some());
    let theirs = says_any(
        place.before(3),
        "whose commission|whose fee|whose fees|whose charges|whose advisory fee",
    ) && !says_any(place.after(16), "paid by|payable by|pay|pays|charged|billed");
    let ended =
        says_any(place.before(8), "last year's") && says_any(after, "ends|ended|no longer|is history|was");
    before || theirs || ended
}

/// "the monthly fee of $1,050 per Site stated in the Master Agreement shall be $1,175": the price of another paper, and what
/// it becomes.
fn is_said_elsewhere(place: &Place<'_>) -> bool {
    let after = place.after(18);
    let next = after.iter().position(|token| token.money().is_some());
    let between = next.and_then(|next| after.get(..next)).unwrap_or_default();
    says_any(
        between,
        "stated in|set forth in|provided in|specified in|set out in|under the|of the agreement|currently charged",
    ) && says_any(between, "shall be|will be|is|becomes|shall become|to be")
}

/// "Suggested retail prices (for information only): NS-200, $4,195; NS-400, $7,950": what stands before the colon holds for each.
pub(super) fn led_aside(place: &Place<'_>) -> Option<Role> {
    let before = place.tokens.get(..place.clause.0).unwrap_or_default();
    let colon = before.iter().rposition(|token| token.is_mark(':'))?;
    let end = before.get(colon..)?.iter().any(|token| token.is_mark('.'));
    let lead = before.get(colon.saturating_sub(14)..colon)?;
    let aside = says_any(
        lead,
        "for information only|for information|suggested retail|for reference|for illustration|for example|for budgeting|\
         not binding|non-binding|estimates|estimated",
    );
    (aside && !end).then_some(Role::Informational)
}

/// An amount that is only spoken of: what tickets cost on average, the change of an index. One that somebody pays, or that
/// the name of a fee leads up to, is not.
pub(super) fn in_passing(place: &Place<'_>) -> Option<Role> {
    let paid = says_any(place.before(14), "pay|pays|payable|remit|remits")
        || says_any(place.before(4), "fee|fees|charge|rent|rate|retainer");
    // "0.12% of the next $500 million of average daily net assets": what a share is of.
    let of_assets = place.percent
        && says_any(
            place.clause(),
            "net assets|assets under management|assets under administration",
        );
    if paid || of_assets {
        return None;
    }
    let said = place.tokens.get(place.clause.0..place.at).unwrap_or_default();
    if says_any(said, words::SAID_OF) {
        return Some(Role::Informational);
    }
    let near = place.near();
    let (stems, phrases) = words::IN_PASSING;
    if has_stem(&near, stems) || says_any(&near, phrases) {
        return Some(Role::Informational);
    }
    let moves = says_any(place.clause(), words::MOVES);
    let moving = has_stem(&near, ESCALATES) || has_stem(&near, "chang|index|indices|level|mov");
    (moves && moving).then_some(Role::Escalator)
}
