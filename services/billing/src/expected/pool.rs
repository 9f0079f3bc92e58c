//! Credit pools: what they pay of each line, and what they buy again by themselves.

mod purse;

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::money::Money;
use pricing::period::Period;
use pricing::plan::{AmountBase, Charge, CreditPool, PoolUnit, Quantity};
use pricing::source::FieldSource;
use pricing::working::{Step, Working};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault};
use super::usage::Metering;
use crate::component::Component;
use crate::line::ExpectedLine;
pub(super) use purse::{Account, Paid, Purse, Request, TopUpMade, grant_on, midnight};

/// What pools counted in units paid, and the top-ups they made.
#[derive(Default)]
pub(super) struct UnitsPaid {
    /// By charge and service period: name of the pool, units.
    paid: BTreeMap<(String, Period), Vec<(String, Decimal)>>,
    top_ups: Vec<TopUpMade>,
}

impl UnitsPaid {
    pub(super) fn of(&self, charge: &str, service: Period) -> &[(String, Decimal)] {
        if self.paid.is_empty() {
            return &[];
        }
        self.paid
            .get(&(charge.to_owned(), service))
            .map_or(&[], Vec::as_slice)
    }

    /// Never more than was measured, so it fits.
    pub(super) fn sum(paid: &[(String, Decimal)]) -> Decimal {
        paid.iter()
            .fold(Decimal::ZERO, |sum, (_, units)| sum.saturating_add(*units))
    }
}

/// Pools counted in units pay quantities before they are priced.
pub(super) fn pay_units(known: &Known<'_>) -> Result<UnitsPaid, BillingError> {
    let pools = pools(known, |pool| matches!(pool.unit, PoolUnit::Units { .. }));
    if pools.is_empty() {
        return Ok(UnitsPaid::default());
    }
    let mut purse = Purse::open(purse::accounts(known, &pools)?)?;
    let mut requests = Vec::new();
    for charge in paid_charges(known, &pools).filter(|charge| is_metered(charge)) {
        let metering = Metering::try_new(known, charge)?;
        for (service, _, _) in metering.services()? {
            let cumulative = above_included(charge, metering.quantity_by_day(service)?);
            requests.extend(purse::requests(known, charge, Some(service), &cumulative, None));
        }
    }
    let mut paid = UnitsPaid::default();
    for Paid {
        request,
        account,
        amount: part,
    } in purse.pay(requests)?
    {
        let Some(service) = request.service else { continue };
        let name = name_of(&pools, &account);
        let entry = paid.paid.entry((request.charge.id.clone(), service)).or_default();
        match entry.iter_mut().find(|(pool, _)| *pool == name) {
            Some((_, units)) => *units = units.saturating_add(part),
            None => entry.push((name, part)),
        }
    }
    paid.top_ups = purse.into_top_ups();
    Ok(paid)
}

/// Pools counted in money pay amounts, line by line; both kinds bill what they bought again.
pub(super) fn pay_money(
    known: &Known<'_>,
    units: &UnitsPaid,
    lines: &mut Vec<ExpectedLine>,
) -> Result<(), BillingError> {
    add_top_ups(known, &units.top_ups, lines)?;
    let money = |pool: &CreditPool| pool.unit == PoolUnit::Money;
    let without_tax = pools(known, |pool| money(pool) && !pool.pays_tax);
    let with_tax = pools(known, |pool| money(pool) && pool.pays_tax);
    for pools in [without_tax, with_tax]
        .into_iter()
        .filter(|pools| !pools.is_empty())
    {
        let mut purse = Purse::open(purse::accounts(known, &pools)?)?;
        let paid = paid_charges(known, &pools);
        let requests = money_requests(known, paid, units, lines, pools.iter().any(|pool| pool.pays_tax))?;
        let drawn = purse.pay(requests)?;
        let payer = |account: &str| {
            let pool = pools.iter().find(|pool| pool.id == account)?;
            Some(Payer {
                name: &pool.name,
                pays_tax: pool.pays_tax,
                sources: &pool.sources,
            })
        };
        let component = |account: &str, of: Component| Component::CreditsDrawn {
            pool: account.to_owned(),
            of: Box::new(of),
        };
        lines.extend(drawn_lines(known, drawn, payer, component)?);
        add_top_ups(known, &purse.into_top_ups(), lines)?;
    }
    Ok(())
}

