//! One invoice as its customer has it, with what became of it and what can be done with it. Printed, it is the document.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use wire::invoicing::v1::{
    ExportInvoiceRequest, GetInvoiceRequest, Invoice, InvoiceKind, InvoiceLine, InvoiceState, Settlement,
};

use super::amounts::{chip, decimal, money, name, owed};
use super::list::Asked;
use crate::answer::{Answer, page_as};
use crate::chart::{About, Chart, Column, WIDE, columns};
use crate::connection::request_id;
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::{days, grouped, moment, time};

#[derive(Template)]
#[template(path = "money/invoice.html")]
struct Page {
    frame: Frame,
    link: String,
    account: String,
    number: String,
    is_credit: bool,
    customer: String,
    provider: String,
    date: String,
    due: String,
    chip: (String, &'static str),
    issued: String,
    lines: Vec<Line>,
    taxes: Vec<(String, String, String)>,
    currency: String,
    net: String,
    total: String,
    owed: String,
    owed_shown: String,
    chart: Option<Chart>,
    standing: Option<Standing>,
    journal: Vec<(String, String, String)>,
    may: May,
    today: String,
    request: String,
    refused: Refused,
}

/// A line as it is printed.
struct Line {
    why: String,
    description: String,
    service: String,
    quantity: String,
    amount: String,
    adjusts: String,
}

/// What became of it.
struct Standing {
    /// Of a hundred parts, how many were paid or need not be.
    paid_share: u32,
    paid: String,
    discount: String,
    over: String,
    closed: String,
    reason: String,
    credit_note: Option<String>,
    early: String,
    payments: Vec<Payment>,
    late_fees: bool,
}

struct Payment {
    id: String,
    date: String,
    amount: String,
    reference: String,
    /// When and why it was taken back; empty while it holds.
    returned: String,
}

/// What is offered to this person. The service has the last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct May {
    pay: bool,
    void: bool,
    write_off: bool,
}

/// What a form asked for and the service refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Refused {
    /// Which form.
    pub(super) form: &'static str,
    pub(super) sentence: String,
    /// What had been typed: date, amount, and reference or reason.
    pub(super) date: String,
    pub(super) amount: String,
    pub(super) words: String,
}

pub(super) async fn show(visitor: Visitor, Path(name): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let invoice = find(&visitor, &name).await?;
    if asked.as_file() {
        return take_away(&invoice);
    }
    draw(&visitor, &invoice, StatusCode::OK, Refused::default())
}

/// Once more, with what was typed and why it was refused.
pub(super) async fn again(visitor: &Visitor, name: &str, status: StatusCode, refused: Refused) -> Answer {
    let invoice = find(visitor, name).await?;
    draw(visitor, &invoice, status, refused)
}

pub(super) async fn find(visitor: &Visitor, name: &str) -> Result<Invoice, Fault> {
    let request = GetInvoiceRequest {
        invoice: name.to_owned(),
    };
    let answer = visitor.invoicing().get_invoice(request).await;
    let to_the_list = |status| Fault::from(status).leading_to("To the invoices", "/invoices");
    let found = answer.map_err(to_the_list)?.into_inner().invoice;
    found.ok_or_else(Fault::nowhere)
}

fn draw(visitor: &Visitor, invoice: &Invoice, status: StatusCode, refused: Refused) -> Answer {
    let today = visitor.console.clock.today();
    let link = link::invoice(&invoice.id);
    let currency = &invoice.currency;
    page_as(
        status,
        &Page {
            frame: visitor.frame(Section::Invoices),
            account: link::account(&invoice.account),
            number: name(invoice).to_owned(),
            is_credit: invoice.kind() == InvoiceKind::CreditNote,
            customer: invoice.customer.clone(),
            provider: invoice.provider.clone(),
            date: invoice.invoice_date.clone(),
            due: invoice.due_date.clone(),
            chip: chip(invoice, today),
            issued: time(invoice.issued_at.as_ref()).map(moment).unwrap_or_default(),
            lines: invoice.lines.iter().map(|one| line(one, &link)).collect(),
            taxes: taxes(invoice),
            net: grouped(&invoice.net),
            total: money(&invoice.total, currency),
            owed: owed(invoice).to_owned(),
            owed_shown: money(owed(invoice), currency),
            chart: chart(invoice),
            standing: invoice.settlement.as_ref().map(|known| standing(known, invoice)),
            journal: journal(invoice),
            may: may(invoice, visitor),
            today: today.to_string(),
            request: request_id(),
            currency: currency.clone(),
            link,
            refused,
        },
    )
}

/// Its lines as a table.
fn take_away(invoice: &Invoice) -> Answer {
    let head = [
        "line",
        "description",
        "starts",
        "ends_before",
        "quantity",
        "amount",
        "currency",
        "adjusts",
    ];
    let row = |(at, line): (usize, &InvoiceLine)| {
        let service = line.service.clone().unwrap_or_default();
        vec![
            at.saturating_add(1).to_string(),
            line.description.clone(),
            service.start,
            service.end,
            line.quantity.clone(),
            line.amount.clone(),
            invoice.currency.clone(),
            line.adjusts.clone(),
        ]
    };
    let rows = invoice.lines.iter().enumerate().map(row);
    sheets::file(
        name(invoice),
        std::iter::once(head.map(str::to_owned).to_vec()).chain(rows),
    )
}

