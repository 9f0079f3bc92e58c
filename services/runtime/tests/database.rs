//! Real PostgreSQL: databases of services, tenants kept apart, writes done once.

use runtime::testing::TestDatabase;
use sqlx::migrate::Migrator;

#[tokio::test]
async fn smoke() {
    let migrator = Migrator::with_migrations(vec![]);
    let db = TestDatabase::fresh(&migrator).await.unwrap();
    let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(db.pool()).await.unwrap();
    assert_eq!(one, 1);
}
