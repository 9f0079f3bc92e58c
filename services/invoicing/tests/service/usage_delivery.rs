//! However events are delivered (in any order, in batches of any size, again and again, to two services at once, past
//! calls that were cut off), the bill is that of each event once.

use std::time::Duration;

use rust_decimal::Decimal;
use tokio::task::JoinSet;
use wire::invoicing::v1::{RecordUsageRequest, UsageEvent};

use super::support::{Client, World, bill, event, register, request_id, usage_plan};

const EVENTS: usize = 240;

/// Events of two months' days and hours with values of all sizes, and what January's cost at 0.10 each.
fn events() -> (Vec<UsageEvent>, String) {
    let mut january = Decimal::ZERO;
    let each = (0..EVENTS).map(|number| {
        let (month, day, hour) = (1 + number % 2, 1 + number % 28, number % 24);
        let value = Decimal::new(i64::try_from(number * 37 % 1009).unwrap() - 100, 2);
        if month == 1 {
            january += value;
        }
        let time = format!("2026-{month:02}-{day:02}T{hour:02}:30:00Z");
        event("acme", &format!("e{number}"), &time, &value.to_string())
    });
    let events = each.collect();
    let cost = (january * Decimal::new(10, 2))
        .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    (events, format!("{cost:.2}"))
}

/// A place that looks thrown, the same each time.
fn thrown(seed: u64, below: usize) -> usize {
    let mixed = (seed ^ 0x5bd1_e995).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from((mixed ^ (mixed >> 29)) % u64::try_from(below).unwrap()).unwrap()
}

/// All events in some order, of every hundred so many once more.
fn delivered(events: &[UsageEvent], order: u64, again: usize) -> Vec<UsageEvent> {
    let mut deliveries: Vec<UsageEvent> = events.to_vec();
    deliveries.extend(events.iter().take(events.len() * again / 100).cloned());
    for place in (1..deliveries.len()).rev() {
        deliveries.swap(
            place,
            thrown(order * 7919 + u64::try_from(place).unwrap(), place + 1),
        );
    }
    deliveries
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_any_batches_any_repeats_give_one_bill() {
    let world = World::start().await;
    let (events, cost) = events();
    for (order, (batch, again)) in (1..).zip([(1, 10), (7, 100), (7, 1), (100, 100), (1000, 10), (1000, 100)])
    {
        // A company of its own for each way.
        let mut client = world.stranger().await;
        register(&mut client, &usage_plan("acme")).await;
        let deliveries = delivered(&events, order, again);
        let (mut accepted, mut duplicates) = (0, 0);
        for batch in deliveries.chunks(batch) {
            let receipt = super::support::record(&mut client, batch.to_vec()).await;
            accepted += receipt.accepted;
            duplicates += receipt.duplicates;
            assert!(receipt.rejected.is_empty());
        }
        let told = (accepted, accepted + duplicates);
        assert_eq!(
            told,
            (240, u64::try_from(deliveries.len()).unwrap()),
            "order {order}"
        );
        let invoices = bill(&mut client, "2026-02-01").await.invoices;
        assert_eq!(
            invoices[0].total, cost,
            "order {order}, batches of {batch}, {again} % again"
        );
    }
}

/// Sends until every batch is acknowledged, breaking off some calls at moments that look thrown.
async fn send_stubbornly(mut client: Client, deliveries: Vec<UsageEvent>, seed: u64) {
    for (number, batch) in (seed..).zip(deliveries.chunks(16)) {
        for attempt in 0_u64.. {
            let request = RecordUsageRequest {
                request_id: request_id(),
                events: batch.to_vec(),
                backfill: String::new(),
            };
            let patience = if attempt < 2 {
                thrown(number * 31 + attempt, 12)
            } else {
                10_000
            };
            let call = client.record_usage(request);
            let limited =
                tokio::time::timeout(Duration::from_millis(u64::try_from(patience).unwrap()), call).await;
            if matches!(limited, Ok(Ok(_))) {
                break;
            }
            assert!(attempt < 20, "the service does not answer: {limited:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_on_one_database_count_each_event_once_past_calls_that_are_cut_off() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let other = world.replica().await;
    let (events, cost) = events();
    let mut senders = JoinSet::new();
    for (seed, client) in (1..).zip([admin.clone(), other.clone(), admin.clone(), other]) {
        senders.spawn(send_stubbornly(client, delivered(&events, seed, 10), seed * 1000));
    }
    senders.join_all().await;
    assert_eq!(world.count("usage_name").await, 240);
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, cost);
}
