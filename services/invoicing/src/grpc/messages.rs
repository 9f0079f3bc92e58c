//! Invoices, plans and times as they travel.

use ::billing::journal::Side;
use ::billing::line::DueReason;
use jiff::Timestamp;
use pricing::money::Currency;
use rust_decimal::Decimal;
use tonic::Status;
use uuid::Uuid;
use wire::Violation;
use wire::invoicing::v1::{self, InvoiceKind, InvoiceState};
use wire::plan::plan_message;
use wire::value::period_message;

use super::settlement;
use crate::invoice::{FactUsed, Invoice, Line, Series, Standing, TaxTotal};
use crate::store::accounts::Parked;
use crate::store::plans::{Approval, PlanVersion};

pub(super) fn invoice(invoice: &Invoice) -> v1::Invoice {
    let currency = invoice.currency;
    let settled = invoice
        .settled
        .as_ref()
        .map(|settled| settlement::message(settled, currency));
    let (state, issued_at) = match invoice.standing {
        Standing::Preview => (InvoiceState::Preview, None),
        Standing::Issued { at, .. } => {
            let state = settled.as_ref().map_or(InvoiceState::Issued, |(state, _)| *state);
            (state, Some(timestamp(at)))
        }
    };
    v1::Invoice {
        id: id(invoice.id),
        number: invoice.number().unwrap_or_default(),
        account: invoice.account.clone(),
        customer: invoice.customer.clone(),
        provider: invoice.issuer.clone(),
        plan: invoice.version.clone(),
        currency: currency.code().to_owned(),
        invoice_date: invoice.invoice_date.to_string(),
        due_date: invoice.due_date.to_string(),
        lines: invoice.lines.iter().map(|each| line(each, currency)).collect(),
        taxes: invoice.taxes.iter().map(|each| tax(each, currency)).collect(),
        net: money(invoice.net, currency),
        tax: money(invoice.tax, currency),
        total: money(invoice.total, currency),
        state: state.into(),
        issued_at,
        journal: invoice
            .entry
            .postings()
            .iter()
            .map(|each| posting(each, currency))
            .collect(),
        kind: kind(invoice.series).into(),
        settlement: settled.map(|(_, settlement)| settlement),
        issues_on: String::new(),
    }
}

fn kind(series: Series) -> InvoiceKind {
    match series {
        Series::Invoice => InvoiceKind::Invoice,
        Series::CreditNote => InvoiceKind::CreditNote,
    }
}

pub(super) fn line(line: &Line, currency: Currency) -> v1::InvoiceLine {
    v1::InvoiceLine {
        id: id(line.id),
        charge: line.charge.clone(),
        component: line.component.clone(),
        description: line.description.clone(),
        service: line.service.map(period_message),
        quantity: line
            .quantity
            .map(|quantity| quantity.normalize().to_string())
            .unwrap_or_default(),
        amount: money(line.amount, currency),
        tax: line.tax.clone().unwrap_or_default(),
        working: line.working.to_string(),
        adjusts: adjusts(&line.reason),
        plan: line.agreement.clone().unwrap_or_default(),
    }
}

fn adjusts(reason: &DueReason) -> String {
    match reason {
        DueReason::First => String::new(),
        DueReason::Restated {
            billed,
            expected,
            invoices,
        } => {
            format!(
                "{} billed {billed}, it comes to {expected}",
                invoices.join(" and ")
            )
        }
        DueReason::Withdrawn { billed, invoices } => {
            format!(
                "{} billed {billed}, which is no longer owed",
                invoices.join(" and ")
            )
        }
        DueReason::Voided { invoice } => format!("{invoice} is void"),
    }
}

fn tax(tax: &TaxTotal, currency: Currency) -> v1::TaxTotal {
    v1::TaxTotal {
        tax: tax.tax.clone(),
        name: tax.name.clone(),
        percent: tax.percent.normalize().to_string(),
        net: money(tax.net, currency),
        amount: money(tax.amount, currency),
        included: tax.included,
    }
}

