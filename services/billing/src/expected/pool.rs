//! Credit pools: what they pay of each line, and what they buy again by themselves.

mod grant;
mod line;
mod purse;
mod request;
mod statement;

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::{Charge, CreditPool, PoolUnit};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::Known;
use super::stretch::Strand;
use super::usage::{Metering, is_metered};
use crate::component::Component;
use crate::credits::Ledger;
use crate::line::ExpectedLine;

pub(super) use grant::{grant_on, midnight};
pub(super) use line::{Payer, drawn_lines};
pub(super) use purse::{Account, Paid, Purse, TopUpMade};
pub(super) use request::{Request, of_lines};
pub use statement::PoolStatement;
pub(super) use statement::statements;

/// What pools counted in units paid, and the top-ups they made.
#[derive(Default)]
pub(super) struct UnitsPaid {
    /// By charge and service period: name of the pool, units.
    paid: BTreeMap<(String, Period), Vec<(String, Decimal)>>,
    top_ups: Vec<TopUpMade>,
    ledger: Option<Ledger>,
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

    fn add(&mut self, charge: &str, service: Period, pool: String, units: Decimal) {
        let entry = self.paid.entry((charge.to_owned(), service)).or_default();
        match entry.iter_mut().find(|(known, _)| *known == pool) {
            Some((_, sum)) => *sum = sum.saturating_add(units),
            None => entry.push((pool, units)),
        }
    }
}

/// Pools counted in units pay quantities before they are priced. `lines` holds the purchases.
pub(super) fn pay_units(known: &Known<'_>, lines: &[ExpectedLine]) -> Result<UnitsPaid, BillingError> {
    let pools = pools(known, |pool| matches!(pool.unit, PoolUnit::Units { .. }));
    if pools.is_empty() {
        return Ok(UnitsPaid::default());
    }
    let mut requests = Vec::new();
    for strand in paid_strands(known, &pools) {
        let Some(metering) = Metering::try_new(known, strand)? else {
            continue;
        };
        for (stretch, turn) in metering.turns()? {
            let by_day = metering.quantity_by_day(stretch, turn.service)?;
            let cumulative = above_included(stretch.charge, by_day);
            requests.extend(request::rising(
                known,
                strand,
                Some(turn.service),
                &cumulative,
                None,
            ));
        }
    }
    let mut purse = Purse::open(purse::accounts(known, &pools, lines)?)?;
    let mut paid = UnitsPaid::default();
    for Paid {
        request,
        account,
        amount,
    } in purse.pay(requests)?
    {
        if let Some(service) = request.service {
            paid.add(&request.charge.id, service, name_of(&pools, &account), amount);
        }
    }
    let (top_ups, ledger) = purse.close();
    (paid.top_ups, paid.ledger) = (top_ups, Some(ledger));
    Ok(paid)
}

/// Pools counted in money pay amounts, line by line: first those that pay before tax, then those that pay the tax
/// too. Both kinds, and pools counted in units, bill what they bought again. Gives the ledgers of all of them.
pub(super) fn pay_money(
    known: &Known<'_>,
    units: UnitsPaid,
    lines: &mut Vec<ExpectedLine>,
) -> Result<Vec<Ledger>, BillingError> {
    for made in &units.top_ups {
        lines.extend(line::of_top_up(known, made)?);
    }
    let mut ledgers = Vec::new();
    for with_tax in [false, true] {
        let pools = pools(known, |pool| {
            pool.unit == PoolUnit::Money && pool.pays_tax == with_tax
        });
        if !pools.is_empty() {
            let (added, ledger) = paid_by(known, &pools, &units, lines, with_tax)?;
            lines.extend(added);
            ledgers.push(ledger);
        }
    }
    ledgers.extend(units.ledger);
    Ok(ledgers)
}

fn paid_by(
    known: &Known<'_>,
    pools: &[&CreditPool],
    units: &UnitsPaid,
    lines: &[ExpectedLine],
    with_tax: bool,
) -> Result<(Vec<ExpectedLine>, Ledger), BillingError> {
    let requests = of_lines(known, paid_strands(known, pools), units, lines, with_tax)?;
    let mut purse = Purse::open(purse::accounts(known, pools, lines)?)?;
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
    let mut added = drawn_lines(known, drawn, payer, component)?;
    let (top_ups, ledger) = purse.close();
    for made in top_ups {
        added.extend(line::of_top_up(known, &made)?);
    }
    Ok((added, ledger))
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

fn pools<'a>(known: &Known<'a>, of: impl Fn(&CreditPool) -> bool) -> Vec<&'a CreditPool> {
    known.pools().into_iter().filter(|pool| of(pool)).collect()
}

fn paid_strands<'a>(known: &'a Known<'a>, pools: &[&'a CreditPool]) -> impl Iterator<Item = &'a Strand<'a>> {
    let pools = pools.to_vec();
    known
        .strands
        .iter()
        .filter(move |strand| pools.iter().any(|pool| pays(pool, strand.charge)))
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
    let above = |units: Decimal| units.saturating_sub(free).max(Decimal::ZERO);
    cumulative
        .into_iter()
        .map(|(day, units)| (day, above(units)))
        .collect()
}
