//! The console as a whole: its pages at their addresses, and an orderly end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use runtime::clock::Clock;
use runtime::server::Bound;
use tokio_util::sync::CancellationToken;

use crate::connection::Services;
use crate::oidc::Oidc;
use crate::session::Sessions;
use crate::settings::Settings;
use crate::sign_in::DemoPerson;
use crate::{assets, contracts, fault, guard, money, sign_in};

/// What the console works with besides its settings.
#[derive(Debug, Clone)]
pub struct Means {
    /// Ends sessions.
    pub clock: Clock,
    /// People of a demonstration, who sign in with one click. Empty everywhere else.
    pub demo: Vec<DemoPerson>,
}

/// Why the console had to end.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The server broke off while serving.
    #[error("the console broke off: {0}")]
    Broken(#[from] io::Error),
}

/// What every page has at hand. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Console(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) services: Services,
    pub(crate) sessions: Sessions,
    pub(crate) clock: Clock,
    pub(crate) demo: Vec<DemoPerson>,
    /// Where people of an organisation sign in, if anywhere but here.
    pub(crate) oidc: Option<Oidc>,
}

impl std::ops::Deref for Console {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Serves until the token is cancelled; then takes no new request and gives those under way until `drain` has passed.
///
/// # Errors
/// [`ServeError`]; a port in use is known before, by [`runtime::server::bind`].
pub async fn serve(
    settings: Settings,
    means: Means,
    bound: Bound,
    token: CancellationToken,
    drain: Duration,
) -> Result<(), ServeError> {
    let console = Console(Arc::new(Parts {
        services: Services::at(&settings),
        sessions: Sessions::new(means.clock.clone()),
        clock: means.clock,
        demo: means.demo,
        oidc: settings.oidc.map(Oidc::new),
    }));
    let stop = token.clone().cancelled_owned();
    let serving = axum::serve(bound.into_listener(), pages(console)).with_graceful_shutdown(stop);
    let deadline = async {
        token.cancelled().await;
        tokio::time::sleep(drain).await;
    };
    tokio::select! {
        ended = serving => Ok(ended?),
        () = deadline => Ok(()),
    }
}

/// Forms are small; the page that takes files sets a limit of its own.
const LARGEST_FORM: usize = 256 * 1024;

fn pages(console: Console) -> Router {
    Router::new()
        .route("/", get(contracts::home))
        .merge(sign_in::pages())
        .merge(contracts::pages())
        .merge(money::pages())
        .fallback(sign_in::nowhere)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(console.clone(), fault::framed))
        // What is above is one person's; assets are the same for everybody and may be kept.
        .layer(from_fn(guard::private))
        .merge(assets::pages())
        .layer(from_fn(guard::protect))
        .with_state(console)
}
