//! What a person can ask of an invoice.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;
use rust_decimal::Decimal;

#[derive(Debug, Subcommand)]
pub(crate) enum Invoice {
    /// Issued invoices, oldest first.
    List {
        /// Only this account's.
        #[arg(long)]
        account: Option<String>,
    },
    /// One invoice with its lines.
    Show {
        /// Its number.
        number: String,
    },
    /// Why this cent: working, facts and clause of each line.
    Explain {
        /// The invoice's number.
        number: String,
        /// Only this line, counted from 1.
        #[arg(long)]
        line: Option<usize>,
    },
    /// Write an invoice with everything it was computed from into one file.
    Export {
        /// Its number.
        number: String,
        /// The file; NUMBER.json if absent.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Recompute an exported invoice, with no server and no database; exit code 2 when anything differs.
    Replay {
        /// The file that `export` wrote.
        file: PathBuf,
    },
    #[command(flatten)]
    Settle(Settle),
}

/// What becomes of an invoice.
#[derive(Debug, Subcommand)]
pub(crate) enum Settle {
    /// Record that money came in for it; paid early, what the contract grants is taken off.
    Pay {
        /// Its number.
        number: String,
        /// How much, in its currency.
        amount: Decimal,
        /// The day the money came in.
        #[arg(long)]
        on: Date,
        /// As the bank statement or the payment provider has it.
        #[arg(long)]
        reference: String,
        /// A name of the payment's own; one is made up if absent.
        #[arg(long)]
        id: Option<String>,
    },
    /// Take back a payment that bounced or was a mistake.
    ReturnPayment {
        /// The id that `pay` answered.
        id: String,
        /// The day it is taken back.
        #[arg(long)]
        on: Date,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// Take the whole of it back by a credit note; the next run bills what the terms and facts then say.
    Void {
        /// Its number.
        number: String,
        /// Date of the credit note; today if absent.
        #[arg(long)]
        on: Option<Date>,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// Charge the late fees that the contract allows; the next run bills them for each month overdue.
    ChargeLateFees {
        /// Its number.
        number: String,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// Charge no late fees (any more); the next run gives back what was billed.
    WaiveLateFees {
        /// Its number.
        number: String,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// Give up what is owed of it.
    WriteOff {
        /// Its number.
        number: String,
        /// The day; today if absent.
        #[arg(long)]
        on: Option<Date>,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
}
