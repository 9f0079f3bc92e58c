//! How prices rise, or may rise.

#[cfg(test)]
mod tests;

use super::items::{Item, found};
use super::phrases::{find_duration, has_stem, period_within, says_any};
use super::statements::Statement;
use super::tokens::Token;
use crate::flag::{Code, Flag};
use crate::normal::duration as spans;
use crate::page::Document;
use crate::terms::{Cadence, EscalatorKind, EscalatorTerm, Found};

/// Increases and what is not clear about them.
#[derive(Debug, Default)]
pub(crate) struct EscalatorsReading {
    /// The increases.
    pub(crate) terms: Vec<EscalatorTerm>,
    /// What is not clear.
    pub(crate) flags: Vec<Flag>,
}

/// Reads them; one that another clause switches off is left out and said so.
pub(crate) fn read(document: &Document, statements: &[Statement], _items: &[Item]) -> EscalatorsReading {
    let mut reading = EscalatorsReading::default();
    for statement in statements.iter().filter(|statement| speaks_of_rise(statement)) {
        if let Some(off) = switched_off(statement, statements) {
            reading.flags.push(disapplied(document, statement, off));
            continue;
        }
        if let Some(flag) = elsewhere_after_term(document, statement) {
            reading.flags.push(flag);
            continue;
        }
        reading.terms.extend(escalator(document, statement));
    }
    reading
}

/// Prices, and a verb of rising; not interest, not a discount, not a count of things.
fn speaks_of_rise(statement: &Statement) -> bool {
    let tokens = statement.tokens();
    let rises = has_stem(tokens, "increas|escalat|uplift|rais")
        || says_any(
            tokens,
            "rise|rises|adjusted|adjustment|adjustments|adjust|cpi|cpi-u|consumer price index|\
            change a rate|change the rates|change its prices|change prices|change the prices|\
            change its rates|modify its fees|change fees|more than the|renewal is priced|\
            renewal price|renewal pricing|renewal fees",
        )
        || (says_any(tokens, "exceed|then-current|prevailing")
            && tokens.iter().any(|token| token.low.starts_with("renew")));
    let prices = tokens.iter().any(|token| {
        token.is_any(
            "price|prices|fee|fees|rate|rates|charge|charges|pricing|rent|subscription|schedule|\
            amount|renewal",
        )
    });
    let else_about = says_any(
        tokens,
        "interest|late|overdue|liability|insurance|royalty advance|headcount|quantity of|tax|\
        taxes|bandwidth|net revenue",
    );
    rises && prices && !else_about
}

fn escalator(document: &Document, statement: &Statement) -> Option<EscalatorTerm> {
    let tokens = statement.tokens();
    let index = index(tokens);
    let percent_at = tokens.iter().position(|token| token.percent().is_some());
    if refuses(tokens) || (percent_at.is_none() && index.is_none() && !is_right(tokens)) {
        return None;
    }
    let at_renewal = tokens.iter().any(|token| token.low.starts_with("renew"))
        || says_any(tokens, "following the initial term|after the initial term");
    let kind = match (index.is_some(), at_renewal, is_right(tokens)) {
        (true, true, _) => EscalatorKind::IndexAtRenewal,
        (true, false, _) => EscalatorKind::Index,
        (false, true, _) => EscalatorKind::AtRenewal,
        (false, false, true) => EscalatorKind::Right,
        (false, false, false) => EscalatorKind::Fixed,
    };
    let mut term = EscalatorTerm {
        kind,
        percent: Found::absent(),
        maximum_percent: Found::absent(),
        minimum_percent: Found::absent(),
        index: index
            .map(|at| {
                found(
                    tokens.get(at).map(|token| token.text.clone()).unwrap_or_default(),
                    &statement.stretch,
                    document,
                    at,
                    at.saturating_add(1),
                )
            })
            .unwrap_or_default(),
        notice_days: notice(document, statement),
        every: Found::absent(),
        first: Found::absent(),
        applies_to: Vec::new(),
        clause: statement.under.number.trim_end_matches('.').to_owned(),
        evidence: statement.evidence(document),
    };
    percents(document, statement, &mut term);
    rhythm(document, statement, &mut term);
    Some(term)
}

/// "prices will not increase", "no increase".
fn refuses(tokens: &[Token]) -> bool {
    let percent = tokens.iter().any(|token| token.percent().is_some());
    !percent
        && says_any(
            tokens,
            "not increase|no increase|not be increased|fixed for|remain fixed|not rise|\
            no price increase|shall not change|not change",
        )
}

/// "may increase", "reserves the right", "can change": the provider decides.
fn is_right(tokens: &[Token]) -> bool {
    let may = says_any(
        tokens,
        "may|reserves the right|can|right to|is entitled to|shall have the right",
    );
    may && (has_stem(tokens, "increas|rais|adjust|modif|chang|rise") || says_any(tokens, "propose"))
}

fn index(tokens: &[Token]) -> Option<usize> {
    tokens
        .iter()
        .position(|token| token.is_any("cpi|cpi-u|cpi-w|rpi|cpih|ppi|hicp|index|eci") && !token.is("indexes"))
}

