//! Deliveries that wait for acceptance: silence for as long as the contract says is one, a rejection is none.

use serde_json::json;
use wire::invoicing::v1::{
    ListFactsRequest, MilestoneCompletion, RejectDeliveryRequest, ReportDeliveryRequest,
    WithdrawMilestoneRequest,
};

use super::support::{Client, World, bill, plan, refusal, register, request_id, shown};

/// 1,000.00 when the pilot is accepted: in writing, or by ten days of silence. The kick-off needs no acceptance.
async fn begin(admin: &mut Client) -> String {
    let fee = |milestone: &str, amount: &str| {
        json!({
            "id": format!("{milestone}-fee"), "name": "Fee",
            "schedule": { "kind": "on_milestone", "milestone": milestone },
            "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": amount },
        })
    };
    let milestones = json!([
        { "id": "pilot", "name": "Pilot", "acceptance": { "by": "written", "deemed_after_days": 10 } },
        { "id": "kick-off", "name": "Kick-off" },
    ]);
    let charges = json!([fee("pilot", "1000.00"), fee("kick-off", "50.00")]);
    let terms = json!({ "charges": charges, "milestones": milestones });
    register(admin, &plan("acme", &terms)).await
}

fn report(id: &str, milestone: &str, date: &str) -> Option<MilestoneCompletion> {
    Some(MilestoneCompletion {
        id: id.to_owned(),
        milestone: milestone.to_owned(),
        date: date.to_owned(),
        evidence: format!("mail of {date}"),
    })
}

fn delivered(plan: &str, id: &str, milestone: &str, date: &str) -> ReportDeliveryRequest {
    ReportDeliveryRequest {
        request_id: request_id(),
        plan: plan.to_owned(),
        delivery: report(id, milestone, date),
    }
}

fn rejected(plan: &str, id: &str, date: &str) -> RejectDeliveryRequest {
    RejectDeliveryRequest {
        request_id: request_id(),
        plan: plan.to_owned(),
        rejection: report(id, "pilot", date),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_accepts_a_delivery_on_its_day() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let plan = begin(&mut admin).await;
    let answer = admin
        .report_delivery(delivered(&plan, "d1", "pilot", "2026-03-01"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (answer.id.as_str(), answer.deemed_on.as_str()),
        ("d1", "2026-03-11")
    );
    assert_eq!(bill(&mut admin, "2026-03-10").await.invoice_count, 0);
    let invoices = bill(&mut admin, "2026-03-11").await.invoices;
    assert_eq!(
        shown(&invoices),
        ["INV-000001 2026-03-11 1000.00: pilot-fee base 1000.00"]
    );
    let facts = admin
        .list_facts(ListFactsRequest { plan: plan.clone() })
        .await
        .unwrap()
        .into_inner();
    assert_eq!((facts.deliveries.len(), facts.milestones.len()), (1, 0));
    // Reported by mistake: what was billed comes back.
    let withdrawn = WithdrawMilestoneRequest {
        request_id: request_id(),
        plan,
        id: "d1".to_owned(),
        date: "2026-03-20".to_owned(),
        reason: "another project's".to_owned(),
    };
    admin.withdraw_milestone(withdrawn).await.unwrap();
    let back = bill(&mut admin, "2026-03-20").await.invoices;
    assert_eq!(
        shown(&back),
        ["CN-000001 2026-03-20 -1000.00: pilot-fee base -1000.00"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_in_time_makes_the_silence_begin_anew_with_the_next_delivery() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let plan = begin(&mut admin).await;
    admin
        .report_delivery(delivered(&plan, "d1", "pilot", "2026-03-01"))
        .await
        .unwrap();
    admin
        .reject_delivery(rejected(&plan, "r1", "2026-03-11"))
        .await
        .unwrap();
    assert_eq!(bill(&mut admin, "2026-03-31").await.invoice_count, 0);
    admin
        .report_delivery(delivered(&plan, "d2", "pilot", "2026-04-01"))
        .await
        .unwrap();
    let invoices = bill(&mut admin, "2026-04-30").await.invoices;
    assert_eq!(
        shown(&invoices),
        ["INV-000001 2026-04-11 1000.00: pilot-fee base 1000.00"]
    );
    let facts = admin
        .list_facts(ListFactsRequest { plan })
        .await
        .unwrap()
        .into_inner();
    assert_eq!((facts.deliveries.len(), facts.rejections.len()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_of_a_delivery_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let plan = begin(&mut admin).await;
    for (request, reason) in [
        (
            delivered(&plan, "k", "kick-off", "2026-03-01"),
            "NEEDS_NO_ACCEPTANCE",
        ),
        (delivered(&plan, "x", "launch", "2026-03-01"), "UNKNOWN_MILESTONE"),
        (delivered("0", "x", "pilot", "2026-03-01"), "UNKNOWN_PLAN"),
    ] {
        let (_, found, _) = refusal(&admin.report_delivery(request).await.unwrap_err());
        assert_eq!(found.as_deref(), Some(reason));
    }
    let early = admin.reject_delivery(rejected(&plan, "r0", "2026-03-01")).await;
    assert_eq!(refusal(&early.unwrap_err()).1.as_deref(), Some("NOT_DELIVERED"));
    for _ in 0..2 {
        admin
            .report_delivery(delivered(&plan, "d1", "pilot", "2026-03-01"))
            .await
            .unwrap();
    }
    let other = admin
        .report_delivery(delivered(&plan, "d1", "pilot", "2026-03-02"))
        .await;
    assert_eq!(
        refusal(&other.unwrap_err()).1.as_deref(),
        Some("MILESTONE_REPORT_EXISTS")
    );
    let late = admin.reject_delivery(rejected(&plan, "r1", "2026-03-12")).await;
    assert_eq!(refusal(&late.unwrap_err()).1.as_deref(), Some("ALREADY_DEEMED"));
    let mut silent = rejected(&plan, "r1", "2026-03-05");
    silent.rejection.as_mut().unwrap().evidence = " ".to_owned();
    assert_eq!(
        refusal(&admin.reject_delivery(silent).await.unwrap_err()).2,
        ["completion.evidence"]
    );
}
