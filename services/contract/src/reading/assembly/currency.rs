//! In what money: as the contract says, as its prices are printed, or as its country lets one conclude.

use pricing::money::Currency;

use crate::normal::money::{self, Sign};
use crate::page::Document;
use crate::reading::items::Item;
use crate::reading::phrases::says_any;
use crate::reading::statements::{Key, Statement};
use crate::reading::tokens::{Kind as TokenKind, Token, listed};
use crate::terms::{Evidence, Found};

/// The currency of the contract.
pub(super) fn read(document: &Document, statements: &[Statement], items: &[Item]) -> Found<Currency> {
    stated(document, statements)
        .or_else(|| printed(items))
        .or_else(|| {
            if items.is_empty() {
                None
            } else {
                concluded(document, statements)
            }
        })
        .unwrap_or_default()
}

/// "Currency: USD", "Everything is in US dollars", "paid in U.S. Dollars".
fn stated(document: &Document, statements: &[Statement]) -> Option<Found<Currency>> {
    statements.iter().find_map(|statement| {
        let tokens = statement.tokens();
        let of_form = statement.key == Some(Key::Currency)
            || matches!(statement.key, Some(Key::Billing | Key::Payment));
        tokens.iter().enumerate().find_map(|(at, token)| {
            let named = named(tokens, at)?;
            let led = tokens.get(at.saturating_sub(4)..at).unwrap_or_default();
            // "RATES (Canadian dollars)".
            let bracketed = tokens.len() <= 8
                && led.last().is_some_and(|token| token.is_mark('('))
                && tokens
                    .get(at.saturating_add(1)..)
                    .is_some_and(|rest| rest.iter().take(2).any(|token| token.is_mark(')')));
            let says = of_form || bracketed || says_any(led, "in|currency is|currency") || token.is("euros");
            says.then(|| {
                Found::supported(
                    named,
                    token.text.clone(),
                    statement.evidence_of(document, at.saturating_sub(4), at.saturating_add(2)),
                )
            })
        })
    })
}

/// A currency named without an amount: `USD`, `US dollars`, `United States Dollars`, `euros`.
fn named(tokens: &[Token], at: usize) -> Option<Currency> {
    let token = tokens.get(at)?;
    if !matches!(token.kind, TokenKind::Word) {
        return None;
    }
    if let Some(currency) = money::code(&token.text) {
        return Some(currency);
    }
    let next = tokens.get(at.saturating_add(1));
    let dollars =
        |token: Option<&Token>| token.is_some_and(|token| token.is("dollars") || token.is("dollar"));
    let crowns = |token: Option<&Token>| {
        token.is_some_and(|token| token.is_any("kronor|krona|kroner|krone|crowns|kr"))
    };
    let code = match token.low.as_str() {
        "us" | "u.s." | "american" if dollars(next) => "USD",
        "states" if dollars(next) => "USD",
        "canadian" if dollars(next) => "CAD",
        "australian" if dollars(next) => "AUD",
        "euros" | "euro" => "EUR",
        "sterling" => "GBP",
        "swedish" if crowns(next) => "SEK",
        "norwegian" if crowns(next) => "NOK",
        "danish" if crowns(next) => "DKK",
        "kronor" => "SEK",
        _ => return None,
    };
    code.parse().ok()
}

/// The currency that the prices themselves are printed in; a check tells where they differ.
fn printed(items: &[Item]) -> Option<Found<Currency>> {
    let (first, item) = items
        .iter()
        .find_map(|item| item.currency.map(|currency| (currency, item)))?;
    let evidence: Vec<Evidence> = item.line.evidence.iter().take(1).cloned().collect();
    Some(Found::supported(first, first.code(), evidence))
}

/// "$" in a contract that names no country but one: the dollar of that country.
fn concluded(document: &Document, statements: &[Statement]) -> Option<Found<Currency>> {
    let dollar = statements.iter().find_map(|statement| {
        let at = statement.tokens().iter().position(|token| {
            token
                .money()
                .is_some_and(|amount| amount.sign == Some(Sign::Dollar))
                || token.is_mark('$')
        })?;
        Some(statement.stretch.evidence(document, at, at.saturating_add(1)))
    });
    let in_tables = || {
        let word = document.lines().flat_map(|line| {
            (0u32..).zip(&line.words).map(|(at, word)| {
                (
                    crate::page::WordRef {
                        line: line.id,
                        word: at,
                    },
                    word,
                )
            })
        });
        word.into_iter()
            .find(|(_, word)| word.text.starts_with('$') && word.seen())
            .map(|(at, _)| {
                Evidence::from_words(document, &[at], crate::terms::Match::Exact)
                    .into_iter()
                    .collect()
            })
    };
    let evidence: Vec<Evidence> = dollar.or_else(in_tables)?;
    let foreign = names_country(
        document,
        "Canada|Ontario|Quebec|Alberta|Australia|Singapore|Zealand|Hong",
    );
    let code = if foreign && !names_country(document, STATES) {
        None
    } else {
        "USD".parse().ok()
    };
    code.map(|code| {
        Found::derived(
            code,
            "the dollar sign of a contract that names no other country",
            evidence,
        )
    })
}

const STATES: &str = "Delaware|York|California|Texas|Florida|Georgia|Ohio|Illinois|Massachusetts|\
    Washington|Virginia|Colorado|Nevada|Oregon|Carolina|Jersey|Pennsylvania|Michigan|\
    Minnesota|Arizona|Tennessee|Utah|U.S.|USA|America|Maryland|Connecticut|Wisconsin|\
    Missouri|Indiana";

fn names_country(document: &Document, names: &str) -> bool {
    let bare = |text: &str| {
        text.trim_matches(|c: char| matches!(c, ',' | '.' | ';' | ')' | '('))
            .to_owned()
    };
    document
        .lines()
        .flat_map(|line| &line.words)
        .any(|word| listed(names, &bare(&word.text)))
}
