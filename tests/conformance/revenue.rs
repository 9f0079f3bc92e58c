//! Revenue recognition.

use billing::revenue::{
    Bundle, Delivered, Measure, MonthRevenue, Obligation, PartRounding, allocate, allocate_with_bundle,
    breakage, position, recognise, retrospective_price, right_to_invoice, uninstalled_materials,
};
use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::Remainder;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    let given = &case.given;
    match case.kind.as_str() {
        "ssp_allocation" => Some(allocation(case, None)),
        "ssp_allocation_with_bundle" => {
            Some(bundle(given).and_then(|bundle| allocation(case, Some(&bundle))))
        }
        "revenue_schedule" => Some(schedule(case)),
        "breakage_revenue" => Some(breakage_revenue(case)),
        "retrospective_volume_price" => Some(retrospective(given)),
        "uninstalled_materials" => Some(materials(case)),
        _ => None,
    }
}

/// Decimals a source rounds to: stated, or those of the figures it prints.
pub(crate) fn digits(case: &Case) -> Result<u32, Failure> {
    if case.given.has("rounding_scale") {
        return case.given.whole("rounding_scale");
    }
    Ok(case.expect.values().map(printed).max().unwrap_or(2))
}

fn printed(value: &Value) -> u32 {
    match value {
        Value::String(text) => text.parse::<Decimal>().map_or(0, |number| number.scale()),
        Value::Array(values) => values.iter().map(printed).max().unwrap_or(0),
        Value::Object(named) => named.values().map(printed).max().unwrap_or(0),
        _ => 0,
    }
}

fn allocation(case: &Case, bundle: Option<&Bundle>) -> Answer {
    let given = &case.given;
    let obligation = |row: &Given| -> Result<Obligation, Failure> {
        Ok(Obligation {
            id: row.text("id")?.to_owned(),
            selling_price: row.decimal("ssp")?,
        })
    };
    let obligations: Vec<Obligation> = given
        .list("obligations")
        .iter()
        .map(obligation)
        .collect::<Result<_, _>>()?;
    let rounding = match case.follows("rounding:nearest_at_scale") {
        true => PartRounding::EachToNearest,
        false => PartRounding::Sum(Remainder::default()),
    };
    let (price, digits) = (given.decimal("transaction_price")?, digits(case)?);
    let shares = match bundle {
        None => allocate(price, &obligations, digits, rounding),
        Some(bundle) => allocate_with_bundle(price, &obligations, bundle, digits, rounding),
    };
    let named: Map<String, Value> = shares
        .map_err(refused)?
        .into_iter()
        .map(|(id, share)| (id, number(share)))
        .collect();
    outputs([("allocated", Value::Object(named))])
}

/// What is sold together, and for how much: in a part of its own, or beside the promises.
fn bundle(given: &Given) -> Result<Bundle, Failure> {
    let only = given.list("bundles").into_iter().next();
    let bundle = match only {
        Some(only) => only,
        None if given.value("bundle").is_object() => given.part("bundle"),
        None => given.clone(),
    };
    let members = [
        "members",
        "obligation_ids",
        "ids",
        "of",
        "bundle_members",
        "bundle_ids",
        "bundle_obligations",
        "bundle",
        "obligations",
    ];
    let prices = [
        "price",
        "ssp",
        "observed_price",
        "observed_ssp",
        "selling_price",
        "bundle_price",
        "bundle_ssp",
        "bundle_selling_price",
    ];
    Ok(Bundle {
        members: bundle.texts(bundle.first_of(&members).unwrap_or("members")),
        selling_price: bundle.one_of(&prices)?,
    })
}

fn schedule(case: &Case) -> Answer {
    let given = &case.given;
    let digits = digits(case)?;
    let months = match given.text("method")? {
        "right_to_invoice" => right_to_invoice(&delivered_units(given)?, digits),
        "straight_line_monthly" => timed(given, Measure::StraightLineMonthly, digits)?,
        "daily" => timed(given, Measure::Daily, digits)?,
        "prorated_calendar_months" => timed(given, Measure::ProratedCalendarMonths, digits)?,
        "progress" => {
            let measure = Measure::Progress(delivered(&given.list("progress"), &["percent", "percentage"])?);
            recognise(given.decimal("price")?, &measure, digits)
        }
        "units" | "cost_to_cost" => recognise(given.decimal("price")?, &of_total(given)?, digits),
        _ => return Err(given.missing("method")),
    };
    let months = months.map_err(refused)?;
    let mut found = Map::new();
    let by_month = months
        .iter()
        .map(|month| (year_month(month.month), number(month.amount)));
    found.insert("by_month".to_owned(), Value::Object(by_month.collect()));
    if given.has("as_of") {
        as_of(given, &months, &mut found)?;
    }
    Ok(found)
}

fn as_of(given: &Given, months: &[MonthRevenue], found: &mut Map<String, Value>) -> Result<(), Failure> {
    let month = month(given, "as_of")?;
    let reached = months.iter().rfind(|each| each.month <= month);
    let recognised = reached.map_or(Decimal::ZERO, |each| each.to_date);
    let of_month = reached
        .filter(|each| each.month == month)
        .map_or(Decimal::ZERO, |each| each.amount);
    let mut billed = Decimal::ZERO;
    for billing in given.list("billings") {
        if billing.date("date")?.first_of_month() <= month {
            billed = billed
                .checked_add(billing.decimal("amount")?)
                .ok_or_else(|| refused("too large"))?;
        }
    }
    let stands = position(recognised, billed).map_err(refused)?;
    for (name, amount) in [
        ("revenue", of_month),
        ("recognized_to_date", recognised),
        ("deferred", stands.deferred),
        ("contract_asset", stands.contract_asset),
    ] {
        found.insert(name.to_owned(), number(amount));
    }
    Ok(())
}

