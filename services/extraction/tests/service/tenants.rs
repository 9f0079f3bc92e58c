//! What the database refuses, whatever a program asks of it.

use super::support::*;
use runtime::caller::{Caller, Role};
use runtime::tenancy;
use sqlx::{AssertSqlSafe, PgPool};
use tonic::Code;
use uuid::Uuid;
use wire::extraction::v1;

#[tokio::test]
async fn one_company_sees_nothing_of_another() {
    let house = House::running().await;
    let (contract_id, revision) = house.reviewable(Vec::new()).await;
    let mut stranger = house.stranger();
    let unknown = (Code::NotFound, "CONTRACT_UNKNOWN".to_owned());
    let get = v1::GetContractRequest {
        contract_id: contract_id.clone(),
        revision: 0,
    };
    assert_eq!(refusal(stranger.get_contract(get).await), unknown);
    let events = v1::ListEventsRequest {
        contract_id: contract_id.clone(),
    };
    assert_eq!(refusal(stranger.list_events(events).await), unknown);
    let watch = v1::WatchContractRequest {
        contract_id: contract_id.clone(),
    };
    assert_eq!(refusal(stranger.watch_contract(watch).await.map(drop)), unknown);
    let submit = v1::SubmitContractRequest {
        request_id: id(),
        contract_id,
        revision,
    };
    assert_eq!(refusal(stranger.submit_contract(submit).await), unknown);
    let all = stranger
        .list_contracts(v1::ListContractsRequest::default())
        .await
        .unwrap();
    assert!(all.into_inner().contracts.is_empty());
}

/// Every table there is, so that a new one cannot be forgotten.
async fn tables(pool: &PgPool) -> Vec<String> {
    let sql = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
               AND relname <> '_sqlx_migrations' ORDER BY 1";
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

async fn count(pool: &PgPool, table: &str, tenant: Uuid) -> i64 {
    let caller = Caller {
        tenant,
        name: "test".into(),
        role: Role::Admin,
    };
    let mut transaction = tenancy::begin_as(pool, &caller).await.unwrap();
    let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql)
        .fetch_one(&mut *transaction)
        .await
        .unwrap()
}

#[tokio::test]
async fn every_table_keeps_tenants_apart() {
    let house = House::running().await;
    house.reviewable(Vec::new()).await;
    let pool = house.database.pool();
    let tables = tables(pool).await;
    assert_eq!(tables.len(), 10, "{tables:?}");
    for table in tables {
        let bound: bool = sqlx::query_scalar(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = $1",
        )
        .bind(&table)
        .fetch_one(pool)
        .await
        .unwrap();
        assert!(bound, "{table} has no row-level security that binds its owner");
        assert_eq!(count(pool, &table, Uuid::new_v4()).await, 0, "{table}");
        let outside = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let outside: i64 = sqlx::query_scalar(outside).fetch_one(pool).await.unwrap();
        assert_eq!(outside, 0, "{table} shows rows outside a tenant's transaction");
    }
    assert_eq!(count(pool, "contract", house.tenant).await, 1);
}

#[tokio::test]
async fn history_is_never_rewritten() {
    let house = House::running().await;
    house.reviewable(Vec::new()).await;
    for (statement, code) in [
        ("UPDATE event SET reason = 'other'", "23001"),
        ("DELETE FROM event", "23001"),
        ("TRUNCATE event", "23001"),
        ("UPDATE revision SET content = '{}'", "23001"),
        ("DELETE FROM revision", "23001"),
        ("UPDATE document SET bytes = 'other'", "23001"),
        ("TRUNCATE document CASCADE", "23001"),
        ("UPDATE contract SET state = 'forgotten'", "23514"),
        ("UPDATE contract SET state = 'failed'", "23514"),
    ] {
        let mut transaction = tenancy::begin_for_worker(house.database.pool(), "test")
            .await
            .unwrap();
        let refused = sqlx::query(statement)
            .execute(&mut *transaction)
            .await
            .unwrap_err();
        assert_eq!(
            refused.as_database_error().unwrap().code().as_deref(),
            Some(code),
            "{statement}"
        );
    }
}

#[tokio::test]
async fn a_write_for_another_tenant_is_refused() {
    let house = House::running().await;
    let caller = Caller {
        tenant: Uuid::new_v4(),
        name: "test".into(),
        role: Role::Admin,
    };
    let mut transaction = tenancy::begin_as(house.database.pool(), &caller).await.unwrap();
    let refused = sqlx::query(
        "INSERT INTO document (tenant, sha256, media, bytes, stored_at) VALUES ($1, repeat('0', 64), 'x', 'x', now())",
    )
    .bind(house.tenant)
    .execute(&mut *transaction)
    .await
    .unwrap_err();
    assert_eq!(
        refused.as_database_error().unwrap().code().as_deref(),
        Some("42501")
    );
}
