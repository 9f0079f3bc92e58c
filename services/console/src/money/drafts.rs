//! What a billing run would issue now, and the run itself.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use tonic::Code;
use wire::invoicing::v1::{
    BillingSettings, ConfigureBillingRequest, GetBillingSettingsRequest, Invoice, InvoiceLine,
    RunBillingRequest, RunBillingResponse,
};

use super::amounts::money;
use super::invoices::charts;
use super::list::{self, Asked};
use crate::answer::{Answer, go, page, page_as};
use crate::chart::Chart;
use crate::connection::request_id;
use crate::fault::{Fault, sentence_of};
use crate::filled::Filled;
use crate::layout::{Frame, Section};
use crate::link;
use crate::visitor::Visitor;
use crate::wording::{counted, days, grouped};

/// Accounts that are looked at for one page, and billed by one call.
const LOOKED_AT: u32 = 40;
const BILLED_AT_ONCE: u32 = 2_000;
const TOO_MANY: &str = "More than 100,000 lines are too many for one file: ask for one account.";

#[derive(Template)]
#[template(path = "money/drafts.html")]
struct Drafts {
    frame: Frame,
    through: String,
    account: String,
    problem: String,
    charts: Vec<Chart>,
    drafts: Vec<Draft>,
    parked: Vec<(String, String, String)>,
    counts: String,
    file: String,
    /// Where the next accounts are looked at.
    next: Option<String>,
    later: bool,
    settings: BillingSettings,
    request: String,
}

struct Draft {
    customer: String,
    account: String,
    date: String,
    due: String,
    /// The day on which it is issued by itself; empty where somebody must.
    issues_on: String,
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

pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let through = asked
        .through
        .parse::<Date>()
        .unwrap_or_else(|_| visitor.console.clock.today())
        .to_string();
    if asked.as_file() {
        return take_away(&visitor, &asked, &through).await;
    }
    let request = rehearsal(&asked, &through, asked.after.clone());
    let (mut billing, mut settings) = (visitor.invoicing(), visitor.invoicing());
    let (rehearsed, settings) = tokio::join!(
        billing.run_billing(request),
        settings.get_billing_settings(GetBillingSettingsRequest {})
    );
    let settings = settings?.into_inner().settings.unwrap_or_default();
    match rehearsed {
        Ok(answer) => page(&drafts(&visitor, &asked, through, &answer.into_inner(), settings)),
        Err(status) if matches!(status.code(), Code::InvalidArgument | Code::NotFound) => {
            let mut nothing = drafts(
                &visitor,
                &asked,
                through,
                &RunBillingResponse::default(),
                settings,
            );
            nothing.problem = sentence_of(&status);
            page_as(StatusCode::UNPROCESSABLE_ENTITY, &nothing)
        }
        Err(status) => Err(Fault::from(status).leading_to("To the invoices", "/invoices")),
    }
}

/// A run that stores nothing, over some accounts.
fn rehearsal(asked: &Asked, through: &str, page_token: String) -> RunBillingRequest {
    RunBillingRequest {
        request_id: request_id(),
        through: through.to_owned(),
        account: asked.account.trim().to_owned(),
        dry_run: true,
        page_size: LOOKED_AT,
        page_token,
    }
}

/// The lines of all drafts.
async fn take_away(visitor: &Visitor, asked: &Asked, through: &str) -> Answer {
    let head = [
        "account",
        "customer",
        "date",
        "due",
        "description",
        "starts",
        "ends_before",
        "quantity",
        "amount",
        "currency",
    ];
    list::whole("drafts", &head, TOO_MANY, |page_token| {
        let mut asking = visitor.invoicing();
        let request = rehearsal(asked, through, page_token);
        async move {
            let due = asking.run_billing(request).await?.into_inner();
            let rows = due.invoices.iter().flat_map(cells).collect();
            Ok((rows, due.next_page_token))
        }
    })
    .await
}

fn cells(invoice: &Invoice) -> Vec<Vec<String>> {
    let row = |line: &InvoiceLine| {
        let service = line.service.clone().unwrap_or_default();
        vec![
            invoice.account.clone(),
            invoice.customer.clone(),
            invoice.invoice_date.clone(),
            invoice.due_date.clone(),
            line.description.clone(),
            service.start,
            service.end,
            line.quantity.clone(),
            line.amount.clone(),
            invoice.currency.clone(),
        ]
    };
    invoice.lines.iter().map(row).collect()
}

