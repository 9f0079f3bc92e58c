//! `quittance bench pages`: how long the console's pages for finance take with a population billed for months.
//!
//! A page counts from the request to its last byte, asked by one client after the other over HTTP. Each is asked once to
//! warm up and then some times more; the median counts.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use console::DemoPerson;
use runtime::caller::Role;
use runtime::server::bind;
use runtime::settings::Secret;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::invoicing::v1::{ListInvoicesRequest, RunBillingRequest};

use super::bill::month_end;
use super::population::record_all;
use super::{Stage, median};
use crate::bill::whole_run;
use crate::command::BenchPages;
use crate::connection::request_id;
use crate::failure::Failure;
use crate::printing::Output;

/// How often each page is asked.
const ASKED: usize = 9;
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
    milliseconds: f64,
    bytes: usize,
}

pub(super) async fn run(command: &BenchPages, output: Output) -> Result<(), Failure> {
    let mut stage = Stage::set_whole().await?;
    let measured = measure(&mut stage, command).await;
    stage.strike().await;
    let measured = measured?;
    output.show(|| serde_json::json!(measured), || people(&measured));
    let slow = measured.pages.iter().find(|page| page.milliseconds > GOAL_MS);
    match slow.filter(|_| command.strict) {
        Some(page) => Err(Failure::refused(format!(
            "{} takes {:.0} ms; {GOAL_MS} are allowed",
            page.address, page.milliseconds
        ))),
        None => Ok(()),
    }
}

async fn measure(stage: &mut Stage, command: &BenchPages) -> Result<Measured, Failure> {
    record_all(&stage.services, command.contracts, command.months).await?;
    let mut client = stage.client().await?;
    let mut invoices = 0;
    for month in 1..=command.months {
        let request = RunBillingRequest {
            request_id: request_id(),
            through: month_end(month)?.to_string(),
            ..RunBillingRequest::default()
        };
        invoices += whole_run(&mut client, request).await?.invoice_count;
    }
    let some = ListInvoicesRequest {
        page_size: 1,
        ..ListInvoicesRequest::default()
    };
    let some = client.list_invoices(some).await?.into_inner().invoices;
    let some = some
        .first()
        .ok_or_else(|| Failure::broken("nothing was invoiced"))?;
    let line = some.lines.first().map(|line| line.id.clone()).unwrap_or_default();
    let browser = Browser::signed_in(stage).await?;
    let mut pages = Vec::new();
    for address in addresses(&some.id, &line, &some.account) {
        pages.push(browser.time(address).await?);
    }
    Ok(Measured {
        contracts: command.contracts,
        invoices,
        pages,
    })
}

fn addresses(invoice: &str, line: &str, account: &str) -> Vec<String> {
    [
        "/contracts",
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
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([
        format!("/invoices/{invoice}"),
        format!("/invoices/{invoice}/lines/{line}"),
        format!("/accounts/{account}"),
        // Prepaid credits, usage and seats of accounts that have them.
        "/accounts/account-0000019/credits?through=2025-10-31".to_owned(),
        "/accounts/account-0000019/usage?from=2025-01-01&to=2025-12-31".to_owned(),
        "/accounts/account-0000001/seats".to_owned(),
    ])
    .collect()
}

/// Somebody who is signed in.
struct Browser {
    console: SocketAddr,
    cookie: String,
}

impl Browser {
    /// As a guest of a console that is opened for this.
    async fn signed_in(stage: &mut Stage) -> Result<Self, Failure> {
        let key = stage.running.issue("finn", Role::Finance, stage.tenant)?;
        let guest = DemoPerson {
            name: "finn".to_owned(),
            does: "measures".to_owned(),
            key: Secret::new(key),
        };
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let bound = bind(anywhere)
            .await
            .map_err(|error| Failure::broken(error.to_string()))?;
        let console = bound.address();
        stage.running.open_console(bound, vec![guest])?;
        let form = ask(console, "GET", "/sign-in", "", "").await?;
        let visit = cookie(&form).unwrap_or_default();
        let token = form
            .split("name=\"token\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let body = format!("token={}&name=finn", token.unwrap_or_default());
        let answer = ask(console, "POST", "/sign-in/demo", &visit, &body).await?;
        let cookie = cookie(&answer).ok_or_else(|| Failure::broken("the console let nobody in"))?;
        Ok(Self { console, cookie })
    }

    async fn time(&self, address: String) -> Result<Page, Failure> {
        let (mut times, mut bytes) = (Vec::new(), 0);
        for turn in 0..=ASKED {
            let began = Instant::now();
            let answer = ask(self.console, "GET", &address, &self.cookie, "").await?;
            if !answer.starts_with("HTTP/1.0 200") && !answer.starts_with("HTTP/1.1 200") {
                let head: String = answer.chars().take(200).collect();
                return Err(Failure::broken(format!("{address}: {head}")));
            }
            bytes = answer.len();
            if turn > 0 {
                times.push(began.elapsed().as_secs_f64());
            }
        }
        Ok(Page {
            address,
            milliseconds: milliseconds(median(times)),
            bytes,
        })
    }
}

#[expect(clippy::float_arithmetic, reason = "a measurement, not money")]
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 10_000.0).round() / 10.0
}

/// One request over a connection of its own; the whole answer.
async fn ask(
    console: SocketAddr,
    method: &str,
    address: &str,
    cookie: &str,
    body: &str,
) -> Result<String, Failure> {
    let mut connection = TcpStream::connect(console).await?;
    let request = format!(
        "{method} {address} HTTP/1.0\r\nhost: {console}\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The first cookie that an answer sets.
fn cookie(answer: &str) -> Option<String> {
    let line = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))?;
    line.split(';').next().map(str::to_owned)
}

fn people(measured: &Measured) -> String {
    let pages = measured.pages.iter();
    let pages: Vec<String> = pages
        .map(|page| {
            format!(
                "{:>8.1} ms {:>8} bytes  {}",
                page.milliseconds, page.bytes, page.address
            )
        })
        .collect();
    format!(
        "{} contracts, {} invoices; medians of {ASKED}:\n{}",
        measured.contracts,
        measured.invoices,
        pages.join("\n")
    )
}
