//! What a contract should have produced through a day: every line, with its working and its facts.
//!
//! The order of the steps: the days in force → the charges by themselves, with the units that credits pay taken off →
//! charges that are a share of others → discounts over several charges → credits → commitments.

mod commitment;
mod discount;
mod holdback;
mod known;
mod once;
mod pool;
mod recurring;
mod seat;
mod share;
mod term;
mod usage;
mod windows;

use jiff::civil::Date;
use pricing::money::MoneyError;
use pricing::period::EmptyPeriod;
use pricing::plan::{Plan, Quantity, Schedule};
use pricing::rate::RateError;

use crate::credits::CreditError;
use crate::facts::Facts;
use crate::line::ExpectedLine;
use crate::meter::MeterError;
use crate::milestone::MilestoneError;
use crate::schedule::ScheduleError;
use known::Known;

pub use windows::{MeterWindow, windows};

/// Why the lines of a plan could not be computed. Nothing is billed for the plan until it is set right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BillingError {
    /// A date of a charge cannot be computed.
    #[error("{charge}: {fault}")]
    Schedule {
        /// Id of the charge, commitment or pool.
        charge: String,
        /// Why.
        fault: ScheduleError,
    },
    /// A line cannot be rated; the sentence names the charge.
    #[error(transparent)]
    Rate(#[from] RateError),
    /// Usage cannot be put together; the sentence names the meter.
    #[error(transparent)]
    Meter(#[from] MeterError),
    /// A milestone's state cannot be told.
    #[error(transparent)]
    Milestone(#[from] MilestoneError),
    /// Credits cannot be counted.
    #[error("{pool}: {fault}")]
    Credits {
        /// Id of the pool or commitment.
        pool: String,
        /// Why.
        fault: CreditError,
    },
    /// An amount does not fit, or two currencies met.
    #[error("{charge}: {fault}")]
    Amount {
        /// Id of the charge, commitment or pool.
        charge: String,
        /// Why.
        fault: MoneyError,
    },
    /// Something falls due at signing, and nobody knows when that was.
    #[error("{charge} falls due at signing, but the plan does not say when it was signed: enter the date")]
    NoSigningDate {
        /// Id of the charge.
        charge: String,
    },
    /// A charge names a meter the plan does not hold.
    #[error("{charge} measures `{meter}`, which the plan does not hold: add the meter or name another")]
    UnknownMeter {
        /// Id of the charge.
        charge: String,
        /// Id of the meter.
        meter: String,
    },
    /// A charge waits for a milestone the plan does not hold.
    #[error(
        "{charge} waits for the milestone `{milestone}`, which the plan does not hold: add it or name another"
    )]
    UnknownMilestone {
        /// Id of the charge.
        charge: String,
        /// Id of the milestone.
        milestone: String,
    },
    /// Usage is to be billed before it happens, or once.
    #[error("{charge} bills measured usage, which is known only after a period: bill it in arrears")]
    UsageInAdvance {
        /// Id of the charge.
        charge: String,
    },
    /// Charges are shares of each other.
    #[error("{charge} is a share of charges that are shares of it: let one of them stand on its own")]
    CircularShare {
        /// Id of one of them.
        charge: String,
    },
    /// A span holds no day.
    #[error(transparent)]
    EmptyPeriod(#[from] EmptyPeriod),
}

/// Every line with an invoice date on or before `through` that the plan should have produced, given the facts, in
/// the order of invoice date and charge. What the facts do not say has not happened.
pub fn expected(plan: &Plan, facts: &Facts, through: Date) -> Result<Vec<ExpectedLine>, BillingError> {
    let known = Known::try_new(plan, facts, through)?;
    let units = pool::pay_units(&known)?;
    let mut lines = Vec::with_capacity(plan.charges.len().saturating_mul(12));
    for charge in plan.charges.iter().filter(|charge| !share::is_share(charge)) {
        lines.extend(match &charge.schedule {
            Schedule::Once { at } => once::at_date(&known, charge, *at)?,
            Schedule::OnMilestone { milestone } => once::on_milestone(&known, charge, milestone)?,
            Schedule::Instalments { payments } => once::instalments(&known, charge, payments)?,
            Schedule::Recurring { .. } => match &charge.quantity {
                Quantity::Fixed { units } => recurring::fixed(&known, charge, *units)?,
                Quantity::Amount { .. } | Quantity::Metered { .. } => usage::lines(&known, charge, &units)?,
                Quantity::Seats { .. } => seat::lines(&known, charge)?,
            },
        });
    }
    share::add(&known, &mut lines)?;
    discount::spread(&known, &mut lines)?;
    pool::pay_money(&known, &units, &mut lines)?;
    commitment::settle(&known, &mut lines)?;
    lines.retain(|line| line.invoice_date <= through);
    known.sort(&mut lines);
    Ok(lines)
}

#[cfg(test)]
mod tests;
