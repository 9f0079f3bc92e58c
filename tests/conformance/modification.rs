//! What a contract modification does to revenue.

use billing::revenue::{
    MonthRevenue, ProspectiveSplit, catch_up, change_straight_line, prospective_price, separate_contract,
    spread_evenly, terminate,
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
        "prospective" | "catch_up" if given.has("method") => straight_line(case),
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
        "prospective" | "prospective_years" => prospective_years(case),
        "termination" => termination(given),
        _ => Err(given.missing("treatment")),
    }
}

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

fn straight_line(case: &Case) -> Answer {
    let given = &case.given;
    let on = given.date("modification_date")?;
    let prospective = given.text("treatment")? == "prospective";
    let (original, revised) = (given.decimal("original_price")?, given.decimal("revised_price")?);
    let change = change_straight_line(service(given)?, original, on, revised, prospective, digits(case)?);
    let change = change.map_err(refused)?;
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

/// What is left of the old years and what is added become even years.
fn prospective_years(case: &Case) -> Answer {
    let given = &case.given;
    let with_added = |stated: Decimal, added: &[&str]| -> Result<Decimal, Failure> {
        let more = given
            .first_of(added)
            .map(|name| given.decimal(name))
            .transpose()?;
        stated
            .checked_add(more.unwrap_or_default())
            .ok_or_else(|| refused("too large"))
    };
    let price = given.one_of(&["revised_price", "remaining_consideration", "remaining_price"])?;
    let price = with_added(price, &["added_price", "added_consideration"])?;
    let before = given.optional_decimal("recognized_before")?.unwrap_or_default();
    let years = given.one_of(&["remaining_years", "years_remaining", "years"])?;
    let years = with_added(years, &["added_years"])?;
    let yearly = spread_evenly(price, before, years).map_err(refused)?;
    let shown = yearly
        .rounded(digits(case)?)
        .ok_or_else(|| refused("too large"))?;
    outputs([
        ("annual_revenue", number(shown)),
        ("revenue_per_year", number(shown)),
        ("yearly", number(shown)),
    ])
}

fn termination(given: &Given) -> Answer {
    let billed = given.one_of(&["billed", "billed_to_date"])?;
    let refunded = given
        .optional_decimal("refunded")?
        .or(given.optional_decimal("refund")?)
        .unwrap_or_default();
    let before = given.one_of(&["recognized_before", "recognized_to_date"])?;
    let now = terminate(billed, refunded, before).map_err(refused)?;
    outputs([("revenue", number(now)), ("catch_up", number(now))])
}
