//! `quittance serve`: one or both services in this process, on PostgreSQL, until a signal.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use extraction::Means;
use invoicing::Invoicing;
use runtime::caller::Role;
use runtime::clock::Clock;
use runtime::database::Database;
use runtime::keys::{Credentials, Keys};
use runtime::server::{Bound, bind};
use runtime::settings::{Environment, Secret, Settings};
use runtime::{shutdown, telemetry};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;

use crate::command::{Serve, Service};
use crate::connection::Services;
use crate::failure::Failure;
use crate::printing::line;

/// Runs until a signal, then drains.
pub(crate) async fn run(command: &Serve) -> Result<(), Failure> {
    let orders = Orders {
        extraction: wanted(command, Service::Extraction).then_some(command.extraction_address),
        invoicing: wanted(command, Service::Invoicing).then_some(command.invoicing_address),
        clock: Clock::System,
        log: "info",
    };
    let running = Running::start(orders).await?;
    for (service, address) in [
        ("extraction", running.extraction),
        ("invoicing", running.invoicing),
    ] {
        if let Some(address) = address {
            line(&format!("{service} listens on {address}"));
        }
    }
    running.until_stopped().await
}

fn wanted(command: &Serve, service: Service) -> bool {
    command.only.is_none_or(|only| only == service)
}

/// Which services to start, where, and how they tell the time.
pub(crate) struct Orders {
    pub(crate) extraction: Option<SocketAddr>,
    pub(crate) invoicing: Option<SocketAddr>,
    pub(crate) clock: Clock,
    /// What is logged unless `RUST_LOG` says otherwise.
    pub(crate) log: &'static str,
}

impl Orders {
    /// Both services on free ports of this machine, quietly.
    pub(crate) fn anywhere(clock: Clock) -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            extraction: Some(anywhere),
            invoicing: Some(anywhere),
            clock,
            log: "error",
        }
    }
}

/// Services at work in this process.
pub(crate) struct Running {
    pub(crate) extraction: Option<SocketAddr>,
    pub(crate) invoicing: Option<SocketAddr>,
    pub(crate) keys: Keys,
    pub(crate) credentials: Credentials,
    database: Database,
    token: CancellationToken,
    tasks: JoinSet<Result<(), Failure>>,
}

impl Running {
    /// Addresses first, because a port in use should be known before anything that costs time; then PostgreSQL, then
    /// the services.
    pub(crate) async fn start(orders: Orders) -> Result<Self, Failure> {
        Self::start_in(Environment::of_process(), orders).await
    }

    /// The same, told other things than this process was.
    pub(crate) async fn start_in(environment: Environment, orders: Orders) -> Result<Self, Failure> {
        let settings = Settings::read(&environment).map_err(refused)?;
        telemetry::start(&settings, orders.log).map_err(refused)?;
        let token = shutdown::on_signals()?;
        let (extraction, invoicing) = (bound(orders.extraction).await?, bound(orders.invoicing).await?);
        let keys = Keys::load_or_create(&settings.keys).map_err(refused)?;
        let credentials = Credentials::load(&settings.keys).map_err(refused)?;
        let mut running = Self {
            extraction: extraction.as_ref().map(Bound::address),
            invoicing: invoicing.as_ref().map(Bound::address),
            keys,
            credentials,
            database: Database::open(&settings.database).await.map_err(broken)?,
            token,
            tasks: JoinSet::new(),
        };
        match running
            .launch(extraction, invoicing, &environment, &settings, &orders.clock)
            .await
        {
            Ok(()) => Ok(running),
            Err(failure) => {
                running.stop().await;
                Err(failure)
            }
        }
    }

    async fn launch(
        &mut self,
        extraction: Option<Bound>,
        invoicing: Option<Bound>,
        environment: &Environment,
        settings: &Settings,
        clock: &Clock,
    ) -> Result<(), Failure> {
        if let Some(bound) = invoicing {
            let pool = self
                .pool(invoicing::DATABASE, &invoicing::store::MIGRATIONS)
                .await?;
            let service = Invoicing::new(pool, clock.clone());
            let serving = invoicing::serve(
                service,
                bound,
                self.keys.clone(),
                self.token.clone(),
                settings.drain,
            );
            self.tasks.spawn(async { serving.await.map_err(broken) });
        }
        if let Some(bound) = extraction {
            let mut own = extraction::settings::Settings::read(environment).map_err(refused)?;
            if let Some(address) = self.invoicing {
                own.invoicing = Endpoint::from_shared(format!("http://{address}")).map_err(broken)?;
            }
            let means = Means {
                pool: self.pool("extraction", &extraction::MIGRATIONS).await?,
                keys: self.keys.clone(),
                service_key: Secret::new(self.credentials.service.clone()),
                clock: clock.clone(),
            };
            let serving = extraction::serve(own, means, bound, self.token.clone(), settings.drain);
            self.tasks.spawn(async { serving.await.map_err(broken) });
        }
        Ok(())
    }

    async fn pool(
        &self,
        service: &str,
        migrations: &sqlx::migrate::Migrator,
    ) -> Result<sqlx::PgPool, Failure> {
        self.database
            .service_pool(service, migrations)
            .await
            .map_err(broken)
    }

    /// Waits for a signal, or for a service that broke off; then drains and closes everything.
    pub(crate) async fn until_stopped(mut self) -> Result<(), Failure> {
        let mut ended = Ok(());
        while let Some(task) = self.tasks.join_next().await {
            let task =
                task.unwrap_or_else(|panic| Err(Failure::broken(format!("a service broke off: {panic}"))));
            ended = ended.and(task);
            self.token.cancel();
        }
        self.database.close().await;
        ended
    }

    /// Stops the services and PostgreSQL.
    pub(crate) async fn stop(self) {
        self.token.cancel();
        // Whoever stops it early has a failure of its own to report.
        let _ = self.until_stopped().await;
    }

    /// The services, asked with a key.
    pub(crate) fn with_key(&self, key: String) -> Services {
        let url = |address: Option<SocketAddr>| {
            address
                .map(|address| format!("http://{address}"))
                .unwrap_or_default()
        };
        Services {
            extraction_url: url(self.extraction),
            invoicing_url: url(self.invoicing),
            key: Some(key),
        }
    }

    /// Where a private cluster keeps its files; none with `DATABASE_URL`.
    pub(crate) fn cluster(&self) -> Option<PathBuf> {
        self.database.folder()
    }

    /// A key for somebody new of a tenant.
    pub(crate) fn issue(&self, name: &str, role: Role, tenant: uuid::Uuid) -> Result<String, Failure> {
        self.keys.issue(name, role, tenant).map_err(refused)
    }
}

async fn bound(address: Option<SocketAddr>) -> Result<Option<Bound>, Failure> {
    match address {
        Some(address) => bind(address).await.map(Some).map_err(broken),
        None => Ok(None),
    }
}

fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::refused(error.to_string())
}

fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::broken(error.to_string())
}
