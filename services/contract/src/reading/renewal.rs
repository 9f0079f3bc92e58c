//! What happens at the end: renewal, its length, the notice that stops it, and notice to leave early.

#[cfg(test)]
mod tests;

use super::phrases::{Duration, duration, find_duration, says_any};
use super::statements::{Key, Statement};
use super::tokens::{Kind, Token};
use crate::normal::duration as spans;
use crate::page::Document;
use crate::terms::{Found, RenewalTerms};

/// Reads it. The first clear statement counts.
pub(crate) fn read(document: &Document, statements: &[Statement]) -> RenewalTerms {
    let mut terms = RenewalTerms::default();
    for (at, statement) in statements.iter().enumerate() {
        if says_end(statement.tokens()) {
            set(&mut terms.auto, false, statement, document);
        }
        if speaks_of_renewal(statement) {
            renewal(&mut terms, statement, document);
            notice(&mut terms, statement, document);
            let next = statements
                .get(at.saturating_add(1))
                .filter(|next| next.paragraph == statement.paragraph);
            if let Some(next) =
                next.filter(|_| terms.auto.copied() == Some(true) && terms.notice_days.is_absent())
            {
                notice(&mut terms, next, document);
            }
        }
        leaving(&mut terms, statement, document);
    }
    terms
}

fn set(field: &mut Found<bool>, value: bool, statement: &Statement, document: &Document) {
    if field.is_absent() {
        let end = statement.tokens().len();
        *field = Found::supported(
            value,
            statement.stretch.printed(0, end),
            statement.evidence(document),
        );
    }
}

/// Words for a contract that goes on by itself, span after span.
const CONTINUES: &str = "month to month|month-to-month|month by month|year to year|year-to-year|rolls on|goes on for another|\
    goes on for further|continue for successive|continues for successive|continue for further|continues for further|\
    continue for additional|until so ended|until determined by|unless determined by|extend for further|extends for further|\
    extend for additional|extends for additional|extend for successive|for further terms|for further one-year|for additional one-year|\
    for further periods|for additional terms|for additional periods";

/// Words for a contract that goes on until a notice ends it.
const UNTIL_ENDED: &str = "until ended by|until terminated by|until either party gives|until either side gives|until either of|\
    until either party terminates";

fn continues(tokens: &[Token]) -> bool {
    let spans =
        says_any(tokens, "carries on for|runs on for|goes on for") && says_any(tokens, "at a time|each time");
    spans || says_any(tokens, CONTINUES) || says_any(tokens, UNTIL_ENDED)
}

fn speaks_of_renewal(statement: &Statement) -> bool {
    let tokens = statement.tokens();
    let renews = tokens
        .iter()
        .any(|token| token.low.starts_with("renew") || token.low.starts_with("auto-renew"));
    let goes_on = says_any(
        tokens,
        "rolls over|extended automatically|successive terms of|successive periods of|successive one-year|option to extend|may extend the term|\
        right to extend|may be extended|extend the term of|extend this agreement|nothing in this letter renews|renews itself|\
        prolonged from|prolonged for|prolonged by|be prolonged|automatically extended|extended by one year at a time|automatically be extended|automatically extend|is extended by|are extended by|be extended by|carries on from",
    ) || continues(tokens)
        || chooses(tokens);
    let price_only = says_any(tokens, "price|fee|fees|prices|rate|rates")
        && !says_any(tokens, "unless|automatically|notice");
    statement.key == Some(Key::Renewal) || goes_on || (renews && !price_only)
}

/// "Sponsor may, by notice given on or before September 1, extend the Term": a party's choice.
fn chooses(tokens: &[Token]) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let behind = tokens
            .get(at.saturating_add(1)..tokens.len().min(at.saturating_add(22)))
            .unwrap_or_default();
        let verb = behind.iter().position(|next| next.is_any("extend|renew|prolong"));
        let object = verb
            .and_then(|verb| behind.get(verb.saturating_add(1)..))
            .is_some_and(|rest| {
                rest.iter()
                    .take(4)
                    .any(|next| next.is_any("term|agreement|it|period|contract|for"))
            });
        let ended = verb.and_then(|verb| behind.get(..verb)).is_some_and(|words| {
            words
                .iter()
                .any(|next| next.is_mark('.') || next.is_any("terminate|not"))
        });
        token.is_any("may|option") && object && !ended
    })
}

