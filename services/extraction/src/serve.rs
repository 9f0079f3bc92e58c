//! The service as a whole: its server, the readers of files, and the way to invoicing.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use runtime::clock::Clock;
use runtime::keys::Keys;
use runtime::server::{self, Bound, Server, ServerError};
use runtime::settings::Secret;
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wire::extraction::v1::extraction_service_server::ExtractionServiceServer;

use crate::bell::Bell;
use crate::gallery::Gallery;
use crate::grpc::Desk;
use crate::handoff::{self, Post};
use crate::intake::{self, Intake};
use crate::model::ModelError;
use crate::readers::Readers;
use crate::settings::Settings;

/// What the service works with.
#[derive(Debug, Clone)]
pub struct Means {
    /// Connections to its own database, with [`crate::MIGRATIONS`] applied.
    pub pool: PgPool,
    /// Who may call.
    pub keys: Keys,
    /// The key of role service by which it calls invoicing.
    pub service_key: Secret,
    /// Dates what people do.
    pub clock: Clock,
}

/// Why the service could not start or had to end.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The server could not serve.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The model cannot be asked from this machine at all.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Every reader holds a connection while it works, and so does the way to invoicing.
    #[error(
        "the extraction service may hold {allowed} database connections, but needs at least {needed}; raise QUITTANCE_DATABASE_CONNECTIONS, or lower QUITTANCE_FILES_AT_ONCE"
    )]
    TooFewConnections {
        /// Connections of the pool.
        allowed: u32,
        /// One for each reader, one for the way to invoicing, two for everybody else.
        needed: u32,
    },
}

/// Serves on an address until the token is cancelled; then takes no new call, gives those under way until `drain` has
/// passed, and lets go of what its workers hold: another start takes it up again.
///
/// # Errors
/// [`ServeError`]; a port in use is known before, by [`server::bind`].
pub async fn serve(
    settings: Settings,
    means: Means,
    bound: Bound,
    token: CancellationToken,
    drain: Duration,
) -> Result<(), ServeError> {
    enough_connections(&settings, &means.pool)?;
    let readers = Arc::new(Readers::new(settings.model.clone())?);
    let desk = Desk {
        pool: means.pool.clone(),
        clock: means.clock.clone(),
        limits: settings.reader.limits,
        gallery: Gallery::new(settings.reader.clone()),
        token: token.clone(),
        received: Bell::default(),
        approved: Bell::default(),
        second_approval: settings.second_approval.clone(),
    };
    let workers = workers(&settings, &means, readers, &desk);
    let service = ExtractionServiceServer::new(desk).max_decoding_message_size(server::MESSAGE_LIMIT);
    let server = Server::on(bound, means.keys)
        .described_by(wire::DESCRIPTORS)
        .with(service);
    let served = server.serve(token.clone(), drain).await;
    token.cancel();
    workers.join_all().await;
    Ok(served?)
}

fn workers(settings: &Settings, means: &Means, readers: Arc<Readers>, desk: &Desk) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    let intake = Intake {
        pool: means.pool.clone(),
        clock: means.clock.clone(),
        reader: settings.reader.clone(),
        readers,
        bell: desk.received.clone(),
    };
    for _ in 0..settings.files_at_once {
        workers.spawn(unbroken(desk.token.clone(), intake.clone(), intake::run));
    }
    let post = Post::new(means, &settings.invoicing, desk.approved.clone());
    workers.spawn(unbroken(desk.token.clone(), post, handoff::run));
    workers
}

/// Keeps a worker at work: a fault of ours that panics costs one attempt, not all contracts after it.
async fn unbroken<W, F>(token: CancellationToken, worker: W, run: fn(W, CancellationToken) -> F)
where
    W: Clone,
    F: Future<Output = ()> + Send + 'static,
{
    while !token.is_cancelled() {
        let work = AssertUnwindSafe(run(worker.clone(), token.clone()));
        if work.catch_unwind().await.is_err() {
            tracing::error!("a worker broke down and begins again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

fn enough_connections(settings: &Settings, pool: &PgPool) -> Result<(), ServeError> {
    let files = u32::try_from(settings.files_at_once).unwrap_or(u32::MAX);
    let (allowed, needed) = (pool.options().get_max_connections(), files.saturating_add(3));
    if allowed < needed {
        Err(ServeError::TooFewConnections { allowed, needed })
    } else {
        Ok(())
    }
}