fn line(line: &InvoiceLine, invoice: &str) -> Line {
    Line {
        why: format!("{invoice}/lines/{}", link::segment(&line.id)),
        description: line.description.clone(),
        service: line
            .service
            .as_ref()
            .map(|period| days(&period.start, &period.end))
            .unwrap_or_default(),
        quantity: grouped(&line.quantity),
        amount: grouped(&line.amount),
        adjusts: line.adjusts.clone(),
    }
}

/// Name with its rate, what it is on, and how much.
fn taxes(invoice: &Invoice) -> Vec<(String, String, String)> {
    let each = invoice.taxes.iter().map(|tax| {
        let how = if tax.included { ", included" } else { "" };
        (
            format!("{} {} %{how}", tax.name, tax.percent),
            grouped(&tax.net),
            grouped(&tax.amount),
        )
    });
    each.collect()
}

/// What each line is of the whole; nothing where there is only one.
fn chart(invoice: &Invoice) -> Option<Chart> {
    if invoice.lines.len() < 3 {
        return None;
    }
    let column = |(at, line): (usize, &InvoiceLine)| Column {
        label: (at.saturating_add(1)).to_string(),
        name: line.description.clone(),
        parts: vec![decimal(&line.amount)],
    };
    let about = About {
        id: "lines",
        title: "The amounts of its lines, in their order",
        unit: &invoice.currency,
        width: WIDE,
    };
    let all: Vec<Column> = invoice.lines.iter().enumerate().map(column).collect();
    Some(columns(about, &all, Vec::new()))
}

fn standing(settlement: &Settlement, invoice: &Invoice) -> Standing {
    let currency = &invoice.currency;
    let shown = |amount: &str| {
        if decimal(amount).is_zero() {
            String::new()
        } else {
            money(amount, currency)
        }
    };
    let note = settlement.credit_note.as_str();
    Standing {
        paid_share: paid_share(settlement, invoice),
        paid: money(
            if settlement.paid.is_empty() {
                "0"
            } else {
                &settlement.paid
            },
            currency,
        ),
        discount: shown(&settlement.discount),
        over: shown(&settlement.over),
        closed: settlement.closed_on.clone(),
        reason: settlement.reason.clone(),
        credit_note: (!note.is_empty()).then(|| note.to_owned()),
        early: settlement.early.as_ref().map_or_else(String::new, |early| {
            format!(
                "{} until {} settles it ({} less)",
                money(&early.payable, currency),
                early.until,
                grouped(&early.discount)
            )
        }),
        payments: settlement
            .payments
            .iter()
            .map(|payment| Payment {
                id: payment.id.clone(),
                date: payment.date.clone(),
                amount: money(&payment.amount, currency),
                reference: payment.reference.clone(),
                returned: if payment.returned_on.is_empty() {
                    String::new()
                } else {
                    format!("{}: {}", payment.returned_on, payment.returned_because)
                },
            })
            .collect(),
        late_fees: settlement.late_fees,
    }
}

fn paid_share(settlement: &Settlement, invoice: &Invoice) -> u32 {
    use rust_decimal::Decimal;
    use rust_decimal::prelude::ToPrimitive;
    if invoice.state() == InvoiceState::Paid {
        return 100;
    }
    let settled = decimal(&settlement.paid).saturating_add(decimal(&settlement.discount));
    let share = settled
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|parts| parts.checked_div(decimal(&invoice.total)));
    share
        .and_then(|share| share.floor().to_u32())
        .unwrap_or_default()
        .min(100)
}

fn journal(invoice: &Invoice) -> Vec<(String, String, String)> {
    let posting = |posting: &wire::invoicing::v1::Posting| {
        (
            posting.account.clone(),
            grouped(&posting.debit),
            grouped(&posting.credit),
        )
    };
    invoice.journal.iter().map(posting).collect()
}

fn may(invoice: &Invoice, visitor: &Visitor) -> May {
    let finance = visitor.works_as("finance") && invoice.kind() == InvoiceKind::Invoice;
    let open = invoice.state() == InvoiceState::Issued;
    let untouched = invoice.settlement.as_ref().is_none_or(|known| {
        known
            .payments
            .iter()
            .all(|payment| !payment.returned_on.is_empty())
    });
    May {
        pay: finance && !matches!(invoice.state(), InvoiceState::Void | InvoiceState::Preview),
        void: finance && open && untouched,
        write_off: finance && open && !decimal(owed(invoice)).is_zero(),
    }
}

/// Everything it was computed from, as one file.
pub(super) async fn export(visitor: Visitor, Path(name): Path<String>) -> Answer {
    let request = ExportInvoiceRequest { invoice: name };
    let dossier = visitor.invoicing().export_invoice(request).await?.into_inner();
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!(
                "attachment; filename*=UTF-8''{}.json",
                link::segment(&dossier.number)
            ),
        ),
    ];
    Ok((headers, dossier.dossier_json).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_paid_is_a_share_of_the_total() {
        let settlement = |paid: &str| Settlement {
            paid: paid.to_owned(),
            ..Settlement::default()
        };
        let invoice = |total: &str, state: InvoiceState| Invoice {
            total: total.to_owned(),
            state: state.into(),
            ..Invoice::default()
        };
        for (paid, total, state, share) in [
            ("", "100", InvoiceState::Issued, 0),
            ("33.40", "100", InvoiceState::Issued, 33),
            ("120", "100", InvoiceState::Paid, 100),
            ("0", "0", InvoiceState::Issued, 0),
        ] {
            assert_eq!(paid_share(&settlement(paid), &invoice(total, state)), share);
        }
    }
}
