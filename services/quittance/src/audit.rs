//! `quittance audit leakage`: what approved terms come to against what was really invoiced, in money and with the clause.
//!
//! Invoicing computes; what it has issued and what it would issue through a day is all that the contract should have
//! produced. The past invoices come from a file and are stored nowhere.

mod past;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use wire::invoicing::v1::{GetPlanRequest, Invoice, InvoiceLine, RunBillingRequest};
use wire::plan::v1::{FieldSource, Plan};

use crate::command::Audit;
use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::invoices;
use crate::printing::{Output, table};

/// A part of a contract's past: one charge for one period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    account: String,
    charge: String,
    /// First day served; empty where nothing is served over time.
    from: String,
    /// First day no longer served.
    until: String,
    currency: String,
}

/// What a part should have been, and what it was.
#[derive(Debug, Clone, Default)]
struct Finding {
    expected: Decimal,
    invoiced: Decimal,
    /// Where the terms stand.
    clauses: Vec<String>,
}

type Findings = BTreeMap<Part, Finding>;

pub(crate) async fn run(command: &Audit, to: &Services, output: Output) -> Result<(), Failure> {
    let Audit::Leakage {
        invoices: file,
        through,
    } = command;
    let findings = leakage(&mut to.invoicing().await?, file, *through).await?;
    let differing: Vec<(&Part, &Finding)> = findings
        .iter()
        .filter(|(_, finding)| finding.expected != finding.invoiced)
        .collect();
    output.show(
        || {
            differing
                .iter()
                .map(|(part, finding)| finding_json(part, finding))
                .collect()
        },
        || people(&differing, findings.len()),
    );
    Ok(())
}

/// Every part that was expected or invoiced, of the accounts that the file names.
async fn leakage(invoicing: &mut Invoicing, file: &Path, through: Date) -> Result<Findings, Failure> {
    let past = past::read(file)?;
    let accounts: BTreeSet<String> = past.iter().map(|row| row.part.account.clone()).collect();
    let mut findings = Findings::new();
    for row in past {
        let finding = findings.entry(row.part).or_default();
        finding.invoiced = plus(finding.invoiced, row.amount)?;
    }
    for account in accounts {
        for invoice in expected(invoicing, &account, through).await? {
            add(&mut findings, invoicing, &invoice).await?;
        }
    }
    Ok(findings)
}

/// What was issued to an account through a day, and what would be.
async fn expected(invoicing: &mut Invoicing, account: &str, through: Date) -> Result<Vec<Invoice>, Failure> {
    let mut found = invoices::all(invoicing, account.to_owned()).await?;
    let last = through.to_string();
    found.retain(|invoice| invoice.invoice_date <= last);
    let request = RunBillingRequest {
        request_id: request_id(),
        through: last,
        account: account.to_owned(),
        dry_run: true,
        ..RunBillingRequest::default()
    };
    let answer = invoicing.run_billing(request).await?.into_inner();
    if let Some(parked) = answer.parked.first() {
        return Err(Failure::refused(format!(
            "{account} cannot be computed: {}",
            parked.reason
        )));
    }
    if answer.invoice_count > u64::try_from(answer.invoices.len()).unwrap_or(u64::MAX) {
        return Err(Failure::refused(format!(
            "{account} is due {} invoices, more than one answer holds: audit through an earlier day",
            answer.invoice_count
        )));
    }
    found.extend(answer.invoices);
    Ok(found)
}

async fn add(findings: &mut Findings, invoicing: &mut Invoicing, invoice: &Invoice) -> Result<(), Failure> {
    let mut plans: BTreeMap<&str, Plan> = BTreeMap::new();
    for line in &invoice.lines {
        let amount = Decimal::from_str_exact(&line.amount)
            .map_err(|_| Failure::broken(format!("the service answered `{}` as an amount", line.amount)))?;
        let hash = if line.plan.is_empty() {
            invoice.plan.as_str()
        } else {
            line.plan.as_str()
        };
        if !plans.contains_key(hash) {
            plans.insert(hash, registered(invoicing, hash).await?);
        }
        let finding = findings.entry(part(invoice, line)).or_default();
        finding.expected = plus(finding.expected, amount)?;
        if let Some(plan) = plans.get(hash).filter(|_| finding.clauses.is_empty()) {
            finding.clauses = clauses(plan, &line.charge);
        }
    }
    Ok(())
}

async fn registered(invoicing: &mut Invoicing, hash: &str) -> Result<Plan, Failure> {
    let request = GetPlanRequest {
        content_hash: hash.to_owned(),
    };
    let registered = invoicing.get_plan(request).await?.into_inner().plan;
    Ok(registered
        .and_then(|registered| registered.plan)
        .unwrap_or_default())
}

fn part(invoice: &Invoice, line: &InvoiceLine) -> Part {
    let service = line.service.clone().unwrap_or_default();
    Part {
        account: invoice.account.clone(),
        charge: line.charge.clone(),
        from: service.start,
        until: service.end,
        currency: invoice.currency.clone(),
    }
}

/// The words that set a charge.
fn clauses(plan: &Plan, charge: &str) -> Vec<String> {
    let charge = plan.charges.iter().find(|candidate| candidate.id == charge);
    let sources: &[FieldSource] = charge.map(|charge| charge.sources.as_slice()).unwrap_or_default();
    sources.iter().map(invoices::origin).collect()
}

fn plus(one: Decimal, other: Decimal) -> Result<Decimal, Failure> {
    one.checked_add(other)
        .ok_or_else(|| Failure::refused("the amounts of the file do not fit"))
}

/// Above zero: money that was never invoiced.
fn missing(finding: &Finding) -> Decimal {
    finding.expected.saturating_sub(finding.invoiced)
}

fn people(differing: &[(&Part, &Finding)], parts: usize) -> String {
    if differing.is_empty() {
        return format!("{parts} parts compared: everything was invoiced as the terms say");
    }
    let row = |(part, finding): &(&Part, &Finding)| {
        vec![
            part.account.clone(),
            part.charge.clone(),
            format!("{} – {}", part.from, part.until),
            finding.expected.to_string(),
            finding.invoiced.to_string(),
            format!("{} {}", missing(finding), part.currency),
            finding.clauses.join("; "),
        ]
    };
    let columns = [
        "account",
        "charge",
        "from – before",
        "expected",
        "invoiced",
        "missing",
        "because",
    ];
    let rows = differing.iter().map(row).collect();
    let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
    for (part, finding) in differing {
        let sum = sums.entry(&part.currency).or_default();
        *sum = sum.saturating_add(missing(finding));
    }
    let sums: Vec<String> = sums
        .iter()
        .map(|(currency, sum)| format!("{sum} {currency}"))
        .collect();
    format!(
        "{}\n{} of {parts} parts differ; not invoiced in all: {}",
        table(&columns, &["expected", "invoiced", "missing"], rows),
        differing.len(),
        sums.join(", ")
    )
}

fn finding_json(part: &Part, finding: &Finding) -> Value {
    json!({
        "account": part.account, "charge": part.charge, "from": part.from, "until": part.until,
        "currency": part.currency, "expected": finding.expected, "invoiced": finding.invoiced,
        "missing": missing(finding), "clauses": finding.clauses,
    })
}
