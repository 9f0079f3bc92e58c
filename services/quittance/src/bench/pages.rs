//! `quittance bench pages`: how long the console's pages take with contracts of years stored and billed for months.
//!
//! A page counts from the request to its last byte, asked by one client after the other over HTTP. Each is asked once to
//! warm up and then many times more; the slowest of them counts, and the slowest but one in a hundred.

mod browser;

use jiff::SignedDuration;
use serde::Serialize;
use wire::extraction::v1::ListContractsRequest;
use wire::invoicing::v1::{ListInvoicesRequest, RunBillingRequest};

use self::browser::Browser;
use super::Stage;
use super::bill::month_end;
use super::contracts::{Known, Stand, store_all};
use super::population::record_all;
use crate::bill::whole_run;
use crate::command::BenchPages;
use crate::connection::request_id;
use crate::failure::Failure;
use crate::printing::Output;

/// How often each page is asked.
const ASKED: usize = 100;
/// What a page may take.
const GOAL_MS: f64 = 100.0;

#[derive(Debug, Serialize)]
struct Measured {
    contracts: u32,
    invoices: u64,
    pages: Vec<Page>,
}

#[derive(Debug, Serialize)]
struct Page {
    address: String,
    /// The middle, the slowest but one in a hundred, the slowest.
    median_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    bytes: usize,
}

pub(super) async fn run(command: &BenchPages, output: Output) -> Result<(), Failure> {
    let mut stage = Stage::set_whole().await?;
    let measured = measure(&mut stage, command).await;
    stage.strike().await;
    let measured = measured?;
    output.show(|| serde_json::json!(measured), || people(&measured));
    let slow = measured.pages.iter().find(|page| page.p99_ms > GOAL_MS);
    match slow.filter(|_| command.strict) {
        Some(page) => Err(Failure::refused(format!(
            "{} takes {:.0} ms; {GOAL_MS} are allowed",
            page.address, page.p99_ms
        ))),
        None => Ok(()),
    }
}

async fn measure(stage: &mut Stage, command: &BenchPages) -> Result<Measured, Failure> {
    record_all(&stage.services, command.contracts, command.months).await?;
    let invoices = bill(stage, command.months).await?;
    let known = store_all(stage, &command.samples, command.contracts).await?;
    let mut addresses = contract_addresses(&known, &far_down(stage, command.contracts).await?);
    addresses.extend(money_addresses(stage).await?);
    let browser = Browser::signed_in(stage).await?;
    let mut pages = Vec::new();
    for address in addresses {
        pages.push(browser.time(address).await?);
    }
    Ok(Measured {
        contracts: command.contracts,
        invoices,
        pages,
    })
}

/// Bills month after month; how many invoices that makes.
async fn bill(stage: &Stage, months: u8) -> Result<u64, Failure> {
    let mut client = stage.client().await?;
    let mut invoices = 0;
    for month in 1..=months {
        let request = RunBillingRequest {
            request_id: request_id(),
            through: month_end(month)?.to_string(),
            ..RunBillingRequest::default()
        };
        invoices += whole_run(&mut client, request).await?.invoice_count;
    }
    Ok(invoices)
}

