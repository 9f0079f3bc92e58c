//! How an account stands at this moment, once or whenever it changes.

use std::pin::Pin;
use std::time::Duration;

use futures::Stream;
use pricing::money::Currency;
use runtime::rejection;
use runtime::tenancy::begin_looking_as;
use tokio::time::{sleep, timeout};
use tonic::Status;
use wire::invoicing::v1::{
    self, AgreementSoFar, CreditBalance, GetUsageSoFarRequest, GetUsageSoFarResponse, RunningTotal,
    UsageSoFar, WatchUsageRequest, WatchUsageResponse,
};

use super::messages::{money, timestamp};
use super::{database, usage};
use crate::Invoicing;
use crate::author::Author;
use crate::billing_run::{self, Running, SoFar};

/// What whoever watches receives.
pub(super) type Changes = Pin<Box<dyn Stream<Item = Result<WatchUsageResponse, Status>> + Send>>;

/// Nobody hears of changes more often.
const BETWEEN_CHANGES: Duration = Duration::from_millis(100);
/// What another service wrote, a run billed or a plan changed is seen by looking.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1500);

pub(super) async fn get(
    service: &Invoicing,
    author: &Author,
    request: GetUsageSoFarRequest,
) -> Result<GetUsageSoFarResponse, Status> {
    let agreements = look(service, author, &request.account).await?;
    Ok(GetUsageSoFarResponse {
        so_far: Some(so_far(author, agreements)),
    })
}

/// How an account stands, and again after each change.
pub(super) fn watch(service: Invoicing, author: Author, request: WatchUsageRequest) -> Changes {
    let mut written = service.signals.listen(author.tenant());
    Box::pin(async_stream::try_stream! {
        let mut last = None;
        while !service.ending.is_cancelled() {
            written.mark_unchanged();
            let now = Author { at: service.clock.now(), ..author.clone() };
            let agreements = look(&service, &now, &request.account).await?;
            if last.as_ref() != Some(&agreements) {
                last = Some(agreements.clone());
                yield WatchUsageResponse { so_far: Some(so_far(&now, agreements)) };
            }
            sleep(BETWEEN_CHANGES).await;
            tokio::select! {
                () = service.ending.cancelled() => {}
                // Whether usage was written or it is time to look makes no difference.
                _ = timeout(BETWEEN_LOOKS, written.changed()) => {}
            }
        }
    })
}

fn so_far(author: &Author, agreements: Vec<AgreementSoFar>) -> UsageSoFar {
    UsageSoFar {
        as_of: Some(timestamp(author.at)),
        agreements,
    }
}

async fn look(service: &Invoicing, author: &Author, account: &str) -> Result<Vec<AgreementSoFar>, Status> {
    let failed = database("looking at usage so far");
    let mut transaction = begin_looking_as(&service.pool, &author.caller)
        .await
        .map_err(&failed)?;
    let stand = billing_run::look(&mut transaction, author.tenant(), account, author.at).await?;
    if stand.is_empty() {
        let sentence = format!("no plan is registered for the account `{account}`: check how it is spelled");
        return Err(rejection::not_found("UNKNOWN_ACCOUNT", sentence));
    }
    Ok(stand.into_iter().map(agreement).collect())
}

fn agreement(stand: SoFar) -> AgreementSoFar {
    let currency = stand.currency;
    let pools = stand.pools.into_iter().map(|pool| CreditBalance {
        pool: pool.pool,
        balance: pool.balance.normalize().to_string(),
    });
    let (bill, not_billable) = match stand.bill {
        Ok(bill) => (Some(message(bill, currency)), String::new()),
        Err(error) => (None, error.to_string()),
    };
    AgreementSoFar {
        plan: stand.agreement,
        day: stand.day.to_string(),
        totals: stand.running.into_iter().map(total).collect(),
        credits: pools.collect(),
        bill,
        not_billable,
    }
}

fn message(bill: billing_run::Bill, currency: Currency) -> v1::BillSoFar {
    v1::BillSoFar {
        currency: currency.code().to_owned(),
        net: money(bill.net, currency),
        total: money(bill.total, currency),
    }
}

fn total(running: Running) -> RunningTotal {
    RunningTotal {
        meter: running.meter,
        from: running.period.start().to_string(),
        until: running.period.end().to_string(),
        quantity: running.quantity.map(usage::quantity),
    }
}