/// "lapses at its end", "everything stops on the end date", "there is no automatic renewal".
fn says_end(tokens: &[Token]) -> bool {
    // "If it is not renewed, …" says what follows, not that it is so.
    let supposed = tokens
        .iter()
        .any(|token| token.is_any("if|unless|event|case|upon|until|should|where"));
    let plain = says_any(
        tokens,
        "is not renewed|no renewal|is not extended|no extension|not be renewed|not be extended|does not extend",
    );
    (plain && !supposed)
        || says_any(
            tokens,
            "no automatic renewal|no option to extend|ends with the renewal term|ends with the term|not renew itself|nothing in this letter renews itself|comes to its end|simply stops|then stops|not extended without|\
        no right to renew|not renew automatically|not automatically renew|\
        not renew by itself|without automatic renewal|not auto-renew|does not auto-renew|\
        not be automatically renewed|no auto-renewal|does not renew|will not renew|\
        shall not renew|order lapses|agreement lapses|lapses unless|contract lapses|lapses at its end|everything stops on|\
        not subject to automatic renewal|ends without notice|there is no renewal|\
        expires automatically|not extended by itself|not be extended except|not be renewed except|not renew except|not otherwise renew|\
        be obliged to renew|not obliged to renew|not extended by silence|not be extended or renewed|\
        without renewal|without any renewal|no right of renewal|extension needs a new|not extended automatically",
        )
}

fn renewal(terms: &mut RenewalTerms, statement: &Statement, document: &Document) {
    let tokens = statement.tokens();
    let by_choice = says_any(
        tokens,
        "at its option|option to renew|option to extend|may extend the term|may extend this|right to extend|may be renewed|alone may renew|mutual agreement|mutual written|\
        may renew|if the parties renew|right to renew|renewable at|upon agreement|\
        agree to renew|agree in writing to|may be extended|may at its option|\
        by written agreement",
    ) || chooses(tokens);
    let by_itself = says_any(
        tokens,
        "automatically|auto-renew|auto-renews|automatic|unless|if neither|if nobody|neither party has|carries on|continues from|goes on from",
    ) || says_any(
        tokens,
        "it renews for|renews for|shall renew for|will renew for|renews each|renews every",
    ) || continues(tokens);
    let negated = says_end(tokens) || labelled_no(statement);
    if negated || (by_choice && !says_any(tokens, "automatically")) {
        if !negated {
            length(terms, statement, document);
        }
        return set(&mut terms.auto, false, statement, document);
    }
    if !by_itself && !labelled_yes(statement) {
        return;
    }
    set(&mut terms.auto, true, statement, document);
    length(terms, statement, document);
}

fn labelled_no(statement: &Statement) -> bool {
    statement.key == Some(Key::Renewal)
        && statement
            .value()
            .first()
            .is_some_and(|token| token.is_any("no|none|not|n/a|n|off"))
}

fn labelled_yes(statement: &Statement) -> bool {
    statement.key == Some(Key::Renewal)
        && statement
            .value()
            .first()
            .is_some_and(|token| token.is_any("yes|automatic|auto|y"))
}

/// How long each renewal is: the length after the word, "month to month", or "one-year terms".
fn length(terms: &mut RenewalTerms, statement: &Statement, document: &Document) {
    let tokens = statement.tokens();
    if !terms.months.is_absent() {
        return;
    }
    let rolling = says_any(tokens, "month to month|month-to-month|month by month");
    let word = tokens.iter().position(|token| {
        token.low.starts_with("renew")
            || token.low.starts_with("auto-renew")
            || token.low.starts_with("extend")
            || token.is_any("successive|another|thereafter|further")
    });
    let from = word.unwrap_or(statement.label);
    let stop = tokens
        .iter()
        .enumerate()
        .skip(from)
        .find(|(_, token)| token.is_any("unless|notice|prior|before|notify"))
        .map_or(tokens.len(), |(at, _)| at);
    // "upon three months' prior notice": a notice, not the length of what follows.
    let is_notice = |at: usize| notice_span(tokens).is_some_and(|(notice, ..)| notice == at);
    let found = find_duration(tokens.get(from..stop).unwrap_or_default())
        .filter(|(at, _)| !is_notice(from.saturating_add(*at)));
    let named = adjective(tokens.get(from..stop).unwrap_or_default());
    let stated = found.and_then(|(_, Duration { span, .. })| spans::months(span));
    let yearly = says_any(tokens, "year to year|year-to-year").then_some(12);
    let months = rolling.then_some(1).or(yearly).or(stated).or(named);
    if let Some(months) = months.filter(|months| *months > 0) {
        let printed = statement.stretch.printed(from, stop);
        terms.months = Found::supported(months, printed, statement.evidence_of(document, 0, stop));
    }
}

