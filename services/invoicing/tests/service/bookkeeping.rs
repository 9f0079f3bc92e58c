//! What the database itself refuses, whoever asks.

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::support::{
    World, bill, event, fee_plan, record, register, request_id, run_through, shown, usage_plan,
};

/// A service with a month of fees and usage billed.
async fn billed() -> World {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    register(&mut admin, &usage_plan("usage")).await;
    record(
        &mut admin,
        vec![event("usage", "a", "2026-01-05T10:00:00Z", "10")],
    )
    .await;
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoice_count, 3);
    world
}

async fn refused(connection: &mut PgConnection, statement: &str) -> String {
    let outcome = sqlx::query(AssertSqlSafe(statement.to_owned()))
        .execute(connection)
        .await;
    outcome.map_or_else(|error| error.to_string(), |done| panic!("{statement}: {done:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_happened_can_be_changed() {
    let world = billed().await;
    let tables = [
        ("invoice", "total = 0"),
        ("invoice_line", "amount = 0"),
        ("invoice_tax", "amount = 0"),
        ("journal_entry", "description = ''"),
        ("posting", "debit = 0"),
        ("audit_log", "actor = 'nobody'"),
        ("usage_event", "series = 0"),
        ("usage_block", "source = 0"),
        ("usage_part", "source = 0"),
        ("seat_change", "quantity = 0"),
        ("milestone_completion", "evidence = ''"),
        ("plan_version", "document = '{}'"),
    ];
    for (table, change) in tables {
        for statement in [
            format!("UPDATE {table} SET {change}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table} CASCADE"),
        ] {
            let refusal = refused(&mut *world.tables().await, &statement).await;
            assert!(
                refusal.contains("is a record of what happened"),
                "{statement}: {refusal}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_day_of_a_charge_can_be_billed_twice() {
    let world = billed().await;
    let copy = |service: &str, component: &str, sequence: i32| {
        format!(
            "INSERT INTO invoice_line SELECT tenant, gen_random_uuid(), invoice, position + 10, plan, currency, charge, \
             {component}, {service}, {sequence}, description, quantity, amount, tax, reason, working, facts, sources \
             FROM invoice_line WHERE charge = 'fee' AND lower(service) = '2026-01-01'"
        )
    };
    for (what, statement) in [
        ("the same month", copy("service", "component", 0)),
        (
            "a day of it",
            copy("daterange('2026-01-31', '2026-02-01')", "component", 0),
        ),
        (
            "a span over it",
            copy("daterange('2025-12-01', '2026-03-01')", "component", 0),
        ),
    ] {
        let refusal = refused(&mut *world.tables().await, &statement).await;
        assert!(refusal.contains("billed_once"), "{what}: {refusal}");
    }
    let mut tables = world.tables().await;
    let once = copy("NULL", "'fee at signing'", 0);
    sqlx::query(AssertSqlSafe(once.clone()))
        .execute(&mut *tables)
        .await
        .unwrap();
    let again = once.replace("position + 10", "position + 11");
    let refusal = refused(&mut tables, &again).await;
    assert!(refusal.contains("billed_once_without_service"), "{refusal}");
    // What is allowed: other days, another part of the charge, a line that restates.
    for allowed in [
        copy("daterange('2026-03-01', '2026-04-01')", "component", 0),
        copy("service", "'seats:2026-01-16'", 0),
        copy("service", "component", 1),
    ] {
        sqlx::query(AssertSqlSafe(allowed))
            .execute(&mut *world.tables().await)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_in_another_currency_cannot_be_stored() {
    let world = billed().await;
    let statement = "INSERT INTO invoice_line SELECT tenant, gen_random_uuid(), invoice, position + 10, plan, 'EUR', \
                     charge, component, service, sequence + 5, description, quantity, amount, tax, reason, working, \
                     facts, sources FROM invoice_line WHERE charge = 'calls'";
    let refusal = refused(&mut *world.tables().await, statement).await;
    assert!(refusal.contains("foreign key"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_does_not_balance_cannot_commit() {
    let world = billed().await;
    let unbalanced =
        "INSERT INTO posting SELECT tenant, entry, 99, ledger, 0.01, 0, charge FROM posting LIMIT 1";
    let mut tables = world.tables().await;
    sqlx::query(unbalanced).execute(&mut *tables).await.unwrap();
    let refusal = tables.commit().await.unwrap_err().to_string();
    assert!(refusal.contains("does not balance"), "{refusal}");
    let mut tables = world.tables().await;
    let (both_sides, neither) = ("debit = 1, credit = 1", "debit = 0, credit = 0");
    for (debit, credit, what) in [(1, 1, both_sides), (0, 0, neither), (-1, 0, "negative")] {
        let statement = format!(
            "INSERT INTO posting SELECT tenant, entry, 99, ledger, {debit}, {credit}, charge FROM posting LIMIT 1"
        );
        let refusal = refused(&mut tables, &statement).await;
        assert!(refusal.contains("check constraint"), "{what}: {refusal}");
        tables.rollback().await.unwrap();
        tables = world.tables().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_without_its_entry_is_noticed() {
    let world = billed().await;
    let mut tables = world.tables().await;
    let id = Uuid::new_v4();
    sqlx::query(
        "INSERT INTO invoice SELECT tenant, $1, issuer, series, 99, 'INV-000099', account, plan, version, customer, \
         currency, invoice_date, due_date, net, tax, total, issued_at, issued_by, run FROM invoice LIMIT 1",
    )
    .bind(id)
    .execute(&mut *tables)
    .await
    .unwrap();
    sqlx::query("INSERT INTO journal_entry SELECT tenant, $1, $1, date, currency, '', written_at FROM journal_entry LIMIT 1")
        .bind(id)
        .execute(&mut *tables)
        .await
        .unwrap();
    let refusal = tables.commit().await.unwrap_err().to_string();
    assert!(
        refusal.contains("does not balance"),
        "an entry without postings needs a total of zero: {refusal}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_leaves_nothing_half_done_and_no_gap() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    for table in [
        "invoice_number",
        "invoice",
        "invoice_line",
        "journal_entry",
        "posting",
        "audit_log",
    ] {
        let fail = format!(
            "CREATE FUNCTION fail_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 RAISE EXCEPTION 'the disk of {table} is full' USING ERRCODE = '23000'; END $$; \
             CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail_{table}()"
        );
        sqlx::raw_sql(AssertSqlSafe(fail))
            .execute(world.database.pool())
            .await
            .unwrap();
        let answer = bill(&mut admin, "2026-01-31").await;
        assert_eq!(answer.invoice_count, 0, "{table}");
        assert_eq!(answer.parked.len(), 1, "{table}");
        assert!(
            answer.parked[0].reason.contains("the disk of"),
            "{}",
            answer.parked[0].reason
        );
        for empty in [
            "invoice",
            "invoice_line",
            "journal_entry",
            "posting",
            "invoice_number",
        ] {
            assert_eq!(world.count(empty).await, 0, "{empty} after a failure at {table}");
        }
        let mend = format!("DROP TRIGGER fail ON {table}");
        sqlx::raw_sql(AssertSqlSafe(mend))
            .execute(world.database.pool())
            .await
            .unwrap();
    }
    let answer = bill(&mut admin, "2026-02-01").await;
    assert_eq!(
        shown(&answer.invoices),
        [
            "INV-000001 2026-01-01 500.00: fee base 2026-01-01/2026-02-01 500.00",
            "INV-000002 2026-02-01 500.00: fee base 2026-02-01/2026-03-01 500.00",
        ]
    );
    assert_eq!(
        world.count("parked_account").await,
        0,
        "billed is no longer parked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_invoice_has_its_entry_and_its_audit_row() {
    let world = billed().await;
    let ledger: Vec<(String, String)> = sqlx::query_as(
        "SELECT ledger ->> 'name', sum(debit - credit)::text FROM posting GROUP BY 1 ORDER BY 1",
    )
    .fetch_all(&mut *world.tables().await)
    .await
    .unwrap();
    let balances: Vec<_> = ledger
        .iter()
        .map(|(name, balance)| format!("{name} {balance}"))
        .collect();
    // January's fee was billed before it was served; the usage after.
    assert_eq!(
        balances,
        [
            "accounts_receivable 1001.00",
            "deferred_revenue -1000.00",
            "revenue -1.00"
        ]
    );
    let rows: Vec<(String, String, String, String, Value)> = sqlx::query_as(
        "SELECT actor, role, trace, reason, after FROM audit_log WHERE action = 'invoice.issued' AND subject = 'INV-000001'",
    )
    .fetch_all(&mut *world.tables().await)
    .await
    .unwrap();
    let [(actor, role, trace, reason, after)] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(
        (actor.as_str(), role.as_str(), trace.len()),
        ("admin", "admin", 32)
    );
    assert!(reason.ends_with("through 2026-02-01"), "{reason}");
    assert_eq!(after["total"], "500.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_belong_to_their_issuer() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let mut other = fee_plan("second");
    other.provider = "Another Company GmbH".to_owned();
    register(&mut admin, &fee_plan("first")).await;
    register(&mut admin, &other).await;
    let answer = bill(&mut admin, "2026-01-31").await;
    let numbers: Vec<_> = answer
        .invoices
        .iter()
        .map(|invoice| invoice.number.as_str())
        .collect();
    assert_eq!(numbers, ["INV-000001", "INV-000001"]);
    let ask = |invoice: &str| wire::invoicing::v1::GetInvoiceRequest {
        invoice: invoice.to_owned(),
    };
    let status = admin.get_invoice(ask("INV-000001")).await.unwrap_err();
    assert_eq!(
        runtime::rejection::reason_of(&status).as_deref(),
        Some("AMBIGUOUS_NUMBER")
    );
    let found = admin
        .get_invoice(ask(&answer.invoices[1].id))
        .await
        .unwrap()
        .into_inner()
        .invoice
        .unwrap();
    assert_eq!(found, answer.invoices[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_sent_again_gets_the_same_answer() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    let request = run_through("2026-03-01");
    let first = admin.run_billing(request.clone()).await.unwrap().into_inner();
    assert_eq!(first.invoice_count, 3);
    assert_eq!(
        admin.run_billing(request.clone()).await.unwrap().into_inner(),
        first
    );
    let mut other = request;
    other.through = "2026-04-01".to_owned();
    let status = admin.run_billing(other.clone()).await.unwrap_err();
    assert_eq!(
        runtime::rejection::reason_of(&status).as_deref(),
        Some("REQUEST_ID_REUSED")
    );
    other.request_id = request_id();
    assert_eq!(
        admin.run_billing(other).await.unwrap().into_inner().invoice_count,
        1
    );
}
