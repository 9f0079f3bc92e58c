//! What a person can do about usage.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use rust_decimal::Decimal;

#[derive(Debug, Subcommand)]
pub(crate) enum Usage {
    /// Load a file of usage: CSV with the columns source,id,account,meter,time,value, Parquet (.parquet) with the same columns,
    /// or one JSON object a line with the same fields (.ndjson, .jsonl). `corrects` names an event of the same source whose
    /// place a row takes; further columns, or the fields of `dimensions`, are dimensions. In Parquet, times are moments in
    /// UTC and numbers decimals or whole: floating point is refused. Broken off and started again, it goes on where it was.
    Load {
        /// The file.
        file: PathBuf,
        /// Where rows that were not taken are written, each with why; beside the file if absent.
        #[arg(long)]
        rejected: Option<PathBuf>,
        /// A name under which the file's events can be taken back together.
        #[arg(long, default_value = "")]
        backfill: String,
    },
    /// List what is stored and counts as soon as a plan knows its account and meter.
    Waiting,
    /// List events that were refused because another event has their name, each beside that one.
    Conflicts {
        /// Only this source's.
        #[arg(long, default_value = "")]
        source: String,
    },
    /// Take back everything that came with a backfill.
    Reverse {
        /// Its name.
        backfill: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// How an account stands at this moment: what its meters show, what is left of its credits, its bill so far.
    SoFar {
        /// The account.
        account: String,
        /// Show it again whenever it changes, until Ctrl-C.
        #[arg(long)]
        watch: bool,
    },
    /// List the months in which anything was used, and which of them are in files.
    Months,
    /// Write every event of a month to a new CSV file, and take the month off if that is wanted.
    Archive {
        /// The month in UTC: 2026-01.
        month: String,
        /// The file.
        #[arg(long)]
        out: PathBuf,
        /// Keep the events in the file alone. Names and totals stay: nothing counts twice, bills stay as they are.
        #[arg(long)]
        retire: bool,
    },
    /// Read a month back from its file, for whatever needs its single events.
    Restore {
        /// The month in UTC: 2026-01.
        month: String,
        /// The file that `archive` wrote.
        file: PathBuf,
    },
    /// Watch an amount, or stop watching it.
    #[command(subcommand)]
    Alert(Alert),
    /// List the amounts that are watched, and what passed them.
    Alerts {
        /// Only this account's.
        #[arg(long, default_value = "")]
        account: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Alert {
    /// Watch an amount of a meter, or of the bill so far, in place of an alert of the same name.
    Set(SetAlert),
    /// Watch it no longer; what passed it stays listed.
    Remove {
        /// The alert's name.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SetAlert {
    /// A name by which it is found.
    pub(crate) name: String,
    /// The account.
    pub(crate) account: String,
    /// What has to be reached.
    pub(crate) amount: Decimal,
    /// The meter to watch; the bill so far (before tax) if absent.
    #[arg(long, default_value = "", required_unless_present = "currency")]
    pub(crate) meter: String,
    /// What of the meter, where its plan does not say.
    #[arg(long, value_enum, requires = "meter")]
    pub(crate) measure: Option<AlertMeasure>,
    /// The currency of the bill.
    #[arg(long, default_value = "", conflicts_with = "meter")]
    pub(crate) currency: String,
    /// How often it begins anew.
    #[arg(long, value_enum, default_value = "month")]
    pub(crate) every: AlertEvery,
    /// Invoice what is due, and the usage so far with it, when it is passed.
    #[arg(long)]
    pub(crate) invoice: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlertMeasure {
    Sum,
    Count,
    Max,
    Unique,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlertEvery {
    Day,
    Month,
    Year,
}
