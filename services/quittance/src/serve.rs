//! `quittance serve`: the services and the console in this process, or one of them, until a signal.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use console::DemoPerson;
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
        console: wanted(command, Service::Console).then_some(command.console_address),
        clock: Clock::System,
        log: "info",
    };
    let running = Running::start(orders).await?;
    for (service, address) in [
        ("extraction", running.extraction),
        ("invoicing", running.invoicing),
        ("console", running.console),
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

/// What to start, where, and how they tell the time.
pub(crate) struct Orders {
    pub(crate) extraction: Option<SocketAddr>,
    pub(crate) invoicing: Option<SocketAddr>,
    pub(crate) console: Option<SocketAddr>,
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
            console: None,
            clock,
            log: "error",
        }
    }
}

/// Services at work in this process.
pub(crate) struct Running {
    pub(crate) extraction: Option<SocketAddr>,
    pub(crate) invoicing: Option<SocketAddr>,
    pub(crate) console: Option<SocketAddr>,
    pub(crate) keys: Keys,
    pub(crate) credentials: Credentials,
    /// None where nothing of it has one: the console asks the services.
    database: Option<Database>,
    clock: Clock,
    environment: Environment,
    drain: Duration,
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
        let console = bound(orders.console).await?;
        // The console alone asks others.
        let stores = extraction.is_some() || invoicing.is_some() || console.is_none();
        let keys = Keys::load_or_create(&settings.keys).map_err(refused)?;
        let credentials = Credentials::load(&settings.keys).map_err(refused)?;
        let mut running = Self {
            extraction: extraction.as_ref().map(Bound::address),
            invoicing: invoicing.as_ref().map(Bound::address),
            console: None,
            keys,
            credentials,
            database: match stores {
                true => Some(Database::open(&settings.database).await.map_err(broken)?),
                false => None,
            },
            clock: orders.clock,
            environment,
            drain: settings.drain,
            token,
            tasks: JoinSet::new(),
        };
        match running.launch(extraction, invoicing, console).await {
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
        console: Option<Bound>,
    ) -> Result<(), Failure> {
        if let Some(bound) = invoicing {
            let pool = self
                .pool(invoicing::DATABASE, &invoicing::store::MIGRATIONS)
                .await?;
            let own = invoicing::settings::Settings::read(&self.environment).map_err(refused)?;
            let service = Invoicing::new(pool, self.clock.clone()).retiring(own.retiring);
            let (keys, token) = (self.keys.clone(), self.token.clone());
            let serving = invoicing::serve(service, bound, keys, token, self.drain);
            self.tasks.spawn(async { serving.await.map_err(broken) });
        }
        if let Some(bound) = extraction {
            let mut own = extraction::settings::Settings::read(&self.environment).map_err(refused)?;
            if let Some(address) = self.invoicing {
                own.invoicing = endpoint(address)?;
            }
            let means = Means {
                pool: self.pool("extraction", &extraction::MIGRATIONS).await?,
                keys: self.keys.clone(),
                service_key: Secret::new(self.credentials.service.clone()),
                clock: self.clock.clone(),
            };
            let serving = extraction::serve(own, means, bound, self.token.clone(), self.drain);
            self.tasks.spawn(async { serving.await.map_err(broken) });
        }
        match console {
            Some(bound) => self.open_console(bound, Vec::new()),
            None => Ok(()),
        }
    }

    /// Opens the console at an address; the people of a demonstration sign in there with one click.
    pub(crate) fn open_console(&mut self, bound: Bound, demo: Vec<DemoPerson>) -> Result<(), Failure> {
        let mut own = console::settings::Settings::read(&self.environment).map_err(refused)?;
        if let Some(address) = self.extraction {
            own.extraction = console::settings::service_at(endpoint(address)?);
        }
        if let Some(address) = self.invoicing {
            own.invoicing = console::settings::service_at(endpoint(address)?);
        }
        let means = console::Means {
            clock: self.clock.clone(),
            demo,
        };
        self.console = Some(bound.address());
        let serving = console::serve(own, means, bound, self.token.clone(), self.drain);
        self.tasks.spawn(async { serving.await.map_err(broken) });
        Ok(())
    }

    async fn pool(
        &self,
        service: &str,
        migrations: &sqlx::migrate::Migrator,
    ) -> Result<sqlx::PgPool, Failure> {
        let database = self
            .database
            .as_ref()
            .ok_or_else(|| broken("no PostgreSQL was opened"))?;
        database.service_pool(service, migrations).await.map_err(broken)
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
        if let Some(database) = self.database {
            database.close().await;
        }
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

    /// Connections of one's own to what the extraction service stores.
    pub(crate) async fn extraction_store(&self) -> Result<sqlx::PgPool, Failure> {
        self.pool("extraction", &extraction::MIGRATIONS).await
    }

    /// Where a private cluster keeps its files; none with `DATABASE_URL`.
    pub(crate) fn cluster(&self) -> Option<PathBuf> {
        self.database.as_ref().and_then(Database::folder)
    }

    /// A key for somebody new of a tenant.
    pub(crate) fn issue(&self, name: &str, role: Role, tenant: uuid::Uuid) -> Result<String, Failure> {
        self.keys.issue(name, role, tenant).map_err(refused)
    }
}

fn endpoint(address: SocketAddr) -> Result<Endpoint, Failure> {
    Endpoint::from_shared(format!("http://{address}")).map_err(broken)
}

pub(crate) async fn bound(address: Option<SocketAddr>) -> Result<Option<Bound>, Failure> {
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