/// "successive annual terms", "further one year periods", "each year".
fn adjective(tokens: &[Token]) -> Option<u32> {
    tokens.iter().find_map(|token| match token.low.as_str() {
        "annual" | "annually" | "yearly" => Some(12),
        "monthly" => Some(1),
        "quarterly" => Some(3),
        _ => None,
    })
}

/// Days of notice that stop the renewal: "unless … at least sixty (60) days prior to the end".
fn notice(terms: &mut RenewalTerms, statement: &Statement, document: &Document) {
    let tokens = statement.tokens();
    if !terms.notice_days.is_absent() || terms.auto.copied() != Some(true) {
        return;
    }
    let notifies = tokens.iter().any(|token| {
        token.low.starts_with("noti")
            || token
                .is_any("unless|cancel|cancels|terminate|terminates|stop|stops|writes|opt|elects|e-mail|email|objects|objected")
    });
    if !notifies {
        return;
    }
    if let Some((at, length, days)) = notice_span(tokens) {
        let end = at.saturating_add(length);
        // What goes on until somebody ends it is ended by that notice; nothing is renewed that could be stopped.
        let open = says_any(tokens, UNTIL_ENDED) && terms.months.is_absent();
        let field = if open {
            &mut terms.termination_notice_days
        } else {
            &mut terms.notice_days
        };
        *field = Found::supported(
            days,
            statement.stretch.printed(at, end),
            statement.evidence_of(document, 0, end),
        );
    }
}

/// A span that is a notice: followed by "prior", "before", "notice", "in advance".
fn notice_span(tokens: &[Token]) -> Option<(usize, usize, u32)> {
    (0..tokens.len()).find_map(|at| {
        let found = duration(tokens, at)?;
        let end = at.saturating_add(found.length);
        let after = tokens
            .get(end..end.saturating_add(5).min(tokens.len()))
            .unwrap_or_default();
        let filler =
            |token: &&Token| token.is_any("written|in|of|s|'|(|)") || matches!(token.kind, Kind::Mark(_));
        let first = after.iter().find(|token| !filler(token));
        let led = tokens.get(at.saturating_sub(9)..at).unwrap_or_default();
        let is_notice = first
            .is_some_and(|token| token.is_any("prior|before|notice|advance|preceding|ahead"))
            || says_any(
                led,
                "notice in writing of|written notice of|prior notice of|notice of",
            );
        let days = spans::notice_days(found.span)?;
        is_notice.then_some((at, found.length, days))
    })
}

/// Notice to end the contract early without cause.
fn leaving(terms: &mut RenewalTerms, statement: &Statement, document: &Document) {
    let tokens = statement.tokens();
    let leaves = tokens.iter().any(|token| {
        token.low.starts_with("terminat") || token.low.starts_with("cancel") || token.is_any("leave|withdraw")
    }) || says_any(
        tokens,
        "gives the other|keeps going|bring it to an end|brings it to an end|may end it|may end the|may end this",
    );
    let for_cause = tokens.iter().any(|token| {
        token.low.starts_with("breach")
            || token.low.starts_with("default")
            || token.low.starts_with("insolven")
            || token.is_any("cure|bankruptcy|fails|cause|failure")
    }) && !says_any(tokens, "without cause|with or without cause|for convenience");
    if !leaves || for_cause || !terms.termination_notice_days.is_absent() || ends_with_term(tokens) {
        return;
    }
    let Some((at, length, days)) = notice_span(tokens) else {
        return;
    };
    let end = at.saturating_add(length);
    terms.termination_notice_days = Found::supported(
        days,
        statement.stretch.printed(at, end),
        statement.evidence(document),
    );
}

/// Notice that counts back from the end of the term stops a renewal; it does not end the contract early.
fn ends_with_term(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.low.starts_with("renew"))
        || (says_any(
            tokens,
            "end of the term|end of the initial|expiration of the|end of the then|expiry of the",
        ) && !tokens.iter().any(|token| matches!(token.kind, Kind::Money(_))))
}
