//! The head of a plan: who, when, how long, in what money, when to pay.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _, Unit};
use pricing::money::Currency;
use pricing::plan::payment::Weekend;
use pricing::plan::{Due, EarlyPayment, LateFee, PaymentTerms, Plan, Policy, Renewal, Tax, Term};
use pricing::source::FieldSource;
use rust_decimal::Decimal;

use super::{Parts, naming, sources};
use crate::terms::{Cadence, EscalatorKind, Terms};

/// The plan, if the terms say who pays whom, from when, in what money.
pub(super) fn plan(terms: &Terms, parts: Parts<'_>) -> Option<Plan> {
    let provider = terms.provider.get()?.clone();
    let customer = terms.customer.get()?.clone();
    let currency: Currency = terms.currency.copied()?;
    let mut found = Vec::new();
    let term = term(terms, &mut found)?;
    let payment = payment(terms, &mut found);
    for (field, one) in [("provider", &terms.provider), ("customer", &terms.customer)] {
        found.extend(sources::of(field, one));
    }
    found.extend(sources::of("currency", &terms.currency));
    found.extend(sources::of("signed", &terms.signature_date));
    found.push(sources::derived(
        "time_zone",
        "the contract names no time zone: days begin and end in UTC",
    ));
    let renewal = renewal(terms, term.end, &mut found);
    Some(Plan {
        title: title(terms),
        account: naming::slug(&customer),
        provider,
        customer,
        currency,
        time_zone: "UTC".to_owned(),
        signed: signed(terms),
        term,
        renewal,
        payment,
        policy: Policy::default(),
        charges: parts.charges,
        meters: parts.meters,
        milestones: parts.milestones,
        pools: parts.pools,
        commitments: parts.commitments,
        ceilings: Vec::new(),
        discounts: Vec::new(),
        taxes: taxes(terms),
        amends: None,
        documents: terms.documents.clone(),
        sources: found,
    })
}

fn title(terms: &Terms) -> String {
    let named = terms.title.get().cloned();
    let file = || terms.documents.first().map(|document| document.name.clone());
    named.or_else(file).unwrap_or_else(|| "Contract".to_owned())
}

/// The day of the last signature; the date of the agreement where no signature is dated.
pub(super) fn signed(terms: &Terms) -> Option<Date> {
    terms
        .signature_date
        .copied()
        .or_else(|| terms.agreement_date.copied())
}

/// The first day of the term: as stated, else the effective date.
pub(super) fn start(terms: &Terms) -> Option<Date> {
    terms
        .term
        .start
        .copied()
        .or_else(|| terms.effective_date.copied())
}

fn term(terms: &Terms, found: &mut Vec<FieldSource>) -> Option<Term> {
    let start = start(terms)?;
    if terms.term.start.value.is_some() {
        found.extend(sources::of("term.start", &terms.term.start));
    } else {
        found.push(sources::derived(
            "term.start",
            "the contract starts on its effective date",
        ));
        found.extend(sources::of("term.start", &terms.effective_date));
    }
    Some(Term {
        start,
        end: end(terms, start, found),
    })
}

/// Contracts print the last day; a plan holds the day after it.
fn end(terms: &Terms, start: Date, found: &mut Vec<FieldSource>) -> Option<Date> {
    if let Some(last) = terms.term.end.copied() {
        found.extend(sources::of("term.end", &terms.term.end));
        return last.tomorrow().ok();
    }
    let months = terms.term.months.copied()?;
    found.extend(sources::of("term.end", &terms.term.months));
    found.push(sources::derived(
        "term.end",
        format!("{months} months from {start}"),
    ));
    start
        .checked_add(Span::new().try_months(i64::from(months)).ok()?)
        .ok()
}

/// How many whole billing periods the term holds, where both are counted in months.
pub(super) fn periods(terms: &Terms, cadence: Option<Cadence>) -> Option<Decimal> {
    let stated = terms.term.months.copied();
    let dated = || {
        let until = day_after(terms.term.end.copied()?)?;
        let span = start(terms)?.until((Unit::Month, until)).ok()?;
        u32::try_from(span.get_months())
            .ok()
            .filter(|_| span.get_days() == 0)
    };
    let months = stated.or_else(dated)?;
    let each = cadence?
        .in_months()
        .filter(|each| *each > 0 && months.is_multiple_of(*each))?;
    months.checked_div(each).map(Decimal::from)
}

fn payment(terms: &Terms, found: &mut Vec<FieldSource>) -> PaymentTerms {
    let payment = &terms.payment;
    found.extend(sources::of("payment.due", &payment.due));
    found.extend(sources::of("payment.late", &payment.late_fee));
    found.extend(sources::of("payment.early", &payment.early));
    let due = payment.due.copied().unwrap_or_else(|| {
        // Reached only after a person decided the flag about it without entering terms.
        found.push(sources::derived(
            "payment.due",
            "the contract states no payment terms: due on receipt",
        ));
        Due::Net { days: 0 }
    });
    PaymentTerms {
        due,
        weekend: Weekend::Stay,
        early: payment.early.copied().map(|early| EarlyPayment {
            percent: early.percent,
            days: early.days,
        }),
        late: payment.late_fee.copied().map(|late| LateFee {
            percent: late.percent,
            per: late.per,
        }),
    }
}

/// What has no end goes on anyway, whatever it is called.
fn renewal(terms: &Terms, end: Option<Date>, found: &mut Vec<FieldSource>) -> Renewal {
    let renewal = &terms.renewal;
    found.extend(sources::of("renewal", &renewal.auto));
    found.extend(sources::of("renewal.months", &renewal.months));
    found.extend(sources::of("renewal.notice_days", &renewal.notice_days));
    match (renewal.auto.copied(), renewal.months.copied()) {
        (Some(false), _) => Renewal::Ends,
        (Some(true), Some(months)) if end.is_some() => Renewal::Automatic {
            months,
            notice_days: renewal.notice_days.copied(),
            uplift_percent: uplift(terms),
            at_most: None,
        },
        (Some(true), _) | (None, _) => Renewal::NotStated,
    }
}

fn uplift(terms: &Terms) -> Option<Decimal> {
    let at_renewal = terms
        .escalators
        .iter()
        .find(|escalator| escalator.kind == EscalatorKind::AtRenewal)?;
    at_renewal.percent.copied()
}

/// Only a tax with a rate, of which the contract says whether prices contain it, is computed.
fn taxes(terms: &Terms) -> Vec<Tax> {
    let stated = terms.taxes.iter().filter_map(|tax| {
        Some(Tax {
            id: naming::slug(&tax.name),
            name: tax.name.clone(),
            percent: tax.percent.copied()?,
            included: tax.included.copied()?,
            sources: sources::clauses("", &tax.evidence),
        })
    });
    stated.collect()
}

/// The tax of every charge: there is one, or none.
pub(super) fn tax_id(terms: &Terms) -> Option<String> {
    let taxes = taxes(terms);
    match taxes.as_slice() {
        [only] => Some(only.id.clone()),
        _ => None,
    }
}

/// The day after a printed last day.
pub(super) fn day_after(last: Date) -> Option<Date> {
    last.checked_add(1.day()).ok()
}