/// Which percentage is the rise, which its cap, which its floor, by the words before each.
fn percents(document: &Document, statement: &Statement, term: &mut EscalatorTerm) {
    let tokens = statement.tokens();
    for (at, token) in tokens.iter().enumerate() {
        let Some(percent) = token.percent() else { continue };
        let before = tokens.get(at.saturating_sub(6)..at).unwrap_or_default();
        let value = found(percent, &statement.stretch, document, at, at.saturating_add(1));
        let most = says_any(
            before,
            "not exceed|not to exceed|no more than|more than|not more than|up to|capped at|\
            maximum of|limited to|exceed|lesser of|cap of|a cap|at most|maximum",
        );
        let least = says_any(
            before,
            "at least|minimum of|not less than|no less than|greater of|floor of",
        );
        let field = match (most, least) {
            (true, _) => &mut term.maximum_percent,
            (false, true) => &mut term.minimum_percent,
            (false, false) => &mut term.percent,
        };
        if field.is_absent() {
            *field = value;
        }
    }
    if let Some(at) = super::phrases::find(tokens, "points").and_then(|at| at.checked_sub(1))
        && let Some(points) = tokens.get(at).and_then(Token::number)
        && term.percent.is_absent()
    {
        term.percent = found(points, &statement.stretch, document, at, at.saturating_add(2));
    }
    // A right to raise by at most so much has a cap and no agreed rise.
    if term.percent.is_absent() && term.kind != EscalatorKind::Fixed && term.index.is_absent() {
        term.percent = term.maximum_percent.clone();
    }
}

fn rhythm(document: &Document, statement: &Statement, term: &mut EscalatorTerm) {
    let tokens = statement.tokens();
    let yearly = says_any(
        tokens,
        "each anniversary|every anniversary|on the anniversary|annually|each year|per year|\
        per annum|annual increase|every year|each contract year|yearly increase|a year|yearly|of each year",
    );
    let cadence = if yearly {
        Some(Cadence::months(12))
    } else {
        period_within(tokens)
            .and_then(|(_, period)| period.cadence())
            .filter(|_| term.kind == EscalatorKind::Fixed)
    };
    if let Some(cadence) = cadence {
        term.every = found(cadence, &statement.stretch, document, 0, tokens.len());
    }
    let first = tokens
        .iter()
        .enumerate()
        .find_map(|(at, token)| match token.kind {
            super::tokens::Kind::Date(crate::normal::date::Day::Is(day)) => Some((at, day)),
            _ => None,
        });
    if let Some((at, day)) = first {
        term.first = found(day, &statement.stretch, document, at, at.saturating_add(1));
    }
}

/// "upon sixty (60) days prior notice", "if we tell you at least 60 days ahead".
fn notice(document: &Document, statement: &Statement) -> Found<u32> {
    let tokens = statement.tokens();
    let Some((at, span)) = find_duration(tokens) else {
        return Found::absent();
    };
    let after = tokens.get(at.saturating_add(span.length)..).unwrap_or_default();
    let near = after.get(..after.len().min(5)).unwrap_or_default();
    let told =
        says_any(near, "notice|prior|ahead|before|advance") || says_any(tokens, "days notice|days' notice");
    match spans::notice_days(span.span).filter(|_| told) {
        Some(days) => found(
            days,
            &statement.stretch,
            document,
            at,
            at.saturating_add(span.length),
        ),
        None => Found::absent(),
    }
}

/// "Section 4.3 does not apply": the clause of that number is switched off.
fn switched_off<'s>(statement: &Statement, statements: &'s [Statement]) -> Option<&'s Statement> {
    let number = statement.under.number.trim_end_matches('.');
    if number.is_empty() {
        return None;
    }
    statements.iter().find(|other| {
        let tokens = other.tokens();
        let named = tokens.iter().enumerate().any(|(at, token)| {
            token.is_any("section|clause|article|paragraph")
                && tokens
                    .get(at.saturating_add(1))
                    .is_some_and(|next| next.text == number)
        });
        named
            && says_any(
                tokens,
                "does not apply|shall not apply|do not apply|is waived|will not apply|is deleted|\
                is disapplied|notwithstanding section",
            )
    })
}

fn disapplied(document: &Document, statement: &Statement, off: &Statement) -> Flag {
    Flag::new(
        Code::EscalatorDisapplied,
        "An increase of one clause is switched off by another.",
        "Nothing, unless the clause was read wrong.",
    )
    .seen(statement.evidence(document))
    .seen(off.evidence(document))
}

/// "Renewal terms are charged at the then-current list prices": after the term, prices stand in a list.
fn elsewhere_after_term(document: &Document, statement: &Statement) -> Option<Flag> {
    let tokens = statement.tokens();
    let list = says_any(
        tokens,
        "then-current|then current|prevailing|list price|list prices|price list|\
        published rates|standard rates|rates then in effect|rate card",
    );
    let later = tokens.iter().any(|token| token.low.starts_with("renew"))
        || says_any(tokens, "after the initial term|thereafter|after the term|expiry");
    let percent = tokens.iter().any(|token| token.percent().is_some());
    (list && later && !percent).then(|| {
        Flag::new(
            Code::PriceAfterTermExternal,
            "Prices after the term stand in a list that is not here.",
            "Enter them when the contract renews.",
        )
        .seen(statement.evidence(document))
    })
}
