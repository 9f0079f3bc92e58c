//! A purse: the accounts that pay some charges, and what they pay in the order of time.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use pricing::plan::{CreditPool, Expiry, TopUp};
use rust_decimal::Decimal;

use super::super::BillingError;
use super::super::known::Known;
use super::grant::{account_of, end, grant_on, midnight, of_pool};
use super::{Request, pays};
use crate::credits::{CreditError, Grant, Ledger};
use crate::line::ExpectedLine;

/// Something that pays: a pool, or a commitment that was paid in advance.
pub(in super::super) struct Account {
    pub(in super::super) id: String,
    /// Ids of the charges it pays.
    pub(in super::super) pays: Vec<String>,
    pub(in super::super) grants: Vec<Grant>,
    /// The day from which it pays no more, because an amendment took it away.
    pub(in super::super) dropped: Option<Date>,
    /// How it is bought again, from the first day of each version on.
    pub(in super::super) top_ups: Vec<(Option<Date>, Option<Again>)>,
    pub(in super::super) priority: i64,
}

/// How credits are bought again, and when those are lost.
pub(in super::super) struct Again {
    terms: TopUp,
    expiry: Expiry,
}

/// What one account paid of a request.
pub(in super::super) struct Paid<'a> {
    pub(in super::super) request: Request<'a>,
    pub(in super::super) account: String,
    pub(in super::super) amount: Decimal,
}

/// What a pool bought again by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct TopUpMade {
    pub(in super::super) pool: String,
    pub(in super::super) on: Date,
    /// In the pool's unit.
    pub(in super::super) units: Decimal,
}

pub(in super::super) struct Purse {
    accounts: Vec<Account>,
    ledger: Ledger,
    top_ups: BTreeMap<(String, Date), Decimal>,
}

pub(super) fn accounts(
    known: &Known<'_>,
    pools: &[&CreditPool],
    lines: &[ExpectedLine],
) -> Result<Vec<Account>, BillingError> {
    let account = |pool: &&CreditPool| {
        let paid = known.charges().filter(|charge| pays(pool, charge));
        let dropped = known.dropped(|plan| plan.pools.iter().any(|known| known.id == pool.id));
        let mut grants = of_pool(known, pool, lines)?;
        for grant in &mut grants {
            grant.ends = grant.ends.into_iter().chain(dropped.map(midnight)).min();
        }
        Ok(Account {
            id: pool.id.clone(),
            pays: paid.map(|charge| charge.id.clone()).collect(),
            grants,
            dropped,
            top_ups: known.dated(|plan| {
                let agreed = plan.pools.iter().find(|agreed| agreed.id == pool.id);
                let again = |agreed: &CreditPool| {
                    let terms = agreed.top_up.clone()?;
                    let expiry = agreed.expiry;
                    Some(Again { terms, expiry })
                };
                agreed.and_then(again)
            }),
            priority: pool.priority.into(),
        })
    };
    pools.iter().map(account).collect()
}

impl Purse {
    pub(in super::super) fn open(accounts: Vec<Account>) -> Result<Self, BillingError> {
        let mut ledger = Ledger::new(DateTime::MIN);
        for account in &accounts {
            for grant in &account.grants {
                ledger
                    .add(grant.clone(), None)
                    .map_err(credit_fault(&account.id))?;
            }
        }
        Ok(Self {
            accounts,
            ledger,
            top_ups: BTreeMap::new(),
        })
    }