/// Where the list of all contracts goes on nine tenths down.
async fn far_down(stage: &Stage, contracts: u32) -> Result<String, Failure> {
    const ROWS: u32 = 50;
    let mut client = stage.services.extraction().await?;
    let mut request = ListContractsRequest {
        page_size: ROWS,
        ..ListContractsRequest::default()
    };
    for _ in 0..contracts / ROWS * 9 / 10 {
        let page = client.list_contracts(request.clone()).await?.into_inner();
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    Ok(request.page_token)
}

/// The pages of reviewers: every queue, what a search finds, and every page of contracts that have come so far.
fn contract_addresses(known: &Known, far_down: &str) -> Vec<String> {
    let queues = [
        "review", "approve", "reading", "failed", "done", "rejected", "all",
    ];
    let queues = queues.map(|queue| format!("/contracts?queue={queue}"));
    let searches = ["Customer+4711", "order-47", "Inc", "nobody"];
    let searches = searches.map(|search| format!("/contracts?queue=all&search={search}"));
    let under = |stand: Stand, parts: &[&str]| {
        let id = known.one(stand);
        let parts = parts.iter().map(|part| format!("/contracts/{id}{part}"));
        parts.collect::<Vec<_>>()
    };
    let whole = [
        "",
        "?term=%2Fcustomer",
        "?page=2",
        "/preview",
        "/changes",
        "/history",
    ];
    [
        queues.to_vec(),
        searches.to_vec(),
        vec![
            format!("/contracts?queue=all&after={far_down}"),
            format!("/contracts?queue=done&search=Inc&after={far_down}"),
            "/contracts/new".to_owned(),
            "/contracts/quality".to_owned(),
            "/contracts/quality?days=3650".to_owned(),
        ],
        under(Stand::InReview, &whole),
        under(Stand::Waiting, &whole),
        under(Stand::Submitted, &["", "/approve", "/preview"]),
        under(Stand::Billing, &whole),
        under(Stand::Rejected, &["", "/history"]),
        under(Stand::Unreadable, &["", "/history"]),
    ]
    .concat()
}

/// The pages of finance.
async fn money_addresses(stage: &Stage) -> Result<Vec<String>, Failure> {
    let some = ListInvoicesRequest {
        page_size: 1,
        ..ListInvoicesRequest::default()
    };
    let mut client = stage.client().await?;
    let some = client.list_invoices(some).await?.into_inner().invoices;
    let some = some.first();
    let some = some.ok_or_else(|| Failure::broken("nothing was invoiced"))?;
    let line = some.lines.first().map_or("", |line| line.id.as_str());
    Ok(of_money(&some.id, line, &some.account))
}

fn of_money(invoice: &str, line: &str, account: &str) -> Vec<String> {
    [
        "/accounts",
        "/accounts?search=4711",
        "/invoices",
        "/invoices?search=Customer+4711",
        "/invoices?search=INV-004711",
        "/invoices?show=owed",
        "/invoices?show=credits",
        "/collections",
        "/collections/unapplied",
        "/usage/waiting",
        "/usage/refused",
        "/invoices/drafts?through=2025-01-31",
        "/renewals",
        "/renewals?show=all",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([
        format!("/invoices/{invoice}"),
        format!("/invoices/{invoice}/lines/{line}"),
        format!("/accounts/{account}"),
        format!("/accounts/{account}/payers"),
        // Prepaid credits, usage and seats of accounts that have them.
        "/accounts/account-0000019/credits?through=2025-10-31".to_owned(),
        "/accounts/account-0000019/usage?from=2025-01-01&to=2025-12-31".to_owned(),
        "/accounts/account-0000001/seats".to_owned(),
    ])
    .collect()
}

impl Page {
    fn of(address: String, mut times: Vec<SignedDuration>, bytes: usize) -> Self {
        times.sort_unstable();
        let at = |place: usize| times.get(place).copied().map(milliseconds).unwrap_or_default();
        Self {
            median_ms: at(times.len() / 2),
            p99_ms: at((times.len() * 99).div_ceil(100).saturating_sub(1)),
            max_ms: at(times.len().saturating_sub(1)),
            address,
            bytes,
        }
    }
}

/// To a tenth.
#[expect(clippy::float_arithmetic, reason = "a measurement, not money")]
fn milliseconds(time: SignedDuration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

fn people(measured: &Measured) -> String {
    let pages = measured.pages.iter();
    let pages: Vec<String> = pages
        .map(|page| {
            format!(
                "{:>8.1} {:>8.1} {:>8.1} {:>8}  {}",
                page.median_ms, page.p99_ms, page.max_ms, page.bytes, page.address
            )
        })
        .collect();
    format!(
        "{} contracts, {} invoices; {ASKED} times each:\n  median      p99   max ms    bytes  page\n{}",
        measured.contracts,
        measured.invoices,
        pages.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_counts_and_the_slowest_but_one_in_a_hundred() {
        let mut times: Vec<_> = (1..=100).map(SignedDuration::from_millis).collect();
        times.reverse();
        let page = Page::of("/contracts".to_owned(), times, 7);
        assert_eq!((page.median_ms, page.p99_ms, page.max_ms), (51.0, 99.0, 100.0));
    }
}
