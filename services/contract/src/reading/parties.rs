//! Who is paid and who pays: from labels, from defined roles, from who pays whom.

mod between;
mod made_out;
mod mail;
mod names;
mod payers;
mod signatories;

#[cfg(test)]
mod tests;

use super::scopes::{Content, Scopes};
use super::statements::{Key, Statement};
use super::tokens::{Token, listed};
use crate::page::Document;
use crate::terms::{Evidence, Found};

pub(crate) use names::{Name, name};

/// Which side of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// Is paid.
    Provider,
    /// Pays.
    Customer,
}

/// The two parties and the words the contract uses for each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parties {
    /// Who is paid.
    pub(crate) provider: Found<String>,
    /// Who pays.
    pub(crate) customer: Found<String>,
    /// Lower-case words that stand for the provider: its alias and the first words of its name.
    pub(crate) provider_words: Vec<String>,
    /// The same for the customer.
    pub(crate) customer_words: Vec<String>,
}

/// A party as the opening introduces it.
#[derive(Debug, Clone)]
struct Introduced {
    name: String,
    alias: Option<String>,
    side: Option<Side>,
    evidence: Vec<Evidence>,
    /// How sure the words are that this is a party: 3 label or role, 2 "between", 1 a name with a company suffix.
    weight: u8,
}

/// Reads the parties.
pub(crate) fn read(document: &Document, scopes: &Scopes, statements: &[Statement]) -> Parties {
    let mut found: Vec<Introduced> = Vec::new();
    for statement in statements {
        for party in introductions(document, statement) {
            remember(&mut found, party);
        }
    }
    if found.len() < 2 {
        signatories::signatories(document, scopes)
            .into_iter()
            .for_each(|party| remember(&mut found, party));
    }
    if found.len() < 2 {
        letterhead(document, scopes)
            .into_iter()
            .for_each(|party| remember(&mut found, party));
    }
    mail::sender(document, statements, &mut found);
    if found.iter().all(|party| party.side.is_none()) {
        let made_out = made_out::parties(document, scopes);
        made_out.into_iter().for_each(|party| remember(&mut found, party));
    }
    settle_sides(&mut found, statements);
    let side = |side: Side| {
        found
            .iter()
            .filter(|party| party.side == Some(side))
            .rev()
            .max_by_key(|party| party.weight)
    };
    let (provider, customer) = (side(Side::Provider), side(Side::Customer));
    Parties {
        provider: term(provider),
        customer: term(customer),
        provider_words: provider.map(words_for).unwrap_or_default(),
        customer_words: customer.map(words_for).unwrap_or_default(),
    }
}

fn term(party: Option<&Introduced>) -> Found<String> {
    party.map_or_else(Found::absent, |party| {
        Found::supported(party.name.clone(), party.name.clone(), party.evidence.clone())
    })
}

fn words_for(party: &Introduced) -> Vec<String> {
    let first = party.name.split([' ', ',', '.']).next().unwrap_or_default();
    let mut words = vec![first.to_lowercase()];
    words.extend(party.alias.iter().map(|alias| alias.to_lowercase()));
    // ("we", "us"): whoever is one of them is all of them.
    let pronouns: &[&str] = match party.alias.as_deref().map(str::to_lowercase).as_deref() {
        Some("we" | "us" | "our") => &["we", "us", "our"],
        Some("you" | "your") => &["you", "your"],
        _ => &[],
    };
    words.extend(pronouns.iter().map(|word| (*word).to_owned()));
    words.retain(|word| word.len() > 1 && word != "the");
    words
}

/// "Umberfield Data Co. – ORDER SHEET 0093": who wrote the paper stands over it.
fn letterhead(document: &Document, scopes: &Scopes) -> Vec<Introduced> {
    let headings = scopes
        .all
        .iter()
        .take(6)
        .filter_map(|scope| match &scope.content {
            Content::Heading(title) => Some(title),
            _ => None,
        });
    let names = headings.filter_map(|title| {
        let found = name(&title.tokens, 0).filter(|name| name.suffix)?;
        Some(Introduced {
            name: title.printed(0, found.end()),
            alias: None,
            side: None,
            evidence: title.evidence(document, 0, found.end()),
            weight: 1,
        })
    });
    names.collect()
}

/// The same name again adds what was not known: an alias, a side.
fn remember(found: &mut Vec<Introduced>, party: Introduced) {
    let known = found.iter_mut().find(|known| same_name(&known.name, &party.name));
    let Some(known) = known else {
        return found.push(party);
    };
    if known.alias.is_none() {
        known.alias.clone_from(&party.alias);
    }
    if party.side.is_some() && (known.side.is_none() || party.weight > known.weight) {
        known.side = party.side;
        known.evidence.clone_from(&party.evidence);
    }
    known.weight = known.weight.max(party.weight);
}

fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> String {
        let kept: String = name
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect();
        kept.trim_start_matches("the").to_owned()
    };
    plain(one) == plain(other)
}

fn introductions(document: &Document, statement: &Statement) -> Vec<Introduced> {
    match statement.key {
        Some(Key::Provider) => labelled(document, statement, Side::Provider)
            .into_iter()
            .collect(),
        Some(Key::Customer) => labelled(document, statement, Side::Customer)
            .into_iter()
            .chain(by_whom(document, statement))
            .collect(),
        _ => in_prose(document, statement),
    }
}

fn labelled(document: &Document, statement: &Statement, side: Side) -> Option<Introduced> {
    let tokens = statement.tokens();
    let length = names::whole_value(tokens, statement.label)?;
    let to = statement.label.saturating_add(length);
    let printed = statement.stretch.printed(statement.label, to);
    // "Prepared by: Ines Okonjo" is who wrote the paper.
    let label = tokens.get(..statement.label).unwrap_or_default();
    let wrote = label
        .iter()
        .any(|token| token.is_any("prepared|contact|attention|attn|manager|representative|rep|person"));
    // "Customer | Order details" heads two columns of a form.
    let heads = printed.split(' ').any(|word| {
        matches!(
            word.to_lowercase().as_str(),
            "details" | "information" | "summary"
        )
    });
    if heads {
        return None;
    }
    if wrote && !name(tokens, statement.label).is_some_and(|name| name.suffix) {
        return None;
    }
    // "From: Dov Peretz <dov@…>" is who wrote, not who agrees.
    if printed.contains('@') {
        return None;
    }
    Some(Introduced {
        name: printed,
        alias: None,
        side: Some(side),
        evidence: statement.evidence_of(document, statement.label, to),
        // "Consultant: Rosalind Achterberg (lead)" may be a contact; a company suffix settles it.
        weight: if name(tokens, statement.label).is_some_and(|name| name.suffix) {
            4
        } else {
            2
        },
    })
}

/// "Prepared for Ferncliffe Ltd by Sparrowgate Inc.": who wrote it is paid.
fn by_whom(document: &Document, statement: &Statement) -> Option<Introduced> {
    let tokens = statement.tokens();
    let at = tokens.iter().position(|token| token.is("by"))?.saturating_add(1);
    let found = name(tokens, at).filter(|name| name.suffix && at > statement.label)?;
    Some(Introduced {
        name: statement.stretch.printed(at, found.end()),
        alias: None,
        side: Some(Side::Provider),
        evidence: statement.evidence_of(document, at, found.end()),
        weight: 2,
    })
}

/// Names in a sentence, with the role in brackets behind them or before them.
fn in_prose(document: &Document, statement: &Statement) -> Vec<Introduced> {
    let tokens = statement.tokens();
    let between = names::after_between(tokens);
    let mut out = Vec::new();
    let mut ends = Vec::new();
    let mut at = 0usize;
    while at < tokens.len() {
        let introduced = between.contains(&at);
        let Some(name) =
            name(tokens, at).filter(|name| introduced || name.suffix || is_named_ahead(tokens, at, name))
        else {
            at = at.saturating_add(1);
            continue;
        };
        let alias = names::alias_after(tokens, name.end());
        let pronoun = names::pronoun_before(tokens, at);
        let side = pronoun
            .or_else(|| alias.as_ref().and_then(|(alias, _)| role(alias)))
            .or_else(|| between::for_whom(tokens, at).filter(|_| name.suffix))
            .or_else(|| accepts(tokens, at).then_some(Side::Customer));
        let to = alias.as_ref().map_or(name.end(), |(_, to)| *to);
        let named_party = introduced || side.is_some() || names::is_defined(tokens, name.end());
        if named_party || name.suffix {
            ends.push((at, to.max(name.end())));
            out.push(Introduced {
                name: statement.stretch.printed(at, name.end()),
                alias: alias.map(|(alias, _)| alias),
                side,
                evidence: statement.evidence_of(document, at, to),
                weight: if side.is_some() {
                    3
                } else {
                    u8::from(introduced || named_party).saturating_add(1)
                },
            });
        }
        at = to.max(name.end());
    }
    between::set_by_preposition(tokens, &mut out, &ends);
    out
}

/// "Accepted for Wexmoor Dairies plc:": who accepts an offer is the one who pays.
fn accepts(tokens: &[Token], at: usize) -> bool {
    let before = tokens.get(at.saturating_sub(5)..at).unwrap_or_default();
    crate::reading::phrases::says_any(
        before,
        "accepted for|accepted on behalf of|accepted for and on behalf of|accepted online by|acceptance by|ordered by",
    )
}

