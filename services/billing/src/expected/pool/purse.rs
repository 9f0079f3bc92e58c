//! A purse: the accounts that pay some charges, and what is asked of them, in the order of time.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use pricing::period::Period;
use pricing::plan::{Cadence, Charge, CreditPool, Expiry, Schedule, TopUp};
use rust_decimal::Decimal;

use super::super::BillingError;
use super::super::known::{Known, schedule_fault};
use super::super::once::{day_of, milestone_reached};
use super::pays;
use crate::component::Component;
use crate::credits::{Grant, Ledger, Refill, RolloverBounds};
use crate::schedule::{Grid, Recurrence, ScheduleError};

/// Something that pays: a pool, or a commitment that was paid in advance.
pub(in super::super) struct Account {
    pub(in super::super) id: String,
    /// Ids of the charges it pays.
    pub(in super::super) pays: Vec<String>,
    pub(in super::super) grants: Vec<Grant>,
    pub(in super::super) top_up: Option<TopUp>,
    pub(in super::super) priority: i64,
    pub(in super::super) expiry: Expiry,
}

/// Something to be paid on a day.
#[derive(Clone)]
pub(in super::super) struct Request<'a> {
    pub(in super::super) on: Date,
    /// Place of the charge in the plan: earlier ones are paid first on a day.
    pub(in super::super) place: usize,
    pub(in super::super) charge: &'a Charge,
    pub(in super::super) component: Component,
    pub(in super::super) service: Option<Period>,
    pub(in super::super) invoice_date: Date,
    pub(in super::super) amount: Decimal,
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
    pub(in super::super) times: Decimal,
}

pub(in super::super) struct Purse {
    accounts: Vec<Account>,
    ledger: Ledger,
    top_ups: BTreeMap<(String, Date), Decimal>,
}

impl<'a> Request<'a> {
    pub(in super::super) fn new(
        known: &Known<'_>,
        charge: &'a Charge,
        service: Option<Period>,
        on: Date,
        amount: Decimal,
    ) -> Self {
        let place = known
            .plan
            .charges
            .iter()
            .position(|other| other.id == charge.id)
            .unwrap_or(usize::MAX);
        Self {
            on,
            place,
            charge,
            component: Component::Usage,
            service,
            invoice_date: on,
            amount,
        }
    }
}

/// What each day asks for, given what had come together by the end of each. Where the sum falls (a volume price that
/// reaches a cheaper tier) earlier days ask for no more than what is left of it in the end.
pub(super) fn requests<'a>(
    known: &Known<'_>,
    charge: &'a Charge,
    service: Option<Period>,
    cumulative: &[(Date, Decimal)],
    cap: Option<Decimal>,
) -> impl Iterator<Item = Request<'a>> + use<'a> {
    let mut least = cap;
    let mut rising: Vec<(Date, Decimal)> = Vec::with_capacity(cumulative.len());
    for (day, sum) in cumulative.iter().rev() {
        let bounded = least.map_or(*sum, |least| least.min(*sum));
        least = Some(bounded);
        rising.push((*day, bounded));
    }
    let mut asked = Decimal::ZERO;
    let mut requests = Vec::with_capacity(rising.len());
    for (day, sum) in rising.into_iter().rev() {
        let amount = sum.saturating_sub(asked);
        if amount > Decimal::ZERO {
            requests.push(Request::new(known, charge, service, day, amount));
            asked = sum;
        }
    }
    requests.into_iter()
}

pub(super) fn accounts(known: &Known<'_>, pools: &[&CreditPool]) -> Result<Vec<Account>, BillingError> {
    pools
        .iter()
        .map(|pool| {
            let paid = known.plan.charges.iter().filter(|charge| pays(pool, charge));
            Ok(Account {
                id: pool.id.clone(),
                pays: paid.map(|charge| charge.id.clone()).collect(),
                grants: grants(known, pool)?,
                top_up: pool.top_up.clone(),
                priority: pool.priority.into(),
                expiry: pool.expiry,
            })
        })
        .collect()
}

