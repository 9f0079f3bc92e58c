//! `quittance bench usage-orders`: the same events in many orders, cut into batches of different sizes, parts of them
//! delivered again: always one bill, equal to the oracle's to the cent.
//!
//! Each delivery is a company of its own on one private service, so that none sees what another sent.

use std::time::Instant;

use rust_decimal::Decimal;
use serde::Serialize;
use tokio::task::JoinSet;

use super::Stage;
use super::crash::Dice;
use super::usage::set::Set;
use super::usage::{bill, oracle, register};
use crate::command::{BenchUsageOrders, Ids};
use crate::connection::Invoicing;
use crate::failure::Failure;
use crate::printing::{Output, progress};
use crate::usage::{check, record};

const BATCHES: [u64; 3] = [100, 2_000, 20_000];
/// Of a hundred batches, how many are delivered again.
const AGAIN: [u64; 3] = [1, 10, 100];
const ACCOUNTS: u64 = 5;
const SENDERS: usize = 4;

#[derive(Debug, Serialize)]
struct Report {
    events: u64,
    orders: u64,
    /// Orders × batch sizes × shares that are delivered again.
    deliveries: u64,
    /// Events that were sent, those that came again with them.
    sent: u64,
    seconds: f64,
    expected_total: Decimal,
    /// Empty where every bill is the expected one.
    faults: Vec<String>,
}

pub(super) async fn run(command: &BenchUsageOrders, output: Output) -> Result<(), Failure> {
    let stage = Stage::set().await?;
    let report = deliver_all(command, &stage).await;
    stage.strike().await;
    let report = report?;
    output.show(|| serde_json::json!(report), || people(&report));
    match report.faults.first() {
        None => Ok(()),
        Some(fault) => Err(Failure::refused(fault.clone())),
    }
}

async fn deliver_all(command: &BenchUsageOrders, stage: &Stage) -> Result<Report, Failure> {
    let set = Set::new(command.events, ACCOUNTS, Ids::Ordered);
    let expected_total = oracle::total(set, 0);
    let bar = progress(command.orders * 9, "delivering");
    let began = Instant::now();
    let mut report = Report {
        events: command.events,
        orders: command.orders,
        deliveries: 0,
        sent: 0,
        seconds: 0.0,
        expected_total,
        faults: Vec::new(),
    };
    for order in 0..command.orders {
        for (batch, again) in BATCHES
            .into_iter()
            .flat_map(|batch| AGAIN.map(|again| (batch, again)))
        {
            let seed = command.seed.wrapping_mul(1000).wrapping_add(order);
            let delivery = Delivery {
                set,
                batch,
                again,
                seed,
            };
            let (sent, billed) = delivery.make(stage).await?;
            report.sent += sent;
            report.deliveries += 1;
            if billed != expected_total {
                report.faults.push(format!(
                    "order {order}, batches of {batch}, {again} % again: billed {billed}, expected {expected_total}"
                ));
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// One way of delivering the set.
struct Delivery {
    set: Set,
    batch: u64,
    again: u64,
    seed: u64,
}

impl Delivery {
    /// Delivers everything as a company of its own; answers how many events were sent and what they are billed at.
    async fn make(&self, stage: &Stage) -> Result<(u64, Decimal), Failure> {
        let company = stage.newcomer()?;
        let mut invoicing = company.invoicing().await?;
        register(&mut invoicing, &self.set, false).await?;
        let mut senders = JoinSet::new();
        let batches = self.batches();
        for sender in 0..SENDERS {
            let own = batches.iter().skip(sender).step_by(SENDERS).cloned();
            senders.spawn(send(company.invoicing().await?, self.set, own.collect()));
        }
        let mut sent = 0;
        while let Some(done) = senders.join_next().await {
            sent += done.map_err(|panic| Failure::broken(panic.to_string()))??;
        }
        Ok((sent, bill(&mut invoicing).await?))
    }

    /// The set in this order, cut into batches, and among them those that come again.
    fn batches(&self) -> Vec<Vec<u64>> {
        let mut dice = Dice::seeded(self.seed);
        let mut order: Vec<u64> = (0..self.set.deliveries()).collect();
        shuffle(&mut order, &mut dice);
        let size = usize::try_from(self.batch).unwrap_or(usize::MAX);
        let mut batches: Vec<Vec<u64>> = order.chunks(size).map(<[u64]>::to_vec).collect();
        let again: Vec<Vec<u64>> = batches
            .iter()
            .filter(|_| dice.roll(100) < self.again)
            .cloned()
            .collect();
        batches.extend(again);
        shuffle(&mut batches, &mut dice);
        batches
    }
}

fn shuffle<T>(things: &mut [T], dice: &mut Dice) {
    for last in (1..things.len()).rev() {
        let below = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
        let other = usize::try_from(dice.roll(below)).unwrap_or_default();
        things.swap(last, other);
    }
}

async fn send(mut invoicing: Invoicing, set: Set, batches: Vec<Vec<u64>>) -> Result<u64, Failure> {
    let mut sent = 0;
    for batch in batches {
        let events = batch.into_iter().map(|delivery| set.delivery(delivery)).collect();
        let answer = record(&mut invoicing, events).await?;
        check(&answer)?;
        sent += answer.accepted + answer.duplicates;
    }
    Ok(sent)
}

fn people(report: &Report) -> String {
    let mut lines = vec![format!(
        "{} events in {} orders, batches of {BATCHES:?}, {AGAIN:?} % delivered again: {} bills from {} events sent in {:.1} s",
        report.events, report.orders, report.deliveries, report.sent, report.seconds,
    )];
    if report.faults.is_empty() {
        lines.push(format!(
            "every one comes to USD {}, as the oracle says",
            report.expected_total
        ));
    }
    lines.extend(report.faults.iter().cloned());
    lines.join("\n")
}