fn posting(posting: &::billing::journal::Posting, currency: Currency) -> v1::Posting {
    let amount = money(posting.amount, currency);
    let (debit, credit) = match posting.side {
        Side::Debit => (amount, String::new()),
        Side::Credit => (String::new(), amount),
    };
    v1::Posting {
        account: posting.account.to_string(),
        debit,
        credit,
    }
}

pub(super) fn fact(fact: &FactUsed) -> v1::FactUsed {
    let FactUsed {
        kind,
        id,
        date,
        value,
        note,
    } = fact.clone();
    v1::FactUsed {
        kind,
        id,
        date,
        value,
        note,
    }
}

pub(super) fn parked(parked: &Parked) -> v1::ParkedAccount {
    let Parked {
        account,
        plan,
        reason,
    } = parked.clone();
    v1::ParkedAccount {
        account,
        plan,
        reason,
    }
}

pub(super) fn registered_plan(version: &PlanVersion) -> v1::RegisteredPlan {
    v1::RegisteredPlan {
        content_hash: version.content_hash.clone(),
        account: version.plan.account.clone(),
        plan: Some(plan_message(&version.plan)),
        approval: Some(approval(&version.approval)),
        registered_at: Some(timestamp(version.registered_at)),
        superseded_on: version
            .superseded_on
            .map(|date| date.to_string())
            .unwrap_or_default(),
    }
}

fn approval(approval: &Approval) -> v1::Approval {
    v1::Approval {
        contract_id: approval.contract_id.clone(),
        revision: approval.revision,
        submitted_by: approval.submitted_by.clone(),
        approved_by: approval.approved_by.clone(),
        approved_at: Some(timestamp(approval.approved_at)),
    }
}

/// With the decimals of the currency's minor unit, and more only where there are more.
pub(super) fn money(amount: Decimal, currency: Currency) -> String {
    let mut shown = amount.normalize();
    if shown.scale() < currency.minor_digits() {
        shown.rescale(currency.minor_digits());
    }
    shown.to_string()
}

/// Empty on a preview, which has no ids yet.
fn id(id: Uuid) -> String {
    if id.is_nil() {
        String::new()
    } else {
        id.to_string()
    }
}

pub(crate) fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    // Before 1970 the second is rounded down, as the format wants it.
    let nanoseconds = at.as_nanosecond();
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or_default();
    let nanos = i32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or_default();
    prost_types::Timestamp { seconds, nanos }
}

/// None where it is no point in time.
pub(super) fn instant(message: &prost_types::Timestamp) -> Option<Timestamp> {
    let whole = (0..1_000_000_000).contains(&message.nanos);
    Timestamp::new(message.seconds, message.nanos)
        .ok()
        .filter(|_| whole)
}

/// INVALID_ARGUMENT with every violation by its field.
pub(super) fn violations(violations: Vec<Violation>) -> Status {
    let fields: Vec<_> = violations
        .into_iter()
        .map(|Violation { field, description }| (field, description))
        .collect();
    runtime::rejection::invalid_fields(&fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_show_the_minor_unit_and_never_lose_a_digit() {
        for (amount, currency, shown) in [
            ("0", "USD", "0.00"),
            ("12.5", "USD", "12.50"),
            ("12.500", "USD", "12.50"),
            ("-0.015", "USD", "-0.015"),
            ("1200", "JPY", "1200"),
            ("1.5", "KWD", "1.500"),
        ] {
            assert_eq!(money(amount.parse().unwrap(), currency.parse().unwrap()), shown);
        }
    }

    #[test]
    fn a_time_survives_the_journey() {
        for text in [
            "2026-01-31T23:59:59.999999Z",
            "1969-12-31T23:59:59.5Z",
            "1970-01-01T00:00:00Z",
        ] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(instant(&timestamp(at)), Some(at), "{text}");
        }
        assert_eq!(
            instant(&prost_types::Timestamp {
                seconds: 0,
                nanos: -1
            }),
            None
        );
        assert_eq!(
            instant(&prost_types::Timestamp {
                seconds: i64::MAX,
                nanos: 0
            }),
            None
        );
    }
}
