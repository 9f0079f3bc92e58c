//! Months of usage in files: taken off without losing a name or a total, refused where single events would be needed, and
//! read back as they were.

use std::time::Duration;

use serde_json::json;
use tonic::Status;
use wire::archive::Digest;
use wire::invoicing::v1::rejected_event::Reason;
use wire::invoicing::v1::{
    ArchivedEvent, ExportUsageMonthRequest, GetUsageRequest, ListUsageEventsRequest, ListUsageMonthsRequest,
    RecordUsageRequest, RestoreUsageMonthRequest, RetireUsageMonthRequest, ReverseBackfillRequest,
    UsageEvent,
};

use super::support::{
    Client, World, bill, call_meter, calls, event, plan, record, refusal, register, request_id, shown,
    usage_plan,
};

/// Some of December, which is over, and some of January, which is not.
fn events() -> Vec<UsageEvent> {
    let december = (1..=30).map(|day| {
        event(
            "acme",
            &format!("d{day}"),
            &format!("2025-12-{day:02}T10:20:00Z"),
            "2.5",
        )
    });
    let mut events: Vec<UsageEvent> = december.collect();
    events[3].dimensions.insert("region".to_owned(), "eu".to_owned());
    events.push(event("acme", "j1", "2026-01-01T01:00:00Z", "7"));
    events
}

async fn world() -> (World, Client) {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let terms = json!({
        "charges": [calls("0.10")], "meters": [call_meter()], "term": { "start": "2025-12-01", "end": "2026-12-01" },
    });
    register(&mut admin, &plan("acme", &terms)).await;
    record(&mut admin, events()).await;
    (world, admin)
}

async fn export(client: &mut Client, month: &str) -> Result<Vec<ArchivedEvent>, Status> {
    let request = ExportUsageMonthRequest {
        month: month.to_owned(),
    };
    let mut incoming = client.export_usage_month(request).await?.into_inner();
    let mut events = Vec::new();
    while let Some(message) = incoming.message().await? {
        events.extend(message.events);
    }
    Ok(events)
}

async fn retire(client: &mut Client, month: &str, events: &[ArchivedEvent]) -> Result<u64, Status> {
    let mut digest = Digest::default();
    events.iter().for_each(|event| digest.add(event));
    let request = RetireUsageMonthRequest {
        request_id: request_id(),
        month: month.to_owned(),
        digest: digest.finish(),
    };
    Ok(client.retire_usage_month(request).await?.into_inner().events)
}

async fn restore(client: &mut Client, month: &str, events: &[ArchivedEvent]) -> Result<u64, Status> {
    let opening = RestoreUsageMonthRequest {
        request_id: request_id(),
        month: month.to_owned(),
        events: Vec::new(),
    };
    let rest = events.chunks(7).map(|events| RestoreUsageMonthRequest {
        events: events.to_vec(),
        ..RestoreUsageMonthRequest::default()
    });
    let messages: Vec<_> = std::iter::once(opening).chain(rest).collect();
    let answer = client.restore_usage_month(tokio_stream::iter(messages)).await?;
    Ok(answer.into_inner().events)
}

fn at(text: &str) -> Option<prost_types::Timestamp> {
    let at: jiff::Timestamp = text.parse().unwrap();
    Some(prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: 0,
    })
}

async fn sum(client: &mut Client, from: &str, until: &str) -> Result<String, Status> {
    let request = GetUsageRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: at(from),
        until: at(until),
        ..GetUsageRequest::default()
    };
    let answer = client.get_usage(request).await?.into_inner();
    Ok(answer
        .quantities
        .first()
        .map_or_else(String::new, |quantity| quantity.sum.clone()))
}

async fn listed(client: &mut Client) -> Result<Vec<UsageEvent>, Status> {
    let request = ListUsageEventsRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: at("2025-12-01T00:00:00Z"),
        until: at("2026-01-01T00:00:00Z"),
        page_size: 1000,
        page_token: String::new(),
    };
    Ok(client.list_usage_events(request).await?.into_inner().events)
}

