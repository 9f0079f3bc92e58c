//! The grants of a pool: one for each purchase, or one that is renewed.

use jiff::civil::{Date, DateTime, Time};
use pricing::plan::{Cadence, CreditPool, Expiry, Plan};
use rust_decimal::Decimal;

use super::super::BillingError;
use super::super::known::Known;
use crate::component::Component;
use crate::credits::{Grant, Refill, RolloverBounds};
use crate::line::ExpectedLine;
use crate::schedule::{Grid, ScheduleError};

pub(super) fn of_pool(
    known: &Known<'_>,
    pool: &CreditPool,
    lines: &[ExpectedLine],
) -> Result<Vec<Grant>, BillingError> {
    let dates = purchase_dates(known, pool, lines);
    let Some(first) = dates.first() else {
        return Ok(Vec::new());
    };
    let fault = |fault| BillingError::Schedule {
        charge: pool.id.clone(),
        fault,
    };
    let priority = pool.priority.into();
    let Some(rollover) = &pool.rollover else {
        let grant = |(at, date): (usize, &Date)| {
            let agreed = granted(known.plan_on(*date), &pool.id).unwrap_or(pool);
            let ends = end(agreed.expiry, *date).map_err(fault)?;
            Ok(Grant {
                ends,
                ..grant_on(&pool.id, at, *date, amount_on(known, pool, *date), priority)
            })
        };
        return dates.iter().enumerate().map(grant).collect();
    };
    let renewals = match dates.get(1..) {
        Some(again) if !again.is_empty() => again.to_vec(),
        _ => renewal_dates(*first, rollover.every, known.through).map_err(fault)?,
    };
    Ok(vec![Grant {
        refills: renewals.into_iter().map(midnight).collect(),
        refill: Refill::AddWithin(RolloverBounds {
            min: rollover.min,
            max: rollover.max,
        }),
        ..grant_on(&pool.id, 0, *first, amount_on(known, pool, *first), priority)
    }])
}

/// What a purchase on a day grants, by the terms in force on it.
fn amount_on(known: &Known<'_>, pool: &CreditPool, day: Date) -> Decimal {
    granted(known.plan_on(day), &pool.id).unwrap_or(pool).grant
}

fn granted<'p>(plan: &'p Plan, id: &str) -> Option<&'p CreditPool> {
    plan.pools.iter().find(|pool| pool.id == id)
}

/// A grant of an account, by its number.
pub(in super::super) fn grant_on(
    account: &str,
    number: usize,
    date: Date,
    amount: Decimal,
    priority: i64,
) -> Grant {
    Grant {
        id: format!("{account}#{number:06}"),
        amount,
        priority,
        starts: midnight(date),
        ends: None,
        refills: Vec::new(),
        refill: Refill::ToAmount,
        rollover: RolloverBounds::default(),
    }
}

/// The account a grant belongs to.
pub(super) fn account_of(grant: &str) -> &str {
    grant.rsplit_once('#').map_or(grant, |(account, _)| account)
}

pub(super) fn end(expiry: Expiry, granted: Date) -> Result<Option<DateTime>, ScheduleError> {
    match expiry {
        Expiry::Never => Ok(None),
        Expiry::On { date } => Ok(Some(midnight(date))),
        Expiry::After { span } => Ok(Some(midnight(Grid::try_new(granted, span)?.date(1)?))),
    }
}

/// A day begins at midnight: what is granted on it pays all of its usage, what ends on it pays none.
pub(in super::super) fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// The days on which the charge that buys the credits is billed; the plan's first day where nothing buys them.
fn purchase_dates(known: &Known<'_>, pool: &CreditPool, lines: &[ExpectedLine]) -> Vec<Date> {
    let Some(charge) = &pool.bought_by else {
        let since = known.since(|plan| granted(plan, &pool.id).is_some());
        return vec![since.map_or(known.in_force.start, |since| since.max(known.in_force.start))];
    };
    let mut dates: Vec<Date> = lines
        .iter()
        .filter(|line| line.charge == *charge && matches!(line.component, Component::CreditPurchase { .. }))
        .map(|line| line.invoice_date)
        .collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

fn renewal_dates(first: Date, every: Cadence, through: Date) -> Result<Vec<Date>, ScheduleError> {
    let grid = Grid::try_new(first, every)?;
    let mut dates = Vec::new();
    for number in 1.. {
        let date = grid.date(number)?;
        if date > through {
            break;
        }
        dates.push(date);
    }
    Ok(dates)
}
