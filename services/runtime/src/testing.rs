//! What the tests of services need; only with the feature `testing`, for use in dev-dependencies.
//!
//! All tests of one user share a disposable cluster in the system's folder for temporary files. It starts with the first
//! test and is deleted when the last test process has ended.

use std::path::PathBuf;

use sha2::{Digest, Sha256};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::database::cluster::{Cluster, Durability, ROLE};
use crate::database::{ClusterError, DatabaseError};
use crate::settings::Secret;

/// A database of one test, empty but for what the migrations put there.
#[derive(Debug)]
pub struct TestDatabase {
    options: PgConnectOptions,
    name: String,
    pool: PgPool,
}

/// Held by the process as long as it lives: its tests share one cluster, each on a runtime of its own.
static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

impl TestDatabase {
    /// A fresh database, copied from one that was migrated once for all tests with the same migrations.
    pub async fn fresh(migrator: &Migrator) -> Result<Self, DatabaseError> {
        let cluster = CLUSTER
            .get_or_try_init(|| Cluster::open(folder(), Durability::Disposable))
            .await?;
        let options = cluster.options().disable_statement_logging();
        let failed = |cause| ClusterError::Unreachable {
            folder: folder(),
            cause,
        };
        let mut connection = PgConnection::connect_with(&options.clone().database("postgres"))
            .await
            .map_err(failed)?;
        let template = ensure_template(&mut connection, &options, migrator).await?;
        let name = format!("test_{}", Uuid::new_v4().simple());
        command(
            &mut connection,
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await
        .map_err(failed)?;
        let options = options.database(&name);
        let pool = PgPoolOptions::new()
            .max_connections(5)
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        Ok(Self { options, name, pool })
    }

    /// Connections to the database, as the role services connect as.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How to connect to the database otherwise.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// The database as a `DATABASE_URL`, for a program under test. Services then make databases of their own beside it.
    pub fn url(&self) -> Secret {
        let socket = self
            .options
            .get_socket()
            .map(|path| path.to_string_lossy().into_owned())
            .unwrap_or_default();
        Secret::new(format!(
            "postgres://{ROLE}@localhost/{}?host={socket}&sslmode=disable",
            self.name
        ))
    }
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("quittance-tests-{}", rustix::process::geteuid().as_raw()))
}

async fn command(connection: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    // Every statement here is made of names this module chose.
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await
        .map(drop)
}

/// The migrated database that all others are copied from. One process at a time makes it, under a name that tells it is
/// not ready yet.
async fn ensure_template(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    migrator: &Migrator,
) -> Result<String, DatabaseError> {
    let template = template_name(migrator);
    let failed = |cause| DatabaseError::NotCreated {
        database: template.clone(),
        cause,
    };
    command(
        connection,
        format!("SELECT pg_advisory_lock(hashtext('{template}'))"),
    )
    .await
    .map_err(failed)?;
    let exists = sqlx::query_scalar::<_, bool>("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&template)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if !exists {
        command(connection, format!("DROP DATABASE IF EXISTS {template}_new"))
            .await
            .map_err(failed)?;
        command(connection, format!("CREATE DATABASE {template}_new"))
            .await
            .map_err(failed)?;
        let migrated = migrate(&options.clone().database(&format!("{template}_new")), migrator).await;
        migrated.map_err(|cause| DatabaseError::NotMigrated {
            database: template.clone(),
            cause,
        })?;
        command(
            connection,
            format!("ALTER DATABASE {template}_new RENAME TO {template}"),
        )
        .await
        .map_err(failed)?;
    }
    command(connection, "SELECT pg_advisory_unlock_all()".to_owned())
        .await
        .map_err(failed)?;
    Ok(template)
}

async fn migrate(options: &PgConnectOptions, migrator: &Migrator) -> Result<(), MigrateError> {
    let mut connection = PgConnection::connect_with(options).await?;
    migrator.run(&mut connection).await?;
    // A database that somebody is connected to can be neither renamed nor copied.
    connection.close().await?;
    Ok(())
}

fn template_name(migrator: &Migrator) -> String {
    let mut hash = Sha256::new();
    for migration in migrator.iter() {
        hash.update(&*migration.checksum);
    }
    let hash = hash.finalize();
    format!(
        "template_{}",
        hash.iter()
            .take(10)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    )
}
