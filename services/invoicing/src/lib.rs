//! The invoicing service: approved plans and facts in, issued invoices out.
//!
//! **Owns** the registered plans and their versions (`registration`), the facts as they arrive (`usage`, `seats`,
//! `milestones`, `acceptance`, `endings`, `indices`), the renewals they come to (`renewals`), who pays (`arrangements`), the billing run (`billing_run`), billing by itself
//! (`automatic`) and the time it happens by (`clocks`), issued invoices with their journal and what becomes of them
//! (`settlement`), recomputing one from a file ([`replay`]), and the gRPC in front of it all (`grpc`), beside which usage
//! is taken over plain HTTP (`http`).
//!
//! **Does not own** what a plan comes to (`pricing`) or what is due when (`billing`): it asks them, once, for run, dry
//! run and preview alike. How a contract was read and approved is `extraction`'s.
//!
//! **Words that must not be confused.** An *agreement* is a contract over its whole life; a *version* is one content
//! hash of it, in force from a day on. A *first* line bills a service for the first time, a line that *restates* it
//! carries a difference. A *draft* is what a run would issue now: it is computed when somebody looks, never stored, so it
//! holds every fact; it waits for days of *grace*. An account is *parked* when a run could not bill it; the others were
//! billed. A *basis* is what a run computed invoices from, a *dossier* the file that carries one. An account is who is
//! billed; others may be its *payers*, and an invoice over several agreements is *collective*. A *ledger* account is
//! where the journal posts.
//!
//! **Always true.** Nothing issued is ever changed. No part of a charge is billed twice for one day: the database
//! refuses it. An invoice, its lines, its number, its journal entry and its audit row commit together or not at all, so
//! numbers have no gaps. A fact that was acknowledged is stored. A run repeated bills nothing.

mod acceptance;
pub mod archive;
mod arrangements;
mod author;
mod automatic;
mod billing_run;
mod clocks;
mod endings;
mod grpc;
mod http;
mod indices;
mod invoice;
mod milestones;
mod registration;
mod renewals;
pub mod replay;
mod seats;
pub mod settings;
mod settlement;
pub mod store;
mod usage;
mod workers;

use std::time::Duration;

use runtime::clock::Clock;
use runtime::keys::Keys;
use runtime::server::{Bound, MESSAGE_LIMIT, Server, ServerError};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use wire::invoicing::v1::invoicing_service_server::InvoicingServiceServer;

/// The name of the service's database, as [`runtime::database::Database::service_pool`] takes it; its tables are
/// [`store::MIGRATIONS`].
pub const DATABASE: &str = "invoicing";

/// The invoicing service over its database. Clones share it.
#[derive(Debug, Clone)]
pub struct Invoicing {
    pool: PgPool,
    clock: Clock,
    intake: usage::Intake,
    signals: usage::Signals,
    retiring: Option<settings::Retiring>,
    /// Calls that go on until the service ends end with it.
    ending: CancellationToken,
}

impl Invoicing {
    /// The service over the connections of its own database, whose tables are up to date. The clock says when something
    /// was recorded or issued, and what is billed by itself; otherwise what is due is asked for by date.
    #[must_use]
    pub fn new(pool: PgPool, clock: Clock) -> Self {
        let signals = usage::Signals::default();
        let intake = usage::Intake::new(pool.clone(), grpc::recording::word, signals.clone());
        Self {
            pool,
            clock,
            intake,
            signals,
            retiring: None,
            ending: CancellationToken::new(),
        }
    }

    /// The same service, which moves old usage into files where that is wanted.
    #[must_use]
    pub fn retiring(self, retiring: Option<settings::Retiring>) -> Self {
        Self { retiring, ..self }
    }

    /// Moves months of usage into files that are old enough, unless another service on the same database is doing that;
    /// answers how many went. [`serve`] sees to it every hour.
    pub async fn retire_old_usage(&self) -> Result<usize, RetiringError> {
        match &self.retiring {
            None => Ok(0),
            Some(retiring) => Ok(usage::retiring::turn(&self.pool, &self.clock, retiring).await?),
        }
    }

    /// Bills what is due now for those who are billed automatically, unless another service on the same database is doing
    /// that; answers how many accounts came due. [`serve`] sees to it every minute.
    pub async fn bill_what_is_due(&self) -> Result<usize, AutomaticError> {
        Ok(automatic::turn(&self.pool, &self.clock).await?)
    }

    /// The service as gRPC.
    #[must_use]
    pub fn into_server(self) -> InvoicingServiceServer<Self> {
        InvoicingServiceServer::new(self).max_decoding_message_size(MESSAGE_LIMIT)
    }
}

/// Serves until the token is cancelled, then gives the calls under way until `drain` has passed.
pub async fn serve(
    invoicing: Invoicing,
    bound: Bound,
    keys: Keys,
    token: CancellationToken,
    drain: Duration,
) -> Result<(), ServerError> {
    let invoicing = Invoicing {
        ending: token.clone(),
        ..invoicing
    };
    let (pool, clock) = (invoicing.pool.clone(), invoicing.clock.clone());
    let working = tokio::spawn(automatic::work(pool.clone(), clock.clone(), token.clone()));
    let months = tokio::spawn(usage::months::work(pool.clone(), clock.clone(), token.clone()));
    let retiring = invoicing.retiring.clone().map(|retiring| {
        let (pool, clock, token) = (pool.clone(), clock.clone(), token.clone());
        tokio::spawn(usage::retiring::work(pool, clock, retiring, token))
    });
    let signals = invoicing.signals.clone();
    let billing = tokio::spawn(usage::threshold::work(pool, clock, signals, token.clone()));
    let served = Server::on(bound, keys)
        .described_by(wire::DESCRIPTORS)
        .with_http(http::routes(invoicing.clone()).into())
        .with(invoicing.into_server())
        .serve(token, drain)
        .await;
    working.abort();
    billing.abort();
    months.abort();
    if let Some(retiring) = retiring {
        retiring.abort();
    }
    served
}

/// Automatic billing broke off. What was issued before stays issued; the next turn completes it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct AutomaticError(#[from] billing_run::RunError);

/// Old usage could not be looked up. What was moved into files before stays there; the next turn completes it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct RetiringError(#[from] sqlx::Error);
