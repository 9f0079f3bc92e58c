//! `quittance bench usage-orders`: the same events in many orders, cut into batches of different sizes, parts of them
//! delivered again: always one bill, equal to the oracle's to the cent.
//!
//! Each delivery is a company of its own on a private service, so that none sees what another sent. A service that holds
//! enough gives way to a new one, so that the disk has to hold no more than that. What was delivered until the time was up
//! is what is reported.

use std::time::{Duration, Instant};

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
/// Events after which a service gives way to a new one.
const MOST_HELD: u64 = 10_000_000;

#[derive(Debug, Serialize)]
struct Report {
    events: u64,
    orders: u64,
    /// Orders × batch sizes × shares that are delivered again, as many as were wanted.
    wanted: u64,
    /// As many as were made.
    deliveries: u64,
    /// Events that were sent, those that came again with them.
    sent: u64,
    seconds: f64,
    expected_total: Decimal,
    /// Empty where every bill is the expected one.
    faults: Vec<String>,
}

pub(super) async fn run(command: &BenchUsageOrders, output: Output) -> Result<(), Failure> {
    let report = deliver_all(command).await?;
    output.show(|| serde_json::json!(report), || people(&report));
    match report.faults.first() {
        None => Ok(()),
        Some(fault) => Err(Failure::refused(fault.clone())),
    }
}

async fn deliver_all(command: &BenchUsageOrders) -> Result<Report, Failure> {
    let deliveries = deliveries(command);
    let (began, mut stage) = (Instant::now(), None);
    let mut report = Report {
        events: command.events,
        orders: command.orders,
        wanted: u64::try_from(deliveries.len()).unwrap_or(u64::MAX),
        deliveries: 0,
        sent: 0,
        seconds: 0.0,
        expected_total: oracle::total(set(command), 0),
        faults: Vec::new(),
    };
    let bar = progress(report.wanted, "delivering");
    let most = command
        .minutes
        .map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    let mut outcome = Ok(());
    for delivery in &deliveries {
        if outcome.is_err() || most.is_some_and(|most| began.elapsed() >= most) {
            break;
        }
        outcome = deliver(delivery, &mut stage, &mut report).await;
        bar.inc(1);
    }
    bar.finish_and_clear();
    strike(stage).await;
    report.seconds = began.elapsed().as_secs_f64();
    outcome.map(|()| report)
}

fn set(command: &BenchUsageOrders) -> Set {
    Set::new(command.events, ACCOUNTS, Ids::Ordered)
}

/// Every size of batches with every share that comes again, in each order or in turn.
fn deliveries(command: &BenchUsageOrders) -> Vec<Delivery> {
    let ways: Vec<(u64, u64)> = BATCHES
        .into_iter()
        .flat_map(|batch| AGAIN.map(|again| (batch, again)))
        .collect();
    let orders = (0..command.orders).zip((0..ways.len()).cycle());
    let ways = orders.flat_map(|(order, turn)| {
        let of_order = ways.iter().enumerate();
        let of_order = of_order.filter(move |(way, _)| !command.one_each || *way == turn);
        of_order.map(move |(_, way)| (order, *way))
    });
    ways.map(|(order, (batch, again))| Delivery {
        set: set(command),
        batch,
        again,
        order,
        seed: command.seed.wrapping_mul(1000).wrapping_add(order),
    })
    .collect()
}

/// A service, and how many events it holds.
type Held = Option<(Stage, u64)>;

async fn deliver(delivery: &Delivery, held: &mut Held, report: &mut Report) -> Result<(), Failure> {
    let events = delivery.set.deliveries();
    let full = |(_, stored): &(Stage, u64)| stored.saturating_add(events) > MOST_HELD;
    if held.as_ref().is_some_and(full) {
        strike(held.take()).await;
    }
    let (stage, stored) = match held.take() {
        Some(held) => held,
        None => (Stage::set().await?, 0),
    };
    let (stage, _) = held.insert((stage, stored.saturating_add(events)));
    let (sent, billed) = delivery.make(stage).await?;
    report.sent += sent;
    report.deliveries += 1;
    if billed != report.expected_total {
        let Delivery {
            order, batch, again, ..
        } = delivery;
        report.faults.push(format!(
            "order {order}, batches of {batch}, {again} % again: billed {billed}, expected {}",
            report.expected_total
        ));
    }
    Ok(())
}

async fn strike(held: Held) {
    if let Some((stage, _)) = held {
        stage.strike().await;
    }
}

/// One way of delivering the set.
#[derive(Debug)]
struct Delivery {
    set: Set,
    batch: u64,
    again: u64,
    order: u64,
    /// What the order is drawn from.
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
    let Report {
        events,
        orders,
        wanted,
        deliveries,
        sent,
        seconds,
        expected_total,
        ..
    } = report;
    let mut lines = vec![format!(
        "{events} events in {orders} orders, batches of {BATCHES:?}, {AGAIN:?} % delivered again: {deliveries} of {wanted} bills from {sent} events sent in {seconds:.1} s"
    )];
    if report.faults.is_empty() {
        lines.push(format!(
            "every one comes to USD {expected_total}, as the oracle says"
        ));
    }
    lines.extend(report.faults.iter().cloned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn command(orders: u64, one_each: bool) -> BenchUsageOrders {
        BenchUsageOrders {
            events: 1000,
            orders,
            one_each,
            minutes: None,
            seed: 1,
        }
    }

    #[test]
    fn each_order_goes_every_way_or_the_orders_take_the_ways_in_turn() {
        let every: BTreeSet<_> = deliveries(&command(20, false))
            .iter()
            .map(|delivery| (delivery.order, delivery.batch, delivery.again))
            .collect();
        assert_eq!(every.len(), 180);
        let one_each = deliveries(&command(20, true));
        assert_eq!(one_each.len(), 20);
        let ways: BTreeSet<_> = one_each
            .iter()
            .map(|delivery| (delivery.batch, delivery.again))
            .collect();
        assert_eq!(ways.len(), 9, "no way is left out");
    }

    #[test]
    fn a_delivery_holds_every_event_and_its_share_again() {
        for delivery in deliveries(&command(3, false)) {
            let batches = delivery.batches();
            let all: BTreeSet<u64> = batches.iter().flatten().copied().collect();
            assert_eq!(all.len(), 1000);
            let sent: usize = batches.iter().map(Vec::len).sum();
            assert!((1000..=2000).contains(&sent));
            assert_eq!(delivery.again == 100, sent == 2000, "{delivery:?}");
        }
    }
}
