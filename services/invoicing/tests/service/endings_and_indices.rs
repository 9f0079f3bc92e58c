//! How plans end early, indices that prices follow, and reports that were mistakes.

use rust_decimal::Decimal;
use serde_json::json;
use tonic::{Code, Status};
use wire::invoicing::v1::declare_ending_request::Ending;
use wire::invoicing::v1::{
    CompleteMilestoneRequest, DeclareEndingRequest, MilestoneCompletion, NonRenewal,
    PublishIndexValueRequest, Termination, WithdrawEndingRequest, WithdrawMilestoneRequest,
};

use super::support::{
    Client, World, bill, fee_plan, monthly_fee, plan, refusal, register, request_id, shown,
};

fn termination(plan: &str, id: &str, last_day: &str) -> DeclareEndingRequest {
    let termination = Termination {
        last_day: last_day.to_owned(),
        refund_unused: true,
    };
    DeclareEndingRequest {
        request_id: request_id(),
        plan: plan.to_owned(),
        id: id.to_owned(),
        ending: Some(Ending::Termination(termination)),
        reason: "notice of 1 February, clause 12.2".to_owned(),
    }
}

fn reason_of(status: &Status) -> String {
    let (_, reason, fields) = refusal(status);
    reason.unwrap_or_else(|| fields.join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_termination_gives_back_what_is_not_served_and_a_withdrawal_bills_it_again() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let hash = register(&mut admin, &fee_plan("acme")).await;
    bill(&mut admin, "2026-03-01").await;
    let request = termination(&hash, "", "2026-03-10");
    let id = admin
        .declare_ending(request.clone())
        .await
        .unwrap()
        .into_inner()
        .id;
    let again = DeclareEndingRequest {
        request_id: request_id(),
        ..request
    };
    assert_eq!(admin.declare_ending(again).await.unwrap().into_inner().id, id);
    // 500 × 10/31 = 161.29 are owed for March, and nothing later.
    let given_back = bill(&mut admin, "2026-06-30").await.invoices;
    let totals: Vec<&str> = given_back.iter().map(|invoice| invoice.total.as_str()).collect();
    assert_eq!(totals, ["-338.71"]);
    let other = admin.declare_ending(termination(&hash, "", "2026-04-10")).await;
    assert_eq!(reason_of(&other.unwrap_err()), "ENDING_ALREADY_DECLARED");
    let withdrawal = WithdrawEndingRequest {
        request_id: request_id(),
        plan: hash.clone(),
        id,
        reason: "sent by mistake".to_owned(),
    };
    admin.withdraw_ending(withdrawal.clone()).await.unwrap();
    admin.withdraw_ending(withdrawal).await.unwrap();
    let billed_again = bill(&mut admin, "2026-06-30").await.invoices;
    let totals = billed_again
        .iter()
        .map(|invoice| invoice.total.parse::<Decimal>().unwrap());
    // March's 338.71 again, and April, May and June.
    assert_eq!(
        totals.sum::<Decimal>().to_string(),
        "1838.71",
        "{:#?}",
        shown(&billed_again)
    );
    assert_eq!(world.count("plan_ending").await, 1);
    assert_eq!(world.count("plan_ending_withdrawal").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn notice_in_time_stops_a_renewal_and_late_notice_does_not() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let renewing = |account: &str| {
        plan(
            account,
            &json!({
                "charges": [monthly_fee("500.00")],
                "renewal": { "kind": "automatic", "months": 12, "notice_days": 60 },
            }),
        )
    };
    for (account, notice, months) in [("in-time", "2026-11-01", 12), ("late", "2026-12-01", 14)] {
        let hash = register(&mut admin, &renewing(account)).await;
        let notice = notice.to_owned();
        let request = DeclareEndingRequest {
            ending: Some(Ending::NonRenewal(NonRenewal { notice })),
            ..termination(&hash, "letter", "")
        };
        admin.declare_ending(request).await.unwrap();
        let request = wire::invoicing::v1::RunBillingRequest {
            account: account.to_owned(),
            ..super::support::run_through("2027-02-28")
        };
        let issued = admin.run_billing(request).await.unwrap().into_inner().invoices;
        assert_eq!(issued.len(), months, "{account}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ending_that_cannot_be_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let hash = register(&mut admin, &fee_plan("acme")).await;
    admin
        .declare_ending(termination(&hash, "mine", "2026-03-10"))
        .await
        .unwrap();
    let good = || termination(&hash, "", "2026-03-11");
    let cases = [
        (termination("nothing", "", "2026-03-10"), "UNKNOWN_PLAN"),
        (termination(&hash, "", "2025-03-10"), "termination.last_day"),
        (termination(&hash, "", "10.3.2026"), "termination.last_day"),
        (termination(&hash, "mine", "2026-03-11"), "ENDING_EXISTS"),
        (good(), "ENDING_ALREADY_DECLARED"),
        (
            DeclareEndingRequest {
                reason: " ".to_owned(),
                ..good()
            },
            "reason",
        ),
        (
            DeclareEndingRequest {
                ending: None,
                ..good()
            },
            "ending",
        ),
    ];
    for (request, reason) in cases {
        let refused = admin.declare_ending(request.clone()).await.unwrap_err();
        assert_eq!(reason_of(&refused), reason, "{request:?}");
    }
    let unknown = WithdrawEndingRequest {
        request_id: request_id(),
        plan: hash,
        id: "other".to_owned(),
        reason: "mistake".to_owned(),
    };
    let refused = admin.withdraw_ending(unknown).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::NotFound, Some("UNKNOWN_ENDING".to_owned()), vec![])
    );
}

fn published(month: &str, value: &str, revises: bool) -> PublishIndexValueRequest {
    PublishIndexValueRequest {
        request_id: request_id(),
        series: "CPI-U".to_owned(),
        month: month.to_owned(),
        value: value.to_owned(),
        publication: "statistics office, release 7".to_owned(),
        revises,
    }
}

async fn publish(client: &mut Client, month: &str, value: &str) {
    client
        .publish_index_value(published(month, value, false))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_follows_its_index_once_published_and_again_once_revised() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let mut fee = monthly_fee("500.00");
    fee["escalators"] = json!([{
        "first": "2026-07-01", "every": { "count": 1, "unit": "year" }, "compounding": true,
        "by": { "kind": "index", "series": "CPI-U", "lag_months": 2 },
    }]);
    register(&mut admin, &plan("acme", &json!({ "charges": [fee] }))).await;
    let waiting = bill(&mut admin, "2026-07-01").await;
    assert!(waiting.parked[0].reason.contains("CPI-U"), "{:?}", waiting.parked);
    publish(&mut admin, "2025-05-15", "100").await;
    publish(&mut admin, "2026-05-01", "104").await;
    let issued = bill(&mut admin, "2026-07-01").await.invoices;
    let last = issued.last().unwrap();
    assert_eq!((issued.len(), last.total.as_str()), (7, "520.00"));
    publish(&mut admin, "2026-05-31", "104.0").await;
    let other = admin
        .publish_index_value(published("2026-05-01", "105", false))
        .await;
    assert_eq!(reason_of(&other.unwrap_err()), "INDEX_VALUE_EXISTS");
    admin
        .publish_index_value(published("2026-05-01", "105", true))
        .await
        .unwrap();
    let corrected = bill(&mut admin, "2026-07-02").await.invoices;
    assert_eq!(corrected[0].total, "5.00");
    for (request, field) in [
        (published("May", "105", false), "month"),
        (published("2026-06-01", "-1", false), "value"),
        (published("2026-06-01", "much", false), "value"),
    ] {
        assert_eq!(
            reason_of(&admin.publish_index_value(request).await.unwrap_err()),
            field
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_milestone_is_given_back_and_can_be_reached_again() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let fee = json!({
        "id": "fee", "name": "Fee", "schedule": { "kind": "on_milestone", "milestone": "live" },
        "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": "1000.00" },
    });
    let milestones = json!([{ "id": "live", "name": "Live" }]);
    let hash = register(
        &mut admin,
        &plan("acme", &json!({ "charges": [fee], "milestones": milestones })),
    )
    .await;
    let completed = |id: &str, date: &str| CompleteMilestoneRequest {
        request_id: request_id(),
        plan: hash.clone(),
        completion: Some(MilestoneCompletion {
            id: id.to_owned(),
            milestone: "live".to_owned(),
            date: date.to_owned(),
            evidence: "certificate".to_owned(),
        }),
    };
    admin
        .complete_milestone(completed("first", "2026-03-01"))
        .await
        .unwrap();
    assert_eq!(bill(&mut admin, "2026-03-31").await.invoices[0].total, "1000.00");
    let withdrawal = |id: &str, reason: &str| WithdrawMilestoneRequest {
        request_id: request_id(),
        plan: hash.clone(),
        id: id.to_owned(),
        date: "2026-04-02".to_owned(),
        reason: reason.to_owned(),
    };
    for (id, reason, refused) in [
        ("other", "mistake", "UNKNOWN_COMPLETION"),
        ("first", "", "reason"),
    ] {
        let status = admin
            .withdraw_milestone(withdrawal(id, reason))
            .await
            .unwrap_err();
        assert_eq!(reason_of(&status), refused);
    }
    admin
        .withdraw_milestone(withdrawal("first", "the customer had not signed"))
        .await
        .unwrap();
    admin
        .withdraw_milestone(withdrawal("first", "the customer had not signed"))
        .await
        .unwrap();
    assert_eq!(bill(&mut admin, "2026-04-30").await.invoices[0].total, "-1000.00");
    assert_eq!(bill(&mut admin, "2026-04-30").await.invoices, []);
    let same_id = admin
        .complete_milestone(completed("first", "2026-05-01"))
        .await
        .unwrap_err();
    assert_eq!(reason_of(&same_id), "COMPLETION_EXISTS");
    admin
        .complete_milestone(completed("second", "2026-05-01"))
        .await
        .unwrap();
    assert_eq!(bill(&mut admin, "2026-05-31").await.invoices[0].total, "1000.00");
    let twice = admin
        .complete_milestone(completed("third", "2026-05-02"))
        .await
        .unwrap_err();
    assert_eq!(reason_of(&twice), "MILESTONE_ALREADY_COMPLETED");
}