fn is_named_ahead(tokens: &[Token], at: usize, name: &Name) -> bool {
    let before = names::pronoun_before(tokens, at).is_some();
    before
        || names::is_shortened(tokens, at, name.end())
        || names::is_defined_party(tokens, name.end())
        || names::alias_after(tokens, name.end()).is_some_and(|(alias, _)| role(&alias).is_some())
}

/// The side that a role word names.
pub(crate) fn role(alias: &str) -> Option<Side> {
    const PROVIDERS: &str = "provider|supplier|vendor|licensor|consultant|contractor|seller|developer|processor|\
        lessor|landlord|host|manufacturer|agency|agent|service provider|publisher|\
        franchisor|carrier|transfer agent|administrator|racing|we|us|our|servicer|designer|\
        author|trainer|custodian";
    const CUSTOMERS: &str = "customer|client|buyer|licensee|purchaser|subscriber|employer|merchant|lessee|tenant|\
        sponsor|advertiser|distributor|reseller|you|your|franchisee|fund|user|owner|hirer|\
        retailer|principal|end user|recipient";
    let low = alias.to_lowercase();
    let low = low.strip_prefix("the ").unwrap_or(&low);
    if listed(PROVIDERS, low) {
        return Some(Side::Provider);
    }
    listed(CUSTOMERS, low).then_some(Side::Customer)
}

/// Sides that no role named: from who pays whom, else the other side of the one that is known.
fn settle_sides(found: &mut [Introduced], statements: &[Statement]) {
    let both = |found: &[Introduced]| {
        [Side::Provider, Side::Customer]
            .iter()
            .all(|side| found.iter().any(|party| party.side == Some(*side)))
    };
    if both(found) {
        return turn_where_sellers_pay(found, statements);
    }
    let mut open: Vec<usize> = (0..found.len()).collect();
    open.retain(|at| found.get(*at).is_some_and(|party| party.side.is_none()));
    open.sort_by_key(|at| {
        found
            .get(*at)
            .map_or(0, |party| u8::MAX.saturating_sub(party.weight))
    });
    open.truncate(2);
    if open.is_empty() && share_a_side(found) {
        return settle_by_payment(found, 0, 1, statements);
    }
    let known = found.iter().find_map(|party| party.side);
    if let (Some(side), Some(other)) = (known, open.first()) {
        if let Some(party) = found.get_mut(*other) {
            party.side = Some(opposite(side));
        }
        return turn_where_sellers_pay(found, statements);
    }
    if let [first, second] = open.as_slice() {
        settle_by_payment(found, *first, *second, statements);
    }
}

/// On a marketplace the "Seller" pays the platform: where the words for a role do not say who is paid, who pays does.
fn turn_where_sellers_pay(found: &mut [Introduced], statements: &[Statement]) {
    const EITHER: &str = "seller|publisher|carrier|franchisee";
    let at = |found: &[Introduced], side: Side| found.iter().position(|party| party.side == Some(side));
    let (Some(provider), Some(customer)) = (at(found, Side::Provider), at(found, Side::Customer)) else {
        return;
    };
    let either = |at: usize| {
        let alias = found
            .get(at)
            .and_then(|party| party.alias.as_deref())
            .unwrap_or_default();
        listed(EITHER, alias.to_lowercase().trim_start_matches("the "))
    };
    if !either(provider) {
        return;
    }
    let words = |at: usize| found.get(at).map(words_for).unwrap_or_default();
    if payers::side_of_first(&words(provider), &words(customer), statements) == Some(Side::Customer) {
        for party in found.iter_mut() {
            party.side = party.side.map(opposite);
        }
    }
}

/// "Owner" and "User" both pay elsewhere; who of the two pays here, the sentences say.
fn share_a_side(found: &[Introduced]) -> bool {
    matches!(found, [first, second] if first.side.is_some() && first.side == second.side)
}

fn settle_by_payment(found: &mut [Introduced], first: usize, second: usize, statements: &[Statement]) {
    let words = |at: usize| found.get(at).map(words_for).unwrap_or_default();
    let Some(side) = payers::side_of_first(&words(first), &words(second), statements) else {
        return;
    };
    if let Some(party) = found.get_mut(first) {
        party.side = Some(side);
    }
    if let Some(party) = found.get_mut(second) {
        party.side = Some(opposite(side));
    }
}

fn opposite(side: Side) -> Side {
    match side {
        Side::Provider => Side::Customer,
        Side::Customer => Side::Provider,
    }
}
