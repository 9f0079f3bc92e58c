//! Money that the model takes for no price. It is noted with its role, and never changes what a rule made of it.

use super::Ground;
use super::cited::Cited;
use super::values::{Claim, Place, amount, percent};
use crate::reading::tokens::Token;
use crate::schema::OtherMoney;
use crate::terms::{Mention, Role};

/// Notes it, where it stands. Nothing depends on it, so a claim that does not stand is let go.
pub(super) fn take(ground: &mut Ground<'_>, other: &OtherMoney) {
    let cited = Cited::of(ground.document, &other.lines);
    let Some(quote) = cited.find(&other.quote) else {
        return;
    };
    let claim = Claim { cited: &cited, quote };
    note(ground, &claim, &other.printed, other.role);
}

/// Notes an amount with that role; a price among what is no price is not explained.
pub(super) fn note(ground: &mut Ground<'_>, claim: &Claim<'_>, printed: &str, role: Role) {
    let Some(at) = claim.locate(printed, Place::Quote) else {
        return;
    };
    let read = claim
        .cited
        .printed(ground, at)
        .and_then(|found| Some((value(found.tokens())?, found.text())));
    let evidence = claim.cited.evidence(ground.document, claim.quote);
    if let (Some((value, printed)), Some(evidence)) = (read, evidence) {
        let role = if role == Role::Price {
            Role::Unexplained
        } else {
            role
        };
        ground.reading.terms.mentions.push(Mention {
            printed,
            value,
            role,
            evidence,
        });
    }
}

fn value(tokens: &[Token]) -> Option<rust_decimal::Decimal> {
    percent(tokens).or_else(|| amount(tokens))
}