/// What the lines of some charges ask their pools for: metered ones day by day, all others on their invoice date.
pub(super) fn money_requests<'a>(
    known: &'a Known<'a>,
    charges: impl Iterator<Item = &'a Charge>,
    units: &UnitsPaid,
    lines: &[ExpectedLine],
    with_tax: bool,
) -> Result<Vec<Request<'a>>, BillingError> {
    let mut requests = Vec::new();
    for charge in charges {
        let of_charge: Vec<&ExpectedLine> = lines.iter().filter(|line| line.charge == charge.id).collect();
        for line in of_charge.iter().filter(|line| line.component != Component::Usage) {
            requests.extend(left_of(known, lines, line, with_tax)?.map(|amount| Request {
                on: line.invoice_date,
                component: line.component.clone(),
                ..Request::new(known, charge, line.service, line.invoice_date, amount)
            }));
        }
        if !is_metered(charge) {
            continue;
        }
        let metering = Metering::try_new(known, charge)?;
        for part in metering.parts(metering.services()?, units)? {
            let mut by_day = metering.by_day(&part, units)?;
            let line = of_charge.iter().find(|line| line.service == Some(part.service));
            let cap = match line {
                Some(line) => Some(left_of(known, lines, line, with_tax)?.unwrap_or_default()),
                None => None,
            };
            // A minimum, or tax, is owed without usage: it is asked for at the end.
            by_day.extend(cap.map(|cap| (part.invoice_date, cap)));
            let asked = purse::requests(known, charge, Some(part.service), &by_day, cap);
            requests.extend(asked.map(|request| Request {
                invoice_date: part.invoice_date,
                ..request
            }));
        }
    }
    Ok(requests)
}

/// What other credits have left of a line, with its tax where that is paid too; none where nothing is left.
fn left_of(
    known: &Known<'_>,
    lines: &[ExpectedLine],
    line: &ExpectedLine,
    with_tax: bool,
) -> Result<Option<Decimal>, BillingError> {
    let paid = |other: &&ExpectedLine| {
        other.charge == line.charge
            && other.service == line.service
            && matches!(&other.component, Component::CreditsDrawn { of, .. } if **of == line.component)
    };
    let left = lines
        .iter()
        .filter(paid)
        .try_fold(line.amount, |left, credit| left.plus(credit.amount))
        .and_then(|left| {
            if with_tax {
                plus_tax(known, line, left)
            } else {
                Ok(left)
            }
        })
        .map_err(amount_fault(&line.charge))?;
    Ok((left.amount > Decimal::ZERO).then_some(left.amount))
}

fn plus_tax(known: &Known<'_>, line: &ExpectedLine, net: Money) -> Result<Money, pricing::money::MoneyError> {
    let tax = known
        .plan
        .taxes
        .iter()
        .find(|tax| Some(&tax.id) == line.tax.as_ref());
    let Some(tax) = tax.filter(|tax| !tax.included) else {
        return Ok(net);
    };
    let amount = net
        .amount
        .checked_mul(tax.percent)
        .and_then(|part| part.checked_div(Decimal::ONE_HUNDRED));
    let overflow = pricing::money::MoneyError::Overflow;
    net.plus(Money::new(amount.ok_or(overflow)?, net.currency).rounded())
}

/// What drew from an account.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct DrawnKey {
    charge: String,
    component: Component,
    service: Option<Period>,
    invoice_date: Date,
}

/// Who paid, as a line shows it.
pub(super) struct Payer<'a> {
    pub(super) name: &'a str,
    pub(super) pays_tax: bool,
    pub(super) sources: &'a [FieldSource],
}

/// One negative line for each line and the pool, or commitment, that paid it.
pub(super) fn drawn_lines<'a>(
    known: &Known<'_>,
    drawn: Vec<Paid<'_>>,
    payer: impl Fn(&str) -> Option<Payer<'a>>,
    component: impl Fn(&str, Component) -> Component,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let mut sums: BTreeMap<DrawnKey, Paid<'_>> = BTreeMap::new();
    for paid in drawn {
        let key = DrawnKey {
            charge: paid.request.charge.id.clone(),
            component: component(&paid.account, paid.request.component.clone()),
            service: paid.request.service,
            invoice_date: paid.request.invoice_date,
        };
        match sums.get_mut(&key) {
            Some(sum) => sum.amount = sum.amount.saturating_add(paid.amount),
            None => {
                sums.insert(key, paid);
            }
        }
    }
    let mut lines = Vec::with_capacity(sums.len());
    for (key, paid) in sums {
        if let Some(payer) = payer(&paid.account) {
            lines.push(drawn_line(known, key, paid, &payer)?);
        }
    }
    Ok(lines)
}

