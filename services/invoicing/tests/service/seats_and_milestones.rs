//! Seats and milestones: told once, with their reason, or refused by name.

use pricing::plan::Plan;
use serde_json::json;
use tonic::Code;
use wire::invoicing::v1::{ChangeSeatsRequest, CompleteMilestoneRequest, MilestoneCompletion, SeatChange};

use super::support::{World, bill, call_meter, calls, plan, refusal, register, request_id, shown};

fn seat_plan() -> Plan {
    let seats = json!({
        "id": "seats", "name": "Seats",
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "advance" },
        "quantity": { "kind": "seats", "initial": "10" },
        "price": { "model": "per_unit", "unit_price": "50", "per": "1" },
    });
    plan(
        "acme",
        &json!({ "charges": [seats, calls("1")], "meters": [call_meter()] }),
    )
}

fn seats(plan: &str, id: &str, date: &str, quantity: &str) -> ChangeSeatsRequest {
    let change = SeatChange {
        id: id.to_owned(),
        charge: "seats".to_owned(),
        date: date.to_owned(),
        quantity: quantity.to_owned(),
    };
    let (plan, reason) = (plan.to_owned(), "people joined".to_owned());
    ChangeSeatsRequest {
        request_id: request_id(),
        plan,
        change: Some(change),
        reason,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_set_once_and_the_last_word_counts() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let hash = register(&mut admin, &seat_plan()).await;
    let mut set = async |request| {
        admin
            .change_seats(request)
            .await
            .map(|answer| answer.into_inner().id)
    };
    let id = set(seats(&hash, "", "2026-01-16", "20")).await.unwrap();
    assert_eq!(
        set(seats(&hash, "", "2026-01-16", "20.0")).await.unwrap(),
        id,
        "the same change is the same"
    );
    assert_eq!(
        set(seats(&hash, "mine", "2026-01-16", "12")).await.unwrap(),
        "mine"
    );
    assert_eq!(
        set(seats(&hash, "mine", "2026-01-16", "12")).await.unwrap(),
        "mine"
    );
    let taken = set(seats(&hash, "mine", "2026-01-16", "13")).await.unwrap_err();
    assert_eq!(
        refusal(&taken),
        (Code::AlreadyExists, Some("SEAT_CHANGE_EXISTS".to_owned()), vec![])
    );
    assert_eq!(world.count("seat_change").await, 2);
    let invoices = bill(&mut world.admin().await, "2026-01-31").await.invoices;
    let totals: Vec<_> = invoices.iter().map(|invoice| invoice.total.as_str()).collect();
    // 10 × 50, and 2 × 50 × 16/31 from the 16th on.
    assert_eq!(totals, ["500.00", "51.61"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_seats_that_cannot_be_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let hash = register(&mut admin, &seat_plan()).await;
    let good = || seats(&hash, "", "2026-02-01", "20");
    let with = |change: fn(&mut SeatChange)| {
        let mut request = good();
        change(request.change.as_mut().unwrap());
        request
    };
    let cases = [
        (
            ChangeSeatsRequest {
                plan: "nothing".to_owned(),
                ..good()
            },
            "UNKNOWN_PLAN",
        ),
        (
            with(|change| change.charge = "desks".to_owned()),
            "UNKNOWN_CHARGE",
        ),
        (
            with(|change| change.charge = "calls".to_owned()),
            "CHARGE_NOT_BY_SEATS",
        ),
        (
            with(|change| change.quantity = "-1".to_owned()),
            "change.quantity",
        ),
        (
            with(|change| change.quantity = "ten".to_owned()),
            "change.quantity",
        ),
        (
            with(|change| change.date = "2025-12-31".to_owned()),
            "change.date",
        ),
        (with(|change| change.date = "31.1.2026".to_owned()), "change.date"),
        (
            ChangeSeatsRequest {
                change: None,
                ..good()
            },
            "change",
        ),
    ];
    for (request, expected) in cases {
        let (_, reason, fields) = refusal(&admin.change_seats(request).await.unwrap_err());
        assert_eq!(
            reason.or_else(|| fields.first().cloned()).as_deref(),
            Some(expected)
        );
    }
    assert_eq!(world.count("seat_change").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_milestone_is_reached_once() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let charge = json!({
        "id": "go-live", "name": "Go-Live",
        "schedule": { "kind": "on_milestone", "milestone": "live" },
        "quantity": { "kind": "fixed", "units": "1" },
        "price": { "model": "flat", "amount": "100000.00" },
    });
    let milestones = json!([{ "id": "live", "name": "Go-Live" }]);
    let hash = register(
        &mut admin,
        &plan("acme", &json!({ "charges": [charge], "milestones": milestones })),
    )
    .await;
    let told = |milestone: &str, date: &str, evidence: &str| CompleteMilestoneRequest {
        request_id: request_id(),
        plan: hash.clone(),
        completion: Some(MilestoneCompletion {
            id: String::new(),
            milestone: milestone.to_owned(),
            date: date.to_owned(),
            evidence: evidence.to_owned(),
        }),
    };
    let mut complete = async |request| {
        admin
            .complete_milestone(request)
            .await
            .map(|answer| answer.into_inner().id)
    };
    let id = complete(told("live", "2026-03-20", "certificate 1"))
        .await
        .unwrap();
    assert_eq!(
        complete(told("live", "2026-03-20", "certificate 1"))
            .await
            .unwrap(),
        id,
        "told twice is told once"
    );
    let twice = complete(told("live", "2026-03-21", "certificate 2"))
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&twice),
        (
            Code::AlreadyExists,
            Some("MILESTONE_ALREADY_COMPLETED".to_owned()),
            vec![]
        )
    );
    assert!(twice.message().contains("2026-03-20"), "{}", twice.message());
    let unknown = complete(told("launch", "2026-03-21", "x")).await.unwrap_err();
    assert_eq!(refusal(&unknown).1.as_deref(), Some("UNKNOWN_MILESTONE"));
    let unproven = complete(told("live", "2026-03-21", " ")).await.unwrap_err();
    assert_eq!(refusal(&unproven).2, ["completion.evidence"]);
    let invoices = bill(&mut world.admin().await, "2026-12-31").await.invoices;
    assert_eq!(
        shown(&invoices),
        ["INV-000001 2026-03-20 100000.00: go-live base 100000.00"]
    );
}
