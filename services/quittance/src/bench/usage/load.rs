//! Sends the set over several connections, and probes beside it how soon an acknowledged event is in its total.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wire::invoicing::v1::{GetUsageRequest, GetUsageResponse};

use super::set::{self, Set};
use crate::bench::Stage;
use crate::command::{BenchUsage, Ids};
use crate::connection::{Invoicing, Services};
use crate::failure::Failure;
use crate::usage::{check, record};

/// What the client saw.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub(super) accepted: u64,
    pub(super) duplicates: u64,
    pub(super) took: Duration,
    /// Events that the probe sent.
    pub(super) probes: u64,
    /// The longest time from an acknowledgement until a total held its event; 0 where the first look showed it.
    pub(super) lag: Duration,
    acknowledged: Vec<Duration>,
    read: Vec<Duration>,
}

impl Load {
    pub(super) fn events_per_second(&self) -> u64 {
        let microseconds = self.took.as_micros().max(1);
        let events = u128::from(self.accepted.saturating_add(self.duplicates));
        u64::try_from(events.saturating_mul(1_000_000) / microseconds).unwrap_or(u64::MAX)
    }

    /// Within which time so many of a hundred batches were acknowledged.
    pub(super) fn acknowledged_within(&self, percent: usize) -> Duration {
        nearest_rank(&self.acknowledged, percent)
    }

    /// Within which time so many of a hundred totals were read.
    pub(super) fn read_within(&self, percent: usize) -> Duration {
        nearest_rank(&self.read, percent)
    }
}

