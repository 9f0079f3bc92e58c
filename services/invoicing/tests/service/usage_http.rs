//! Usage as CloudEvents over plain HTTP: the same log, the same answers, the same keys.

use runtime::caller::Role;
use serde_json::{Value, json};
use wire::invoicing::v1::GetUsageRequest;

use super::support::{World, bill, event, record, register, usage_plan};

const ONE: (&str, &str) = ("content-type", "application/cloudevents+json; charset=utf-8");
const BATCH: (&str, &str) = ("content-type", "application/cloudevents-batch+json");

fn cloud_event(id: &str, value: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "gateway", "type": "call", "subject": "acme",
        "time": "2026-01-05T10:00:00Z", "data": { "value": value },
    })
}

/// What counts, what was known and what was refused.
fn told(answer: &Value) -> (u64, u64, usize) {
    let count = |name: &str| answer[name].as_u64().unwrap();
    let rejected = answer["rejected"].as_array().unwrap().len();
    (count("accepted"), count("duplicates"), rejected)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_writing_an_event_reaches_the_same_log() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let (status, answer) = world
        .post_usage(&[ONE], &cloud_event("e1", "1.5").to_string())
        .await;
    assert_eq!((status, told(&answer)), (200, (1, 0, 0)), "{answer}");
    let binary = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "e%32"),
        ("ce-source", "gateway"),
        ("ce-type", "call"),
        ("ce-subject", "acme"),
        ("ce-time", "2026-01-05T10:00:00Z"),
    ];
    let (status, answer) = world.post_usage(&binary, r#"{"value": 2}"#).await;
    assert_eq!((status, told(&answer)), (200, (1, 0, 0)), "{answer}");
    let batch = json!([
        cloud_event("e2", "2"),
        cloud_event("e3", "3"),
        cloud_event("e1", "9"),
        "no event"
    ]);
    let (status, answer) = world.post_usage(&[BATCH], &batch.to_string()).await;
    assert_eq!((status, told(&answer)), (200, (1, 1, 2)), "{answer}");
    // The log is one: what came over gRPC is known here, and the other way round.
    let known = record(&mut admin, vec![event("acme", "e3", "2026-01-05T10:00:00Z", "3")]).await;
    assert_eq!(known.duplicates, 1);
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "0.65");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_and_why() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let body = cloud_event("e1", "1").to_string();
    let reader = world.key(Role::Reviewer);
    let bearer = format!("Bearer {reader}");
    for (headers, body, status, reason) in [
        (
            vec![ONE, ("authorization", "Bearer wrong")],
            body.as_str(),
            401,
            "KEY_NEEDED",
        ),
        (vec![ONE, ("authorization", bearer.as_str())], &body, 403, ""),
        (vec![("content-type", "text/plain")], &body, 400, "INVALID"),
        (vec![ONE], "{", 400, "INVALID"),
        (vec![BATCH], &body, 400, "INVALID"),
    ] {
        let (told, answer) = world.post_usage(&headers, body).await;
        assert_eq!(told, status, "{answer}");
        assert!(reason.is_empty() || answer["reason"] == reason, "{answer}");
        assert!(answer["detail"].as_str().unwrap().len() > 10, "{answer}");
    }
    assert_eq!(world.count("usage_name").await, 0);
    assert_eq!(world.post_usage(&[ONE], &body).await.0, 200);
    let (status, answer) = world
        .post_usage(&[ONE], &cloud_event("e1", "2").to_string())
        .await;
    assert_eq!((status, told(&answer)), (409, (0, 0, 1)));
    let (status, answer) = world
        .post_usage(&[ONE], &cloud_event("e2", "many").to_string())
        .await;
    assert_eq!((status, told(&answer)), (422, (0, 0, 1)));
    let mut rounded = cloud_event("e3", "1");
    rounded["data"]["value"] = json!(0.1);
    let (status, answer) = world.post_usage(&[ONE], &rounded.to_string()).await;
    assert_eq!(status, 422);
    let detail = answer["rejected"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("write it as a text"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gets_the_same_answer() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let headers = [ONE, ("idempotency-key", "k1")];
    let body = cloud_event("e1", "1").to_string();
    let first = world.post_usage(&headers, &body).await;
    assert_eq!(world.post_usage(&headers, &body).await, first);
    let (status, answer) = world
        .post_usage(&headers, &cloud_event("e2", "1").to_string())
        .await;
    assert_eq!((status, &answer["reason"]), (409, &json!("REQUEST_ID_REUSED")));
    let month = GetUsageRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: Some(prost_types::Timestamp {
            seconds: 1_767_225_600,
            nanos: 0,
        }),
        until: Some(prost_types::Timestamp {
            seconds: 1_769_904_000,
            nanos: 0,
        }),
        ..GetUsageRequest::default()
    };
    let used = admin.get_usage(month).await.unwrap().into_inner();
    assert_eq!((used.quantities[0].count, &*used.quantities[0].sum), (1, "1"));
}
