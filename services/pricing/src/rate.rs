//! Rating: a charge, a period and a quantity become a line with its working.
//!
//! The order is fixed: conversion, included units → price (of the ramp segment in force) → escalators → discounts →
//! minimum and maximum → proration → rounding → what earlier lines of the same period carry. Commitments, credits and
//! tax come after, over several lines.

mod bounds;
mod counted;
mod discounts;
mod escalation;
mod proration;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::fraction::Fraction;
use crate::index::IndexSeries;
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::plan::{Charge, Discount, Escalator, Plan, Policy, Schedule, Timing};
use crate::price::{Measured, Price, PriceError};
use crate::working::{RecomputeError, Step, Working};

pub(crate) use discounts::ordered as ordered_discounts;
pub use proration::{days_of, part_of};

/// Everything a line depends on. [`RateInput::new`] fills in what most lines do not need.
#[derive(Debug, Clone, Copy)]
pub struct RateInput<'a> {
    /// The rule.
    pub charge: &'a Charge,
    /// Of the plan.
    pub currency: Currency,
    /// Of the plan.
    pub policy: Policy,
    /// What is billed. Ramps, escalators and discounts are those in force on its first day: a period they change in
    /// is cut there first ([`changes_in`]).
    pub service: Period,
    /// The full period of the charge's cadence that `service` is a part of; equal to it when nothing is prorated.
    pub whole: Period,
    /// Everything measured in the service period, earlier lines of it included.
    pub measured: Measured<'a>,
    /// Units of the term before this period; asked for where tiers or included units count over the term.
    pub term_before: UnitsBefore,
    /// What earlier lines of the same service period carry: the line is the difference.
    pub earlier: Option<Earlier>,
    /// Is this the last line of its service period? Only then is it known which tier all units of a volume or
    /// stairstep price reach, a flat fee in arrears due, and a minimum missed.
    pub last: bool,
    /// Discounts of the plan that reduce this line, after the charge's own. A fixed amount over several lines is
    /// divided among them first.
    pub discounts: &'a [Discount],
    /// Escalators of the plan (a renewal's uplift), after the charge's own.
    pub escalators: &'a [Escalator],
    /// Published series that escalators follow.
    pub indices: &'a [IndexSeries],
}

/// Units counted in earlier periods of the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnitsBefore {
    /// The sum of [`RatedLine::units`] of the earlier periods.
    pub units: Decimal,
    /// The sum of [`RatedLine::charged`] of the earlier periods.
    pub charged: Decimal,
}

/// What earlier lines of the same service period carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Units they were for, as measured.
    pub units: Decimal,
    /// The sum of their amounts.
    pub amount: Decimal,
}

/// What one period of a charge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedLine {
    /// Rounded once, to the currency's minor unit; below zero only where earlier lines carry too much.
    pub amount: Money,
    /// The same before rounding, as an exact fraction.
    pub unrounded: Fraction,
    /// Measured, without what earlier lines carry.
    pub quantity: Decimal,
    /// Everything of the period, in units of the price.
    pub units: Decimal,
    /// Of these, not free.
    pub charged: Decimal,
    /// How it came about; recomputes to `amount`.
    pub working: Working,
}

/// Why a line cannot be rated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// The price cannot be applied.
    #[error("{charge}: {fault}")]
    Price {
        /// Id of the charge.
        charge: String,
        /// Why.
        fault: PriceError,
    },
    /// A step of the line does not fit.
    #[error("{charge}: {fault}")]
    Step {
        /// Id of the charge.
        charge: String,
        /// Which one.
        fault: RecomputeError,
    },
    /// The units of a price cannot be counted this way.
    #[error(
        "{charge}: included units, discounts in units and conversions need a price by units, not by transaction or dimension"
    )]
    NotByUnits {
        /// Id of the charge.
        charge: String,
    },
    /// An index value has not been published or not been entered.
    #[error("{charge}: the index {series} has no value for {month}: enter it, then bill again")]
    IndexMissing {
        /// Id of the charge.
        charge: String,
        /// Name of the series.
        series: String,
        /// Year and month, `2025-09`.
        month: String,
    },
    /// An index has two different values for one month.
    #[error(
        "{charge}: the index {series} has two values for {month}: keep the one that was published, then bill again"
    )]
    IndexTwice {
        /// Id of the charge.
        charge: String,
        /// Name of the series.
        series: String,
        /// Year and month, `2025-09`.
        month: String,
    },
    /// An escalator leads out of the calendar or compares nothing.
    #[error("{charge}: the escalator from {first} cannot be followed: check how often and by what it rises")]
    Escalator {
        /// Id of the charge.
        charge: String,
        /// Its first day.
        first: Date,
    },
}

impl<'a> RateInput<'a> {
    /// A line for one whole period of a charge of a plan.
    #[must_use]
    pub fn new(plan: &'a Plan, charge: &'a Charge, whole: Period, measured: Measured<'a>) -> Self {
        Self::of_charge(charge, plan.currency, plan.policy, whole, measured)
    }

    /// A line for one whole period of a charge.
    #[must_use]
    pub fn of_charge(
        charge: &'a Charge,
        currency: Currency,
        policy: Policy,
        whole: Period,
        measured: Measured<'a>,
    ) -> Self {
        Self {
            charge,
            currency,
            policy,
            service: whole,
            whole,
            measured,
            term_before: UnitsBefore::default(),
            earlier: None,
            last: true,
            discounts: &[],
            escalators: &[],
            indices: &[],
        }
    }

