//! What a person can do with money that came in.

use clap::Subcommand;
use jiff::civil::Date;
use rust_decimal::Decimal;

#[derive(Debug, Subcommand)]
pub(crate) enum Cash {
    /// Payments of which something settles no invoice.
    List {
        /// Only this account's.
        #[arg(long, default_value = "")]
        account: String,
    },
    /// Take cash off an invoice, apply what is unapplied to one, or move it from one to another.
    Move {
        /// Id of the payment, as `invoice pay` answered it.
        payment: String,
        /// The invoice it is taken off; what is unapplied is used if absent.
        #[arg(long, default_value = "", required_unless_present = "to")]
        from: String,
        /// The invoice it is applied to; it stays unapplied if absent.
        #[arg(long, default_value = "")]
        to: String,
        /// How much; as much as there is and is owed if absent.
        #[arg(long)]
        amount: Option<Decimal>,
        /// The day from which it counts; today if absent.
        #[arg(long)]
        on: Option<Date>,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// Pay back what settles no invoice.
    Refund {
        /// Id of the payment, as `invoice pay` answered it.
        payment: String,
        /// How much; all that is unapplied if absent.
        #[arg(long)]
        amount: Option<Decimal>,
        /// The day; today if absent.
        #[arg(long)]
        on: Option<Date>,
        /// Where it went and why; kept for ever.
        #[arg(long)]
        reason: String,
    },
}
