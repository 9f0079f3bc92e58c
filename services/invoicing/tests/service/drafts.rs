//! Drafts that wait, take up what arrives, and issue themselves.

use serde_json::json;
use wire::invoicing::v1::set_grace_period_request::Of;
use wire::invoicing::v1::{
    GracePeriod, InvoiceState, ListDraftsRequest, ListDraftsResponse, ListGracePeriodsRequest,
    SetGracePeriodRequest,
};

use super::automatic::{configure, issued, service, time};
use super::support::{Client, World, event, plan, record, refusal, register, request_id, shown, usage_plan};

async fn wait(admin: &mut Client, of: Of, days: Option<u32>) {
    let request = SetGracePeriodRequest {
        request_id: request_id(),
        of: Some(of),
        days,
    };
    admin.set_grace_period(request).await.unwrap();
}

async fn drafts(admin: &mut Client, account: &str) -> ListDraftsResponse {
    let request = ListDraftsRequest {
        account: account.to_owned(),
        ..ListDraftsRequest::default()
    };
    admin.list_drafts(request).await.unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_takes_up_late_usage_until_it_issues_itself() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    register(&mut admin, &usage_plan("zenith")).await;
    configure(&mut admin, true, 0).await;
    wait(&mut admin, Of::Account("acme".to_owned()), Some(5)).await;
    record(
        &mut admin,
        vec![
            event("acme", "1", "2026-01-10T00:00:00Z", "1000"),
            event("zenith", "2", "2026-01-10T00:00:00Z", "1000"),
        ],
    )
    .await;
    let (service, hands) = service(&world, "2026-02-01T09:00:00Z");
    let mut reader = world.served_by(service.clone()).await;
    service.bill_what_is_due().await.unwrap();
    assert_eq!(
        issued(&mut admin).await,
        ["INV-000001 2026-02-01 100.00: calls usage 2026-01-01/2026-02-01 100.00"]
    );
    let draft = drafts(&mut reader, "acme").await.drafts.remove(0);
    assert_eq!(
        (draft.state(), draft.issues_on.as_str(), draft.number.as_str()),
        (InvoiceState::Draft, "2026-02-06", "")
    );
    assert_eq!(
        shown(&[draft]),
        [" 2026-02-01 100.00: calls usage 2026-01-01/2026-02-01 100.00"]
    );
    assert!(drafts(&mut reader, "zenith").await.drafts.is_empty());
    // Learned in time: the draft has it at once.
    record(
        &mut admin,
        vec![event("acme", "3", "2026-01-31T23:00:00Z", "500")],
    )
    .await;
    let all = drafts(&mut reader, "").await.drafts;
    assert_eq!((all.len(), all[0].total.as_str()), (1, "150.00"));
    hands.set(time("2026-02-05T23:59:00Z"));
    service.bill_what_is_due().await.unwrap();
    assert_eq!(issued(&mut admin).await.len(), 1);
    hands.set(time("2026-02-06T00:00:00Z"));
    service.bill_what_is_due().await.unwrap();
    assert_eq!(
        issued(&mut admin).await[0],
        "INV-000002 2026-02-01 150.00: calls usage 2026-01-01/2026-02-01 150.00"
    );
    assert!(drafts(&mut reader, "acme").await.drafts.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accounts_days_count_before_its_issuers_and_those_before_the_settings() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let fee = |account: &str, provider: &str| {
        let charges = json!([super::support::monthly_fee("500.00")]);
        plan(account, &json!({ "charges": charges, "provider": provider }))
    };
    register(&mut admin, &fee("acme", "Larkfield Ltd")).await;
    register(&mut admin, &fee("brook", "Larkfield Ltd")).await;
    register(&mut admin, &fee("crane", "Larkfield Inc")).await;
    configure(&mut admin, true, 2).await;
    wait(&mut admin, Of::Issuer("Larkfield Ltd".to_owned()), Some(4)).await;
    wait(&mut admin, Of::Account("acme".to_owned()), Some(0)).await;
    let told = admin
        .list_grace_periods(ListGracePeriodsRequest {})
        .await
        .unwrap();
    let period = |account: &str, issuer: &str, days| GracePeriod {
        account: account.to_owned(),
        issuer: issuer.to_owned(),
        days,
    };
    assert_eq!(
        told.into_inner().periods,
        [period("acme", "", 0), period("", "Larkfield Ltd", 4)]
    );
    let (service, hands) = service(&world, "2026-01-01T12:00:00Z");
    let mut counts = Vec::new();
    for day in ["2026-01-01", "2026-01-03", "2026-01-05"] {
        hands.set(time(&format!("{day}T12:00:00Z")));
        service.bill_what_is_due().await.unwrap();
        counts.push(issued(&mut admin).await.len());
    }
    assert_eq!(counts, [1, 2, 3]);
    // As the settings say again.
    wait(&mut admin, Of::Issuer("Larkfield Ltd".to_owned()), None).await;
    hands.set(time("2026-02-03T12:00:00Z"));
    service.bill_what_is_due().await.unwrap();
    assert_eq!(issued(&mut admin).await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_drafts_wait_is_known_and_no_longer_than_sixty_days() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    for (of, days, reason, field) in [
        (
            Some(Of::Account("nobody".to_owned())),
            1,
            Some("UNKNOWN_ACCOUNT"),
            "",
        ),
        (
            Some(Of::Issuer("nobody".to_owned())),
            1,
            Some("UNKNOWN_ISSUER"),
            "",
        ),
        (Some(Of::Account("acme".to_owned())), 61, None, "days"),
        (None, 1, None, "of"),
    ] {
        let request = SetGracePeriodRequest {
            request_id: request_id(),
            of,
            days: Some(days),
        };
        let (_, found, fields) = refusal(&admin.set_grace_period(request).await.unwrap_err());
        assert_eq!((found.as_deref(), fields.join(",")), (reason, field.to_owned()));
    }
}
