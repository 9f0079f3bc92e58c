//! The list of invoices and credit notes: newest first, searched, and taken away whole.

use askama::Template;
use axum::extract::Query;
use tokio::sync::mpsc;
use wire::invoicing::v1::{Invoice, InvoiceKind, InvoiceOrder, ListInvoicesRequest};

use super::amounts::{chip, decimal, money, most_used, name, owed};
use super::list::Asked;
use crate::answer::{Answer, page};
use crate::chart::{About, Chart, Column, columns, width_of_each};
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::grouped;

const HERE: &str = "/invoices";
/// Rows a page shows, and rows a file takes at once.
const ROWS: u32 = 50;
const AT_ONCE: u32 = 200;

#[derive(Template)]
#[template(path = "money/invoices.html")]
struct Invoices {
    frame: Frame,
    search: String,
    account: String,
    run: String,
    show: &'static str,
    tabs: Vec<(String, &'static str, bool)>,
    charts: Vec<Chart>,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
    file: String,
    may_bill: bool,
}

/// One invoice of a list.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) link: String,
    pub(super) number: String,
    pub(super) customer: String,
    pub(super) account: String,
    pub(super) date: String,
    pub(super) due: String,
    pub(super) chip: (String, &'static str),
    pub(super) total: String,
    pub(super) owed: String,
}

const TABS: [(&str, &str); 3] = [("all", "All"), ("owed", "Owed"), ("credits", "Credit notes")];

pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let show = TABS.iter().find(|(tab, _)| *tab == asked.show);
    let show = show.map_or("all", |(tab, _)| tab);
    if asked.as_file() {
        return take_away(visitor, request(&asked, show, AT_ONCE));
    }
    let listed = visitor
        .invoicing()
        .list_invoices(request(&asked, show, ROWS))
        .await?
        .into_inner();
    page(&Invoices {
        tabs: TABS
            .iter()
            .map(|(tab, words)| (asked.tab(HERE, tab), *words, *tab == show))
            .collect(),
        charts: charts(&listed.invoices),
        rows: listed
            .invoices
            .iter()
            .map(|invoice| row(invoice, &visitor))
            .collect(),
        first: asked.first(HERE),
        next: asked.next(HERE, &listed.next_page_token),
        file: asked.file(HERE),
        may_bill: visitor.works_as("finance"),
        frame: visitor.frame(Section::Invoices),
        show,
        search: asked.search,
        account: asked.account,
        run: asked.run,
    })
}

fn request(asked: &Asked, show: &str, size: u32) -> ListInvoicesRequest {
    let (order, kind) = match show {
        "owed" => (InvoiceOrder::ByDueDate, InvoiceKind::Invoice),
        "credits" => (InvoiceOrder::NewestFirst, InvoiceKind::CreditNote),
        _ => (InvoiceOrder::NewestFirst, InvoiceKind::Unspecified),
    };
    ListInvoicesRequest {
        account: asked.account.clone(),
        run: asked.run.clone(),
        search: asked.search.trim().to_owned(),
        order: order.into(),
        kind: kind.into(),
        page_size: size,
        page_token: asked.after.clone(),
        ..ListInvoicesRequest::default()
    }
}

pub(super) fn row(invoice: &Invoice, visitor: &Visitor) -> Row {
    let owed = owed(invoice);
    Row {
        link: link::invoice(&invoice.id),
        number: name(invoice).to_owned(),
        customer: invoice.customer.clone(),
        account: link::account(&invoice.account),
        date: invoice.invoice_date.clone(),
        due: invoice.due_date.clone(),
        chip: chip(invoice, visitor.console.clock.today()),
        total: money(&invoice.total, &invoice.currency),
        owed: if owed.is_empty() {
            String::new()
        } else {
            grouped(owed)
        },
    }
}

/// A column an invoice, from the oldest that is listed to the newest; a picture for each currency.
pub(super) fn charts(invoices: &[Invoice]) -> Vec<Chart> {
    let currencies = most_used(invoices.iter().map(|invoice| invoice.currency.as_str()));
    let chart = |(at, currency): (usize, &&str)| {
        let mut of_it: Vec<&Invoice> = invoices.iter().filter(|one| one.currency == **currency).collect();
        of_it.sort_by_key(|invoice| (&invoice.invoice_date, &invoice.number));
        let about = About {
            id: &format!("listed-{at}"),
            title: &format!("Totals of the invoices listed here, in {currency}"),
            unit: currency,
            width: width_of_each(currencies.len()),
        };
        columns(
            about,
            &of_it.iter().map(|invoice| column(invoice)).collect::<Vec<_>>(),
            Vec::new(),
        )
    };
    currencies.iter().enumerate().map(chart).collect()
}

fn column(invoice: &Invoice) -> Column {
    Column {
        label: invoice.invoice_date.clone(),
        name: format!(
            "{} of {}, {}",
            name(invoice),
            invoice.invoice_date,
            invoice.customer
        ),
        parts: vec![decimal(&invoice.total)],
    }
}

/// All of it as a file, page after page.
pub(super) fn take_away(visitor: Visitor, mut request: ListInvoicesRequest) -> Answer {
    let (pieces, file) = mpsc::channel(2);
    tokio::spawn(async move {
        let mut head = sheets::line(&HEAD.map(str::to_owned));
        loop {
            let answer = visitor.invoicing().list_invoices(request.clone()).await;
            let piece = answer.map(|answer| {
                let answer = answer.into_inner();
                let rows = answer
                    .invoices
                    .iter()
                    .map(|invoice| sheets::line(&cells(invoice)));
                request.page_token = answer.next_page_token;
                std::mem::take(&mut head) + &rows.collect::<String>()
            });
            let broken = piece.is_err();
            // Whoever asked may have gone away.
            let gone = pieces.send(piece.map_err(Fault::from)).await.is_err();
            if gone || broken || request.page_token.is_empty() {
                break;
            }
        }
    });
    sheets::streamed("invoices", file)
}

const HEAD: [&str; 13] = [
    "number", "kind", "account", "customer", "date", "due", "state", "currency", "net", "tax", "total",
    "paid", "owed",
];

fn cells(invoice: &Invoice) -> Vec<String> {
    let settlement = invoice.settlement.clone().unwrap_or_default();
    let kind = if invoice.kind() == InvoiceKind::CreditNote {
        "credit note"
    } else {
        "invoice"
    };
    let state = invoice.state().as_str_name().trim_start_matches("INVOICE_STATE_");
    [
        &invoice.number,
        kind,
        &invoice.account,
        &invoice.customer,
        &invoice.invoice_date,
        &invoice.due_date,
        &state.to_lowercase(),
        &invoice.currency,
        &invoice.net,
        &invoice.tax,
        &invoice.total,
        &settlement.paid,
        owed(invoice),
    ]
    .map(str::to_owned)
    .to_vec()
}
