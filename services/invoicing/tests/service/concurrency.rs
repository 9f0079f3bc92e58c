//! Many at once: nothing twice, nothing missing, no gap, and one account's trouble is its own.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use sqlx::AssertSqlSafe;
use wire::invoicing::v1::RunBillingRequest;

use super::support::{
    World, bill, fee_plan, monthly_fee, plan, refusal, register, request_id, run_through, shown,
};

const ACCOUNTS: usize = 120;

async fn with_accounts() -> World {
    let world = World::start().await;
    let mut admin = world.admin().await;
    for number in 0..ACCOUNTS {
        register(&mut admin, &fee_plan(&format!("account-{number:03}"))).await;
    }
    world
}

/// Every month of every account once, in numbers from 1 without a gap, each with its lines and its entry.
async fn assert_whole(world: &World, months: usize) {
    let invoices = i64::try_from(ACCOUNTS * months).unwrap();
    let numbers: (i64, i64, i64) =
        sqlx::query_as("SELECT count(*), min(sequence), max(sequence) FROM invoice")
            .fetch_one(&mut *world.tables().await)
            .await
            .unwrap();
    assert_eq!(numbers, (invoices, 1, invoices));
    for table in ["invoice_line", "journal_entry"] {
        assert_eq!(world.count(table).await, invoices, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runs_at_once_bill_everything_once() {
    let world = with_accounts().await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let mut admin = world.admin().await;
        running.spawn(async move { bill(&mut admin, "2026-03-31").await });
    }
    let answers = running.join_all().await;
    assert!(
        answers.iter().all(|answer| answer.parked.is_empty()),
        "{answers:?}"
    );
    let issued: u64 = answers.iter().map(|answer| answer.invoice_count).sum();
    assert_eq!(issued, u64::try_from(ACCOUNTS * 3).unwrap());
    assert_whole(&world, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runs_cut_off_at_any_moment_are_completed_by_the_next() {
    let world = with_accounts().await;
    for milliseconds in [5, 15, 30, 45, 60, 90] {
        let mut admin = world.admin().await;
        let running = tokio::spawn(async move { admin.run_billing(run_through("2026-02-28")).await });
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        running.abort();
    }
    bill(&mut world.admin().await, "2026-02-28").await;
    assert_whole(&world, 2).await;
}

/// A rehearsal stores nothing, however many calls it takes; a call sent again is answered as it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_goes_on_call_by_call_until_every_account_was_billed() {
    let world = with_accounts().await;
    let mut admin = world.admin().await;
    for dry_run in [true, false] {
        let mut request = RunBillingRequest {
            page_size: 50,
            dry_run,
            ..run_through("2026-02-28")
        };
        let mut billed = Vec::new();
        loop {
            let answer = admin.run_billing(request.clone()).await.unwrap().into_inner();
            let again = admin.run_billing(request.clone()).await.unwrap().into_inner();
            assert_eq!(answer, again);
            billed.push((answer.invoice_count, answer.line_count, answer.invoices.len()));
            if answer.next_page_token.is_empty() {
                break;
            }
            request.request_id = request_id();
            request.page_token = answer.next_page_token;
        }
        assert_eq!(
            billed,
            [(100, 100, 100), (100, 100, 100), (40, 40, 40)],
            "{dry_run}"
        );
        assert_eq!(world.count("invoice").await, if dry_run { 0 } else { 240 });
    }
    assert_whole(&world, 2).await;
}

/// Statements are planned while the tables are empty, and must not go on reading everybody's rows for each account once
/// they are not: that would be a hundred rows and more for each one that is needed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_reads_what_it_bills_and_not_what_others_were_billed() {
    let world = with_accounts().await;
    let mut admin = world.admin().await;
    for month in 1..=12 {
        bill(&mut admin, &format!("2026-{month:02}-01")).await;
    }
    assert_whole(&world, 12).await;
    let read = eventually_counted(&world).await;
    // Each month reads the lines of the months before, and each line's invoice: 66 months in all.
    let needed = i64::try_from(ACCOUNTS * 66).unwrap();
    for (table, rows) in read {
        assert!(
            rows >= needed && rows < needed * 30,
            "{table}: {rows} rows read, {needed} needed"
        );
    }
}

/// The rows read of some tables, once the statistics of all connections have arrived.
async fn eventually_counted(world: &World) -> Vec<(String, i64)> {
    let mut before = Vec::new();
    loop {
        let read: Vec<(String, i64)> = sqlx::query_as(
            "SELECT relname::text, idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables \
             WHERE relname IN ('invoice', 'invoice_line') ORDER BY 1",
        )
        .fetch_all(world.database.pool())
        .await
        .unwrap();
        if read == before {
            return read;
        }
        before = read;
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_goes_on_only_where_a_call_of_it_ended() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    for token in [
        "x",
        "[\"run\", \"2026-01-31\", \"a\"]",
        "[\"run\", \"2026-02-28\", \"\\u0000\"]",
    ] {
        let request = RunBillingRequest {
            page_token: token.to_owned(),
            ..run_through("2026-02-28")
        };
        let (_, _, fields) = refusal(&admin.run_billing(request).await.unwrap_err());
        assert_eq!(fields, ["page_token"], "{token}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_request_sent_twice_at_once_bills_once() {
    let world = with_accounts().await;
    let request = run_through("2026-01-31");
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let (mut admin, request) = (world.admin().await, request.clone());
        running.spawn(async move { admin.run_billing(request).await.unwrap().into_inner() });
    }
    let answers = running.join_all().await;
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].invoice_count, u64::try_from(ACCOUNTS).unwrap());
    assert_eq!(answers[0].invoices.len(), ACCOUNTS);
    assert_whole(&world, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_that_fails_is_parked_and_the_others_are_billed() {
    let world = with_accounts().await;
    let mut admin = world.admin().await;
    let mut charge = monthly_fee("100");
    charge["escalators"] =
        json!([{ "first": "2026-02-01", "by": { "kind": "index", "series": "cpi", "lag_months": 2 } }]);
    let by_index = plan("account-050-by-index", &json!({ "charges": [charge] }));
    let by_index_hash = register(&mut admin, &by_index).await;
    let answer = bill(&mut admin, "2026-02-28").await;
    let parked: Vec<_> = answer
        .parked
        .iter()
        .map(|parked| (parked.account.as_str(), parked.plan.as_str()))
        .collect();
    assert_eq!(parked, [("account-050-by-index", by_index_hash.as_str())]);
    assert!(
        answer.parked[0].reason.contains("cpi"),
        "{}",
        answer.parked[0].reason
    );
    assert_whole(&world, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_that_the_database_refuses_does_not_stop_its_batch() {
    let world = with_accounts().await;
    let mut admin = world.admin().await;
    let fail = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                    RAISE EXCEPTION 'no invoice for this one' USING ERRCODE = '23514'; END $$; \
                CREATE TRIGGER fail BEFORE INSERT ON invoice \
                    FOR EACH ROW WHEN (NEW.account = 'account-007') EXECUTE FUNCTION fail()";
    sqlx::raw_sql(AssertSqlSafe(fail.to_owned()))
        .execute(world.database.pool())
        .await
        .unwrap();
    let answer = bill(&mut admin, "2026-01-31").await;
    let parked: Vec<_> = answer
        .parked
        .iter()
        .map(|parked| parked.account.as_str())
        .collect();
    assert_eq!(parked, ["account-007"]);
    assert_eq!(answer.invoice_count, u64::try_from(ACCOUNTS - 1).unwrap());
    sqlx::raw_sql("DROP TRIGGER fail ON invoice")
        .execute(world.database.pool())
        .await
        .unwrap();
    let answer = bill(&mut admin, "2026-01-31").await;
    assert_eq!(
        shown(&answer.invoices),
        ["INV-000120 2026-01-01 500.00: fee base 2026-01-01/2026-02-01 500.00"]
    );
    assert_whole(&world, 1).await;
    let accounts: BTreeSet<String> = sqlx::query_scalar::<_, String>("SELECT account FROM invoice")
        .fetch_all(&mut *world.tables().await)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(accounts.len(), ACCOUNTS);
}