type Recognised = Result<Vec<MonthRevenue>, billing::revenue::RevenueError>;

fn timed(given: &Given, measure: fn(Period) -> Measure, digits: u32) -> Result<Recognised, Failure> {
    Ok(recognise(
        given.decimal("price")?,
        &measure(service(given)?),
        digits,
    ))
}

/// Both days are served.
pub(crate) fn service(given: &Given) -> Result<Period, Failure> {
    let end = given.date("end")?.tomorrow().map_err(refused)?;
    Period::try_new(given.date("start")?, end).map_err(refused)
}

fn delivered_units(given: &Given) -> Result<Vec<(Delivered, Decimal)>, Failure> {
    let name = if given.has("rated_units") {
        "rated_units"
    } else {
        "units"
    };
    let rated = |row: &Given| {
        let unit_price = if row.has("unit_price") {
            row.decimal("unit_price")
        } else {
            given.decimal("unit_price")
        };
        Ok((
            Delivered {
                month: month(row, "month")?,
                amount: row.decimal("quantity")?,
            },
            unit_price?,
        ))
    };
    given.list(name).iter().map(rated).collect()
}

fn delivered(rows: &[Given], names: &[&str]) -> Result<Vec<Delivered>, Failure> {
    let one = |row: &Given| {
        Ok(Delivered {
            month: month(row, row.first_of(&["month", "date"]).unwrap_or("month"))?,
            amount: row.one_of(names)?,
        })
    };
    rows.iter().map(one).collect()
}

fn of_total(given: &Given) -> Result<Measure, Failure> {
    type Names<'a> = &'a [&'a str];
    let (lists, amounts, totals): (Names<'_>, Names<'_>, Names<'_>) = if given.text("method")? == "units" {
        (
            &["units", "delivered", "delivered_units"],
            &["quantity", "units"],
            &["total_units", "expected_units", "units_total"],
        )
    } else {
        (
            &["costs", "costs_incurred", "incurred"],
            &["amount", "cost", "incurred"],
            &[
                "total_cost",
                "expected_cost",
                "expected_total_cost",
                "total_expected_cost",
            ],
        )
    };
    Ok(Measure::OfTotal {
        delivered: delivered(&given.list(given.first_of(lists).unwrap_or("costs")), amounts)?,
        total: given.one_of(totals)?,
    })
}

fn breakage_revenue(case: &Case) -> Answer {
    let given = &case.given;
    let now = breakage(
        given.decimal("allocated_to_rights")?,
        given.decimal("redeemed_to_date")?,
        given.decimal("expected_redemptions")?,
        given.decimal("recognized_before")?,
        digits(case)?,
    );
    outputs([("revenue", number(now.map_err(refused)?))])
}

fn retrospective(given: &Given) -> Answer {
    let now = retrospective_price(
        given.decimal("units_before")?,
        given.decimal("price_before")?,
        given.decimal("units_now")?,
        given.decimal("price_now")?,
    );
    let (revenue, correction) = now.map_err(refused)?;
    outputs([
        ("revenue_now", number(revenue)),
        ("correction", number(correction)),
    ])
}

fn materials(case: &Case) -> Answer {
    let given = &case.given;
    let cost = given.one_of(&[
        "materials_cost",
        "material_cost",
        "uninstalled_cost",
        "uninstalled_materials",
        "uninstalled_materials_cost",
        "equipment_cost",
    ])?;
    let price = given.one_of(&["price", "transaction_price", "contract_price"])?;
    let total = with_or_without(
        given,
        cost,
        &[
            "total_cost",
            "total_expected_cost",
            "expected_total_cost",
            "expected_cost",
            "total_costs",
            "expected_costs",
        ],
        &[
            "other_cost_total",
            "other_costs_total",
            "other_costs_expected",
            "other_expected_cost",
            "other_expected_costs",
            "expected_other_costs",
            "other_total_cost",
            "other_costs",
            "other_cost",
        ],
    )?;
    let to_date = with_or_without(
        given,
        cost,
        &["costs_incurred_including_materials", "incurred_with_materials"],
        &[
            "other_cost_to_date",
            "other_costs_to_date",
            "other_costs_incurred",
            "other_cost_incurred",
            "cost_to_date",
            "costs_to_date",
            "cost_incurred",
            "costs_incurred",
            "incurred",
        ],
    )?;
    let to_date = to_date.checked_sub(cost).ok_or_else(|| refused("too large"))?;
    let revenue = uninstalled_materials(price, total, cost, to_date, digits(case)?).map_err(refused)?;
    let costs = to_date.checked_add(cost).ok_or_else(|| refused("too large"))?;
    outputs([
        ("revenue", number(revenue)),
        ("recognized_to_date", number(revenue)),
        ("cost", number(costs)),
        ("cost_of_sales", number(costs)),
        (
            "profit",
            number(revenue.checked_sub(costs).ok_or_else(|| refused("too large"))?),
        ),
    ])
}

/// A cost with the materials in it: stated so, or without them.
fn with_or_without(
    given: &Given,
    materials: Decimal,
    with: &[&str],
    without: &[&str],
) -> Result<Decimal, Failure> {
    if given.first_of(with).is_some() {
        return given.one_of(with);
    }
    given
        .one_of(without)?
        .checked_add(materials)
        .ok_or_else(|| refused("too large"))
}

fn month(given: &Given, name: &str) -> Result<Date, Failure> {
    let text = given.text(name)?;
    format!("{}-01", text.get(..7).unwrap_or(text))
        .parse()
        .map_err(|_| given.missing(name))
}

fn year_month(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}
