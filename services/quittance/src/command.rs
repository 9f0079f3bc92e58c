//! What a person can type.

mod bench;
mod bill;
mod cash;
mod contract;
mod invoice;
mod usage;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use rust_decimal::Decimal;

pub(crate) use bench::{
    Bench, BenchBill, BenchCrash, BenchCrashUsage, BenchPages, BenchUsage, BenchUsageOrders, Ids,
};
pub(crate) use bill::{Arrange, Bill, Grace, Invoices, Turn};
pub(crate) use cash::Cash;
pub(crate) use contract::Contract;
pub(crate) use invoice::{Invoice, Settle};
pub(crate) use usage::{Alert, AlertEvery, AlertMeasure, SetAlert, Usage};

/// A signed contract goes in; every term is tied to the words that say it; a person approves; from then on it bills
/// itself, and every cent can be asked why.
#[derive(Debug, Parser)]
#[command(name = "quittance", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Print JSON instead of tables.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) services: ServiceOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the services are, and who is asking.
#[derive(Debug, Args)]
pub(crate) struct ServiceOptions {
    /// Address of the extraction service.
    #[arg(
        long,
        global = true,
        env = "QUITTANCE_EXTRACTION_URL",
        default_value = "http://127.0.0.1:7001"
    )]
    pub(crate) extraction_url: String,
    /// Address of the invoicing service.
    #[arg(
        long,
        global = true,
        env = "QUITTANCE_INVOICING_URL",
        default_value = "http://127.0.0.1:7002"
    )]
    pub(crate) invoicing_url: String,
    /// The key that says who is asking; the administrator's of the installation in this folder if absent.
    #[arg(long, global = true, env = "QUITTANCE_API_KEY", hide_env_values = true)]
    pub(crate) key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start everything, read the sample contracts, approve them, bill a year and show every cent's working.
    Demo(Demo),
    /// Run the services until Ctrl-C or SIGTERM.
    Serve(Serve),
    /// Read contracts of your own: terms with page, quote and flags. Needs no server and no database.
    Read(Read),
    /// Read contracts whose terms are known and say how well: items, fields, evidence, flags, invoices, silent errors.
    Eval(Eval),
    /// Upload, review and approve contracts.
    #[command(subcommand)]
    Contract(Contract),
    /// Report what was used.
    #[command(subcommand)]
    Usage(Usage),
    /// Change how many seats a customer has.
    #[command(subcommand)]
    Seats(Seats),
    /// Report a milestone complete.
    #[command(subcommand)]
    Milestone(Milestone),
    /// End an agreement early, give notice, or take either back.
    #[command(subcommand)]
    Plan(Plan),
    /// Record published index values.
    #[command(subcommand)]
    Index(Index),
    /// Bill what is due, or look at it first.
    #[command(subcommand)]
    Bill(Bill),
    /// Look at invoices and ask any line why.
    #[command(subcommand)]
    Invoice(Invoice),
    /// Apply, move or pay back money that came in and settles no invoice, or the wrong one.
    #[command(subcommand)]
    Cash(Cash),
    /// Compare what was invoiced elsewhere with what the terms say.
    #[command(subcommand)]
    Audit(Audit),
    /// Make keys for people and programs.
    #[command(subcommand)]
    Key(Key),
    /// Measure how fast this machine works, in a private database that is gone afterwards.
    #[command(subcommand)]
    Bench(Bench),
    /// Reads one document from standard input in a limited process; the services call it.
    #[command(hide = true)]
    ReadDocument,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Compare with the samples' expected invoices, print one summary line, and end.
    #[arg(long)]
    pub(crate) check: bool,
    /// The folder of stories.
    #[arg(long, default_value = "samples")]
    pub(crate) samples: PathBuf,
    /// Where the console listens once the story is told; any free port where another program is there.
    #[arg(long, env = "QUITTANCE_CONSOLE_ADDRESS", default_value = "127.0.0.1:7003")]
    pub(crate) console_address: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// One of them alone; all if absent.
    pub(crate) only: Option<Service>,
    /// Where the extraction service listens; port 0 takes any free one and says which.
    #[arg(long, env = "QUITTANCE_EXTRACTION_ADDRESS", default_value = "127.0.0.1:7001")]
    pub(crate) extraction_address: SocketAddr,
    /// Where the invoicing service listens; port 0 takes any free one and says which.
    #[arg(long, env = "QUITTANCE_INVOICING_ADDRESS", default_value = "127.0.0.1:7002")]
    pub(crate) invoicing_address: SocketAddr,
    /// Where the console listens, the pages for people; port 0 takes any free one and says which.
    #[arg(long, env = "QUITTANCE_CONSOLE_ADDRESS", default_value = "127.0.0.1:7003")]
    pub(crate) console_address: SocketAddr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    Extraction,
    Invoicing,
    Console,
}

