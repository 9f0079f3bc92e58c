//! The working of an amount: its steps as data, enough to compute it again without anything else.

mod arithmetic;
mod text;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::fraction::Fraction;
use crate::money::Currency;

pub use arithmetic::RecomputeError;

/// How an amount came about, step by step. [`Working::recompute`] gives the amount from the steps alone; its
/// `Display` is the text shown wherever the amount is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Working {
    /// Of every amount in the steps.
    pub currency: Currency,
    /// In the order in which they were done.
    pub steps: Vec<Step>,
}

/// One step. Amounts are in the working's currency; a step that only explains leaves the running amount as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Explains: measured units became units of the price (bytes to gigabytes).
    Converted {
        /// What was measured.
        measured: Decimal,
        /// What it is in units of the price.
        units: Decimal,
    },
    /// Explains: some units cost nothing.
    Included {
        /// Units of the period.
        units: Decimal,
        /// Of these, free.
        free: Decimal,
    },
    /// Explains: a discount in units made some units free.
    UnitsOff {
        /// Of the discount.
        name: String,
        /// Units made free.
        units: Decimal,
    },
    /// Explains: the price is that of a ramp segment.
    RampUsed {
        /// First day of the segment.
        from: Date,
    },
    /// Explains: the following prices are for these dimension values.
    Cell {
        /// In the order of the matrix's dimensions.
        values: Vec<String>,
    },
    /// Explains: some transactions, or some of the money, cost nothing.
    Free {
        /// Transactions that cost nothing.
        events: u64,
        /// Money that costs nothing.
        amount: Decimal,
    },
    /// Adds a flat amount.
    Flat {
        /// How much.
        amount: Decimal,
    },
    /// Adds quantity × unit price / per.
    PerUnit {
        /// Units priced.
        quantity: Decimal,
        /// For `per` units.
        unit_price: Decimal,
        /// Above 0.
        per: Decimal,
    },
    /// Adds quantity × unit price + flat fee of one tier, at most its cap.
    Tier {
        /// From 1.
        tier: u32,
        /// Units, or blocks, priced in it.
        quantity: Decimal,
        /// Units in one block, where the tier is sold in blocks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        block: Option<Decimal>,
        /// For one.
        unit_price: Decimal,
        /// Once.
        flat_fee: Decimal,
        /// The tier costs no more than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<Decimal>,
    },
    /// Adds units of one tier for the part of the period they were held; negative where they were given back.
    Weighted {
        /// From 1.
        tier: u32,
        /// That came or went.
        units: Decimal,
        /// Of the period.
        part: Fraction,
        /// For one, for the whole period.
        unit_price: Decimal,
    },
    /// Adds a percentage of the money in one tier, and its flat fee.
    TierPercentage {
        /// From 1.
        tier: u32,
        /// Money in it.
        base: Decimal,
        /// 2.5 means two and a half percent.
        percent: Decimal,
        /// Once.
        flat_fee: Decimal,
    },
    /// Adds packages × package price.
    Package {
        /// Units they hold.
        quantity: Decimal,
        /// How many are charged.
        packages: Decimal,
        /// Of one.
        package_price: Decimal,
    },
    /// Adds a percentage of money.
    Percentage {
        /// The money.
        base: Decimal,
        /// 2.9 means two point nine percent.
        percent: Decimal,
    },
    /// Adds a fee for each of some transactions.
    TransactionFees {
        /// How many.
        count: u64,
        /// For one.
        fee: Decimal,
    },
    /// Adds the least a transaction costs, for each that would have cost less.
    TransactionsRaised {
        /// How many.
        count: u64,
        /// To how much each.
        to: Decimal,
    },
    /// Adds the most a transaction costs, for each that would have cost more.
    TransactionsCapped {
        /// How many.
        count: u64,
        /// At how much each.
        at: Decimal,
    },
    /// Subtracts the price of the units of the term that came before this period.
    TermBefore {
        /// Units priced before.
        units: Decimal,
        /// Their price.
        amount: Fraction,
    },
    /// Multiplies by the growth of an escalator.
    Escalated {
        /// The last increase counted.
        on: Date,
        /// How many increases were counted.
        times: u32,
        /// What one became: 1.03 after three percent.
        factor: Fraction,
        /// By what rule: `3 %`, `cpi-u 2024-09 to 2025-09`.
        rule: String,
    },
    /// Takes a percentage off.
    DiscountPercent {
        /// What stands on the invoice.
        name: String,
        /// 10 means ten percent.
        percent: Decimal,
    },
    /// Takes an amount off, never below zero.
    DiscountAmount {
        /// What stands on the invoice.
        name: String,
        /// How much.
        amount: Decimal,
    },
    /// Raises to at least a part of an amount.
    Minimum {
        /// For a whole period.
        amount: Decimal,
        /// The part of it that applies.
        part: Fraction,
    },
    /// Lowers to at most a part of an amount.
    Maximum {
        /// For a whole period.
        amount: Decimal,
        /// The part of it that applies.
        part: Fraction,
    },
    /// Multiplies by days billed / days of the period.
    Prorated {
        /// Days billed, by the plan's day count.
        days: u32,
        /// Days of the whole period, by the same count; above 0.
        of: u32,
    },
    /// Rounds half away from zero.
    Rounded {
        /// Decimals kept.
        digits: u32,
    },
    /// Subtracts what earlier lines of the same service period carry.
    Before {
        /// Units they were for.
        units: Decimal,
        /// What they came to.
        amount: Decimal,
    },
    /// Subtracts what a credit pool paid.
    CreditDrawn {
        /// Id of the pool.
        pool: String,
        /// How much.
        amount: Decimal,
    },
    /// Adds an amount this working takes from elsewhere: another line, an instalment, a shortfall.
    Amount {
        /// What it is: `Platform fee`, `committed`, `billed`.
        name: String,
        /// Negative where it counts against.
        amount: Decimal,
    },
    /// Adds the sum of the lines that a tax is on, as exact as it is.
    TaxedAmount {
        /// How much.
        amount: Fraction,
    },
    /// Turns the running net amount into the tax on it.
    Tax {
        /// What stands on the invoice.
        name: String,
        /// 20 means twenty percent.
        percent: Decimal,
        /// Does the running amount contain the tax already?
        included: bool,
    },
}

impl Working {
    /// No steps yet.
    #[must_use]
    pub fn new(currency: Currency) -> Self {
        Self {
            currency,
            // Three tiers and their rounding fit without growing; most lines have two steps, and room costs time too.
            steps: Vec::with_capacity(4),
        }
    }
}