fn reason(refused: &Status) -> Option<String> {
    refusal(refused).1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_goes_and_comes_back_without_a_name_or_a_total_lost() {
    let (_world, mut admin) = world().await;
    let before = listed(&mut admin).await.unwrap();
    let archived = export(&mut admin, "2025-12").await.unwrap();
    assert_eq!((before.len(), archived.len()), (30, 30));
    assert_eq!(
        export(&mut admin, "2025-12").await.unwrap(),
        archived,
        "the same each time"
    );
    // A late event makes the file incomplete.
    record(
        &mut admin,
        vec![event("acme", "late", "2025-12-31T23:59:59Z", "1")],
    )
    .await;
    let outdated = retire(&mut admin, "2025-12", &archived).await.unwrap_err();
    assert_eq!(reason(&outdated).as_deref(), Some("ARCHIVE_OUTDATED"));
    assert_eq!(listed(&mut admin).await.unwrap().len(), 31, "nothing went");
    let archived = export(&mut admin, "2025-12").await.unwrap();
    let running = retire(&mut admin, "2026-01", &[]).await.unwrap_err();
    assert_eq!(reason(&running).as_deref(), Some("MONTH_NOT_OVER"));
    assert_eq!(retire(&mut admin, "2025-12", &archived).await.unwrap(), 31);
    let months = admin
        .list_usage_months(ListUsageMonthsRequest {})
        .await
        .unwrap()
        .into_inner()
        .months;
    let months: Vec<_> = months
        .iter()
        .map(|month| {
            (
                &*month.month,
                month.events,
                month.archived_at.is_some(),
                month.archived_events,
            )
        })
        .collect();
    assert_eq!(months, [("2025-12", 31, true, 31), ("2026-01", 1, false, 0)]);
    // What was sent before is known, as it was, and counts once; another content is refused.
    let again = record(&mut admin, events()).await;
    assert_eq!((again.accepted, again.duplicates), (0, 31));
    let other = record(&mut admin, vec![event("acme", "d1", "2025-12-01T10:20:00Z", "3")]).await;
    assert_eq!(other.rejected[0].reason(), Reason::ConflictingContent);
    // Totals of whole hours are here, those of parts of hours are not.
    assert_eq!(
        sum(&mut admin, "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z")
            .await
            .unwrap(),
        "76.0"
    );
    for (from, until) in [
        ("2025-12-01T10:21:00Z", "2026-01-01T00:00:00Z"),
        ("2025-11-01T00:00:00Z", "2025-12-05T10:30:00Z"),
    ] {
        let refused = sum(&mut admin, from, until).await.unwrap_err();
        assert_eq!(
            reason(&refused).as_deref(),
            Some("USAGE_ARCHIVED"),
            "{from} {until}"
        );
    }
    assert_eq!(
        sum(&mut admin, "2026-01-01T00:10:00Z", "2026-02-01T00:00:00Z")
            .await
            .unwrap(),
        "7"
    );
    assert_eq!(
        reason(&listed(&mut admin).await.unwrap_err()).as_deref(),
        Some("USAGE_ARCHIVED")
    );
    assert_eq!(
        shown(&bill(&mut admin, "2026-01-01").await.invoices),
        ["INV-000001 2026-01-01 7.60: calls usage 2025-12-01/2026-01-01 7.60"]
    );
    // Late usage of the month still counts.
    record(
        &mut admin,
        vec![event("acme", "later", "2025-12-31T10:00:00Z", "4")],
    )
    .await;
    assert_eq!(
        sum(&mut admin, "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z")
            .await
            .unwrap(),
        "80.0"
    );
    // Another file is not the month, and nothing of it stays.
    let wrong = restore(&mut admin, "2025-12", &archived[1..]).await.unwrap_err();
    assert_eq!(reason(&wrong).as_deref(), Some("OTHER_ARCHIVE"));
    assert_eq!(restore(&mut admin, "2025-12", &archived).await.unwrap(), 31);
    let twice = restore(&mut admin, "2025-12", &archived).await.unwrap_err();
    assert_eq!(reason(&twice).as_deref(), Some("NOT_ARCHIVED"));
    let after = listed(&mut admin).await.unwrap();
    assert_eq!(after.len(), 32);
    assert!(before.iter().all(|event| after.contains(event)));
    assert_eq!(
        sum(&mut admin, "2025-12-01T10:21:00Z", "2026-01-01T00:00:00Z")
            .await
            .unwrap(),
        "77.5"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_need_the_events_is_refused_until_they_are_back() {
    let (_world, mut admin) = world().await;
    let backfill = |events| RecordUsageRequest {
        request_id: request_id(),
        events,
        backfill: "import".to_owned(),
    };
    let imported = event("acme", "i1", "2025-12-15T12:00:00Z", "100");
    admin.record_usage(backfill(vec![imported])).await.unwrap();
    let archived = export(&mut admin, "2025-12").await.unwrap();
    retire(&mut admin, "2025-12", &archived).await.unwrap();
    let correction = UsageEvent {
        corrects: "d2".to_owned(),
        ..event("acme", "d2b", "2025-12-02T10:20:00Z", "1")
    };
    let refused = record(&mut admin, vec![correction.clone()]).await;
    assert_eq!(refused.rejected[0].reason(), Reason::CorrectsArchived);
    let reversal = || ReverseBackfillRequest {
        request_id: request_id(),
        backfill: "import".to_owned(),
        reason: "twice".to_owned(),
    };
    let stays = admin.reverse_backfill(reversal()).await.unwrap_err();
    assert_eq!(reason(&stays).as_deref(), Some("USAGE_ARCHIVED"));
    restore(&mut admin, "2025-12", &archived).await.unwrap();
    assert_eq!(record(&mut admin, vec![correction]).await.accepted, 1);
    assert_eq!(
        admin
            .reverse_backfill(reversal())
            .await
            .unwrap()
            .into_inner()
            .events,
        1
    );
    assert_eq!(
        sum(&mut admin, "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z")
            .await
            .unwrap(),
        "73.5"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_month_gets_a_table_of_its_own_and_what_came_before_moves_there() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![event("acme", "m", "2026-05-01T00:00:00Z", "5")]).await;
    // The one that runs and the next are made at once.
    for month in ["usage_part_2026_01", "usage_part_2026_02"] {
        let mut looks = 0;
        while !exists(&world, month).await {
            assert!(looks < 100, "{month} was not made");
            looks += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    record(&mut admin, vec![event("acme", "j", "2026-01-31T23:59:59Z", "5")]).await;
    assert_eq!(
        (
            world.count("usage_part_2026_01").await,
            world.count("usage_part_elsewhere").await
        ),
        (1, 1)
    );
    let mut tables = world.tables().await;
    for (made, times) in [(true, 1), (false, 2)] {
        let answer: bool = sqlx::query_scalar("SELECT make_usage_month('2026-05-01')")
            .fetch_one(&mut *tables)
            .await
            .unwrap();
        assert_eq!(answer, made, "asked for the {times}. time");
    }
    tables.commit().await.unwrap();
    assert_eq!(
        (
            world.count("usage_part_2026_05").await,
            world.count("usage_part_elsewhere").await
        ),
        (1, 0)
    );
    let change = sqlx::query("DELETE FROM usage_part_2026_05")
        .execute(&mut *world.tables().await)
        .await;
    assert!(
        change
            .unwrap_err()
            .to_string()
            .contains("is a record of what happened")
    );
    assert_eq!(
        sum(&mut admin, "2026-05-01T00:00:00Z", "2026-05-01T00:30:00Z")
            .await
            .unwrap(),
        "5"
    );
    let one_tenant = sqlx::query("SELECT drop_empty_usage_months('2026-12-01')")
        .execute(&mut *world.tables().await)
        .await;
    assert!(one_tenant.is_err(), "whoever sees one tenant cannot tell");
}

async fn exists(world: &World, table: &str) -> bool {
    sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(table)
        .fetch_one(&mut *world.tables().await)
        .await
        .unwrap()
}
