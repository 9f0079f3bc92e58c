//! `quittance bench bill`: billing runs over a whole population, computed and stored.
//!
//! The contracts and their usage are recorded first, and January is billed to open the books; then each following month
//! is one measured run. A run counts from the request to the answer: usage measured, lines computed, invoices numbered,
//! stored with their journal and audit rows, and committed durably.

use std::time::Instant;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::Serialize;
use wire::invoicing::v1::{RunBillingRequest, RunBillingResponse};

use super::population::record_all;
use super::{Stage, median, peak_memory, per_second};
use crate::bill::whole_run;
use crate::command::BenchBill;
use crate::connection::{Invoicing, request_id};
use crate::failure::Failure;
use crate::printing::Output;

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
    record_all(&stage.services, command.contracts, last).await?;
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

pub(super) fn month_end(month: u8) -> Result<Date, Failure> {
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
        ..RunBillingRequest::default()
    };
    let answer = whole_run(client, request).await?;
    match answer.parked.first() {
        None => Ok(answer),
        Some(parked) => Err(Failure::broken(format!(
            "{} could not be billed: {}",
            parked.account, parked.reason
        ))),
    }
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
