//! `quittance invoice`: look at invoices and ask any line why.

use wire::invoicing::v1::{
    ExplainLineRequest, ExplainLineResponse, GetInvoiceRequest, Invoice as InvoiceMessage, InvoiceLine,
    InvoiceState, ListInvoicesRequest,
};
use wire::plan::v1::{FieldSource, source::From};

use crate::command::Invoice;
use crate::connection::{Invoicing, Services};
use crate::failure::Failure;
use crate::printing::{Output, table};
use crate::{payments, replay};

pub(crate) async fn run(command: &Invoice, to: &Services, output: Output) -> Result<(), Failure> {
    match command {
        Invoice::List { account } => {
            let invoices = all(&mut to.invoicing().await?, account.clone().unwrap_or_default()).await?;
            output.show(
                || invoices.iter().map(wire::json::json).collect(),
                || list(&invoices),
            );
        }
        Invoice::Show { number } => {
            let invoice = get(&mut to.invoicing().await?, number).await?;
            let said = || format!("{}\n{}", text(&invoice), payments::standing(Some(&invoice)));
            output.show(|| wire::json::json(&invoice), said);
        }
        Invoice::Explain { number, line } => {
            explain(&mut to.invoicing().await?, number, *line, output).await?;
        }
        Invoice::Settle(command) => payments::run(command, to, output).await?,
        Invoice::Replay { file } => replay::replay(file, output)?,
        Invoice::Export { number, out } => {
            replay::export(&mut to.invoicing().await?, number, out.as_deref(), output).await?;
        }
    }
    Ok(())
}

/// Every issued invoice of an account, or of all.
pub(crate) async fn all(invoicing: &mut Invoicing, account: String) -> Result<Vec<InvoiceMessage>, Failure> {
    let mut request = ListInvoicesRequest {
        account,
        page_size: 500,
        page_token: String::new(),
        ..ListInvoicesRequest::default()
    };
    let mut invoices = Vec::new();
    loop {
        let page = invoicing.list_invoices(request.clone()).await?.into_inner();
        invoices.extend(page.invoices);
        if page.next_page_token.is_empty() {
            return Ok(invoices);
        }
        request.page_token = page.next_page_token;
    }
}

async fn get(invoicing: &mut Invoicing, number: &str) -> Result<InvoiceMessage, Failure> {
    let request = GetInvoiceRequest {
        invoice: number.to_owned(),
    };
    let answer = invoicing.get_invoice(request).await?.into_inner();
    answer
        .invoice
        .ok_or_else(|| Failure::broken("the invoicing service answered without an invoice"))
}

async fn explain(
    invoicing: &mut Invoicing,
    number: &str,
    only: Option<usize>,
    output: Output,
) -> Result<(), Failure> {
    let invoice = get(invoicing, number).await?;
    let wanted = invoice
        .lines
        .iter()
        .enumerate()
        .filter(|(at, _)| only.is_none_or(|line| line == at.saturating_add(1)));
    let mut answers = Vec::new();
    for (_, line) in wanted {
        let request = ExplainLineRequest {
            line_id: line.id.clone(),
        };
        answers.push(invoicing.explain_line(request).await?.into_inner());
    }
    if answers.is_empty() {
        return Err(Failure::refused(format!(
            "invoice {number} has {} lines",
            invoice.lines.len()
        )));
    }
    let people = || answers.iter().map(explanation).collect::<Vec<_>>().join("\n");
    output.show(|| answers.iter().map(wire::json::json).collect(), people);
    Ok(())
}

fn list(invoices: &[InvoiceMessage]) -> String {
    if invoices.is_empty() {
        return "no invoice yet: `quittance bill run --through DATE` issues what is due".to_owned();
    }
    let row = |invoice: &InvoiceMessage| {
        vec![
            invoice.number.clone(),
            invoice.account.clone(),
            invoice.invoice_date.clone(),
            invoice.due_date.clone(),
            format!("{} {}", invoice.total, invoice.currency),
            state(invoice).to_owned(),
        ]
    };
    table(
        &["number", "account", "date", "due", "total", "state"],
        &["total"],
        invoices.iter().map(row).collect(),
    )
}

fn state(invoice: &InvoiceMessage) -> &'static str {
    match invoice.state() {
        InvoiceState::Paid => "paid",
        InvoiceState::Void => "void",
        InvoiceState::Uncollectible => "written off",
        _ if invoice.settlement.is_none() => "",
        _ => "open",
    }
}

/// An invoice with the working of each line.
pub(crate) fn text(invoice: &InvoiceMessage) -> String {
    let number = if invoice.number.is_empty() {
        "(preview)"
    } else {
        &invoice.number
    };
    let head = format!(
        "Invoice {number}  {} → {}  dated {}, due {}",
        invoice.provider, invoice.customer, invoice.invoice_date, invoice.due_date
    );
    let mut rows: Vec<Vec<String>> = invoice.lines.iter().map(line_row).collect();
    for tax in &invoice.taxes {
        rows.push(vec![
            format!("{} {} %", tax.name, tax.percent),
            String::new(),
            format!("on {}", tax.net),
            tax.amount.clone(),
        ]);
    }
    rows.push(vec![
        "Total".to_owned(),
        String::new(),
        String::new(),
        format!("{} {}", invoice.total, invoice.currency),
    ]);
    format!(
        "{head}\n{}",
        table(&["what", "period", "working", "amount"], &["amount"], rows)
    )
}

fn line_row(line: &InvoiceLine) -> Vec<String> {
    vec![
        line.description.clone(),
        period(line),
        line.working.clone(),
        line.amount.clone(),
    ]
}

/// Both days shown are in the period, as people write it.
fn period(line: &InvoiceLine) -> String {
    let Some(service) = &line.service else {
        return String::new();
    };
    let last = service
        .end
        .parse::<jiff::civil::Date>()
        .ok()
        .and_then(|end| end.yesterday().ok());
    format!(
        "{} – {}",
        service.start,
        last.map(|last| last.to_string()).unwrap_or_default()
    )
}

fn explanation(answer: &ExplainLineResponse) -> String {
    let line = answer.line.clone().unwrap_or_default();
    let mut text = format!(
        "{}  {}  {} (invoice {})",
        line.description,
        period(&line),
        line.amount,
        answer.invoice_number
    );
    for step in &answer.steps {
        text.push_str(&format!("\n    {step}"));
    }
    for fact in &answer.facts {
        text.push_str(&format!(
            "\n  fact: {} {} {} {} {}",
            fact.kind, fact.id, fact.date, fact.value, fact.note
        ));
    }
    for source in &answer.sources {
        text.push_str(&format!("\n  because: {}", origin(source)));
    }
    text
}

/// Where a field of a term stands, in a sentence.
pub(crate) fn origin(source: &FieldSource) -> String {
    let from = source.source.as_ref().and_then(|source| source.from.as_ref());
    let words = match from {
        Some(From::Clause(clause)) => format!("“{}”, page {}", clause.quote, clause.page),
        Some(From::Person(person)) => format!("{} entered it: {}", person.name, person.reason),
        Some(From::Derived(derived)) => derived.how.clone(),
        None => String::new(),
    };
    if source.field.is_empty() {
        words
    } else {
        format!("{}: {words}", source.field)
    }
}
