//! `quittance bench crash-usage`: usage is sent while services and the database are killed at random moments.
//!
//! Two replicas of the service, each a process of its own, take usage on one private PostgreSQL. After random times one of
//! them gets SIGKILL and is started again, and now and then a server process of PostgreSQL does, which makes the database
//! recover from its log. Clients send a batch again until it is acknowledged. In the end every acknowledged event is there
//! once: in the totals and in the log itself.

mod senders;
mod verdict;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::time::sleep;

use super::crash::service::Service;
use super::crash::{Dice, Ground};
use super::usage::machine::backends;
use super::usage::register;
use super::usage::set::Set;
use crate::command::{BenchCrashUsage, Ids};
use crate::failure::Failure;
use crate::printing::{Output, progress};
use senders::Senders;
use verdict::Verdict;

/// Enough that the clients never run out of events.
const MOST_EVENTS: u64 = 100_000_000;
const ACCOUNTS: u64 = 20;
/// How long starting a service may fail: the database may be recovering, on a machine that is busy with it.
const PATIENCE: Duration = Duration::from_secs(180);
/// The longest time between two kills.
const LONGEST: Duration = Duration::from_millis(600);

/// What happened, and what is wrong with the totals.
#[derive(Debug, Serialize)]
struct Report {
    kills: u32,
    database_kills: u32,
    /// Of the killing alone.
    seconds: f64,
    /// Times that a batch had to be sent again.
    broken_off: u64,
    #[serde(flatten)]
    verdict: Verdict,
}

pub(super) async fn run(command: &BenchCrashUsage, output: Output) -> Result<(), Failure> {
    let ground = Ground::prepare().await?;
    let report = rehearse(&ground, command).await;
    ground.running.stop().await;
    let report = report?;
    output.show(|| serde_json::json!(report), || people(&report));
    if report.verdict.faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::refused("events are missing or there twice"))
    }
}

async fn rehearse(ground: &Ground, command: &BenchCrashUsage) -> Result<Report, Failure> {
    let home = ground.home.path();
    let mut replicas = [Service::start(home).await?, Service::start(home).await?];
    let key = &ground.disturbed;
    let set = Set::new(MOST_EVENTS, ACCOUNTS, Ids::Ordered);
    register(&mut replicas[0].asked_with(key).invoicing().await?, &set, false).await?;
    let doors = replicas.each_ref().map(|replica| replica.asked_with(key));
    let senders = Senders::start(set, doors, command.batch);
    let cluster = ground.running.cluster();
    let began = Instant::now();
    let dealt = deal(command, &mut replicas, key, &senders, cluster.as_deref()).await;
    let seconds = began.elapsed().as_secs_f64();
    let sent = senders.finish().await?;
    let database_kills = dealt?;
    let verdict = Verdict::of(&replicas[0].asked_with(key), set, sent.deliveries).await?;
    for replica in &mut replicas {
        replica.kill().await?;
    }
    Ok(Report {
        kills: command.kills,
        database_kills,
        seconds,
        broken_off: sent.broken_off,
        verdict,
    })
}

/// Deals the kills, those of the database evenly among them; answers how many of these struck.
async fn deal(
    command: &BenchCrashUsage,
    replicas: &mut [Service; 2],
    key: &str,
    senders: &Arc<Senders>,
    cluster: Option<&Path>,
) -> Result<u32, Failure> {
    let mut dice = Dice::seeded(command.seed);
    let all = command.kills.saturating_add(command.database_kills);
    let bar = progress(all.into(), "killing");
    let longest = u64::try_from(LONGEST.as_millis()).unwrap_or(u64::MAX);
    let (mut of_database, mut struck) = (0_u32, 0);
    for number in 0..all {
        sleep(Duration::from_millis(dice.roll(longest))).await;
        let due = u64::from(number)
            .saturating_add(1)
            .saturating_mul(command.database_kills.into());
        if due.checked_div(all.into()).unwrap_or_default() > of_database.into() {
            of_database = of_database.saturating_add(1);
            struck += u32::from(strike(cluster, &mut dice).await?);
        } else {
            let place = usize::from(dice.roll(2) == 1);
            if let Some(replica) = replicas.get_mut(place) {
                replica.kill().await?;
                *replica = started_again(replica).await?;
                senders.moved(place, replica.asked_with(key));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(struck)
}

/// A start in vain is tried again: the database may be recovering.
async fn started_again(replica: &Service) -> Result<Service, Failure> {
    let began = Instant::now();
    loop {
        match replica.restarted().await {
            Err(_) if began.elapsed() < PATIENCE => sleep(LONGEST).await,
            attempt => return attempt,
        }
    }
}

/// Kills a server process of the database; false where the system does not tell which there are.
async fn strike(cluster: Option<&Path>, dice: &mut Dice) -> Result<bool, Failure> {
    let backends = cluster.map(backends).unwrap_or_default();
    let place = dice.roll(u64::try_from(backends.len()).unwrap_or_default());
    let Some(victim) = usize::try_from(place).ok().and_then(|place| backends.get(place)) else {
        return Ok(false);
    };
    let mut kill = tokio::process::Command::new("kill");
    let status = kill.args(["-9", &victim.to_string()]).status().await?;
    Ok(status.success())
}

fn people(report: &Report) -> String {
    let Report {
        kills,
        database_kills,
        seconds,
        broken_off,
        verdict,
    } = report;
    let mut lines = vec![format!(
        "{} deliveries of {} events in {seconds:.1} s, services killed {kills} times and the database {database_kills} times; {broken_off} batches were sent again",
        verdict.deliveries, verdict.events
    )];
    if verdict.faults.is_empty() {
        lines.push("every acknowledged event is there once, in the totals and in the log".to_owned());
    }
    lines.extend(verdict.faults.iter().cloned());
    lines.join("\n")
}
