//! What a contract should have produced through a day: every line, with its working and its facts.
//!
//! The order of the steps: the days in force → the charges by themselves, with the units that credits pay taken off →
//! charges that are a share of others → discounts over several charges → ceilings → credits → commitments → late fees.

mod ceiling;
mod commitment;
mod discount;
mod holdback;
mod known;
mod late;
mod once;
mod pool;
mod recurring;
mod renewal;
mod seat;
mod share;
mod span;
mod stretch;
mod term;
mod usage;
mod waiting;
mod windows;

use jiff::civil::Date;
use pricing::money::{Currency, MoneyError};
use pricing::period::EmptyPeriod;
use pricing::plan::{AmountBase, Plan, Quantity, Schedule};
use pricing::rate::RateError;
use pricing::split::SplitError;

use crate::credits::{CreditError, Ledger};
use crate::facts::Facts;
use crate::line::ExpectedLine;
use crate::meter::MeterError;
use crate::milestone::MilestoneError;
use crate::schedule::ScheduleError;
use known::Known;
use stretch::{Strand, Stretch};

pub use pool::PoolStatement;
pub use renewal::{RenewalDecision, TermRenewal, renewals_over};
pub use waiting::{Computable, computable_over};
pub use windows::{MeterWindow, windows, windows_over};

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
    /// A discount cannot be divided over its lines.
    #[error("the discount {discount}: {fault}")]
    Split {
        /// Its name.
        discount: String,
        /// Why.
        fault: SplitError,
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
    /// A promise over a term that never ends.
    #[error("{commitment} is promised over the whole term, but the plan has no end: agree an end or a span")]
    EndlessCommitment {
        /// Id of the commitment.
        commitment: String,
    },
    /// Charges are shares of each other.
    #[error("{charge} is a share of charges that are shares of it: let one of them stand on its own")]
    CircularShare {
        /// Id of one of them.
        charge: String,
    },
    /// There is nothing to compute from.
    #[error("no plan is given: nothing can be billed")]
    NoPlan,
    /// A later version does not say since when it is in force.
    #[error(
        "`{title}` follows another plan but does not say since when it is in force: enter the effective date"
    )]
    NotAnAmendment {
        /// Its title.
        title: String,
    },
    /// Versions of one plan in two currencies.
    #[error("an amendment cannot change the currency from {from} to {to}: end the plan and begin another")]
    CurrencyChanged {
        /// Of an earlier version.
        from: Currency,
        /// Of the last one.
        to: Currency,
    },
    /// A span holds no day.
    #[error(transparent)]
    EmptyPeriod(#[from] EmptyPeriod),
}

/// Every line with an invoice date on or before `through` that the plan should have produced, given the facts, in
/// the order of invoice date and charge. What the facts do not say has not happened.
pub fn expected(plan: &Plan, facts: &Facts, through: Date) -> Result<Vec<ExpectedLine>, BillingError> {
    expected_over(&[plan], facts, through)
}

/// The same for a plan and its amendments, in the order in which they were agreed. On each day the last one whose
/// effective day has come is in force; that day belongs to it.
///
/// A period that was billed in advance stays billed. On the effective day of an amendment the rest of it is given
/// back by the old terms and billed by the new, each as a line of its own. What is billed after it happened is cut
/// on that day and billed when it would have been; tiers that count by period begin anew where their terms change.
pub fn expected_over(
    versions: &[&Plan],
    facts: &Facts,
    through: Date,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let known = Known::try_new(versions, facts, through)?;
    let (mut lines, _) = compute(&known)?;
    lines.retain(|line| line.invoice_date <= through);
    Ok(known.sorted(lines))
}

/// What is left of each credit pool at the end of a day, and how it came about: every purchase, draw, top-up, renewal
/// and expiry, usage of periods that are not yet invoiced included.
pub fn pool_statements(
    versions: &[&Plan],
    facts: &Facts,
    through: Date,
) -> Result<Vec<PoolStatement>, BillingError> {
    let known = Known::try_new(versions, facts, through)?;
    let (_, ledgers) = compute(&known)?;
    pool::statements(&known, ledgers)
}

/// The steps, in their order.
fn compute(known: &Known<'_>) -> Result<(Vec<ExpectedLine>, Vec<Ledger>), BillingError> {
    let mut lines = Vec::with_capacity(known.strands.len().saturating_mul(12));
    for strand in &known.strands {
        for stretch in &strand.stretches {
            lines.extend(by_itself(known, strand, stretch)?);
        }
    }
    let units = pool::pay_units(known, &lines)?;
    for strand in &known.strands {
        lines.extend(usage::lines(known, strand, &units)?);
    }
    share::add(known, &mut lines)?;
    discount::spread(known, &mut lines)?;
    ceiling::hold(known, &mut lines)?;
    let ledgers = pool::pay_money(known, units, &mut lines)?;
    commitment::settle(known, &mut lines)?;
    lines.extend(late::fees(known)?);
    Ok((lines, ledgers))
}

/// Lines of charges that need neither a meter nor the lines of others.
fn by_itself(
    known: &Known<'_>,
    strand: &Strand<'_>,
    stretch: &Stretch<'_>,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let charge = stretch.charge;
    if share::is_share(charge) || usage::is_metered(charge) {
        return Ok(Vec::new());
    }
    match &charge.schedule {
        Schedule::Once { at } => once::at_date(known, strand, stretch, *at),
        Schedule::OnMilestone { milestone } => once::on_milestone(known, strand, stretch, milestone),
        Schedule::Instalments { payments } => once::instalments(known, stretch, payments),
        Schedule::Recurring { .. } => match &charge.quantity {
            Quantity::Fixed { units } => recurring::fixed(known, stretch, *units),
            Quantity::Amount {
                of: AmountBase::Fixed { amount },
            } => recurring::fixed(known, stretch, *amount),
            Quantity::Seats { .. } => seat::lines(known, strand, stretch),
            Quantity::Metered { .. } | Quantity::Amount { .. } => Ok(Vec::new()),
        },
    }
}

#[cfg(test)]
mod tests;
