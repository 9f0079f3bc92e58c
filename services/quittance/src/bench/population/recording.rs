//! Recording the population, through the door that every client uses.

use tokio::task::JoinSet;
use wire::invoicing::v1::UsageEvent;

use crate::connection::{Invoicing, Services};
use crate::failure::Failure;
use crate::printing::progress;
use crate::usage::record;

/// Clients that record contracts and facts beside each other.
const CLIENTS: u32 = 8;
/// Events in one request.
const EVENTS: usize = 2000;

/// Registers every contract and records its usage through a month, by several clients, each with its share.
pub(in crate::bench) async fn record_all(
    services: &Services,
    contracts: u32,
    months: u8,
) -> Result<(), Failure> {
    let bar = progress(contracts.into(), "recording contracts");
    let mut clients = JoinSet::new();
    for first in 0..CLIENTS {
        let (client, bar) = (services.invoicing().await?, bar.clone());
        let share = (first..contracts).step_by(usize::try_from(CLIENTS).unwrap_or(1));
        clients.spawn(record_share(client, share.collect(), months, bar));
    }
    while let Some(done) = clients.join_next().await {
        done.map_err(|panic| Failure::broken(panic.to_string()))??;
    }
    bar.finish_and_clear();
    Ok(())
}

async fn record_share(
    mut client: Invoicing,
    share: Vec<u32>,
    months: u8,
    bar: indicatif::ProgressBar,
) -> Result<(), Failure> {
    let mut events: Vec<UsageEvent> = Vec::new();
    for number in share {
        client.register_plan(super::registration(number)?).await?;
        for month in 1..=months {
            events.extend(super::usage(number, month)?);
        }
        if events.len() >= EVENTS {
            record(&mut client, std::mem::take(&mut events)).await?;
        }
        bar.inc(1);
    }
    if !events.is_empty() {
        record(&mut client, events).await?;
    }
    Ok(())
}
