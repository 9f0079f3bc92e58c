//! How long, what then, in what money, when to pay: statements whose value is made of several words.

use pricing::money::Currency;
use pricing::plan::payment::LateFeePer;

use super::set;
use crate::grounding::Ground;
use crate::grounding::values::{Claim, Place, only, percent};
use crate::normal::duration;
use crate::normal::money::{self, Sign};
use crate::reading::payment::rule_in;
use crate::reading::phrases::{find_duration, has_stem, period_within, says_any};
use crate::reading::tokens::Token;
use crate::schema::{Statement, StatementKind};
use crate::terms::{Cadence, EscalatorKind, EscalatorTerm, Found, LateFeeTerm};

/// Fills the field of the statement.
pub(super) fn field(ground: &mut Ground<'_>, claim: &Claim<'_>, statement: &Statement) {
    let printed = &statement.printed;
    match statement.kind {
        StatementKind::TermLength => {
            let found = claim.measure(ground, "/term/months", printed, months);
            set(ground, "/term/months", found, |reading| {
                &mut reading.terms.term.months
            });
        }
        StatementKind::RenewalLength => {
            let found = claim.measure(ground, "/renewal/months", printed, months);
            set(ground, "/renewal/months", found, |reading| {
                &mut reading.terms.renewal.months
            });
        }
        StatementKind::RenewalNotice => {
            let found = claim.measure(ground, "/renewal/notice_days", printed, days);
            set(ground, "/renewal/notice_days", found, |reading| {
                &mut reading.terms.renewal.notice_days
            });
        }
        StatementKind::RenewsAutomatically => renewal(ground, claim, printed, true),
        StatementKind::DoesNotRenew => renewal(ground, claim, printed, false),
        StatementKind::Currency => {
            let found = currency(ground, claim, printed);
            set(ground, "/currency", found, |reading| &mut reading.terms.currency);
        }
        StatementKind::PaymentTerms => {
            let found = claim.value(ground, "/payment/due", printed, Place::Quote, rule_in);
            set(ground, "/payment/due", found, |reading| {
                &mut reading.terms.payment.due
            });
        }
        StatementKind::LateFee => {
            let found = late_fee(ground, claim, printed);
            set(ground, "/payment/late_fee", found, |reading| {
                &mut reading.terms.payment.late_fee
            });
        }
        _ => {}
    }
}

fn months(tokens: &[Token]) -> Option<u32> {
    let (_, found) = find_duration(tokens)?;
    duration::months(found.span)
}

fn days(tokens: &[Token]) -> Option<u32> {
    let (_, found) = find_duration(tokens)?;
    duration::notice_days(found.span).filter(|_| !found.business)
}

/// Words that say whether it goes on by itself; a denial among them must fit the claim.
fn renewal(ground: &mut Ground<'_>, claim: &Claim<'_>, printed: &str, auto: bool) {
    let said = claim.printed(ground, printed, Place::Quote);
    let said = said
        .map(|_| claim.cited.text(claim.quote).to_lowercase())
        .unwrap_or_default();
    let renews = [
        "renew",
        "extend",
        "rolls over",
        "month to month",
        "month-to-month",
    ];
    let at = renews.iter().filter_map(|word| said.find(word)).min();
    let before = at.and_then(|at| said.get(..at)).unwrap_or_default();
    let denied = [" not ", " no ", "without", "neither"]
        .iter()
        .any(|word| format!(" {before} ").contains(word));
    let ends = ["expires", "ends", "lapses", "no renewal"]
        .iter()
        .any(|word| said.contains(word));
    let fits = if auto {
        at.is_some() && !denied
    } else {
        denied || (at.is_none() && ends)
    };
    let found = claim.value(ground, "/renewal/auto", printed, Place::Quote, |_| {
        fits.then_some(auto)
    });
    set(ground, "/renewal/auto", found, |reading| {
        &mut reading.terms.renewal.auto
    });
}

