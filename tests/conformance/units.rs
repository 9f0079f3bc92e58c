//! Units and the tiers they fill: allowances, capacity, units that come and go.

use jiff::civil::date;
use pricing::fraction::Fraction;
use pricing::money::Money;
use pricing::period::Period;
use pricing::plan::{Included, Policy};
use pricing::price::capacity::{Band, Limit, Peak, band_for};
use pricing::price::movement::{self, WeightedUnits};
use pricing::price::{Measured, Price};
use pricing::rate::{RateInput, part_of, rate};
use pricing::working::Working;
use rust_decimal::Decimal;
use serde_json::json;

use super::agreement::{flat_charge, metered};
use super::case::{Answer, Case, Failure, Given, number, outputs, refused};
use super::terms::tiers;

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    match case.kind.as_str() {
        "price_capacity" => Some(capacity(&case.given)),
        "usage_allowance" => Some(allowance(&case.given)),
        "price_prorated_graduated" => Some(prorated_graduated(case)),
        _ => None,
    }
}

fn capacity(given: &Given) -> Answer {
    let peaks: Vec<Peak> = measures(&given.part("peaks"))?
        .into_iter()
        .filter_map(|(measure, count)| {
            Some(Peak {
                measure,
                count: count?,
            })
        })
        .collect();
    let band = |row: &Given| -> Result<Band, Failure> {
        let limits = measures(&row.part("limits"))?.into_iter();
        let limits = limits
            .filter_map(|(measure, most)| Some(Limit { measure, most: most? }))
            .collect();
        Ok(Band {
            limits,
            price: row.decimal("price")?,
        })
    };
    let bands: Vec<Band> = given.list("tiers").iter().map(band).collect::<Result<_, _>>()?;
    let reached = band_for(&peaks, &bands).map_err(refused)?;
    let tier = bands
        .iter()
        .position(|band| band == reached)
        .map(|at| at.saturating_add(1));
    let price = Money::new(reached.price, given.currency()?);
    outputs([("amount", number(price.amount)), ("tier", json!(tier))])
}

fn measures(given: &Given) -> Result<Vec<(String, Option<Decimal>)>, Failure> {
    let measured = |name: String| Ok((name.clone(), given.optional_decimal(&name)?));
    given.names().into_iter().map(measured).collect()
}

/// Units left over by earlier lines are taken off first: what is charged of all, less what was of those before.
fn allowance(given: &Given) -> Answer {
    let mut charge = flat_charge("in_arrears", Decimal::ZERO)?;
    charge.quantity = metered();
    charge.price = Price::PerUnit {
        unit_price: Decimal::ONE,
        per: Decimal::ONE,
    };
    charge.included = Some(Included {
        units: given.decimal("allowance")?,
        over_term: false,
    });
    let month = Period::try_new(date(2025, 1, 1), date(2025, 2, 1)).map_err(refused)?;
    let charged = |units| -> Result<Decimal, Failure> {
        let measured = Measured::Units(units);
        let input = RateInput::of_charge(&charge, given.currency()?, Policy::default(), month, measured);
        Ok(rate(&input).map_err(refused)?.charged)
    };
    let (before, quantity) = (given.decimal("prior_quantity")?, given.decimal("quantity")?);
    let total = before.checked_add(quantity).ok_or_else(|| refused("too large"))?;
    let billed = charged(total)?
        .checked_sub(charged(before)?)
        .ok_or_else(|| refused("too large"))?;
    let used = quantity.checked_sub(billed).ok_or_else(|| refused("too large"))?;
    outputs([
        ("billed_quantity", number(billed)),
        ("allowance_used", number(used)),
    ])
}

fn prorated_graduated(case: &Case) -> Answer {
    let given = &case.given;
    let moves: Vec<WeightedUnits> = given
        .list("movements")
        .iter()
        .map(|row| weighted(given, row))
        .collect::<Result<_, _>>()?;
    let opening = given.optional_decimal("opening_units")?.unwrap_or_default();
    let mut working = Working::new(given.currency()?);
    movement::steps(opening, &moves, &tiers(case)?, &mut working.steps).map_err(refused)?;
    let amount: Money = working.recompute().map_err(refused)?;
    let exact = working.total().map_err(refused)?;
    outputs([
        ("amount", case.amount("amount", amount, exact)),
        ("amount_unrounded", number(exact)),
    ])
}

fn weighted(given: &Given, row: &Given) -> Result<WeightedUnits, Failure> {
    let units = row.decimal("units")?;
    let part = match row.optional_decimal("prorated_units")? {
        Some(prorated) => Fraction::try_new(prorated, units).unwrap_or(Fraction::ZERO),
        None => {
            let period = given.part("period").period("")?;
            let rest = Period::try_new(row.date("date")?, period.end()).map_err(refused)?;
            part_of(rest, period, Policy::default().day_count)
        }
    };
    Ok(WeightedUnits { units, part })
}