fn grants(known: &Known<'_>, pool: &CreditPool) -> Result<Vec<Grant>, BillingError> {
    let dates = purchase_dates(known, pool)?;
    let Some(first) = dates.first() else {
        return Ok(Vec::new());
    };
    let fault = |fault| BillingError::Schedule {
        charge: pool.id.clone(),
        fault,
    };
    let Some(rollover) = &pool.rollover else {
        let grant = |(at, date): (usize, &Date)| {
            Ok(Grant {
                ends: end(pool.expiry, *date).map_err(fault)?,
                ..grant_on(&pool.id, at, *date, pool.grant, pool.priority.into())
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
        ..grant_on(&pool.id, 0, *first, pool.grant, pool.priority.into())
    }])
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

/// The days on which the charge that buys the credits is billed; the plan's first day where nothing buys them.
fn purchase_dates(known: &Known<'_>, pool: &CreditPool) -> Result<Vec<Date>, BillingError> {
    let Some(charge) = pool.bought_by.as_ref().and_then(|id| known.plan.charge(id)) else {
        return Ok(vec![known.in_force.start]);
    };
    let mut dates = match &charge.schedule {
        Schedule::Once { at } => vec![day_of(known, charge, *at)?],
        Schedule::OnMilestone { milestone } => milestone_reached(known, charge, milestone)?
            .map(|reached| reached.on)
            .into_iter()
            .collect(),
        Schedule::Instalments { payments } => payments.iter().map(|payment| payment.date).collect(),
        Schedule::Recurring { .. } => match Recurrence::of(&charge.schedule) {
            Some(recurrence) => known
                .cycles(charge, &recurrence)?
                .into_iter()
                .map(|cycle| cycle.invoice_date)
                .collect(),
            None => Vec::new(),
        },
    };
    dates.retain(|date| *date <= known.through);
    dates.sort_unstable();
    dates.dedup();
    dates
        .iter()
        .try_for_each(|date| end(pool.expiry, *date).map(|_| ()))
        .map_err(|fault| schedule_fault(charge, fault))?;
    Ok(dates)
}

fn end(expiry: Expiry, granted: Date) -> Result<Option<DateTime>, ScheduleError> {
    match expiry {
        Expiry::Never => Ok(None),
        Expiry::On { date } => Ok(Some(midnight(date))),
        Expiry::After { span } => Ok(Some(midnight(Grid::try_new(granted, span)?.date(1)?))),
    }
}

pub(in super::super) fn grant_on(
    account: &str,
    at: usize,
    date: Date,
    amount: Decimal,
    priority: i64,
) -> Grant {
    Grant {
        id: format!("{account}#{at:06}"),
        amount,
        priority,
        starts: midnight(date),
        ends: None,
        refills: Vec::new(),
        refill: Refill::ToAmount,
        rollover: RolloverBounds::default(),
    }
}

pub(in super::super) fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// The account a grant belongs to.
fn account_of(grant: &str) -> &str {
    grant.rsplit_once('#').map_or(grant, |(account, _)| account)
}

impl Purse {
    pub(in super::super) fn open(accounts: Vec<Account>) -> Result<Self, BillingError> {
        let mut ledger = Ledger::new(DateTime::MIN);
        for account in &accounts {
            for grant in &account.grants {
                ledger
                    .add(grant.clone(), None)
                    .map_err(|fault| BillingError::Credits {
                        pool: account.id.clone(),
                        fault,
                    })?;
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

    pub(in super::super) fn into_top_ups(self) -> Vec<TopUpMade> {
        let made = |((pool, on), times)| TopUpMade { pool, on, times };
        self.top_ups.into_iter().map(made).collect()
    }

    fn pay_one(&mut self, request: &Request<'_>) -> Result<Vec<(String, Decimal)>, BillingError> {
        let mut parts = self.draw(request, request.amount)?;
        let unpaid = parts
            .iter()
            .fold(request.amount, |left, (_, part)| left.saturating_sub(*part));
        if self.top_up(request, unpaid)? && unpaid > Decimal::ZERO {
            parts.extend(self.draw(request, unpaid)?);
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
            .map_err(|fault| BillingError::Credits {
                pool: request.charge.id.clone(),
                fault,
            })?;
        Ok(drawn
            .parts
            .into_iter()
            .map(|(grant, part)| (account_of(&grant).to_owned(), part))
            .collect())
    }

    /// Buys again for every account that pays this charge and has fallen low; the first one buys enough for what is
    /// still unpaid as well.
    fn top_up(&mut self, request: &Request<'_>, unpaid: Decimal) -> Result<bool, BillingError> {
        let mut missing = unpaid;
        let mut bought = false;
        for at in 0..self.accounts.len() {
            let Some(account) = self.accounts.get(at) else {
                break;
            };
            let Some(terms) = account
                .top_up
                .clone()
                .filter(|_| account.pays.contains(&request.charge.id))
            else {
                continue;
            };
            if !account
                .grants
                .iter()
                .any(|grant| grant.starts <= midnight(request.on))
            {
                continue;
            }
            let (id, priority, expiry) = (account.id.clone(), account.priority, account.expiry);
            let fault = |fault| BillingError::Credits {
                pool: id.clone(),
                fault,
            };
            let balance = self
                .ledger
                .balance(|grant| account_of(grant) == id)
                .map_err(fault)?;
            let Some(times) = times(&terms, balance, missing).map_err(fault)? else {
                continue;
            };
            let amount = terms
                .grant
                .checked_mul(times)
                .ok_or_else(|| fault(crate::credits::CreditError::Overflow))?;
            let number = self.top_ups.len().saturating_add(500_000);
            let grant = Grant {
                ends: end(expiry, request.on).map_err(|fault| BillingError::Schedule {
                    charge: id.clone(),
                    fault,
                })?,
                ..grant_on(&id, number, request.on, amount, priority)
            };
            self.ledger.add(grant, None).map_err(fault)?;
            let made = self.top_ups.entry((id.clone(), request.on)).or_default();
            *made = made.saturating_add(times);
            (missing, bought) = (Decimal::ZERO, true);
        }
        Ok(bought)
    }
}

/// How many top-ups bring the balance back to the threshold after what is still missing; none when it has not
/// fallen below.
fn times(
    terms: &TopUp,
    balance: Decimal,
    missing: Decimal,
) -> Result<Option<Decimal>, crate::credits::CreditError> {
    use crate::credits::CreditError;
    if balance >= terms.below && missing.is_zero() {
        return Ok(None);
    }
    if terms.grant <= Decimal::ZERO {
        return Err(CreditError::EmptyTopUp);
    }
    let wanted = terms
        .below
        .checked_sub(balance)
        .and_then(|short| short.checked_add(missing));
    let times = wanted
        .and_then(|wanted| wanted.checked_div(terms.grant))
        .ok_or(CreditError::Overflow)?;
    Ok(Some(times.ceil().max(Decimal::ONE)))
}
