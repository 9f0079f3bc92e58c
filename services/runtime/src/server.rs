//! The gRPC server around the services: one address, health, reflection, callers, traces, and an orderly end.
//!
//! ```text
//! let bound = server::bind(address).await?;
//! println!("listening on {}", bound.address());
//! Server::on(bound, keys)
//!     .described_by(wire::DESCRIPTORS)
//!     .with(InvoicingServer::new(service).max_decoding_message_size(server::MESSAGE_LIMIT))
//!     .serve(token, settings.drain)
//!     .await?;
//! ```

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::keys::Keys;

mod access;
mod spans;

use access::AccessLayer;
use spans::RequestSpans;

/// The largest message a service should take, in bytes (8 MiB); documents travel as streams of smaller pieces. Pass it
/// to a generated server's `max_decoding_message_size`.
pub const MESSAGE_LIMIT: usize = 8 * 1024 * 1024;

/// How long a call may take until its answer begins. A client's own deadline counts when it is shorter.
const CALL_LIMIT: Duration = Duration::from_secs(300);
/// How many calls one connection may have under way.
const CALLS_PER_CONNECTION: usize = 128;
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Why a server could not start or had to end.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Another program listens on the address.
    #[error(
        "{address} is in use by another program, perhaps another copy of this one; stop it, or choose another address (port 0 takes any free port)"
    )]
    PortInUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}; choose another address, such as 127.0.0.1:0")]
    Unbindable {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// The descriptions of the services cannot be read.
    #[error("the descriptions of the services cannot be offered for reflection: {0}")]
    Descriptors(#[from] tonic_reflection::server::Error),
    /// The server broke off while serving.
    #[error("the server broke off: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// An address that is ours, and on which nobody is served yet. Bind before starting anything that costs time, so that a
/// port in use is known at once.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// Takes an address. Port 0 takes any free port; [`Bound::address`] tells which.
pub async fn bind(address: SocketAddr) -> Result<Bound, ServerError> {
    let refused = |cause: io::Error| match cause.kind() {
        io::ErrorKind::AddrInUse => ServerError::PortInUse { address },
        _ => ServerError::Unbindable { address, cause },
    };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// The address, with the port that was really taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The listener itself, for a server that does not speak gRPC.
    pub fn into_listener(self) -> TcpListener {
        self.listener
    }
}

/// A gRPC server in the making. Health and reflection answer anyone; every other call needs a key.
pub struct Server {
    bound: Bound,
    keys: Keys,
    routes: Routes,
    health: HealthReporter,
    names: Vec<&'static str>,
    descriptors: Vec<&'static [u8]>,
}

impl Server {
    /// A server on an address, whose callers are known by these keys.
    pub fn on(bound: Bound, keys: Keys) -> Self {
        let (health, health_service) = tonic_health::server::health_reporter();
        let routes = Routes::new(health_service);
        Self {
            bound,
            keys,
            routes,
            health,
            names: Vec::new(),
            descriptors: Vec::new(),
        }
    }

    /// Offers an encoded `FileDescriptorSet` for reflection, so that tools such as `grpcurl` know what to ask.
    #[must_use]
    pub fn described_by(mut self, descriptors: &'static [u8]) -> Self {
        self.descriptors.push(descriptors);
        self
    }

    /// Adds a service.
    #[must_use]
    pub fn with<S>(mut self, service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
        S: NamedService + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        self.names.push(S::NAME);
        self.routes = self.routes.add_service(service);
        self
    }

    /// Adds addresses that are asked over plain HTTP, by callers with a key like all others.
    #[must_use]
    pub fn with_http(mut self, routes: Routes) -> Self {
        let router = self.routes.into_axum_router().merge(routes.into_axum_router());
        self.routes = Routes::from(router);
        self
    }

    /// Serves until the token is cancelled; then takes no new call, reports itself as not serving, and gives the calls
    /// under way until `drain` has passed. Streams that last should watch the token themselves.
    pub async fn serve(self, token: CancellationToken, drain: Duration) -> Result<(), ServerError> {
        let routes = reflected(self.routes, &self.descriptors)?;
        report(&self.health, &self.names, ServingStatus::Serving).await;
        let stop = {
            let (token, health, names) = (token.clone(), self.health.clone(), self.names.clone());
            async move {
                token.cancelled().await;
                report(&health, &names, ServingStatus::NotServing).await;
            }
        };
        let incoming = TcpIncoming::from(self.bound.listener).with_nodelay(Some(true));
        let serving = transport()
            .layer(RequestSpans)
            .layer(AccessLayer { keys: self.keys })
            .add_routes(routes)
            .serve_with_incoming_shutdown(incoming, stop);
        within(serving, token, drain).await
    }
}

fn transport() -> tonic::transport::Server {
    tonic::transport::Server::builder()
        .accept_http1(true)
        .timeout(CALL_LIMIT)
        .concurrency_limit_per_connection(CALLS_PER_CONNECTION)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE))
}

fn reflected(routes: Routes, descriptors: &[&'static [u8]]) -> Result<Routes, ServerError> {
    let describe = || {
        descriptors.iter().fold(
            tonic_reflection::server::Builder::configure(),
            |builder, descriptors| builder.register_encoded_file_descriptor_set(descriptors),
        )
    };
    // Older tools ask for the alpha version only.
    Ok(routes
        .add_service(describe().build_v1()?)
        .add_service(describe().build_v1alpha()?))
}

async fn report(health: &HealthReporter, names: &[&str], status: ServingStatus) {
    for name in names.iter().copied().chain([""]) {
        health.set_service_status(name, status).await;
    }
}

/// Runs a server to its end, but at most `drain` longer than the token lives.
async fn within(
    serving: impl Future<Output = Result<(), tonic::transport::Error>>,
    token: CancellationToken,
    drain: Duration,
) -> Result<(), ServerError> {
    let deadline = async {
        token.cancelled().await;
        tokio::time::sleep(drain).await;
    };
    tokio::select! {
        ended = serving => Ok(ended?),
        () = deadline => {
            tracing::warn!(seconds = drain.as_secs(), "some calls did not end in time and are cut off");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
