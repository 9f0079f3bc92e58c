//! Real PostgreSQL: databases of services, tenants kept apart, writes done once.
#![expect(clippy::unwrap_used, reason = "in a test a failed expectation is the point")]

use std::sync::LazyLock;

use runtime::caller::{Caller, Role};
use runtime::database::{Database, DatabaseError};
use runtime::requests::{self, Attempt, RequestError};
use runtime::settings::{Environment, Settings};
use runtime::tenancy::{begin_as, begin_for_worker};
use runtime::testing::TestDatabase;
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

static MIGRATIONS: LazyLock<Migrator> = runtime::migrations!("tests/migrations": 1 "0001_begin");

fn caller(name: &str) -> Caller {
    Caller {
        tenant: Uuid::new_v4(),
        name: name.to_owned(),
        role: Role::Reviewer,
    }
}

async fn write(pool: &PgPool, caller: &Caller, tenant: Uuid, text: &str) -> Result<(), sqlx::Error> {
    let mut transaction = begin_as(pool, caller).await?;
    sqlx::query("INSERT INTO note (tenant, text) VALUES ($1, $2)")
        .bind(tenant)
        .bind(text)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

async fn notes(connection: &mut PgConnection) -> Vec<(String, String)> {
    sqlx::query_as("SELECT text, actor FROM note ORDER BY id")
        .fetch_all(connection)
        .await
        .unwrap()
}

fn note(text: &str, actor: &str) -> (String, String) {
    (text.to_owned(), actor.to_owned())
}

#[tokio::test]
async fn each_tenant_sees_and_writes_its_own_rows_only() {
    let database = TestDatabase::fresh(&MIGRATIONS).await.unwrap();
    let pool = database.pool();
    let (ada, grace) = (caller("Ada"), caller("Grace"));
    write(pool, &ada, ada.tenant, "hers").await.unwrap();
    write(pool, &grace, grace.tenant, "the other's").await.unwrap();
    let refused = write(pool, &ada, grace.tenant, "smuggled").await.unwrap_err();
    assert!(refused.to_string().contains("row-level security"), "{refused}");
    assert_eq!(
        notes(&mut begin_as(pool, &ada).await.unwrap()).await,
        [note("hers", "Ada")]
    );
    let all = notes(&mut begin_for_worker(pool, "outbox").await.unwrap()).await;
    assert_eq!(all, [note("hers", "Ada"), note("the other's", "Grace")]);
}

#[tokio::test]
async fn a_connection_forgets_its_tenant_with_the_transaction() {
    let database = TestDatabase::fresh(&MIGRATIONS).await.unwrap();
    let ada = caller("Ada");
    write(database.pool(), &ada, ada.tenant, "hers").await.unwrap();
    let mut connection = database.pool().acquire().await.unwrap();
    assert_eq!(notes(&mut connection).await, []);
    let (superuser, bypasses): (bool, bool) =
        sqlx::query_as("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
    assert!(
        !superuser && !bypasses,
        "row-level security must bind the role services connect as"
    );
}

/// Writes a note once for a request id, as a service's handler would, and answers with its text.
async fn write_once(pool: &PgPool, caller: &Caller, id: &str, text: &str) -> Result<Vec<u8>, RequestError> {
    let mut transaction = begin_as(pool, caller).await?;
    let entry = match requests::begin(&mut transaction, caller, "Write", id, text.as_bytes()).await? {
        Attempt::Repeated(answer) => return Ok(answer),
        Attempt::First(entry) => entry,
    };
    sqlx::query("INSERT INTO note (tenant, text) VALUES ($1, $2)")
        .bind(caller.tenant)
        .bind(text)
        .execute(&mut *transaction)
        .await?;
    entry.record(&mut transaction, text.as_bytes()).await?;
    transaction.commit().await?;
    Ok(text.as_bytes().to_vec())
}

#[tokio::test]
async fn a_write_sent_many_times_at_once_is_done_once_and_answered_alike() {
    let database = TestDatabase::fresh(&MIGRATIONS).await.unwrap();
    let ada = caller("Ada");
    let attempts = (0..8).map(|_| {
        let (pool, ada) = (database.pool().clone(), ada.clone());
        tokio::spawn(async move { write_once(&pool, &ada, "r-1", "once").await })
    });
    for attempt in attempts.collect::<Vec<_>>() {
        assert_eq!(attempt.await.unwrap().unwrap(), b"once");
    }
    assert_eq!(
        notes(&mut begin_as(database.pool(), &ada).await.unwrap()).await,
        [note("once", "Ada")]
    );
}

#[tokio::test]
async fn a_request_id_stands_for_one_request_of_one_tenant() {
    let database = TestDatabase::fresh(&MIGRATIONS).await.unwrap();
    let (pool, ada, grace) = (database.pool(), caller("Ada"), caller("Grace"));
    write_once(pool, &ada, "r-1", "first").await.unwrap();
    let reused = write_once(pool, &ada, "r-1", "different").await.unwrap_err();
    assert!(matches!(reused, RequestError::IdReused { .. }), "{reused}");
    assert_eq!(tonic::Status::from(reused).code(), tonic::Code::AlreadyExists);
    assert_eq!(
        write_once(pool, &grace, "r-1", "different").await.unwrap(),
        b"different"
    );
    assert!(matches!(
        write_once(pool, &ada, "", "x").await.unwrap_err(),
        RequestError::IdMissing
    ));
    assert!(matches!(
        write_once(pool, &ada, &"x".repeat(101), "x").await.unwrap_err(),
        RequestError::IdTooLong(101)
    ));
}

#[tokio::test]
async fn a_write_that_failed_can_be_sent_again() {
    let database = TestDatabase::fresh(&MIGRATIONS).await.unwrap();
    let (pool, ada) = (database.pool(), caller("Ada"));
    let mut transaction = begin_as(pool, &ada).await.unwrap();
    assert!(matches!(
        requests::begin(&mut transaction, &ada, "Write", "r-1", b"text")
            .await
            .unwrap(),
        Attempt::First(_)
    ));
    transaction.rollback().await.unwrap();
    assert_eq!(write_once(pool, &ada, "r-1", "text").await.unwrap(), b"text");
}

fn settings(url: &str) -> Settings {
    Settings::read(&Environment::default().with("DATABASE_URL", url)).unwrap()
}

#[tokio::test]
async fn services_of_a_given_server_get_databases_beside_the_one_named() {
    let given = TestDatabase::fresh(&MIGRATIONS).await.unwrap();
    let url = given.url();
    let mut names = Vec::new();
    for service in ["alpha", "beta", "alpha"] {
        let database = Database::open(&settings(url.reveal()).database).await.unwrap();
        let pool = database.service_pool(service, &MIGRATIONS).await.unwrap();
        names.push(
            sqlx::query_scalar::<_, String>("SELECT current_database()")
                .fetch_one(&pool)
                .await
                .unwrap(),
        );
        assert_eq!(database.folder(), None);
        database.close().await;
        assert!(pool.is_closed());
    }
    let base: String = sqlx::query_scalar("SELECT current_database()")
        .fetch_one(given.pool())
        .await
        .unwrap();
    assert_eq!(
        names,
        [
            format!("{base}_alpha"),
            format!("{base}_beta"),
            format!("{base}_alpha")
        ]
    );
}

#[tokio::test]
async fn a_role_that_may_not_create_databases_is_told_what_to_have_done() {
    let given = TestDatabase::fresh(&MIGRATIONS).await.unwrap();
    let superuser = given
        .options()
        .clone()
        .username("quittance_cluster")
        .database("postgres");
    let mut connection = PgConnection::connect_with(&superuser).await.unwrap();
    sqlx::raw_sql("DO $$ BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        .execute(&mut connection)
        .await
        .unwrap();
    let url = given.url().reveal().replace("quittance@", "guest@");
    let database = Database::open(&settings(&url).database).await.unwrap();
    let refused = database.service_pool("alpha", &MIGRATIONS).await.unwrap_err();
    assert!(matches!(refused, DatabaseError::MayNotCreate { .. }), "{refused}");
    assert!(refused.to_string().contains("_alpha OWNER guest"), "{refused}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    let refused = Database::open(&settings("postgres://u:hunter2@127.0.0.1:1/db").database)
        .await
        .unwrap_err();
    let sentence = refused.to_string();
    assert!(
        sentence.contains("127.0.0.1:1") && !sentence.contains("hunter2"),
        "{sentence}"
    );
    let unreadable = Database::open(&settings("mysql//u:hunter2@h").database)
        .await
        .unwrap_err();
    assert!(
        unreadable.to_string().starts_with("DATABASE_URL is set to"),
        "{unreadable}"
    );
    assert!(!unreadable.to_string().contains("hunter2"), "{unreadable}");
}
