//! The preview: what the terms as they stand would bill, asked of invoicing, with assumptions about what is not known yet.

mod assumed;
mod slider;
mod whole_life;

use askama::Template;
use axum::extract::{Path, Query};
use rust_decimal::Decimal;
use wire::extraction::v1::Contract;
use wire::invoicing::v1::{Invoice, InvoiceLine, PreviewPlanRequest};
use wire::plan::v1::Plan;

use super::workspace::{Head, address, contract, head};
use crate::answer::{Answer, page};
use crate::chart::{About, Chart, Column, WIDE, columns};
use crate::fault::{Fault, sentence_of};
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::{counted, days, grouped};
use assumed::Assumptions;
use whole_life::{WholeLife, whole_life};

#[derive(Template)]
#[template(path = "contracts/preview.html")]
struct Preview {
    frame: Frame,
    head: Head,
    /// Why there is nothing to preview.
    problem: String,
    assumed: Assumptions,
    currency: String,
    sum: Sum,
    chart: Option<Chart>,
    invoices: Vec<Row>,
    printed: Vec<PrintedTotal>,
    /// Of an amendment: what it changes.
    whole_life: Option<WholeLife>,
    /// The same invoices as a file.
    file: String,
}

/// All invoices together.
#[derive(Debug, Default)]
struct Sum {
    count: String,
    net: String,
    tax: String,
    total: String,
}

struct Row {
    date: String,
    due: String,
    tax: String,
    total: String,
    lines: Vec<Line>,
}

struct Line {
    description: String,
    service: String,
    quantity: String,
    amount: String,
    working: String,
}

/// A sum that the contract prints, beside what the preview comes to.
struct PrintedTotal {
    label: String,
    printed: String,
    verdict: (&'static str, &'static str),
    link: String,
}

/// Asks for the months before and after an amendment as a file.
const WHOLE_LIFE: &str = "months";

/// Fields of the form: `through`, `use:METER`, `seats:CHARGE`, `from:CHARGE`, `done:MILESTONE`.
pub(super) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Answer {
    let contract = contract(&visitor, &id, 0).await?;
    let Some(plan) = contract.plan.clone() else {
        let why = "These terms do not make a plan yet. Settle what blocks it on the terms; then this page shows every invoice.";
        return nothing(&visitor, &contract, Assumptions::default(), why.to_owned());
    };
    let assumed = match Assumptions::about(&plan, &asked) {
        Ok(assumed) => assumed,
        Err(why) => return nothing(&visitor, &contract, Assumptions::usual(&plan), why),
    };
    match invoices(&visitor, &plan, &assumed).await {
        Ok(invoices) if is_asked_as(&asked, sheets::AS_FILE) => sheets::file("preview", lines(&invoices)),
        Ok(invoices) => {
            let whole_life = whole_life(&visitor, &plan).await?;
            if let Some(life) = whole_life.as_ref().filter(|_| is_asked_as(&asked, WHOLE_LIFE)) {
                return life.as_file();
            }
            page(&Preview {
                whole_life,
                file: file(&id, &asked),
                ..preview(&visitor, &contract, &plan, assumed, &invoices)
            })
        }
        Err(Refusal::Sentence(why)) => nothing(&visitor, &contract, assumed, why),
        Err(Refusal::Fault(fault)) => Err(fault),
    }
}

enum Refusal {
    /// Shown above the form, so that another assumption can be tried.
    Sentence(String),
    Fault(Fault),
}

async fn invoices(visitor: &Visitor, plan: &Plan, assumed: &Assumptions) -> Result<Vec<Invoice>, Refusal> {
    use tonic::Code;
    let request = PreviewPlanRequest {
        plan: Some(plan.clone()),
        facts: Some(assumed.facts(plan)),
        through: assumed.through.clone(),
    };
    let answer = visitor.invoicing().preview_plan(request).await;
    match answer {
        Ok(answer) => Ok(answer.into_inner().invoices),
        Err(status) if matches!(status.code(), Code::InvalidArgument | Code::FailedPrecondition) => {
            Err(Refusal::Sentence(sentence_of(&status)))
        }
        Err(status) => Err(Refusal::Fault(status.into())),
    }
}

fn nothing(visitor: &Visitor, contract: &Contract, assumed: Assumptions, problem: String) -> Answer {
    page(&Preview {
        frame: visitor.frame(Section::Contracts),
        head: head(contract, visitor),
        problem,
        assumed,
        currency: String::new(),
        sum: Sum::default(),
        chart: None,
        invoices: Vec::new(),
        printed: Vec::new(),
        whole_life: None,
        file: String::new(),
    })
}

