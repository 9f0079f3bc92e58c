//! `quittance bench`: how fast this machine does the work, asked through the doors every client uses.
//!
//! Everything happens in a private database in a folder of its own, whatever `DATABASE_URL` says, and is gone
//! afterwards. The data are made by counting, so two measurements measure the same work.

mod bill;
mod contracts;
mod crash;
mod crash_usage;
mod pages;
mod population;
mod usage;
mod usage_orders;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use runtime::caller::Role;
use runtime::clock::Clock;
use runtime::settings::Environment;
use tempfile::TempDir;

use crate::command::Bench;
use crate::connection::{Invoicing, Services};
use crate::failure::Failure;
use crate::printing::Output;
use crate::serve::{Orders, Running};

pub(crate) async fn run(command: &Bench, output: Output) -> Result<(), Failure> {
    match command {
        Bench::Bill(bill) => bill::run(bill, output).await,
        Bench::CrashUsage(crash) => crash_usage::run(crash, output).await,
        Bench::Usage(usage) => usage::run(usage, output).await,
        Bench::UsageOrders(orders) => usage_orders::run(orders, output).await,
        Bench::Crash(crash) => crash::run(crash, output).await,
        Bench::Pages(pages) => pages::run(pages, output).await,
    }
}

/// The invoicing service at work on a database that nothing else uses.
pub(crate) struct Stage {
    running: Running,
    services: Services,
    /// The company everything belongs to.
    tenant: uuid::Uuid,
    /// Holds the database's files; gone with the stage.
    _home: TempDir,
}

/// When the stage believes it is: after everything that happens on it.
const NOW: &str = "2026-01-01T08:00:00Z";

impl Stage {
    pub(crate) async fn set() -> Result<Self, Failure> {
        Self::set_with(None).await
    }

    /// With the other service as well, which knows who signs in on a console.
    async fn set_whole() -> Result<Self, Failure> {
        Self::set_with(Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).await
    }

    async fn set_with(extraction: Option<SocketAddr>) -> Result<Self, Failure> {
        let home = TempDir::new()?;
        let path = home.path().to_string_lossy();
        let environment = Environment::of_process()
            .with("QUITTANCE_HOME", path)
            .with("QUITTANCE_KEYS", "")
            .with("DATABASE_URL", "");
        let now = NOW
            .parse()
            .map_err(|error: jiff::Error| Failure::broken(error.to_string()))?;
        let orders = Orders {
            extraction,
            invoicing: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            console: None,
            clock: Clock::test(now).0,
            log: "error",
        };
        let running = Running::start_in(environment, orders).await?;
        let tenant = uuid::Uuid::new_v4();
        let key = running.issue("bench", Role::Admin, tenant)?;
        Ok(Self {
            tenant,
            services: running.with_key(key),
            running,
            _home: home,
        })
    }

    /// A client with a connection of its own, which may do everything.
    pub(crate) async fn client(&self) -> Result<Invoicing, Failure> {
        self.services.invoicing().await
    }

    /// The way to it for clients elsewhere.
    pub(crate) fn services(&self) -> Services {
        self.services.clone()
    }

    /// Somebody of a company that has nothing here yet, who may do everything there.
    pub(crate) fn newcomer(&self) -> Result<Services, Failure> {
        let key = self.running.issue("bench", Role::Admin, uuid::Uuid::new_v4())?;
        Ok(self.running.with_key(key))
    }

    /// Where the database keeps its files.
    pub(crate) fn cluster(&self) -> Option<PathBuf> {
        self.running.cluster()
    }

    /// Ends the service and its database.
    pub(crate) async fn strike(self) {
        self.running.stop().await;
    }
}

/// How many a second, of so many in some seconds.
#[expect(clippy::float_arithmetic, reason = "a measurement, not money")]
pub(crate) fn per_second(count: u32, seconds: f64) -> f64 {
    f64::from(count) / seconds
}

/// The middle of some measurements in order; the upper of the two middle ones where there is none.
pub(crate) fn median(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured.get(measured.len() / 2).copied().unwrap_or_default()
}

/// The most memory this process ever held, in MB of 10⁶ bytes; none where the system does not say (`/proc`).
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes.saturating_mul(1024) / 1_000_000)
}
