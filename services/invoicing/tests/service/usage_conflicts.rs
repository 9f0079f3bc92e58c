//! Events that were refused because another has their name stay listed, each beside the one that counts.

use wire::invoicing::v1::{ListUsageConflictsRequest, UsageConflict, UsageEvent};

use super::support::{Client, World, event, record, refusal, register, usage_plan};

fn of_value(value: &str) -> UsageEvent {
    event("acme", "e1", "2026-01-05T10:00:00Z", value)
}

async fn listed(client: &mut Client, source: &str) -> Vec<UsageConflict> {
    let mut request = ListUsageConflictsRequest {
        source: source.to_owned(),
        page_size: 1,
        page_token: String::new(),
    };
    let mut conflicts = Vec::new();
    loop {
        let page = client
            .list_usage_conflicts(request.clone())
            .await
            .unwrap()
            .into_inner();
        assert!(page.conflicts.len() <= 1);
        conflicts.extend(page.conflicts);
        if page.next_page_token.is_empty() {
            return conflicts;
        }
        request.page_token = page.next_page_token;
    }
}

/// What was refused, what counts, and how often it was refused.
fn shown(conflicts: &[UsageConflict]) -> Vec<(String, String, u64)> {
    let value = |event: &Option<UsageEvent>| event.as_ref().unwrap().value.clone();
    let each = conflicts.iter();
    each.map(|one| (value(&one.refused), value(&one.counted), one.times))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_stays_listed_beside_what_counts() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![of_value("10"), of_value("10.0"), of_value("11")]).await;
    record(
        &mut admin,
        vec![of_value("12"), of_value("11"), of_value("11.00")],
    )
    .await;
    let other = UsageEvent {
        source: "meter room".to_owned(),
        ..of_value("1")
    };
    record(&mut admin, vec![other.clone()]).await;
    let elsewhere = UsageEvent {
        account: "nobody".to_owned(),
        ..other
    };
    record(&mut admin, vec![elsewhere.clone()]).await;
    let all = listed(&mut admin, "").await;
    let row = |refused: &str, counted: &str, times| (refused.to_owned(), counted.to_owned(), times);
    assert_eq!(
        shown(&all),
        [row("11", "10", 3), row("12", "10", 1), row("1", "1", 1)]
    );
    assert!(
        all.iter()
            .all(|one| !one.sent_by.is_empty() && one.first_refused_at.is_some()),
        "each says who and when"
    );
    let of_one = listed(&mut admin, "meter room").await;
    assert_eq!(of_one.len(), 1);
    assert_eq!(of_one[0].refused, Some(elsewhere));
    assert!(listed(&mut world.stranger().await, "").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_that_is_none_is_named() {
    let world = World::start().await;
    let request = ListUsageConflictsRequest {
        page_token: "x".to_owned(),
        ..ListUsageConflictsRequest::default()
    };
    let refused = world
        .admin()
        .await
        .list_usage_conflicts(request)
        .await
        .unwrap_err();
    assert_eq!(refusal(&refused).2, ["page_token"]);
}
