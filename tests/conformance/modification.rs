//! What a contract modification does to revenue.

use billing::revenue::{
    MonthRevenue, OverTime, ProspectiveSplit, Treatment, catch_up, change_price, prospective_price,
    separate_contract, spread_evenly, still_to_earn, terminate,
};
use rust_decimal::Decimal;

use super::case::{Answer, Case, Failure, Given, number, outputs, refused};
use super::revenue::{digits, service};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    (case.kind == "contract_modification").then(|| modification(case))
}

fn modification(case: &Case) -> Answer {
    let given = &case.given;
    match given.text("treatment")? {
        "separate_contract" => separate(given),
        "prospective" if given.has("method") => over_time(case, Treatment::Prospective),
        "catch_up" if given.has("method") => over_time(case, Treatment::CatchUp),
        "termination" if given.has("method") => over_time(case, Treatment::Termination),
        "catch_up" => {
            let (price, before) = (
                given.decimal("revised_price")?,
                given.decimal("recognized_before")?,
            );
            let correction =
                catch_up(price, given.fraction("progress")?, before, digits(case)?).map_err(refused)?;
            outputs([("catch_up", number(correction))])
        }
        "prospective_units" => prospective_units(case),
        "prospective" | "prospective_years" if given.first_of(&PARTS).is_some() => prospective_parts(case),
        "prospective" => still(given),
        "termination" => termination(given),
        _ => Err(given.missing("treatment")),
    }
}

/// Even parts of time that are left, by the names they go by.
const PARTS: [&str; 6] = [
    "remaining_years",
    "years_remaining",
    "years",
    "remaining_months",
    "months_remaining",
    "remaining_periods",
];

fn separate(given: &Given) -> Answer {
    let original = (
        given.decimal("original_units")?,
        given.decimal("original_unit_price")?,
    );
    let added = (given.decimal("added_units")?, given.decimal("added_unit_price")?);
    let (original, added, total) = separate_contract(original, added).map_err(refused)?;
    outputs([
        ("original_revenue", number(original)),
        ("added_revenue", number(added)),
        ("total_revenue", number(total)),
    ])
}

fn over_time(case: &Case, treatment: Treatment) -> Answer {
    let given = &case.given;
    let by = match given.text("method")? {
        "straight_line_monthly" => OverTime::StraightLineMonthly,
        "daily" => OverTime::Daily,
        "prorated_calendar_months" => OverTime::ProratedCalendarMonths,
        _ => return Err(given.missing("method")),
    };
    let on = given.date("modification_date")?;
    let prices = (given.decimal("original_price")?, given.decimal("revised_price")?);
    let change = change_price(service(given)?, by, prices, on, treatment, digits(case)?).map_err(refused)?;
    let at = change
        .months
        .iter()
        .position(|month| month.month == on.first_of_month());
    let of = |at: Option<usize>| at.and_then(|at| change.months.get(at));
    let amount = |month: Option<&MonthRevenue>| number(month.map_or(Decimal::ZERO, |month| month.amount));
    outputs([
        ("catch_up", number(change.catch_up)),
        ("recognized_before", number(change.recognised_before)),
        (
            "monthly_before",
            amount(
                change
                    .months
                    .first()
                    .filter(|month| month.month < on.first_of_month()),
            ),
        ),
        ("monthly_after", amount(of(at.map(|at| at.saturating_add(1))))),
        ("modification_month_revenue", amount(of(at))),
        (
            "recognized_to_date",
            number(of(at).map_or(Decimal::ZERO, |month| month.to_date)),
        ),
    ])
}

