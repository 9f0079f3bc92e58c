//! `quittance bench bill`: billing runs over a whole population, computed and stored.
//!
//! The contracts and their usage are recorded first, and January is billed to open the books; then each following month
//! is one measured run. A run counts from the request to the answer: usage measured, lines computed, invoices numbered,
//! stored with their journal and audit rows, and committed durably.

use std::time::Instant;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::Serialize;
use tokio::task::JoinSet;
use wire::invoicing::v1::{RunBillingRequest, RunBillingResponse, UsageEvent};

use super::{Stage, median, peak_memory, per_second, population};
use crate::command::BenchBill;
use crate::connection::{Invoicing, request_id};
use crate::facts::record;
use crate::failure::Failure;
use crate::printing::{Output, progress};

/// Clients that record contracts and facts beside each other.
const CLIENTS: u32 = 8;
/// Events in one request.
const EVENTS: usize = 2000;

/// What was measured; of several runs, the medians of the times and the numbers of the last.
#[derive(Debug, Serialize)]
struct Measured {
    contracts_per_second: f64,
    contracts: u32,
    /// Of the median run.
    seconds: f64,
    /// Of one run.
    invoices: u64,
    lines: u64,
    /// The most memory the service and its client held, in MB, without PostgreSQL's.
    rss_mb: Option<u64>,
    /// Of each run.
    runs: Vec<f64>,
}

pub(super) async fn run(command: &BenchBill, output: Output) -> Result<(), Failure> {
    let stage = Stage::set().await?;
    let measured = measure(&stage, command).await;
    stage.strike().await;
    let measured = measured?;
    output.show(|| serde_json::json!(measured), || people(&measured));
    Ok(())
}

async fn measure(stage: &Stage, command: &BenchBill) -> Result<Measured, Failure> {
    let last = command.runs.saturating_add(1);
    record_all(stage, command.contracts, last).await?;
    let mut client = stage.client().await?;
    bill(&mut client, month_end(1)?).await?;
    let (mut runs, mut answer) = (Vec::new(), RunBillingResponse::default());
    for month in 2..=last {
        let began = Instant::now();
        answer = bill(&mut client, month_end(month)?).await?;
        runs.push(began.elapsed().as_secs_f64());
    }
    let seconds = median(runs.clone());
    Ok(Measured {
        contracts_per_second: per_second(command.contracts, seconds),
        contracts: command.contracts,
        seconds,
        invoices: answer.invoice_count,
        lines: answer.line_count,
        rss_mb: peak_memory(),
        runs,
    })
}

fn month_end(month: u8) -> Result<Date, Failure> {
    let broken = |error: jiff::Error| Failure::broken(error.to_string());
    date(2025, 1, 31)
        .checked_add(i32::from(month.saturating_sub(1)).months())
        .map_err(broken)
}

/// Bills everything through a day; nothing may be left out.
async fn bill(client: &mut Invoicing, through: Date) -> Result<RunBillingResponse, Failure> {
    let request = RunBillingRequest {
        request_id: request_id(),
        through: through.to_string(),
        account: String::new(),
        dry_run: false,
    };
    let answer = client.run_billing(request).await?.into_inner();
    match answer.parked.first() {
        None => Ok(answer),
        Some(parked) => Err(Failure::broken(format!(
            "{} could not be billed: {}",
            parked.account, parked.reason
        ))),
    }
}

/// Registers every contract and records its usage through a month, by several clients, each with its share.
async fn record_all(stage: &Stage, contracts: u32, months: u8) -> Result<(), Failure> {
    let bar = progress(contracts.into(), "recording contracts");
    let mut clients = JoinSet::new();
    for first in 0..CLIENTS {
        let (client, bar) = (stage.client().await?, bar.clone());
        let share = (first..contracts).step_by(usize::try_from(CLIENTS).unwrap_or(1));
        clients.spawn(record_share(client, share.collect(), months, bar));
    }
    while let Some(done) = clients.join_next().await {
        done.map_err(|panic| Failure::broken(panic.to_string()))??;
    }
    bar.finish_and_clear();
    Ok(())
}

async fn record_share(
    mut client: Invoicing,
    share: Vec<u32>,
    months: u8,
    bar: indicatif::ProgressBar,
) -> Result<(), Failure> {
    let mut events: Vec<UsageEvent> = Vec::new();
    for number in share {
        client.register_plan(population::registration(number)?).await?;
        for month in 1..=months {
            events.extend(population::usage(number, month)?);
        }
        if events.len() >= EVENTS {
            record(&mut client, std::mem::take(&mut events)).await?;
        }
        bar.inc(1);
    }
    if !events.is_empty() {
        record(&mut client, events).await?;
    }
    Ok(())
}

fn people(measured: &Measured) -> String {
    format!(
        "{:.0} contracts a second: {} contracts in {:.2} s (median of {} runs), {} invoices with {} lines a run, {} MB held",
        measured.contracts_per_second,
        measured.contracts,
        measured.seconds,
        measured.runs.len(),
        measured.invoices,
        measured.lines,
        measured
            .rss_mb
            .map_or_else(|| "?".to_owned(), |held| held.to_string()),
    )
}