#[derive(Debug, Args)]
pub(crate) struct Read {
    /// Contract files: PDF, DOCX, XLSX, CSV, HTML, e-mail, text, or a ZIP of the papers of one contract.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// They are the papers of one contract: an agreement with its order form, work and amendments.
    #[arg(long)]
    pub(crate) together: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Holds `NAME.golden.json` beside `NAME.pdf` (or DOCX, HTML, EML, TXT, or a folder of them).
    pub(crate) folder: PathBuf,
    /// Who reads.
    #[arg(long, value_enum, default_value = "rules")]
    pub(crate) reader: ReaderName,
    /// Write a page with every miss beside its clause to this file.
    #[arg(long)]
    pub(crate) html: Option<PathBuf>,
    /// A report of an earlier run with `--json`: refused (exit code 2) where any figure became worse.
    #[arg(long)]
    pub(crate) baseline: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReaderName {
    /// The rules alone; the model is not asked.
    Rules,
    /// The model alone.
    Model,
    /// Both, reconciled as in service.
    Both,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Seats {
    /// Set the number of seats from a day on.
    Set {
        /// The plan's hash, or the start of it.
        plan: String,
        /// The charge's id.
        charge: String,
        /// How many from then on.
        quantity: Decimal,
        /// The first day with that many.
        #[arg(long)]
        from: Date,
        /// Why; kept for ever.
        #[arg(long, default_value = "reported")]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Milestone {
    /// Report it complete.
    Complete {
        /// The plan's hash, or the start of it.
        plan: String,
        /// The milestone's id.
        milestone: String,
        /// The day it was reached.
        #[arg(long)]
        on: Date,
        /// What shows it: a certificate, who signed, where it is kept.
        #[arg(long)]
        evidence: String,
    },
    /// Report it delivered; the customer accepts it in writing, or by silence for as long as the contract says.
    Deliver {
        /// The plan's hash, or the start of it.
        plan: String,
        /// The milestone's id.
        milestone: String,
        /// The day of the delivery.
        #[arg(long)]
        on: Date,
        /// What shows it, and where that is kept.
        #[arg(long)]
        evidence: String,
    },
    /// Report that the customer rejected what was delivered; the next delivery begins anew.
    Reject {
        /// The plan's hash, or the start of it.
        plan: String,
        /// The milestone's id.
        milestone: String,
        /// The day of the rejection.
        #[arg(long)]
        on: Date,
        /// What shows it, and where that is kept.
        #[arg(long)]
        evidence: String,
    },
    /// Take back a report that was a mistake; the next run gives back what was billed for it.
    Withdraw {
        /// The plan's hash, or the start of it.
        plan: String,
        /// The id that `complete`, `deliver` or `reject` answered.
        id: String,
        /// The day it is taken back.
        #[arg(long)]
        on: Date,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// End it early; the last day is still billed.
    Terminate {
        /// The plan's hash, or the start of it.
        plan: String,
        /// The last day served.
        #[arg(long)]
        last_day: Date,
        /// Give back what was paid for later days, as the contract says.
        #[arg(long)]
        refund_unused: bool,
        /// The notice, clause or agreement it rests on; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// Give notice that it will not renew.
    Notice {
        /// The plan's hash, or the start of it.
        plan: String,
        /// The day the notice was given.
        #[arg(long)]
        given: Date,
        /// Who gave it, and where it is kept.
        #[arg(long)]
        reason: String,
    },
    /// Terms that follow by themselves: those that were decided, and until when notice stops the next one.
    Renewals {
        /// Only this account's.
        #[arg(long, default_value = "")]
        account: String,
        /// Only those that notice can still stop, the soonest first.
        #[arg(long)]
        open: bool,
    },
    /// Take a termination or notice back.
    WithdrawEnding {
        /// The plan's hash, or the start of it.
        plan: String,
        /// The id that `terminate` or `notice` answered.
        id: String,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Index {
    /// Record the value of a month; prices that follow the series take it up with the next run.
    Publish {
        /// The series, as the plans name it.
        series: String,
        /// Any day of the reference month.
        month: Date,
        /// The value.
        value: Decimal,
        /// Where it was published.
        #[arg(long)]
        publication: String,
        /// It revises a value that is recorded for the month.
        #[arg(long)]
        revises: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Every difference in money between the terms and past invoices, with the clause. Past usage comes first, by
    /// `usage load`.
    Leakage {
        /// Past invoice lines: a CSV file with the columns account,charge,from,until,currency,amount (before tax).
        #[arg(long)]
        invoices: PathBuf,
        /// Everything dated up to and including this day.
        #[arg(long)]
        through: Date,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a key; it is shown once.
    Issue {
        /// The caller's name, as the audit log shows it.
        name: String,
        /// What the caller may do.
        role: RoleName,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    Uploader,
    Reviewer,
    Approver,
    Finance,
    Admin,
    Service,
}
