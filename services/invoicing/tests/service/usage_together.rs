//! Deliveries that wait at the same time are written together, and each is answered for its own events.

use std::time::Duration;

use sqlx::{Postgres, Transaction};
use tokio::task::JoinSet;
use tonic::{Code, Status};
use wire::invoicing::v1::{RecordUsageRequest, RecordUsageResponse, UsageEvent};

use super::support::{Client, World, bill, event, record, refusal, register, request_id, usage_plan};

/// Keeps the service from writing until it is dropped, as another replica does while it writes.
async fn hold_turn(world: &World) -> Transaction<'static, Postgres> {
    let mut turn = world.tables().await;
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('usage of ' || current_setting('quittance.tenant'), 0))")
        .execute(&mut *turn)
        .await
        .unwrap();
    turn
}

type Answer = (usize, Result<RecordUsageResponse, Status>);

/// Sends all of them while nothing can be written, then lets them be; answers in the order in which they were sent.
async fn together(world: &World, client: &Client, requests: Vec<RecordUsageRequest>) -> Vec<Answer> {
    let turn = hold_turn(world).await;
    let mut sending = JoinSet::new();
    for (place, request) in requests.into_iter().enumerate() {
        let mut client = client.clone();
        sending.spawn(async move {
            (
                place,
                client
                    .record_usage(request)
                    .await
                    .map(tonic::Response::into_inner),
            )
        });
        // In this order, on a busy machine too.
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    drop(turn);
    let mut answers = sending.join_all().await;
    answers.sort_by_key(|(place, _)| *place);
    answers
}

fn request(events: Vec<UsageEvent>) -> RecordUsageRequest {
    RecordUsageRequest {
        request_id: request_id(),
        events,
        backfill: String::new(),
    }
}

fn used(id: &str, value: &str) -> UsageEvent {
    event("acme", id, "2026-01-05T10:00:00Z", value)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_caller_hears_of_its_own_events() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![used("m", "1")]).await;
    let again = request(vec![used("x", "1"), used("y", "1")]);
    let answers = together(
        &world,
        &admin,
        vec![
            request(vec![used("a", "1"), used("z", "1")]),
            request(vec![
                used("b", "1"),
                used("a", "1"),
                used("m", "1"),
                used("m", "2"),
            ]),
            request(vec![used("b", "2"), used("c", "1"), used("b", "1")]),
            again.clone(),
            again.clone(),
            RecordUsageRequest {
                events: vec![used("v", "1")],
                ..again
            },
            request(Vec::new()),
        ],
    )
    .await;
    let told: Vec<_> = answers
        .iter()
        .map(|(_, answer)| match answer {
            Ok(answer) => {
                let rejected: Vec<u32> = answer.rejected.iter().map(|event| event.index).collect();
                format!("{} {} {rejected:?}", answer.accepted, answer.duplicates)
            }
            Err(status) => refusal(status).1.unwrap_or_default(),
        })
        .collect();
    assert_eq!(
        told,
        [
            "2 0 []",
            "1 2 [3]",
            "1 1 [0]",
            "2 0 []",
            "2 0 []",
            "REQUEST_ID_REUSED",
            "0 0 []"
        ]
    );
    let transactions: i64 = sqlx::query_scalar("SELECT count(DISTINCT xmin::text) FROM usage_part")
        .fetch_one(&mut *world.tables().await)
        .await
        .unwrap();
    // The one before, the first that found the way free, the one made ready meanwhile, and those that waited.
    assert_eq!(transactions, 4);
    assert_eq!(world.count("usage_name").await, 7);
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "0.70");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_delivery_breaks_the_others_do_not_feel() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let mut tables = world.tables().await;
    for statement in [
        "CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'poison' USING ERRCODE = 'XX001'; END $$",
        "CREATE TRIGGER poison BEFORE INSERT ON usage_part FOR EACH ROW WHEN ('poison' = ANY(new.ids)) \
         EXECUTE FUNCTION refuse_poison()",
    ] {
        sqlx::query(statement).execute(&mut *tables).await.unwrap();
    }
    tables.commit().await.unwrap();
    let poisoned = 3;
    let requests = (0..6)
        .map(|place| {
            let second = if place == poisoned {
                "poison".to_owned()
            } else {
                format!("{place} b")
            };
            request(vec![used(&format!("{place} a"), "1"), used(&second, "1")])
        })
        .collect();
    for (place, answer) in together(&world, &admin, requests).await {
        match answer {
            Ok(answer) => assert_eq!((answer.accepted, place == poisoned), (2, false)),
            Err(status) => assert_eq!((status.code(), place), (Code::Internal, poisoned)),
        }
    }
    assert_eq!(
        world.count("usage_name").await,
        10,
        "nothing of the poisoned delivery"
    );
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "1.00");
}