fn drafts(
    visitor: &Visitor,
    asked: &Asked,
    through: String,
    answer: &RunBillingResponse,
    settings: BillingSettings,
) -> Drafts {
    let invoices = counted(answer.invoice_count, "invoice", "invoices");
    let lines = counted(answer.line_count, "line", "lines");
    let next = answer.next_page_token.as_str();
    let fields = [
        ("through", through.as_str()),
        ("account", &asked.account),
        ("after", next),
    ];
    Drafts {
        frame: visitor.frame(Section::Invoices),
        problem: String::new(),
        charts: charts(&answer.invoices),
        file: asked.file("/invoices/drafts"),
        counts: format!("{invoices} with {lines}"),
        next: (!next.is_empty()).then(|| link::with("/invoices/drafts", &fields)),
        later: !asked.after.is_empty(),
        parked: answer
            .parked
            .iter()
            .map(|parked| {
                (
                    link::account(&parked.account),
                    parked.account.clone(),
                    parked.reason.clone(),
                )
            })
            .collect(),
        drafts: answer.invoices.iter().map(draft).collect(),
        request: request_id(),
        account: asked.account.clone(),
        through,
        settings,
    }
}

fn draft(invoice: &Invoice) -> Draft {
    let line = |line: &InvoiceLine| Line {
        description: line.description.clone(),
        service: line
            .service
            .as_ref()
            .map(|period| days(&period.start, &period.end))
            .unwrap_or_default(),
        quantity: grouped(&line.quantity),
        amount: grouped(&line.amount),
        working: line.working.clone(),
    };
    Draft {
        customer: invoice.customer.clone(),
        account: link::account(&invoice.account),
        date: invoice.invoice_date.clone(),
        due: invoice.due_date.clone(),
        issues_on: invoice.issues_on.clone(),
        total: money(&invoice.total, &invoice.currency),
        lines: invoice.lines.iter().map(line).collect(),
    }
}

/// The form carries the name of its run, so that sending it twice bills once.
#[derive(Debug, Deserialize)]
pub(super) struct Ordered {
    request: String,
    through: String,
    #[serde(default)]
    account: String,
}

pub(super) async fn run(filled: Filled<Ordered>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let mut request = RunBillingRequest {
        request_id: form.request.clone(),
        through: form.through,
        account: form.account.trim().to_owned(),
        page_size: BILLED_AT_ONCE,
        ..RunBillingRequest::default()
    };
    let (mut invoices, mut parked) = (0_u64, 0_usize);
    for call in 1_u32.. {
        let answer = visitor
            .invoicing()
            .run_billing(request.clone())
            .await?
            .into_inner();
        invoices = invoices.saturating_add(answer.invoice_count);
        parked = parked.saturating_add(answer.parked.len());
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
        request.request_id = format!("{}:{call}", form.request);
    }
    visitor.tell(told(invoices, parked));
    go(&link::with("/invoices", &[("run", form.request.as_str())]))
}

fn told(invoices: u64, parked: usize) -> String {
    let issued = counted(invoices, "invoice was issued", "invoices were issued");
    match parked {
        0 => format!("{issued}."),
        parked => format!(
            "{issued}; {} could not be billed: the drafts say why.",
            counted(
                u64::try_from(parked).unwrap_or(u64::MAX),
                "agreement",
                "agreements"
            )
        ),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Configured {
    automatic: String,
    #[serde(default)]
    grace_days: String,
}

pub(super) async fn configure(filled: Filled<Configured>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let automatic = form.automatic == "on";
    let request = ConfigureBillingRequest {
        request_id: request_id(),
        settings: Some(BillingSettings {
            automatic,
            // What is no number of days is refused by the service, which says which are.
            grace_days: form
                .grace_days
                .trim()
                .parse()
                .unwrap_or(if form.grace_days.trim().is_empty() {
                    0
                } else {
                    u32::MAX
                }),
        }),
    };
    visitor.invoicing().configure_billing(request).await?;
    visitor.tell(if automatic {
        "From now on what comes due is billed by itself."
    } else {
        "Nothing is billed any more unless somebody runs billing."
    });
    go("/invoices/drafts")
}
