//! A source that names in order fills blocks; whatever comes again, late or with other content is found in them all the same.

use wire::invoicing::v1::{ListUsageConflictsRequest, UsageEvent};

use super::support::{Client, World, bill, event, record, register, usage_plan};

const TIME: &str = "2026-01-05T10:00:00Z";

fn events(numbers: std::ops::Range<u32>) -> Vec<UsageEvent> {
    numbers
        .map(|number| event("acme", &format!("e{number:06}"), TIME, "1"))
        .collect()
}

/// What came of some events: accepted, duplicates, refused.
async fn sent(client: &mut Client, events: Vec<UsageEvent>) -> (u64, u64, usize) {
    let answer = record(client, events).await;
    (answer.accepted, answer.duplicates, answer.rejected.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_in_blocks_count_once_for_ever() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    assert_eq!(sent(&mut admin, events(0..10)).await, (10, 0, 0));
    assert_eq!(world.count("usage_block").await, 0, "nobody knows its order yet");
    assert_eq!(sent(&mut admin, events(20..500)).await, (480, 0, 0));
    let (single, blocks) = (world.count("usage_event").await, world.count("usage_block").await);
    assert_eq!(single, 10);
    assert!((4..=20).contains(&blocks), "{blocks} blocks");
    assert_eq!(world.count("usage_name").await, 490);
    // Again, with some between and behind them that are new.
    assert_eq!(sent(&mut admin, events(0..700)).await, (210, 490, 0));
    assert_eq!(sent(&mut admin, events(0..700)).await, (0, 700, 0));
    assert_eq!(
        world.count("usage_event").await,
        20,
        "what came late stands by itself"
    );
    assert_eq!(world.count("usage_name").await, 700);
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "70.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_a_block_is_refused_to_others_and_can_be_corrected() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    sent(&mut admin, events(0..1)).await;
    sent(&mut admin, events(1..300)).await;
    let other = event("acme", "e000200", TIME, "7");
    assert_eq!(sent(&mut admin, vec![other]).await, (0, 0, 1));
    let listed = admin
        .list_usage_conflicts(ListUsageConflictsRequest::default())
        .await;
    let conflicts = listed.unwrap().into_inner().conflicts;
    let counted = conflicts[0].counted.as_ref().unwrap();
    assert_eq!((counted.id.as_str(), counted.value.as_str()), ("e000200", "1"));
    let correction = UsageEvent {
        corrects: "e000200".to_owned(),
        ..event("acme", "e000300", TIME, "11")
    };
    assert_eq!(sent(&mut admin, vec![correction.clone()]).await, (1, 0, 0));
    assert_eq!(sent(&mut admin, vec![correction]).await, (0, 1, 0));
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "31.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_names_and_names_of_any_script_have_their_place_in_blocks() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let long = |number: u32| {
        let id = format!("{}{number:04}", "\u{10FFFF}".repeat(196));
        event("acme", &id, TIME, "1")
    };
    let named: Vec<UsageEvent> = (0..40).map(long).collect();
    assert_eq!(
        sent(&mut admin, vec![event("acme", "e", TIME, "1")]).await,
        (1, 0, 0)
    );
    assert_eq!(sent(&mut admin, named.clone()).await, (40, 0, 0));
    assert!(world.count("usage_block").await > 5);
    assert_eq!(sent(&mut admin, named).await, (0, 40, 0));
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "4.10");
}
