//! From what the readers of a document found to terms: one list of lines, each with its place, and what they share.

mod basis;
mod counts;
mod credits;
mod currency;
mod due;
mod free;
mod later;
mod notes;
mod order;
mod periods;
mod ramps;
mod retention;
mod rises;
mod sums;
mod totals;

use std::collections::HashSet;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::items::Item;
use super::parties::{self, Parties};
use super::prose::{self, Found as Mentioned};
use super::scopes::Scopes;
use super::statements::{self, Statement};
use super::tables;
use super::{
    Reading, billing, escalators, locale, nature, others, payment, renewal, scopes, signs, taxes, term,
};
use crate::flag::Flag;
use crate::page::{Document, WordRef};
use crate::terms::{Cadence, DocumentKind, EscalatorTerm, Found, Kind, Mention, Role, Status, Terms, Total};

/// Everything a document says, by rules alone.
pub(super) fn read(document: &Document) -> Reading {
    let scopes = scopes::cut(document, locale::of(document));
    let all = statements::all(document, &scopes);
    let (statements, mut flags) = signs::without_orders(document, all);
    let parties = parties::read(document, &scopes, &statements);
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
        others: others::read(document, &statements),
        ..Terms::default()
    };
    flags.extend(dates.flags);
    flags.extend(payment.flags);
    let tables = tables::read(document, &scopes, &statements);
    let prose = prose::read(
        document,
        &statements,
        &parties,
        terms.kind.copied() == Some(DocumentKind::Amendment),
    );
    terms.totals = tables.totals;
    totals::collect(document, &statements, &mut terms.totals);
    let mut items = tables.items;
    items.extend(prose.items);
    let items = lines(
        document,
        (&scopes, &statements, &parties),
        items,
        &tables.pointers,
        &mut terms,
    );
    totals::of_sentences(&prose.mentions, &items, &mut terms.totals);
    if items.is_empty() {
        withdraw_conclusions(&mut terms);
    } else {
        begin_with_lines(&mut terms, &items);
    }
    let escalators = escalators::read(document, &statements, &items);
    terms.escalators = escalators.terms;
    flags.extend(escalators.flags);
    terms.currency = currency::read(document, &statements, &items);
    terms.mentions = mentions(&prose.mentions, &terms, &items);
    flags.extend(signs::read(document, &scopes, &statements, &parties, &items));
    flags.extend(nature.flags);
    flags.extend(doubts(&items));
    terms.line_items = items.into_iter().map(|item| item.line).collect();
    Reading { terms, flags }
}

/// Lines in the order of the document, each once, sums apart, with cadence and dates that the contract states for many.
fn lines(
    document: &Document,
    (scopes, statements, parties): (&Scopes, &[Statement], &Parties),
    items: Vec<Item>,
    pointers: &[tables::Pointer],
    terms: &mut Terms,
) -> Vec<Item> {
    let mut items = order::sorted(items, statements);
    for item in &mut items {
        let under = scopes.all.get(item.scope).map(|scope| scope.under.number.clone());
        item.clause = under.unwrap_or_default();
    }
    counts::fill(document, statements, &mut items);
    tables::follow(pointers, &mut items);
    sums::separate(&mut items, &mut terms.totals);
    billing::spread(document, statements, parties, &mut items);
    periods::apply(document, statements, &mut items);
    ramps::date(&mut items, &terms.term);
    counts::apply(document, statements, &mut items);
    credits::apply(document, statements, &mut items);
    free::apply(document, statements, terms, &mut items);
    notes::apply(document, statements, &mut items);
    due::apply(document, statements, &mut items);
    retention::apply(document, statements, &mut items);
    later::apply(document, statements, &mut items);
    order::ask_about_steps(statements, &mut items);
    if terms.kind.copied() == Some(DocumentKind::Amendment) {
        others::more_units(document, statements, &mut items);
        others::mark_changes(statements, &mut items);
    }
    order::name(&mut items);
    basis::link(&mut items, scopes, statements);
    items
}

/// A paper that charges nothing has no first day of charging to conclude.
fn withdraw_conclusions(terms: &mut Terms) {
    if matches!(terms.term.start.status, Status::Derived { .. }) {
        terms.term.start = Found::absent();
    }
}

