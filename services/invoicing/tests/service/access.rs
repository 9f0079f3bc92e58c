//! Who may do what, and whose rows they see.

use runtime::caller::Role;
use tonic::Code;
use wire::invoicing::v1::{GetInvoiceRequest, GetPlanRequest, ListInvoicesRequest, ListPlansRequest};

use super::support::{
    World, bill, event, fee_plan, record, refusal, register, registration, run_through, shown, usage_plan,
};

#[tokio::test(flavor = "multi_thread")]
async fn each_role_does_its_own_work() {
    let world = World::start().await;
    register(&mut world.admin().await, &usage_plan("acme")).await;
    let all = [
        Role::Uploader,
        Role::Reviewer,
        Role::Approver,
        Role::Finance,
        Role::Service,
        Role::Admin,
    ];
    for role in all {
        let mut someone = world.someone(role).await;
        let may = |answer: Result<(), tonic::Status>| match answer {
            Ok(()) => true,
            Err(status) if status.code() == Code::PermissionDenied => false,
            Err(status) => panic!("{role}: {status}"),
        };
        let plan = registration(&fee_plan(&role.to_string()));
        let registers = may(someone.register_plan(plan).await.map(drop));
        let usage = wire::invoicing::v1::RecordUsageRequest {
            request_id: super::support::request_id(),
            events: vec![event("acme", &role.to_string(), "2026-01-05T10:00:00Z", "1")],
            backfill: String::new(),
        };
        let records = may(someone.record_usage(usage).await.map(drop));
        let bills = may(someone.run_billing(run_through("2026-01-01")).await.map(drop));
        let reads = may(someone
            .list_invoices(ListInvoicesRequest::default())
            .await
            .map(drop));
        let expected = match role {
            Role::Admin => (true, true, true, true),
            Role::Service => (true, true, false, true),
            Role::Finance => (false, true, true, true),
            Role::Uploader | Role::Reviewer | Role::Approver => (false, false, false, true),
        };
        assert_eq!((registers, records, bills, reads), expected, "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_company_sees_and_touches_nothing() {
    let world = World::start().await;
    let (mut admin, mut stranger) = (world.admin().await, world.stranger().await);
    let hash = register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![event("acme", "a", "2026-01-05T10:00:00Z", "10")]).await;
    let issued = bill(&mut admin, "2026-02-01").await.invoices;
    assert_eq!(
        stranger
            .list_plans(ListPlansRequest::default())
            .await
            .unwrap()
            .into_inner()
            .plans,
        []
    );
    assert_eq!(
        stranger
            .list_invoices(ListInvoicesRequest::default())
            .await
            .unwrap()
            .into_inner()
            .invoices,
        []
    );
    let plan = stranger
        .get_plan(GetPlanRequest { content_hash: hash })
        .await
        .unwrap_err();
    let invoice = stranger
        .get_invoice(GetInvoiceRequest {
            invoice: issued[0].id.clone(),
        })
        .await
        .unwrap_err();
    assert_eq!(
        (refusal(&plan).0, refusal(&invoice).0),
        (Code::NotFound, Code::NotFound)
    );
    let receipt = record(
        &mut stranger,
        vec![event("acme", "before", "2026-01-05T10:00:00Z", "1")],
    )
    .await;
    assert_eq!(
        (receipt.accepted, receipt.duplicates, receipt.unmatched),
        (0, 0, 1)
    );
    // The same contract, account, event and number at the other company are its own.
    register(&mut stranger, &usage_plan("acme")).await;
    record(
        &mut stranger,
        vec![event("acme", "a", "2026-01-05T10:00:00Z", "20")],
    )
    .await;
    let theirs = bill(&mut stranger, "2026-02-01").await.invoices;
    assert_eq!(
        shown(&theirs),
        ["INV-000001 2026-02-01 2.10: calls usage 2026-01-01/2026-02-01 2.10"]
    );
    assert_eq!(
        shown(&issued),
        ["INV-000001 2026-02-01 1.00: calls usage 2026-01-01/2026-02-01 1.00"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_the_service_keeps_tenants_apart() {
    let world = World::start().await;
    let bare: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
           AND relname <> '_sqlx_migrations' \
           AND NOT (relrowsecurity AND relforcerowsecurity \
                    AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid))",
    )
    .fetch_all(&mut *world.tables().await)
    .await
    .unwrap();
    assert_eq!(bare, [""; 0], "tables without row-level security");
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![event("acme", "a", "2026-01-05T10:00:00Z", "10")]).await;
    bill(&mut admin, "2026-02-01").await;
    for table in [
        "account",
        "plan",
        "plan_version",
        "usage_name",
        "usage_part",
        "usage_series",
        "usage_source",
        "invoice",
        "invoice_line",
        "posting",
        "audit_log",
    ] {
        let statement = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let outside: i64 = sqlx::query_scalar(statement)
            .fetch_one(world.database.pool())
            .await
            .unwrap();
        assert_eq!(outside, 0, "{table} outside a tenant's transaction");
        assert!(world.count(table).await > 0, "{table}");
    }
}
