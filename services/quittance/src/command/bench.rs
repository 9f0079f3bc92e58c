//! What a person can have measured.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Billing runs, computed and stored: how many contracts a second.
    Bill(BenchBill),
    /// Usage: how many events a second are taken durably and exactly once, and whether the bill has them all.
    Usage(BenchUsage),
    /// The same usage in many orders, cut into batches of different sizes and delivered again in parts: always one bill.
    UsageOrders(BenchUsageOrders),
    /// The console's pages: how long each takes with many contracts and invoices stored.
    Pages(BenchPages),
    /// Bills while the service is killed at random moments (kill -9), and compares with a run that nobody disturbed.
    Crash(BenchCrash),
    /// Takes usage while two services and the database are killed at random moments, and counts each acknowledged event.
    CrashUsage(BenchCrashUsage),
}

#[derive(Debug, Args)]
pub(crate) struct BenchCrash {
    /// How many contracts, each with an account of its own.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) contracts: u32,
    /// How often the service is killed; months are billed until it was, at most a year.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) kills: u32,
    /// What the moments are drawn from.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct BenchCrashUsage {
    /// How often a service is killed.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) kills: u32,
    /// How often the database is as well.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub(crate) database_kills: u32,
    /// Events in one request.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=50_000))]
    pub(crate) batch: u64,
    /// What the moments are drawn from.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct BenchBill {
    /// How many contracts, each with an account of its own.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) contracts: u32,
    /// How many monthly runs are measured; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub(crate) runs: u8,
}

#[derive(Debug, Args)]
pub(crate) struct BenchPages {
    /// How many contracts, each with an account of its own.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(20..=1_000_000))]
    pub(crate) contracts: u32,
    /// How many months they are billed for before pages are asked.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=11))]
    pub(crate) months: u8,
    /// The folder of samples, whose contracts are handed in and then copied.
    #[arg(long, default_value = "samples")]
    pub(crate) samples: PathBuf,
    /// Refuse (exit code 2) where a page takes longer than 100 ms.
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchUsage {
    /// How many events are sent; one in a hundred is sent again, one in a hundred is days late.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub(crate) events: u64,
    /// How many accounts they belong to.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) accounts: u64,
    /// Events in one request.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=50_000))]
    pub(crate) batch: u64,
    /// Clients that send beside each other, each one request at a time.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub(crate) connections: u64,
    /// Events a second that are sent; as many as are taken if absent.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) rate: Option<u64>,
    /// How the source numbers its events.
    #[arg(long, value_enum, default_value = "ordered")]
    pub(crate) ids: Ids,
    /// Whether different values are counted as well.
    #[arg(long)]
    pub(crate) distinct: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchUsageOrders {
    /// How many events are delivered each time.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub(crate) events: u64,
    /// In how many orders; each is delivered in three sizes of batches and with three shares that come again.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) orders: u64,
    /// Each order with one size of batches and one share that comes again, another with each, in place of all nine.
    #[arg(long)]
    pub(crate) one_each: bool,
    /// No delivery begins after so many minutes.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) minutes: Option<u64>,
    /// What the orders are drawn from.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// How a source numbers its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ids {
    /// They grow with time, as counters and UUIDs of version 7 do.
    Ordered,
    /// They look thrown, as UUIDs of version 4 do.
    Random,
}
