//! From what the readers of a document found to terms: one list of lines, each with its place, and what they share.

mod currency;
mod notes;
mod order;
mod ramps;
mod sums;

use super::items::Item;
use super::parties;
use super::prose::{self, Found as Mentioned};
use super::statements::{self, Statement};
use super::tables;
use super::{Reading, billing, escalators, locale, nature, payment, renewal, scopes, signs, taxes, term};
use crate::flag::Flag;
use crate::page::Document;
use crate::terms::{Mention, Role, Terms, Total};

/// Everything a document says, by rules alone.
pub(super) fn read(document: &Document) -> Reading {
    let scopes = scopes::cut(document, locale::of(document));
    let all = statements::all(document, &scopes);
    let (statements, mut flags) = signs::without_orders(document, all);
    let parties = parties::read(document, &statements);
    let dates = term::read(document, &statements);
    let payment = payment::read(document, &statements);
    let nature = nature::read(document, &scopes, &statements);
    let mut terms = Terms {
        title: nature.title,
        kind: nature.kind,
        amends: nature.amends,
        provider: parties.provider.clone(),
        customer: parties.customer.clone(),
        agreement_date: dates.agreed,
        effective_date: dates.effective,
        signature_date: dates.signed,
        term: dates.term,
        renewal: renewal::read(document, &statements),
        payment: payment.terms,
        taxes: taxes::read(document, &statements),
        ..Terms::default()
    };
    flags.extend(dates.flags);
    flags.extend(payment.flags);
    let tables = tables::read(document, &scopes, &statements);
    let prose = prose::read(document, &statements, &parties);
    terms.totals = tables.totals;
    let mut items = tables.items;
    items.extend(prose.items);
    let items = lines(document, &statements, items, &mut terms);
    let escalators = escalators::read(document, &statements, &items);
    terms.escalators = escalators.terms;
    flags.extend(escalators.flags);
    terms.currency = currency::read(document, &statements, &items);
    terms.mentions = mentions(&prose.mentions, &terms);
    flags.extend(signs::read(document, &scopes, &statements, &parties, &items));
    flags.extend(nature.flags);
    flags.extend(doubts(&items));
    terms.line_items = items.into_iter().map(|item| item.line).collect();
    Reading { terms, flags }
}

/// Lines in the order of the document, each once, sums apart, with cadence and dates that the contract states for many.
fn lines(document: &Document, statements: &[Statement], items: Vec<Item>, terms: &mut Terms) -> Vec<Item> {
    let mut items = order::sorted(items);
    sums::separate(&mut items, &mut terms.totals);
    billing::spread(document, statements, &mut items);
    ramps::date(&mut items, &terms.term);
    notes::apply(document, statements, &mut items);
    order::name(&mut items);
    order::link(&mut items, statements);
    items
}

fn doubts(items: &[Item]) -> Vec<Flag> {
    let of = |(index, item): (usize, &Item)| {
        item.doubts
            .iter()
            .map(move |doubt| doubt.flag(index))
            .collect::<Vec<Flag>>()
    };
    items.iter().enumerate().flat_map(of).collect()
}

/// Every mention with its role; one that a line, total or term took is explained by it.
fn mentions(found: &[Mentioned], terms: &Terms) -> Vec<Mention> {
    found
        .iter()
        .map(|mention| Mention {
            printed: mention.printed.clone(),
            value: mention.value,
            role: settled_role(mention, terms),
            evidence: mention.evidence.clone(),
        })
        .collect()
}

/// A price that no line took is not explained, unless a sum or a term of the contract holds it.
fn settled_role(mention: &Mentioned, terms: &Terms) -> Role {
    let open = matches!(
        mention.role,
        Role::Price | Role::Unexplained | Role::Discount | Role::Minimum
    );
    if mention.explained || !open {
        return if mention.explained && mention.role == Role::Unexplained {
            Role::Price
        } else {
            mention.role
        };
    }
    let total = terms
        .totals
        .iter()
        .any(|total: &Total| total.amount.copied() == Some(mention.value));
    let late = terms
        .payment
        .late_fee
        .copied()
        .is_some_and(|late| late.percent == mention.value);
    let early = terms
        .payment
        .early
        .copied()
        .is_some_and(|early| early.percent == mention.value);
    let rises = terms.escalators.iter().any(|escalator| {
        [
            &escalator.percent,
            &escalator.maximum_percent,
            &escalator.minimum_percent,
        ]
        .iter()
        .any(|found| found.copied() == Some(mention.value))
    });
    match (total, late, early, rises) {
        (true, ..) => Role::Total,
        (_, true, ..) => Role::LateFee,
        (_, _, true, _) => Role::Discount,
        (.., true) => Role::Escalator,
        _ => Role::Unexplained,
    }
}