/// What is left of the old units and the added ones become one price.
fn prospective_units(case: &Case) -> Answer {
    let given = &case.given;
    let product = |units: Decimal, price: Decimal| -> Result<ProspectiveSplit, Failure> {
        let consideration = units.checked_mul(price).ok_or_else(|| refused("too large"))?;
        Ok(ProspectiveSplit {
            consideration,
            over: units,
        })
    };
    let left = product(
        remaining_units(given)?,
        given.one_of(&["remaining_unit_price", "original_unit_price"])?,
    )?;
    let added = product(given.decimal("added_units")?, given.decimal("added_unit_price")?)?;
    let price = prospective_price(&[left, added]).map_err(refused)?;
    let shown = price.rounded(digits(case)?).ok_or_else(|| refused("too large"))?;
    outputs([
        ("unit_price", number(shown)),
        ("price_per_unit", number(shown)),
        ("blended_unit_price", number(shown)),
        ("revenue_per_unit", number(shown)),
        ("new_unit_price", number(shown)),
    ])
}

/// Stated, or what was agreed less what was delivered.
fn remaining_units(given: &Given) -> Result<Decimal, Failure> {
    let stated = ["remaining_units", "units_remaining", "undelivered_units"];
    if given.first_of(&stated).is_some() {
        return given.one_of(&stated);
    }
    let delivered = given.one_of(&[
        "delivered_units",
        "units_delivered",
        "transferred_units",
        "units_transferred",
    ])?;
    let left = given.decimal("original_units")?.checked_sub(delivered);
    left.ok_or_else(|| refused("too large"))
}

/// What is left of the old years (or months) and what is added become even ones.
fn prospective_parts(case: &Case) -> Answer {
    let given = &case.given;
    let price = with_added(
        given,
        &["revised_price", "remaining_consideration", "remaining_price"],
        &ADDED,
    )?;
    let before = given.optional_decimal("recognized_before")?.unwrap_or_default();
    let parts = with_added(given, &PARTS, &["added_years", "added_months", "added_periods"])?;
    let each = spread_evenly(price, before, parts).map_err(refused)?;
    let shown = each.rounded(digits(case)?).ok_or_else(|| refused("too large"))?;
    outputs([
        ("annual_revenue", number(shown)),
        ("revenue_per_year", number(shown)),
        ("revenue_per_remaining_year", number(shown)),
        ("per_year", number(shown)),
        ("yearly", number(shown)),
        ("yearly_revenue", number(shown)),
        ("yearly_after", number(shown)),
        ("monthly_after", number(shown)),
    ])
}

const ADDED: [&str; 4] = [
    "added_price",
    "added_consideration",
    "added_amount",
    "additional_consideration",
];

fn with_added(given: &Given, stated: &[&str], added: &[&str]) -> Result<Decimal, Failure> {
    let more = given
        .first_of(added)
        .map(|name| given.decimal(name))
        .transpose()?;
    given
        .one_of(stated)?
        .checked_add(more.unwrap_or_default())
        .ok_or_else(|| refused("too large"))
}

/// The price that is not yet earned and what the change adds; at a revised price, what of it is not yet earned.
fn still(given: &Given) -> Answer {
    let price = given.one_of(&["original_price", "transaction_price", "revised_price"])?;
    let before = given.one_of(&["recognized_before", "recognized_to_date"])?;
    let added = match given.optional_decimal("revised_price")? {
        Some(revised) => revised.checked_sub(price),
        None => Some(given.one_of(&ADDED)?),
    };
    let left = still_to_earn(price, before, added.ok_or_else(|| refused("too large"))?).map_err(refused)?;
    outputs([
        ("remaining", number(left)),
        ("remaining_price", number(left)),
        ("remaining_revenue", number(left)),
        ("remaining_consideration", number(left)),
        ("remaining_to_recognize", number(left)),
        ("to_recognize", number(left)),
        ("unrecognized", number(left)),
        ("prospective_amount", number(left)),
        ("prospective_revenue", number(left)),
        ("revenue_after", number(left)),
    ])
}

fn termination(given: &Given) -> Answer {
    let billed = given.one_of(&["billed", "billed_to_date", "revised_price"])?;
    let refunded = given
        .optional_decimal("refunded")?
        .or(given.optional_decimal("refund")?)
        .unwrap_or_default();
    let before = given.one_of(&["recognized_before", "recognized_to_date"])?;
    let now = terminate(billed, refunded, before).map_err(refused)?;
    outputs([("revenue", number(now)), ("catch_up", number(now))])
}
