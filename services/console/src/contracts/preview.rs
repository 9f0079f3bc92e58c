//! The preview: what the terms as they stand would bill, asked of invoicing, with assumptions about what is not known yet.

mod assumed;
mod chart;
mod whole_life;

use askama::Template;
use axum::extract::{Path, Query};
use rust_decimal::Decimal;
use wire::extraction::v1::Contract;
use wire::invoicing::v1::{Invoice, InvoiceLine, PreviewPlanRequest};
use wire::plan::v1::Plan;

use super::workspace::{Head, address, contract, head};
use crate::answer::{Answer, page};
use crate::fault::{Fault, sentence_of};
use crate::layout::{Frame, Section};
use crate::visitor::Visitor;
use crate::wording::{counted, days, grouped};
use assumed::Assumptions;
use chart::{Bar, bars};
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
    bars: Vec<Bar>,
    invoices: Vec<Row>,
    printed: Vec<PrintedTotal>,
    /// Of an amendment: what it changes.
    whole_life: Option<WholeLife>,
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
        Ok(invoices) => {
            let whole_life = whole_life(&visitor, &plan).await?;
            page(&Preview {
                whole_life,
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
        bars: Vec::new(),
        invoices: Vec::new(),
        printed: Vec::new(),
        whole_life: None,
    })
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
        bars: bars(invoices),
        invoices: invoices.iter().map(row).collect(),
        printed: printed(contract, net),
        whole_life: None,
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