/// A code, a sign or a word. `$` alone is the dollar of a country that the quote must name.
fn currency(ground: &mut Ground<'_>, claim: &Claim<'_>, printed: &str) -> Found<Currency> {
    let quote = claim.cited.text(claim.quote);
    let around = country(&quote);
    let read = |tokens: &[Token]| {
        let named = tokens.iter().filter_map(sign_of);
        only(named.filter_map(|sign| match sign {
            Sign::Of(currency) => Some(currency),
            Sign::Dollar | Sign::Krone => around,
        }))
    };
    claim.value(ground, "/currency", printed, Place::Quote, read)
}

fn sign_of(token: &Token) -> Option<Sign> {
    let amount = token.money().and_then(|amount| amount.sign);
    amount
        .or_else(|| money::sign(&token.text))
        .or_else(|| money::code(&token.text).map(Sign::Of))
        .or_else(|| money::word(&token.low))
}

fn country(quote: &str) -> Option<Currency> {
    let low = quote.to_lowercase();
    let named = [
        ("united states", "USD"),
        ("u.s.", "USD"),
        ("us dollar", "USD"),
        ("us$", "USD"),
        ("usd", "USD"),
        ("canadian", "CAD"),
        ("australian", "AUD"),
        ("new zealand", "NZD"),
        ("hong kong", "HKD"),
        ("singapore", "SGD"),
    ];
    let found = named
        .iter()
        .filter(|(words, _)| low.contains(words))
        .filter_map(|(_, code)| code.parse().ok());
    only(found)
}

/// A percentage, and whether it is for a month or a year; the span may stand anywhere in the quote.
fn late_fee(ground: &mut Ground<'_>, claim: &Claim<'_>, printed: &str) -> Found<LateFeeTerm> {
    let whole = claim.whole(ground);
    let per = whole
        .as_ref()
        .and_then(|whole| only(whole.tokens().iter().filter_map(span_of)));
    let read = |tokens: &[Token]| {
        Some(LateFeeTerm {
            percent: percent(tokens)?,
            per: per?,
        })
    };
    claim.value(ground, "/payment/late_fee", printed, Place::Quote, read)
}

fn span_of(token: &Token) -> Option<LateFeePer> {
    match token.low.as_str() {
        "month" | "monthly" => Some(LateFeePer::Month),
        "annum" | "year" | "annual" | "annually" | "yearly" => Some(LateFeePer::Year),
        _ => None,
    }
}

/// An increase; which sort it is follows from the words of the quote.
pub(super) fn escalator(ground: &mut Ground<'_>, claim: &Claim<'_>, statement: &Statement) {
    let path = format!("/escalators/{}/percent", ground.reading.terms.escalators.len());
    let quote = claim.cited.text(claim.quote);
    let Some(whole) = claim.whole(ground) else { return };
    let found = claim.value(ground, &path, &statement.printed, Place::Quote, percent);
    let kind = kind(whole.tokens());
    let evidence = claim.evidence(ground);
    let every = period_within(whole.tokens()).and_then(|(_, period)| period.cadence());
    let every = every.filter(|cadence| matches!(cadence, Cadence::Every(_)) && kind == EscalatorKind::Fixed);
    let Some(kind) = found.value.map(|_| kind) else {
        return;
    };
    let (percent, maximum_percent) = if kind == EscalatorKind::Right {
        (Found::absent(), found)
    } else {
        (found, Found::absent())
    };
    ground.reading.terms.escalators.push(EscalatorTerm {
        kind,
        percent,
        maximum_percent,
        minimum_percent: Found::absent(),
        index: Found::absent(),
        notice_days: Found::absent(),
        every: every.map_or_else(Found::absent, |every| {
            Found::supported(every, quote, evidence.clone())
        }),
        first: Found::absent(),
        applies_to: Vec::new(),
        clause: String::new(),
        evidence,
    });
}

fn kind(tokens: &[Token]) -> EscalatorKind {
    let renewal = has_stem(tokens, "renew");
    let index = has_stem(tokens, "cpi|index|indices|inflation");
    let may = says_any(tokens, "may|right to|up to|exceed|no more than|at most|maximum");
    match (renewal, index, may) {
        (true, true, _) => EscalatorKind::IndexAtRenewal,
        (false, true, _) => EscalatorKind::Index,
        (true, false, _) => EscalatorKind::AtRenewal,
        (false, false, true) => EscalatorKind::Right,
        (false, false, false) => EscalatorKind::Fixed,
    }
}