fn drawn_line(
    known: &Known<'_>,
    key: DrawnKey,
    paid: Paid<'_>,
    payer: &Payer<'_>,
) -> Result<ExpectedLine, BillingError> {
    let charge = paid.request.charge;
    let amount = known
        .zero()
        .minus(Money::new(paid.amount, known.plan.currency))
        .map_err(amount_fault(&charge.id))?
        .rounded();
    let step = Step::CreditDrawn {
        pool: paid.account,
        amount: paid.amount,
    };
    Ok(ExpectedLine {
        charge: key.charge,
        component: key.component,
        service: key.service,
        invoice_date: key.invoice_date,
        description: format!("{} paid by {}", charge.name, payer.name),
        quantity: None,
        amount,
        // A pool that pays the tax too leaves the tax on the invoice and pays it; any other pays before tax.
        tax: charge.tax.clone().filter(|_| !payer.pays_tax),
        working: Working {
            currency: amount.currency,
            steps: vec![step],
        },
        facts: Vec::new(),
        sources: payer.sources.to_vec(),
    })
}

fn add_top_ups(
    known: &Known<'_>,
    made: &[TopUpMade],
    lines: &mut Vec<ExpectedLine>,
) -> Result<(), BillingError> {
    for top_up in made {
        lines.extend(top_up_line(known, top_up)?);
    }
    Ok(())
}

fn top_up_line(known: &Known<'_>, made: &TopUpMade) -> Result<Option<ExpectedLine>, BillingError> {
    let Some(pool) = known.plan.pools.iter().find(|pool| pool.id == made.pool) else {
        return Ok(None);
    };
    let Some(terms) = &pool.top_up else {
        return Ok(None);
    };
    let digits = known.plan.currency.minor_digits();
    let steps = vec![
        Step::PerUnit {
            quantity: made.times,
            unit_price: terms.price,
            per: Decimal::ONE,
        },
        Step::Rounded { digits },
    ];
    let working = Working {
        currency: known.plan.currency,
        steps,
    };
    let overflow = amount_fault(&pool.id)(pricing::money::MoneyError::Overflow);
    let amount = working.recompute().map_err(|_| overflow)?;
    let purchase = pool
        .bought_by
        .as_ref()
        .and_then(|charge| known.plan.charge(charge));
    Ok(Some(ExpectedLine {
        charge: pool.id.clone(),
        component: Component::TopUp { on: made.on },
        service: None,
        invoice_date: made.on,
        description: format!("{}: top-up", pool.name),
        quantity: Some(made.times),
        amount,
        tax: purchase.and_then(|purchase| purchase.tax.clone()),
        working,
        facts: Vec::new(),
        sources: pool.sources.clone(),
    }))
}

fn pools<'a>(known: &Known<'a>, of: impl Fn(&CreditPool) -> bool) -> Vec<&'a CreditPool> {
    known.plan.pools.iter().filter(|pool| of(pool)).collect()
}

fn paid_charges<'a>(known: &Known<'a>, pools: &[&'a CreditPool]) -> impl Iterator<Item = &'a Charge> {
    let pools = pools.to_vec();
    known
        .plan
        .charges
        .iter()
        .filter(move |charge| pools.iter().any(|pool| pays(pool, charge)))
}

/// A pool pays the charges it names, or everything metered when it names none; never its own purchase.
pub(super) fn pays(pool: &CreditPool, charge: &Charge) -> bool {
    let named = if pool.pays.is_empty() {
        is_metered(charge)
    } else {
        pool.pays.contains(&charge.id)
    };
    named && pool.bought_by.as_ref() != Some(&charge.id)
}

pub(super) fn is_metered(charge: &Charge) -> bool {
    matches!(
        charge.quantity,
        Quantity::Metered { .. }
            | Quantity::Amount {
                of: AmountBase::Meter { .. }
            }
    )
}

fn name_of(pools: &[&CreditPool], id: &str) -> String {
    pools
        .iter()
        .find(|pool| pool.id == id)
        .map_or_else(|| id.to_owned(), |pool| pool.name.clone())
}

/// Units that are included cost nothing, so no credits are spent on them.
fn above_included(charge: &Charge, cumulative: Vec<(Date, Decimal)>) -> Vec<(Date, Decimal)> {
    let included = charge.included.as_ref().filter(|included| !included.over_term);
    let free = included.map_or(Decimal::ZERO, |included| included.units);
    cumulative
        .into_iter()
        .map(|(day, units)| (day, units.saturating_sub(free).max(Decimal::ZERO)))
        .collect()
}
