//! Lines where a contract is signed, and on which day.

use crate::reading::phrases::says_any;
use crate::reading::statements::{Key, Statement};
use crate::reading::tokens::{Kind, Token};

/// Does a short line with a date stand on, or just under, the line of a signature ("/s/")?
pub(super) fn is_beside_signature(before: &[Statement], statement: &Statement) -> bool {
    let signed = |statement: &Statement| {
        statement
            .stretch
            .printed(0, statement.tokens().len())
            .contains("/s/")
    };
    let label = statement.label == 0 || statement.tokens().first().is_some_and(|token| token.is("date"));
    signed(statement)
        || (label && statement.tokens().len() <= 12 && before.iter().any(signed))
        || opens_as_signed(statement.tokens())
        || is_signed_for(statement.tokens())
        || is_place_and_date(statement.tokens())
}

/// "Accepted and agreed on January 26, 2026:", "Signed electronically December 12, 2025".
fn opens_as_signed(tokens: &[Token]) -> bool {
    let date = tokens
        .iter()
        .position(|token| matches!(token.kind, Kind::Date(_)));
    let lead = date.and_then(|date| tokens.get(..date)).unwrap_or_default();
    let begins = tokens
        .first()
        .is_some_and(|token| token.is_any("signed|accepted|agreed|countersigned|executed"));
    begins && (1..=5).contains(&lead.len()) && lead.iter().all(|token| {
        token.is_any("signed|accepted|agreed|countersigned|executed|electronically|and|on|this|the|,|:|by|both|parties")
            || matches!(token.kind, Kind::Mark(_))
    })
}

/// "Zurich, 14 March 2025": where and when it was signed.
fn is_place_and_date(tokens: &[Token]) -> bool {
    matches!(tokens, [place, comma, date, rest @ ..]
        if place.is_capital() && matches!(place.kind, Kind::Word) && comma.is_mark(',')
            && matches!(date.kind, Kind::Date(_)) && rest.len() <= 1)
}

/// "Signed for Ledgerline Systems Limited by H. Marchetti on 2 July 2025."
fn is_signed_for(tokens: &[Token]) -> bool {
    let begins = tokens
        .first()
        .is_some_and(|token| token.is_any("signed|accepted|agreed|countersigned|executed"));
    let whom = tokens.get(1).is_some_and(|token| token.is_any("for|by|on"));
    let plain = !tokens
        .iter()
        .any(|token| token.money().is_some() || token.percent().is_some());
    begins && whom && plain && tokens.len() <= 26
}

/// Is it a line beside a signature?
pub(super) fn is_signature(statement: &Statement) -> bool {
    let tokens = statement.tokens();
    let short = tokens.len() <= 30;
    let heading = ["signature", "acceptance", "witness", "accepted", "signed"]
        .iter()
        .any(|word| statement.under.heading.contains(word));
    let words = tokens
        .iter()
        .any(|token| token.is_any("signed|date|countersigned|executed") || token.low == "s");
    short
        && (statement.key == Some(Key::Signed)
            || (heading && words)
            || says_any(tokens, "signed by|digitally signed|accepted by both"))
}