/// Where nothing else names a first day, the contract begins with the only day that its lines name, and ends with it too.
fn begin_with_lines(terms: &mut Terms, items: &[Item]) {
    let of = |pick: fn(&Item) -> &Found<Date>| {
        let recurring = items
            .iter()
            .filter(|item| matches!(item.line.cadence.copied(), Some(Cadence::Every(_))));
        let mut days: Vec<&Found<Date>> = recurring
            .map(pick)
            .filter(|found| found.value.is_some())
            .collect();
        days.dedup_by_key(|found| found.value);
        match days.as_slice() {
            [only] => Some((*only).clone()),
            _ => None,
        }
    };
    let open = terms.term.start.is_absent()
        && terms.effective_date.is_absent()
        && terms.kind.copied() != Some(DocumentKind::Amendment);
    let Some(start) = of(|item| &item.line.start)
        .or_else(|| at_signing(terms, items))
        .filter(|_| open)
    else {
        return;
    };
    let day = |found: Found<Date>, how: &str| Found {
        status: Status::Derived { how: how.to_owned() },
        ..found
    };
    terms.term.start = day(start, "the first day that the lines, or the signatures, name");
    if let Some(end) = of(|item| &item.line.end).filter(|_| terms.term.end.is_absent()) {
        terms.term.end = day(end, "the last day that the lines name");
    }
}

/// Where nothing comes again, nothing begins but the contract itself: on the day it was signed.
fn at_signing(terms: &Terms, items: &[Item]) -> Option<Found<Date>> {
    let once = items
        .iter()
        .all(|item| matches!(item.line.kind, Kind::OneTime | Kind::Milestone | Kind::Discount));
    let day = [&terms.signature_date, &terms.agreement_date]
        .into_iter()
        .find(|found| found.value.is_some());
    day.filter(|_| once).cloned()
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
fn mentions(found: &[Mentioned], terms: &Terms, items: &[Item]) -> Vec<Mention> {
    let taken: HashSet<WordRef> = items.iter().flat_map(|item| item.words.iter().copied()).collect();
    let sums = sums::printed_whole(items);
    let of = |mention: &Mentioned| Mention {
        printed: mention.printed.clone(),
        value: mention.value,
        role: match settled_role(
            mention,
            terms,
            items,
            mention.words.iter().any(|word| taken.contains(word)),
        ) {
            Role::Unexplained if sums.contains(&mention.value) => Role::Total,
            role => role,
        },
        evidence: mention.evidence.clone(),
    };
    found.iter().map(of).collect()
}

/// A price that no line took is not explained, unless a sum or a term of the contract holds it.
fn settled_role(mention: &Mentioned, terms: &Terms, items: &[Item], taken: bool) -> Role {
    if mention.explained || taken {
        return if mention.role == Role::Unexplained {
            Role::Price
        } else {
            mention.role
        };
    }
    if !matches!(
        mention.role,
        Role::Price | Role::Unexplained | Role::Discount | Role::Minimum
    ) {
        return mention.role;
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
    let kept_back = terms
        .line_items
        .iter()
        .any(|line| line.retention_percent.copied() == Some(mention.value));
    let rises = terms
        .escalators
        .iter()
        .any(|escalator| rises_by(escalator, mention.value));
    match (
        total || is_sum_of_parts(mention.value, items),
        late,
        early,
        rises,
        kept_back,
    ) {
        (true, ..) => Role::Total,
        (_, true, ..) => Role::LateFee,
        (_, _, true, ..) => Role::Discount,
        (_, _, _, true, _) => Role::Escalator,
        (.., true) => Role::Security,
        _ => Role::Unexplained,
    }
}

/// "a fixed price of $90,000, payable as follows": the parts of it are charged, and it is what they come to.
fn is_sum_of_parts(value: Decimal, items: &[Item]) -> bool {
    let parts = || {
        items
            .iter()
            .filter(|item| matches!(item.line.kind, Kind::Milestone | Kind::OneTime))
    };
    let mut amounts = parts().filter_map(|item| item.line.price.amount.copied());
    let sum = amounts.try_fold(Decimal::ZERO, Decimal::checked_add);
    let of_value = format!("% of {value}");
    let derived = |item: &Item| matches!(&item.line.price.amount.status, Status::Derived { how } if how.ends_with(&of_value));
    parts().count() > 1 && (sum == Some(value) || parts().any(derived))
}

fn rises_by(escalator: &EscalatorTerm, value: Decimal) -> bool {
    [
        &escalator.percent,
        &escalator.maximum_percent,
        &escalator.minimum_percent,
    ]
    .iter()
    .any(|found| found.copied() == Some(value))
}
