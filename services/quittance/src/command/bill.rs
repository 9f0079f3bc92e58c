//! How a person bills, or has it done.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum Bill {
    /// Issue everything due through a day that is not billed yet.
    Run(BillOptions),
    /// The same without issuing anything.
    Preview(BillOptions),
    /// Whether accounts are billed by themselves, on the day in their contracts' time zones; says how it is set.
    Automatic {
        /// Turn it on or off; only shown if absent.
        turn: Option<Turn>,
        /// Days after its date on which an invoice is issued, so that late usage still comes in.
        #[arg(long, default_value_t = 0)]
        grace_days: u32,
    },
    /// What is due and not issued yet, and the day on which it issues itself.
    Drafts {
        /// Only this account's.
        #[arg(long, default_value = "")]
        account: String,
    },
    /// How long the drafts of an account or an issuer wait; says where they wait otherwise than `automatic` says.
    Grace(Grace),
    /// Who pays for an account and whether it gets one invoice for all that it pays; only shown if nothing is to change.
    Arrange(Arrange),
    /// For tests: say what time it is for an account from now on. It is billed by itself accordingly, and nobody else.
    AdvanceClock {
        /// The account; nothing was issued to it by the world's time.
        account: String,
        /// A day, or 2027-01-31T12:00:00Z; never before what the clock shows already.
        to: String,
    },
    /// What an amendment changes over its contract's whole life: invoices, cash and revenue, month by month.
    Diff {
        /// The amended plan as JSON; its `amends` names the plan it follows.
        file: PathBuf,
        /// Invoices dated up to and including this day; the whole life if absent.
        #[arg(long)]
        through: Option<Date>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Grace {
    /// The account whose drafts wait.
    #[arg(long, conflicts_with = "issuer")]
    pub(crate) account: Option<String>,
    /// The issuer whose drafts wait, as contracts name the provider.
    #[arg(long)]
    pub(crate) issuer: Option<String>,
    /// Days after its date on which a draft is issued; as `automatic` says again if absent.
    #[arg(long)]
    pub(crate) days: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Arrange {
    /// The account.
    pub(crate) account: String,
    /// One invoice a day for all that it pays, or one for each contract.
    #[arg(long, value_enum)]
    pub(crate) invoices: Option<Invoices>,
    /// Who pays, in place of those who did: `bank=66.7%` for a part of everything, `landlord=hosting,fee` for some
    /// charges, `parent=100%` for a parent. Once for each payer.
    #[arg(long = "payer", value_name = "ACCOUNT=WHAT")]
    pub(crate) payers: Vec<String>,
    /// As invoices address a payer that has no contract: `bank=First Bank of Larkfield`.
    #[arg(long = "customer", value_name = "ACCOUNT=NAME")]
    pub(crate) customers: Vec<String>,
    /// The account pays for itself again.
    #[arg(long, conflicts_with = "payers")]
    pub(crate) no_payers: bool,
    /// Why; kept for ever.
    #[arg(long, default_value = "arranged by hand")]
    pub(crate) reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Invoices {
    Collective,
    PerContract,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Turn {
    On,
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct BillOptions {
    /// Everything dated up to and including this day.
    #[arg(long)]
    pub(crate) through: Date,
    /// Only this account.
    #[arg(long)]
    pub(crate) account: Option<String>,
}
