//! The PostgreSQL a program works with: the server it is given, or a private cluster of its own.
//!
//! With `DATABASE_URL` that server is used. Without it, a private cluster lives in `postgres` in the program's home:
//! reachable through a unix socket alone, in a folder only its owner may enter, and stopped when the last program that
//! uses it has ended, however it ended ([`cluster`]).
//!
//! Either way each service gets a database of its own, `<prefix>_<service>`, owned by a role that is not a superuser:
//! row-level security would not bind a superuser.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};

use crate::settings::{DatabaseSettings, SettingError};

pub mod cluster;
pub mod migrations;
pub mod rows;

pub use cluster::ClusterError;
use cluster::{Cluster, Durability};

/// How long a request waits for a free connection before it is told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// A PostgreSQL server in use by this program.
#[derive(Debug)]
pub struct Database {
    server: Server,
    connections: u32,
    pools: Mutex<Vec<PgPool>>,
}

/// Why there is no database to work with.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// `DATABASE_URL` cannot be understood.
    #[error("{0}")]
    Setting(#[from] SettingError),
    /// The private cluster could not be started.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// No connection to the server.
    #[error(
        "no connection to PostgreSQL at {server}: {cause}; check that it runs and that DATABASE_URL is right"
    )]
    Unreachable {
        /// The server, without the password.
        server: String,
        /// What the driver said.
        cause: sqlx::Error,
    },
    /// The role may not create the service's database.
    #[error(
        "the database {database} does not exist and {role} may not create it; have an administrator run: CREATE DATABASE {database} OWNER {role}"
    )]
    MayNotCreate {
        /// The database that is missing.
        database: String,
        /// The role of `DATABASE_URL`.
        role: String,
    },
    /// The service's database could not be created.
    #[error("the database {database} could not be created: {cause}")]
    NotCreated {
        /// The database.
        database: String,
        /// What the server said.
        cause: sqlx::Error,
    },
    /// The service's tables could not be brought up to date.
    #[error(
        "the tables of {database} could not be brought up to date: {cause}; nothing was changed by the step that failed"
    )]
    NotMigrated {
        /// The database.
        database: String,
        /// What failed.
        cause: MigrateError,
    },
}

#[derive(Debug)]
enum Server {
    /// The server that `DATABASE_URL` names.
    Given(Box<PgConnectOptions>),
    /// The program's own.
    Private(Cluster),
}

