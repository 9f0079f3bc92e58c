//! Why this cent: a line's working, the facts it used, the events behind them, and the clause on the page it rests on.

mod clause;

use askama::Template;
use axum::extract::Path;
use wire::invoicing::v1::{
    ExplainLineRequest, ExplainLineResponse, FactUsed, GetPlanRequest, Invoice, InvoiceLine, RegisteredPlan,
};
use wire::plan::v1::quantity::Kind;
use wire::plan::v1::{AmountBase, amount_base};

use super::amounts::{money, name};
use super::invoice::find;
use crate::answer::{Answer, page};
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::visitor::Visitor;
use crate::wording::{days, grouped};
use clause::{Ground, grounds};

#[derive(Template)]
#[template(path = "money/why.html")]
struct Page {
    frame: Frame,
    invoice: (String, String),
    account: (String, String),
    description: String,
    amount: String,
    service: String,
    quantity: String,
    adjusts: String,
    steps: Vec<String>,
    facts: Vec<Fact>,
    /// The single events behind what was measured.
    events: Option<String>,
    grounds: Vec<Ground>,
    working: String,
}

/// A fact the line used.
struct Fact {
    kind: &'static str,
    date: String,
    value: String,
    note: String,
    link: Option<String>,
}

pub(super) async fn show(visitor: Visitor, Path((invoice, line)): Path<(String, String)>) -> Answer {
    let request = ExplainLineRequest { line_id: line };
    let mut explaining = visitor.invoicing();
    let explained = async { Ok::<_, Fault>(explaining.explain_line(request).await?.into_inner()) };
    let (invoice, explained) = tokio::try_join!(find(&visitor, &invoice), explained)?;
    let line = explained.line.clone().unwrap_or_default();
    if invoice.lines.iter().all(|own| own.id != line.id) {
        return Err(Fault::unknown("This invoice has no such line."));
    }
    let plan = plan(&visitor, &invoice).await?;
    let grounds = grounds(&visitor, &invoice.account, &explained.sources).await?;
    page(&drawn(
        &visitor,
        &invoice,
        &line,
        &explained,
        plan.as_ref(),
        grounds,
    ))
}

/// The version that was in force on the invoice's date.
async fn plan(visitor: &Visitor, invoice: &Invoice) -> Result<Option<RegisteredPlan>, Fault> {
    let request = GetPlanRequest {
        content_hash: invoice.plan.clone(),
    };
    Ok(visitor.invoicing().get_plan(request).await?.into_inner().plan)
}

fn drawn(
    visitor: &Visitor,
    invoice: &Invoice,
    line: &InvoiceLine,
    explained: &ExplainLineResponse,
    plan: Option<&RegisteredPlan>,
    grounds: Vec<Ground>,
) -> Page {
    let service = line.service.as_ref();
    Page {
        frame: visitor.frame(Section::Invoices),
        invoice: (link::invoice(&invoice.id), name(invoice).to_owned()),
        account: (link::account(&invoice.account), invoice.customer.clone()),
        description: line.description.clone(),
        amount: money(&line.amount, &invoice.currency),
        service: service
            .map(|period| days(&period.start, &period.end))
            .unwrap_or_default(),
        quantity: grouped(&line.quantity),
        adjusts: line.adjusts.clone(),
        steps: explained.steps.clone(),
        facts: explained
            .facts
            .iter()
            .map(|used| fact(used, &invoice.account))
            .collect(),
        events: plan.and_then(|plan| events(plan, invoice, line)),
        working: explained.working_json.clone(),
        grounds,
    }
}

/// Where the single events of a measured line are listed.
fn events(plan: &RegisteredPlan, invoice: &Invoice, line: &InvoiceLine) -> Option<String> {
    let charge = plan
        .plan
        .as_ref()?
        .charges
        .iter()
        .find(|charge| charge.id == line.charge)?;
    let meter = match charge.quantity.as_ref()?.kind.as_ref()? {
        Kind::Metered(meter) => meter,
        Kind::Amount(AmountBase {
            of: Some(amount_base::Of::Meter(meter)),
        }) => meter,
        _ => return None,
    };
    let period = line.service.as_ref()?;
    let last = period
        .end
        .parse::<jiff::civil::Date>()
        .ok()?
        .yesterday()
        .ok()?
        .to_string();
    let fields = [("meter", meter.as_str()), ("from", &period.start), ("to", &last)];
    Some(link::with(
        &format!("{}/events", link::account(&invoice.account)),
        &fields,
    ))
}

fn fact(used: &FactUsed, account: &str) -> Fact {
    let (kind, link) = match used.kind.as_str() {
        "usage" => ("usage", None),
        "seats" => ("seats", Some(format!("{}/seats", link::account(account)))),
        "milestone" => ("milestone", None),
        "index" => ("index", None),
        "ending" => ("ending", None),
        "invoice" => ("invoice", Some(link::invoice(&used.id))),
        _ => ("fact", None),
    };
    Fact {
        kind,
        date: on(&used.date),
        value: grouped(&used.value),
        note: used.note.clone(),
        link,
    }
}

/// The service tells a period by its first day and the day after its last.
fn on(date: &str) -> String {
    date.split_once(" to before ")
        .map_or_else(|| date.to_owned(), |(start, end)| days(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_of_a_period_is_told_by_its_first_and_last_day() {
        assert_eq!(on("2026-11-01 to before 2026-12-01"), "2026-11-01 – 2026-11-30");
        assert_eq!(on("2026-11-01"), "2026-11-01");
    }
}