    /// Pays in the order of days; on one day in the order of the plan. Each part names the account that paid it.
    pub(in super::super) fn pay<'a>(
        &mut self,
        mut requests: Vec<Request<'a>>,
    ) -> Result<Vec<Paid<'a>>, BillingError> {
        requests.sort_by_key(|request| (request.on, request.place));
        let mut paid = Vec::new();
        for request in requests {
            for (account, amount) in self.pay_one(&request)? {
                paid.push(Paid {
                    request: request.clone(),
                    account,
                    amount,
                });
            }
        }
        Ok(paid)
    }

    /// What was bought again, and what is left and how it came about.
    pub(in super::super) fn close(self) -> (Vec<TopUpMade>, Ledger) {
        let made = |((pool, on), units)| TopUpMade { pool, on, units };
        (self.top_ups.into_iter().map(made).collect(), self.ledger)
    }

    fn pay_one(&mut self, request: &Request<'_>) -> Result<Vec<(String, Decimal)>, BillingError> {
        let mut parts = self.draw(request, request.amount)?;
        let mut unpaid = parts
            .iter()
            .fold(request.amount, |left, (_, part)| left.saturating_sub(*part));
        let mut bought = false;
        for at in 0..self.accounts.len() {
            if self.top_up(at, request, unpaid)? {
                // The first account to buy again buys enough for what is still unpaid as well.
                (bought, unpaid) = (true, Decimal::ZERO);
            }
        }
        if bought {
            let left = parts
                .iter()
                .fold(request.amount, |left, (_, part)| left.saturating_sub(*part));
            parts.extend(self.draw(request, left)?);
        }
        Ok(parts)
    }

    fn draw(
        &mut self,
        request: &Request<'_>,
        amount: Decimal,
    ) -> Result<Vec<(String, Decimal)>, BillingError> {
        let accounts = &self.accounts;
        let may_pay = |grant: &str| {
            let id = account_of(grant);
            accounts
                .iter()
                .any(|account| account.id == id && account.pays.contains(&request.charge.id))
        };
        let drawn = self
            .ledger
            .draw(midnight(request.on), amount, may_pay)
            .map_err(credit_fault(&request.charge.id))?;
        Ok(drawn
            .parts
            .into_iter()
            .map(|(grant, part)| (account_of(&grant).to_owned(), part))
            .collect())
    }

    /// Buys again for an account that pays this charge, was opened and has fallen low.
    fn top_up(&mut self, at: usize, request: &Request<'_>, missing: Decimal) -> Result<bool, BillingError> {
        let Some(account) = self.accounts.get(at) else {
            return Ok(false);
        };
        let Some(Again { terms, expiry }) = account
            .top_up_on(request.on)
            .filter(|_| account.pays.contains(&request.charge.id))
        else {
            return Ok(false);
        };
        let opened = account
            .grants
            .iter()
            .any(|grant| grant.starts <= midnight(request.on));
        if !opened || account.dropped.is_some_and(|dropped| dropped <= request.on) {
            return Ok(false);
        }
        let fault = credit_fault(&account.id);
        let balance = self
            .ledger
            .balance(|grant| account_of(grant) == account.id)
            .map_err(&fault)?;
        let Some(units) = units_bought(terms, balance, missing).map_err(&fault)? else {
            return Ok(false);
        };
        let ends = end(*expiry, request.on).map_err(|fault| BillingError::Schedule {
            charge: account.id.clone(),
            fault,
        })?;
        let number = account.grants.len().saturating_add(self.top_ups.len());
        let grant = grant_on(&account.id, number, request.on, units, account.priority);
        self.ledger.add(Grant { ends, ..grant }, None).map_err(&fault)?;
        let made = self.top_ups.entry((account.id.clone(), request.on)).or_default();
        *made = made.saturating_add(units);
        Ok(true)
    }
}

impl Account {
    /// By the terms in force on a day.
    fn top_up_on(&self, day: Date) -> Option<&Again> {
        let mut begun = self.top_ups.iter();
        let (_, terms) = begun.rfind(|(from, _)| from.is_none_or(|from| from <= day))?;
        terms.as_ref()
    }
}

/// What brings the balance back to the threshold, or to its target, after what is still missing; none when it has
/// not fallen below.
fn units_bought(terms: &TopUp, balance: Decimal, missing: Decimal) -> Result<Option<Decimal>, CreditError> {
    if balance >= terms.below && missing.is_zero() {
        return Ok(None);
    }
    let wanted = terms
        .to
        .unwrap_or(terms.below)
        .checked_sub(balance)
        .and_then(|short| short.checked_add(missing))
        .ok_or(CreditError::Overflow)?;
    let is_too_little = terms.grant <= Decimal::ZERO || (terms.to.is_some() && wanted <= Decimal::ZERO);
    if is_too_little {
        return Err(CreditError::EmptyTopUp);
    }
    if terms.to.is_some() {
        return Ok(Some(wanted));
    }
    let times = wanted.checked_div(terms.grant).ok_or(CreditError::Overflow)?;
    let units = times.ceil().max(Decimal::ONE).checked_mul(terms.grant);
    units.map(Some).ok_or(CreditError::Overflow)
}

fn credit_fault(of: &str) -> impl Fn(CreditError) -> BillingError {
    move |fault| BillingError::Credits {
        pool: of.to_owned(),
        fault,
    }
}
