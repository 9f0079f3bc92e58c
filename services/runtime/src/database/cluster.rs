//! A private PostgreSQL cluster: found or made, shared by the programs of one home, and gone when the last has ended.
//!
//! **How it lives.** The first program starts a *guardian*, a shell process in a group of its own that starts the server
//! and then reads from a named pipe which every program using the cluster holds open. The system closes a program's end
//! whichever way the program goes, kill -9 included; when the last end closes, the guardian stops the server and ends.
//! Three locks, which the system also releases by itself, keep order: `start.lock` is held while a program comes or
//! leaves, `guardian.lock` is held by the guardian as long as it lives, `users.lock` is shared by all programs and tells
//! a leaving one whether it is the last. A server whose guardian was killed is adopted by the next program's guardian.
//!
//! **Who may enter.** PostgreSQL refuses to run as root, so root runs it as the owner of the existing files, else as
//! `postgres`, else as `nobody`. It listens on a unix socket alone, in a folder with mode 0700, so only that user and
//! root can connect; whoever gets there could read the files themselves, and the server asks for no password.
//! The services connect as the role [`ROLE`], which owns their databases and is not a superuser.

use std::io;
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, PgConnection};

mod binaries;
mod files;
mod folder;
mod guardian;
mod membership;
mod owner;

use binaries::Binaries;
use folder::Folder;
use membership::Membership;

/// The role that owns the services' databases: not a superuser, so that row-level security binds it.
pub const ROLE: &str = "quittance";
/// The role that owns the cluster itself and makes [`ROLE`].
const SUPERUSER: &str = "quittance_cluster";
/// Names the socket file; nothing listens on a network port.
const PORT: u16 = 5432;

/// How much the data matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// What is committed survives a power cut.
    Durable,
    /// For tests: fast, and deleted when the last program has ended.
    Disposable,
}

/// A running private cluster, in use by this program.
#[derive(Debug)]
pub struct Cluster {
    membership: Membership,
}

/// Why there is no private cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No PostgreSQL programs on this machine.
    #[error("no PostgreSQL {minimum} or newer was found on this machine (looked in PATH, pg_config, {places}); install it (Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql), or name a running server in DATABASE_URL, or build with --features runtime/download-postgres", minimum = binaries::OLDEST)]
    NoPostgres {
        /// Where it was looked for, besides `PATH` and `pg_config`.
        places: String,
    },
    /// The files were written by a version that is not installed.
    #[error("the files in {} were written by PostgreSQL {needed}, which is not on this machine; install that version, or move the folder away to begin anew", folder.display())]
    OtherVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major version that wrote the files.
        needed: u32,
    },
    /// PostgreSQL could not be downloaded.
    #[cfg(feature = "download-postgres")]
    #[error(
        "PostgreSQL could not be downloaded: {cause}; check the connection to the internet, or install PostgreSQL, or set DATABASE_URL"
    )]
    NotDownloaded {
        /// What went wrong.
        cause: String,
    },
    /// Running as root without an unprivileged user to run PostgreSQL as.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody; add one, run as another user, or set DATABASE_URL"
    )]
    NoUser,
    /// The folder belongs to somebody else.
    #[error("{} belongs to another user (number {owner}); run as that user, or choose another folder with QUITTANCE_HOME", folder.display())]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// Its owner's number.
        owner: u32,
    },
    /// A file or folder could not be used.
    #[error("could not {doing} {}: {cause}; check its permissions, or choose another folder with QUITTANCE_HOME", path.display())]
    File {
        /// What was tried, such as "create".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A program could not be run.
    #[error("could not run {}: {cause}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The cluster's files could not be made.
    #[error("PostgreSQL could not make its files in {}: {output}", folder.display())]
    NotInitialized {
        /// The cluster's folder.
        folder: PathBuf,
        /// The last lines `initdb` printed.
        output: String,
    },
    /// The server did not start.
    #[error("PostgreSQL did not start in {}: {log}", folder.display())]
    NotStarted {
        /// The cluster's folder.
        folder: PathBuf,
        /// The last lines of the server's log.
        log: String,
    },
    /// Another program is coming or leaving and does not finish.
    #[error("another program has been starting or stopping PostgreSQL in {} for minutes; end it and try again", folder.display())]
    Busy {
        /// The cluster's folder.
        folder: PathBuf,
    },
    /// The server runs, but does not let us in.
    #[error("PostgreSQL in {} does not answer: {cause}", folder.display())]
    Unreachable {
        /// The cluster's folder.
        folder: PathBuf,
        /// What the driver said.
        cause: sqlx::Error,
    },
    /// The work was cut short because the program is ending.
    #[error("starting PostgreSQL was cut short because the program is ending")]
    Ending,
}

impl Cluster {
    /// Joins the cluster in a folder, making and starting it first where needed.
    pub async fn open(folder: PathBuf, durability: Durability) -> Result<Self, ClusterError> {
        let join = tokio::task::spawn_blocking(move || Self::join(&folder, durability));
        let cluster = join.await.map_err(|_| ClusterError::Ending)??;
        cluster.ensure_role().await?;
        Ok(cluster)
    }

    /// Leaves the cluster. When no other program uses it, returns once the server has stopped.
    pub async fn close(self) {
        // An error means that the program is ending; then the guardian does the rest.
        let _ended = tokio::task::spawn_blocking(move || self.membership.leave()).await;
    }

    /// How services connect: through the socket, as [`ROLE`]; to the database that every cluster has, until another is
    /// named.
    pub fn options(&self) -> PgConnectOptions {
        self.options_as(ROLE)
    }

    /// Where the files really are.
    pub fn folder(&self) -> &Path {
        self.membership.folder().path()
    }

    fn join(wanted: &Path, durability: Durability) -> Result<Self, ClusterError> {
        let folder = Folder::prepare(wanted)?;
        let binaries = Binaries::find(&folder)?;
        let membership = Membership::join(folder, &binaries, durability)?;
        Ok(Self { membership })
    }

    fn options_as(&self, role: &str) -> PgConnectOptions {
        // Whatever PGHOST and its like say is meant for other servers.
        PgConnectOptions::new_without_pgpass()
            .socket(self.membership.folder().socket())
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(role)
            .database("postgres")
    }

    async fn ensure_role(&self) -> Result<(), ClusterError> {
        let unreachable = |cause| ClusterError::Unreachable {
            folder: self.folder().to_owned(),
            cause,
        };
        let options = self.options_as(SUPERUSER).disable_statement_logging();
        let mut connection = PgConnection::connect_with(&options).await.map_err(unreachable)?;
        // Two programs may come here at once; whoever is second finds the role.
        sqlx::raw_sql(
            "DO $$ BEGIN \
                 CREATE ROLE quittance LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; \
             END $$",
        )
        .execute(&mut connection)
        .await
        .map_err(unreachable)?;
        connection.close().await.map_err(unreachable)
    }
}