fn nearest_rank(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    let rank = times.len().saturating_mul(percent).div_ceil(100);
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// Threads of the clients' own. Elsewhere clients are other programs: on the service's threads they would hold up what it
/// has to do at once behind what they have to do next.
struct Clients(Option<Runtime>);

impl Clients {
    fn new() -> Result<Self, Failure> {
        let runtime = Builder::new_multi_thread()
            .enable_all()
            .worker_threads(2)
            .build()?;
        Ok(Self(Some(runtime)))
    }

    fn handle(&self) -> Result<&Handle, Failure> {
        let runtime = self.0.as_ref().map(Runtime::handle);
        runtime.ok_or_else(|| Failure::broken("the clients' threads have ended"))
    }
}

impl Drop for Clients {
    /// Without waiting for them, which no thread that serves tasks may do.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Sends everything; ends when the last batch is acknowledged.
pub(super) async fn drive(stage: &Stage, set: Set, command: &BenchUsage) -> Result<Load, Failure> {
    let round = Arc::new(Round {
        set,
        next: AtomicU64::new(0),
        batch: command.batch.max(1),
        rate: command.rate,
        began: Instant::now(),
    });
    let clients = Clients::new()?;
    let mut senders = JoinSet::new();
    for _ in 0..command.connections.max(1) {
        let sender = send(stage.services(), round.clone());
        senders.spawn_on(sender, clients.handle()?);
    }
    let done = CancellationToken::new();
    let probe = clients.handle()?.spawn(probe(stage.services(), done.clone()));
    let mut load = Load::default();
    while let Some(sent) = senders.join_next().await {
        let sent = sent.map_err(|panic| Failure::broken(panic.to_string()))??;
        load.accepted += sent.accepted;
        load.duplicates += sent.duplicates;
        load.acknowledged.extend(sent.acknowledged);
    }
    load.took = round.began.elapsed();
    done.cancel();
    let probed = probe
        .await
        .map_err(|panic| Failure::broken(panic.to_string()))??;
    Ok(Load {
        probes: probed.probes,
        lag: probed.lag,
        read: probed.read,
        ..load
    })
}

/// One run through the set, shared by those who send it.
struct Round {
    set: Set,
    next: AtomicU64,
    batch: u64,
    /// Events a second; as fast as they are taken if absent.
    rate: Option<u64>,
    began: Instant,
}

impl Round {
    /// The first delivery of a batch that nobody sends yet.
    fn take(&self) -> Option<u64> {
        let first = self.next.fetch_add(self.batch, Ordering::Relaxed);
        (first < self.set.deliveries()).then_some(first)
    }

    /// Waits until a batch is due, and says when it was: one that could not be sent in time counts as waiting.
    async fn due(&self, first: u64) -> Instant {
        let Some(rate) = self.rate else {
            return Instant::now();
        };
        let due = self.began + Duration::from_micros(first.saturating_mul(1_000_000) / rate.max(1));
        tokio::time::sleep_until(due.into()).await;
        due
    }
}

async fn send(services: Services, round: Arc<Round>) -> Result<Load, Failure> {
    let mut invoicing = services.invoicing().await?;
    let mut load = Load::default();
    while let Some(first) = round.take() {
        let due = round.due(first).await;
        let last = first.saturating_add(round.batch).min(round.set.deliveries());
        let events = (first..last)
            .map(|delivery| round.set.delivery(delivery))
            .collect();
        let sent = if round.rate.is_some() { due } else { Instant::now() };
        let answer = record(&mut invoicing, events).await?;
        load.acknowledged.push(sent.elapsed());
        check(&answer)?;
        load.accepted += answer.accepted;
        load.duplicates += answer.duplicates;
    }
    Ok(load)
}

const BETWEEN_PROBES: Duration = Duration::from_millis(50);

async fn probe(services: Services, done: CancellationToken) -> Result<Load, Failure> {
    let mut invoicing = services.invoicing().await?;
    let mut load = Load::default();
    while !done.is_cancelled() {
        let mut event = Set::new(1, 1, Ids::Ordered).delivery(0);
        event.source = "probe".to_owned();
        event.account = set::PROBE.to_owned();
        event.id = load.probes.to_string();
        event.value = "1".to_owned();
        check(&record(&mut invoicing, vec![event]).await?)?;
        load.probes += 1;
        let acknowledged = Instant::now();
        let mut looks = 0;
        while looks == 0 || total(&mut invoicing, &mut load.read).await? < load.probes {
            if looks > 0 {
                load.lag = load.lag.max(acknowledged.elapsed());
            }
            looks += 1;
        }
        tokio::time::sleep(BETWEEN_PROBES).await;
    }
    Ok(load)
}

/// How many events the probe's total of the month holds.
async fn total(invoicing: &mut Invoicing, times: &mut Vec<Duration>) -> Result<u64, Failure> {
    let answer = read(invoicing, set::PROBE.to_owned(), false, times).await?;
    Ok(answer.quantities.first().map_or(0, |quantity| quantity.count))
}

/// Reads an account's total of the month, and notes how long that took.
async fn read(
    invoicing: &mut Invoicing,
    account: String,
    unique: bool,
    times: &mut Vec<Duration>,
) -> Result<GetUsageResponse, Failure> {
    let asked = Instant::now();
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let start = set::START;
    let request = GetUsageRequest {
        account,
        meter: set::METER.to_owned(),
        from: at(start),
        until: at(start.saturating_add(31 * 24 * 3600)),
        dimensions: Vec::new(),
        unique,
    };
    let answer = invoicing.get_usage(request).await?.into_inner();
    times.push(asked.elapsed());
    Ok(answer)
}

const QUIET_READS: usize = 1000;

/// How soon totals are read when nothing is written any more, each of another account: within which time so many of a
/// hundred.
pub(super) async fn quiet_reads(
    invoicing: &mut Invoicing,
    set: Set,
    unique: bool,
    percent: usize,
) -> Result<Duration, Failure> {
    let accounts: Vec<String> = set.accounts().collect();
    let mut times = Vec::new();
    for account in accounts.iter().cycle().take(QUIET_READS) {
        read(invoicing, account.clone(), unique, &mut times).await?;
    }
    Ok(nearest_rank(&times, percent))
}