fn is_asked_as(asked: &[(String, String)], form: &str) -> bool {
    asked.iter().any(|(name, value)| name == "as" && value == form)
}

/// The same preview, with the same assumptions, as a file.
fn file(id: &str, asked: &[(String, String)]) -> String {
    let fields = asked.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: Vec<_> = fields.chain([("as", sheets::AS_FILE)]).collect();
    link::with(&format!("/contracts/{}/preview", link::segment(id)), &fields)
}

/// A row for each line of each invoice.
fn lines(invoices: &[Invoice]) -> Vec<Vec<String>> {
    let head = [
        "date",
        "due",
        "description",
        "starts",
        "ends_before",
        "quantity",
        "amount",
        "currency",
        "working",
    ];
    let row = |invoice: &Invoice, line: &InvoiceLine| {
        let service = line.service.clone().unwrap_or_default();
        vec![
            invoice.invoice_date.clone(),
            invoice.due_date.clone(),
            line.description.clone(),
            service.start,
            service.end,
            line.quantity.clone(),
            line.amount.clone(),
            invoice.currency.clone(),
            line.working.clone(),
        ]
    };
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for invoice in invoices {
        rows.extend(invoice.lines.iter().map(|line| row(invoice, line)));
    }
    rows
}

/// The invoices as columns; none where there is nothing to draw.
fn chart(invoices: &[Invoice], currency: &str) -> Option<Chart> {
    let about = About {
        id: "preview",
        title: "Total of each invoice",
        unit: currency,
        width: WIDE,
    };
    let column = |invoice: &Invoice| Column {
        label: invoice.invoice_date.clone(),
        name: invoice.invoice_date.clone(),
        parts: vec![invoice.total.parse().unwrap_or_default()],
    };
    let drawn: Vec<Column> = invoices.iter().map(column).collect();
    (!drawn.is_empty()).then(|| columns(about, &drawn, Vec::new()))
}

fn preview(
    visitor: &Visitor,
    contract: &Contract,
    plan: &Plan,
    assumed: Assumptions,
    invoices: &[Invoice],
) -> Preview {
    let net = sum(invoices, |invoice| &invoice.net);
    Preview {
        head: head(contract, visitor),
        frame: visitor.frame(Section::Contracts),
        problem: String::new(),
        currency: plan.currency.clone(),
        sum: Sum {
            count: counted(
                u64::try_from(invoices.len()).unwrap_or(u64::MAX),
                "invoice",
                "invoices",
            ),
            net: money(net),
            tax: money(sum(invoices, |invoice| &invoice.tax)),
            total: money(sum(invoices, |invoice| &invoice.total)),
        },
        chart: chart(invoices, &plan.currency),
        invoices: invoices.iter().map(row).collect(),
        printed: printed(contract, net),
        whole_life: None,
        file: String::new(),
        assumed,
    }
}

fn sum(invoices: &[Invoice], amount: impl Fn(&Invoice) -> &String) -> Option<Decimal> {
    let mut amounts = invoices
        .iter()
        .map(|invoice| amount(invoice).parse::<Decimal>().ok());
    amounts.try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount?))
}

fn money(amount: Option<Decimal>) -> String {
    amount.map_or_else(
        || "too large to add up".to_owned(),
        |amount| grouped(&amount.to_string()),
    )
}

fn row(invoice: &Invoice) -> Row {
    Row {
        date: invoice.invoice_date.clone(),
        due: invoice.due_date.clone(),
        tax: grouped(&invoice.tax),
        total: grouped(&invoice.total),
        lines: invoice.lines.iter().map(line).collect(),
    }
}

fn line(line: &InvoiceLine) -> Line {
    let service = line.service.as_ref();
    Line {
        description: line.description.clone(),
        service: service
            .map(|period| days(&period.start, &period.end))
            .unwrap_or_default(),
        quantity: grouped(&line.quantity),
        amount: grouped(&line.amount),
        working: line.working.clone(),
    }
}

fn printed(contract: &Contract, net: Option<Decimal>) -> Vec<PrintedTotal> {
    let id = super::workspace::summary(contract).contract_id;
    let totals = contract
        .terms
        .iter()
        .filter(|term| term.path.starts_with("/totals/"));
    let compare = |value: &str| match value.parse::<Decimal>().ok().zip(net) {
        Some((printed, net)) if printed == net => ("the preview comes to the same", "good"),
        _ => ("not what the preview comes to", "plain"),
    };
    totals
        .map(|term| PrintedTotal {
            label: term.label.trim_end_matches(" · amount").to_owned(),
            printed: grouped(&term.value),
            verdict: compare(&term.value),
            link: address(&id, &term.path, 0),
        })
        .collect()
}
