//! Revenue: when what was promised counts as earned (ASC 606, IFRS 15).
//!
//! The transaction price is allocated to what was promised by relative standalone selling price; each part is then
//! recognised by its own measure. Sums are rounded as they stand at the end of each month, so that what was
//! recognised in the end is exactly what was allocated.

mod allocation;
mod estimate;
mod measure;
mod modification;

use jiff::civil::Date;
use rust_decimal::Decimal;

pub use allocation::{Bundle, Obligation, PartRounding, allocate, allocate_with_bundle};
pub use estimate::{breakage, retrospective_price, uninstalled_materials};
pub use measure::{Delivered, Measure, MonthRevenue, recognise, right_to_invoice};
pub use modification::{
    OverTime, PriceChange, ProspectiveSplit, Treatment, catch_up, change_price, prospective_price,
    separate_contract, spread_evenly, still_to_earn, terminate,
};

/// Where a contract stands: only one of the two is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Liability: billed and not yet earned.
    pub deferred: Decimal,
    /// Asset: earned and not yet billed.
    pub contract_asset: Decimal,
}

/// Why revenue could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevenueError {
    /// A number does not fit.
    #[error("the revenue is too large to be exact (more than 28 digits)")]
    Overflow,
    /// The parts cannot be made to add up.
    #[error(transparent)]
    Split(#[from] pricing::split::SplitError),
    /// Nothing to allocate by.
    #[error("the standalone selling prices add up to {sum}: they must be above zero to allocate by")]
    NoSellingPrice {
        /// Their sum.
        sum: Decimal,
    },
    /// A bundle names something that was not promised.
    #[error(
        "the bundle holds `{member}`, which is not among the promises: add it or take it out of the bundle"
    )]
    NotPromised {
        /// The name.
        member: String,
    },
    /// A measure without anything to measure by.
    #[error("progress cannot be measured: the expected total is {total}, it must be above zero")]
    NothingExpected {
        /// The expected total.
        total: Decimal,
    },
    /// Progress below nothing or above everything.
    #[error("the progress of {percent} % in {month} is not possible: it lies between 0 and 100")]
    NoPercentage {
        /// A day of the month.
        month: Date,
        /// What was reported.
        percent: Decimal,
    },
    /// A price to allocate by that is below zero.
    #[error("the standalone selling price of `{id}` is {price}: it cannot be below zero")]
    NegativeSellingPrice {
        /// Of which promise.
        id: String,
        /// What it is.
        price: Decimal,
    },
    /// More was earned than a changed contract still comes to.
    #[error("{recognised} was recognised, which is more than the price of {price} without the change")]
    EarnedTooMuch {
        /// Recognised before the change.
        recognised: Decimal,
        /// The price before it.
        price: Decimal,
    },
    /// A span of time without a day, or out of the calendar.
    #[error("the service from {from} to {to} cannot be divided into months")]
    NoTime {
        /// First day.
        from: Date,
        /// The day after the last.
        to: Date,
    },
    /// A modification outside the service it modifies.
    #[error("the modification on {on} lies outside the service from {from} to {to}")]
    OutsideService {
        /// Its date.
        on: Date,
        /// First day.
        from: Date,
        /// The day after the last.
        to: Date,
    },
}

/// Billed less earned is deferred; earned less billed is a contract asset.
pub fn position(recognised: Decimal, billed: Decimal) -> Result<Position, RevenueError> {
    let ahead = billed.checked_sub(recognised).ok_or(RevenueError::Overflow)?;
    let behind = recognised.checked_sub(billed).ok_or(RevenueError::Overflow)?;
    Ok(Position {
        deferred: ahead.max(Decimal::ZERO),
        contract_asset: behind.max(Decimal::ZERO),
    })
}

#[cfg(test)]
mod tests;