    /// The price of the ramp segment in force on the first day of service, and since when.
    #[must_use]
    pub fn price_in_force(&self) -> (&'a Price, Option<Date>) {
        self.charge
            .ramp
            .iter()
            .filter(|segment| segment.from <= self.service.start())
            .max_by_key(|segment| segment.from)
            .map_or((&self.charge.price, None), |segment| {
                (&segment.price, Some(segment.from))
            })
    }

    fn price_error(&self, fault: PriceError) -> RateError {
        RateError::Price {
            charge: self.charge.id.clone(),
            fault,
        }
    }

    fn too_large(&self) -> RateError {
        self.price_error(PriceError::TooLarge)
    }
}

/// What a period of a charge comes to, with its working.
pub fn rate(input: &RateInput<'_>) -> Result<RatedLine, RateError> {
    let mut working = Working::new(input.currency);
    let steps = &mut working.steps;
    let counted = counted::count(input, steps)?;
    price(input, &counted, steps)?;
    escalation::escalate(input, steps)?;
    discounts::discount(input, steps);
    bounds::bound_and_prorate(input, steps);
    finish(input, &counted, working)
}

fn price(
    input: &RateInput<'_>,
    counted: &counted::Counted<'_>,
    steps: &mut Vec<Step>,
) -> Result<(), RateError> {
    let (price, ramp) = input.price_in_force();
    steps.extend(ramp.map(|from| Step::RampUsed { from }));
    if !input.last && waits_for_last_line(input.charge, price) {
        steps.push(Step::Flat {
            amount: Decimal::ZERO,
        });
        return Ok(());
    }
    if !price.counts_over_term() {
        return price
            .steps(counted.priced, steps)
            .map_err(|fault| input.price_error(fault));
    }
    price_over_term(input, price, counted.charged, steps)
}

fn waits_for_last_line(charge: &Charge, price: &Price) -> bool {
    let in_arrears = matches!(
        charge.schedule,
        Schedule::Recurring {
            timing: Timing::Arrears,
            ..
        }
    );
    match price {
        Price::Volume { .. } | Price::Stairstep { .. } => true,
        Price::Flat { .. } => in_arrears,
        _ => false,
    }
}

/// The price of all units of the term so far, less the price of those before this period.
fn price_over_term(
    input: &RateInput<'_>,
    price: &Price,
    charged: Decimal,
    steps: &mut Vec<Step>,
) -> Result<(), RateError> {
    let before = input.term_before.charged;
    let total = before.checked_add(charged).ok_or_else(|| input.too_large())?;
    price
        .steps(Measured::Units(total), steps)
        .map_err(|fault| input.price_error(fault))?;
    if before.is_zero() {
        return Ok(());
    }
    let mut earlier = Working::new(input.currency);
    price
        .steps(Measured::Units(before), &mut earlier.steps)
        .map_err(|fault| input.price_error(fault))?;
    let amount = earlier.total().map_err(|_| input.too_large())?;
    steps.push(Step::TermBefore {
        units: before,
        amount,
    });
    Ok(())
}

fn finish(
    input: &RateInput<'_>,
    counted: &counted::Counted<'_>,
    mut working: Working,
) -> Result<RatedLine, RateError> {
    let step = |fault| RateError::Step {
        charge: input.charge.id.clone(),
        fault,
    };
    let exact = working.total().map_err(step)?;
    let digits = input.currency.minor_digits();
    let rounded = exact.rounded(digits).ok_or_else(|| input.too_large())?;
    working.steps.push(Step::Rounded { digits });
    let mut line = RatedLine {
        amount: Money::of_rounded(rounded, input.currency),
        unrounded: exact,
        quantity: counted.measured,
        units: counted.units,
        charged: counted.charged,
        working,
    };
    if let Some(earlier) = input.earlier {
        line.subtract(earlier).ok_or_else(|| input.too_large())?;
    }
    Ok(line)
}

impl RatedLine {
    /// After rounding, so that the lines of a period add up to what one line would have been.
    fn subtract(&mut self, earlier: Earlier) -> Option<()> {
        let amount = self.amount.amount.checked_sub(earlier.amount)?;
        self.amount = Money::new(amount, self.amount.currency).rounded();
        self.unrounded = self.unrounded.checked_sub(earlier.amount.into())?;
        self.quantity = self.quantity.checked_sub(earlier.units)?;
        self.working.steps.push(Step::Before {
            units: earlier.units,
            amount: earlier.amount,
        });
        Some(())
    }
}

/// The days inside a period on which the price of a charge changes: a ramp segment, an increase, the first day of a
/// discount or the first after it. A period billed by time is cut on them, in order.
#[must_use]
pub fn changes_in(
    charge: &Charge,
    escalators: &[Escalator],
    discounts: &[Discount],
    period: Period,
) -> Vec<Date> {
    let ramps = charge.ramp.iter().map(|segment| segment.from);
    let reductions = charge
        .discounts
        .iter()
        .chain(discounts)
        .flat_map(|discount| [discount.from, discount.until]);
    let increases = charge
        .escalators
        .iter()
        .chain(escalators)
        .flat_map(|escalator| escalation::increases(escalator, period.end()));
    let mut days: Vec<Date> = ramps
        .chain(reductions.flatten())
        .chain(increases)
        .filter(|day| period.start() < *day && period.contains(*day))
        .collect();
    days.sort_unstable();
    days.dedup();
    days
}

#[cfg(test)]
mod tests;