impl Database {
    /// Finds or starts the server. Blocks for the time a private cluster needs to start: a fraction of a second, some
    /// seconds the first time.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        let server = match &settings.url {
            Some(url) => Server::Given(Box::new(parse_url(url.reveal())?)),
            None => Server::Private(Cluster::open(settings.cluster.clone(), Durability::Durable).await?),
        };
        let database = Self {
            server,
            connections: settings.connections,
            pools: Mutex::default(),
        };
        database.warn_if_unbound().await?;
        Ok(database)
    }

    /// The connections of one service to its own database, which is created and brought up to date first. `service` is
    /// a lower-case word and becomes part of the database's name.
    pub async fn service_pool(&self, service: &str, migrator: &Migrator) -> Result<PgPool, DatabaseError> {
        let database = format!("{}_{service}", self.prefix());
        self.ensure_exists(&database).await?;
        let options = self
            .options()
            .database(&database)
            .application_name(&format!("quittance {service}"));
        let pool = PgPoolOptions::new()
            .max_connections(self.connections)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(|cause| self.unreachable(cause))?;
        self.pools
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(pool.clone());
        migrator
            .run(&pool)
            .await
            .map_err(|cause| DatabaseError::NotMigrated { database, cause })?;
        Ok(pool)
    }

    /// Closes the pools, and stops a private cluster unless another program still uses it. A program that ends without
    /// closing leaves nothing behind either; closing only waits until that is so.
    pub async fn close(self) {
        let pools = self.pools.into_inner().unwrap_or_else(PoisonError::into_inner);
        for pool in pools {
            pool.close().await;
        }
        if let Server::Private(cluster) = self.server {
            cluster.close().await;
        }
    }

    /// Where a private cluster keeps its files; none with `DATABASE_URL`.
    pub fn folder(&self) -> Option<PathBuf> {
        match &self.server {
            Server::Given(_) => None,
            Server::Private(cluster) => Some(cluster.folder().to_owned()),
        }
    }

    fn options(&self) -> PgConnectOptions {
        let options = match &self.server {
            Server::Given(options) => options.as_ref().clone(),
            Server::Private(cluster) => cluster.options(),
        };
        // Statements carry contract text; the driver would log slow ones in full.
        options.disable_statement_logging()
    }

    fn prefix(&self) -> String {
        match &self.server {
            Server::Given(options) => options
                .get_database()
                .unwrap_or_else(|| options.get_username())
                .to_owned(),
            Server::Private(_) => cluster::ROLE.to_owned(),
        }
    }

    /// A connection for work on databases as a whole, through any database that exists.
    async fn administer(&self) -> Result<PgConnection, DatabaseError> {
        let options = self.options();
        match PgConnection::connect_with(&options).await {
            Err(error) if code_of(&error) == Some(UNDEFINED_DATABASE) => {
                PgConnection::connect_with(&options.database("postgres")).await
            }
            connected => connected,
        }
        .map_err(|cause| self.unreachable(cause))
    }

    async fn ensure_exists(&self, database: &str) -> Result<(), DatabaseError> {
        let mut connection = self.administer().await?;
        let exists =
            sqlx::query_scalar::<_, bool>("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
                .bind(database)
                .fetch_one(&mut connection)
                .await
                .map_err(|cause| self.unreachable(cause))?;
        if !exists {
            self.create(&mut connection, database).await?;
        }
        Ok(())
    }

    async fn create(&self, connection: &mut PgConnection, database: &str) -> Result<(), DatabaseError> {
        // The name is quoted here and made of a setting and a constant; CREATE DATABASE takes no parameters.
        let statement = format!("CREATE DATABASE \"{}\"", database.replace('"', "\"\""));
        let created = sqlx::query(AssertSqlSafe(statement)).execute(connection).await;
        let database = database.to_owned();
        match created {
            Ok(_) => Ok(()),
            // Another program was faster.
            Err(error) if matches!(code_of(&error), Some(DUPLICATE_DATABASE | UNIQUE_VIOLATION)) => Ok(()),
            Err(error) if code_of(&error) == Some(INSUFFICIENT_PRIVILEGE) => {
                Err(DatabaseError::MayNotCreate {
                    database,
                    role: self.options().get_username().to_owned(),
                })
            }
            Err(cause) => Err(DatabaseError::NotCreated { database, cause }),
        }
    }

    async fn warn_if_unbound(&self) -> Result<(), DatabaseError> {
        let mut connection = self.administer().await?;
        let unbound: bool =
            sqlx::query_scalar("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
                .fetch_one(&mut connection)
                .await
                .map_err(|cause| self.unreachable(cause))?;
        if unbound {
            tracing::warn!(
                role = self.options().get_username(),
                "the role of DATABASE_URL is a superuser or may bypass row-level security, so nothing in the database \
                 keeps tenants apart; connect as an ordinary role that owns the databases"
            );
        }
        Ok(())
    }

    fn unreachable(&self, cause: sqlx::Error) -> DatabaseError {
        let options = self.options();
        let server = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        DatabaseError::Unreachable { server, cause }
    }
}

const UNDEFINED_DATABASE: &str = "3D000";
const DUPLICATE_DATABASE: &str = "42P04";
const UNIQUE_VIOLATION: &str = "23505";
const INSUFFICIENT_PRIVILEGE: &str = "42501";

fn code_of(error: &sqlx::Error) -> Option<&'static str> {
    let code = error.as_database_error()?.code()?;
    [
        UNDEFINED_DATABASE,
        DUPLICATE_DATABASE,
        UNIQUE_VIOLATION,
        INSUFFICIENT_PRIVILEGE,
    ]
    .into_iter()
    .find(|known| *known == code)
}

fn parse_url(url: &str) -> Result<PgConnectOptions, SettingError> {
    // The URL may carry a password, so it is not repeated.
    url.parse().map_err(|_| {
        SettingError::new(
            "DATABASE_URL",
            "(not shown)",
            "a URL such as postgres://user:password@host:5432/quittance",
        )
    })
}
