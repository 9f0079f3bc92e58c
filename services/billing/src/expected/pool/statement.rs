//! What is left of each pool, and how it came about.

use rust_decimal::Decimal;

use super::super::BillingError;
use super::super::known::Known;
use super::grant::{account_of, midnight};
use crate::credits::{CreditError, Ledger, Movement};

/// A pool at the end of a day: usage of periods that are not yet invoiced is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolStatement {
    /// Id of the pool.
    pub pool: String,
    /// What is left, in the pool's unit.
    pub balance: Decimal,
    /// Everything that happened to its grants, in order.
    pub movements: Vec<Movement>,
}

/// One statement for each pool, in the order of the plan.
pub(in super::super) fn statements(
    known: &Known<'_>,
    ledgers: Vec<Ledger>,
) -> Result<Vec<PoolStatement>, BillingError> {
    let mut closed = Vec::with_capacity(ledgers.len());
    for ledger in ledgers {
        closed.push(at_end_of_day(known, ledger)?);
    }
    let statement = |pool: &str| {
        let is_own = |grant: &str| account_of(grant) == pool;
        let mut balance = Decimal::ZERO;
        let mut movements = Vec::new();
        for ledger in &closed {
            let left = ledger.balance(is_own)?;
            balance = balance.checked_add(left).ok_or(CreditError::Overflow)?;
            movements.extend(
                ledger
                    .history()
                    .iter()
                    .filter(|moved| is_own(&moved.grant))
                    .cloned(),
            );
        }
        Ok(PoolStatement {
            pool: pool.to_owned(),
            balance,
            movements,
        })
    };
    let of_pool = |id: &str| {
        statement(id).map_err(|fault| BillingError::Credits {
            pool: id.to_owned(),
            fault,
        })
    };
    known.pools().iter().map(|pool| of_pool(&pool.id)).collect()
}

/// What expires with the day is still there at its end.
fn at_end_of_day(known: &Known<'_>, mut ledger: Ledger) -> Result<Ledger, BillingError> {
    let end = known.through.tomorrow().map_or(known.through, |next| next);
    ledger
        .advance_to_end(midnight(end))
        .map_err(|fault| BillingError::Credits {
            pool: known.plan.title.clone(),
            fault,
        })?;
    Ok(ledger)
}
