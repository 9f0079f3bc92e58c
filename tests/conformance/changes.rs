//! Changes during a period: other terms, other seats.

use billing::difference::difference;
use billing::expected_over;
use billing::facts::{Facts, SeatChange};
use billing::line::{BilledLine, ExpectedLine};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use pricing::fraction::Fraction;
use pricing::period::Period;
use pricing::plan::{Amends, Cadence, CadenceUnit, Charge, OnceAt, Plan, Quantity, Schedule, Timing};
use pricing::price::Price;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::agreement::{flat_charge, name, no_facts, plan_from, recurring};
use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    match case.kind.as_str() {
        "plan_change" => Some(plan_change(case)),
        "seat_charge" => Some(seat_charge(case)),
        _ => None,
    }
}

/// The rest of a period that was billed in advance, by old terms and by new.
fn plan_change(case: &Case) -> Answer {
    let (period, on) = period_and_change(&case.given)?;
    let items = case.given.list("items");
    let side = |prefix: &str| items_of(case, &items, prefix, period);
    let old = plan_from(case, period.start(), side("old_")?)?;
    let new = Plan {
        amends: Some(Amends {
            plan: old.content_hash(),
            effective: on,
        }),
        charges: side("new_")?,
        ..old.clone()
    };
    let mut lines = expected_over(&[&old, &new], &no_facts(), on).map_err(refused)?;
    lines.retain(|line| is_of_change(line, on, period));
    if on == period.start() {
        lines.extend(taken_back(&old, on)?);
    }
    let (mut shown, mut net) = (Vec::new(), Decimal::ZERO);
    for line in lines.into_iter().filter(|line| !line.amount.amount.is_zero()) {
        let amount = line.amount.amount;
        let kind = if amount < Decimal::ZERO {
            "credit"
        } else {
            "charge"
        };
        shown.push(json!({ "name": line.description, "type": kind, "amount": amount.to_string() }));
        net = net.checked_add(amount).ok_or_else(|| refused("too large"))?;
    }
    outputs([("lines", Value::Array(shown)), ("net", number(net))])
}

/// Lines by the new terms or against the old ones, for days of the period.
fn is_of_change(line: &ExpectedLine, on: Date, period: Period) -> bool {
    line.invoice_date == on && line.service.is_none_or(|service| service.start() < period.end())
}

/// A change on the very day on which the period was billed: what was billed by the old terms is no longer owed.
fn taken_back(old: &Plan, on: Date) -> Result<Vec<ExpectedLine>, Failure> {
    let lines = expected_over(&[old], &no_facts(), on).map_err(refused)?;
    let billed: Vec<BilledLine> = lines.into_iter().map(as_billed).collect();
    let due = difference(&[], &billed).map_err(refused)?;
    Ok(due.into_iter().map(|due| due.line).collect())
}

fn as_billed(line: ExpectedLine) -> BilledLine {
    BilledLine {
        charge: line.charge,
        component: line.component,
        service: line.service,
        invoice_date: line.invoice_date,
        amount: line.amount,
        tax: line.tax,
        description: line.description,
        invoice: "1".to_owned(),
    }
}

/// Where only the remaining fraction is stated, a period of as many days as its denominator.
fn period_and_change(given: &Given) -> Result<(Period, Date), Failure> {
    if given.has("remaining_fraction") {
        let rest = given.fraction("remaining_fraction")?;
        let (left, whole) = days(rest)?;
        let start = date(2025, 1, 1);
        let end = start.checked_add(whole.days()).map_err(refused)?;
        let change = end.checked_sub(left.days()).map_err(refused)?;
        return Ok((Period::try_new(start, end).map_err(refused)?, change));
    }
    Ok((given.period("period")?, given.date("change_date")?))
}

/// A fraction as days left of days in all, in lowest terms.
fn days(rest: Fraction) -> Result<(i64, i64), Failure> {
    let scale = rest.numerator().scale().max(rest.denominator().scale());
    let in_units = |mut value: Decimal| {
        value.rescale(scale);
        i64::try_from(value.mantissa()).map_err(refused)
    };
    let (left, whole) = (in_units(rest.numerator())?, in_units(rest.denominator())?);
    let divisor = (1..=left)
        .rev()
        .find(|by| left % by == 0 && whole % by == 0)
        .unwrap_or(1);
    Ok((left / divisor, whole / divisor))
}

fn items_of(case: &Case, items: &[Given], prefix: &str, period: Period) -> Result<Vec<Charge>, Failure> {
    let mut charges = Vec::new();
    for item in items {
        let named = |name: &str| format!("{prefix}{name}");
        let (quantity, unit_price) = (named("quantity"), named("unit_price"));
        let mut charge = if item.has(&quantity) || item.has(&unit_price) {
            // What does not change may be stated once for both sides.
            let mut charge = flat_charge("in_advance", Decimal::ZERO)?;
            charge.quantity = Quantity::Fixed {
                units: item.one_of(&[&quantity, "quantity"])?,
            };
            charge.price = Price::PerUnit {
                unit_price: item.one_of(&[&unit_price, "unit_price"])?,
                per: Decimal::ONE,
            };
            charge
        } else if item.has(&named("amount")) {
            flat_charge("in_advance", item.decimal(&named("amount"))?)?
        } else {
            continue;
        };
        name(&mut charge, item.text("name")?);
        charge.schedule = match item.text("recurrence").unwrap_or("period") {
            "one_time" => Schedule::Once { at: OnceAt::Start },
            "annual" => {
                charge.ends = Some(period.end());
                recurring(
                    Cadence {
                        count: 1,
                        unit: CadenceUnit::Year,
                    },
                    Timing::Advance,
                    period.start(),
                )
            }
            "period" | "monthly" => {
                let every = Cadence {
                    count: period.days(),
                    unit: CadenceUnit::Day,
                };
                recurring(every, Timing::Advance, period.start())
            }
            _ => return Err(item.missing("recurrence")),
        };
        if case.follows("one_time:never_prorated") && matches!(charge.schedule, Schedule::Once { .. }) {
            charge.prorated = false;
        }
        if matches!(charge.schedule, Schedule::Once { .. }) && prefix == "new_" {
            // It falls due when the terms that name it come into force.
            charge.starts = Some(period_and_change(&case.given)?.1);
        }
        charges.push(charge);
    }
    Ok(charges)
}

/// What is paid for seats that come and go during a period, beyond those already paid when it began.
fn seat_charge(case: &Case) -> Answer {
    let given = &case.given;
    let period = given.part("period").period("")?;
    let opening = match given.value("opening_seats").as_array() {
        Some(taken) => Decimal::from(taken.len()),
        None => given.optional_decimal("opening_seats")?.unwrap_or_default(),
    };
    let unit_price = given.decimal("unit_price")?;
    let mut charge = flat_charge(given.text("billed").unwrap_or("in_advance"), Decimal::ZERO)?;
    charge.quantity = Quantity::Seats {
        initial: opening,
        floor: None,
        ratchet: false,
        true_up: None,
    };
    charge.price = Price::PerUnit {
        unit_price,
        per: Decimal::ONE,
    };
    charge.prorated = given.flag("prorated");
    if let Schedule::Recurring { timing, .. } = charge.schedule {
        charge.schedule = recurring(
            Cadence {
                count: period.days(),
                unit: CadenceUnit::Day,
            },
            timing,
            period.start(),
        );
    }
    charge.ends = Some(period.end());
    let (seats, closing) = seat_changes(given, &charge.id, opening)?;
    let plan = plan_from(case, period.start(), vec![charge])?;
    let facts = Facts { seats, ..no_facts() };
    let lines = expected_over(&[&plan], &facts, period.end()).map_err(refused)?;
    let paid_before = opening.checked_mul(unit_price);
    let due = lines
        .iter()
        .try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.amount.amount));
    let due = due.zip(paid_before).and_then(|(due, paid)| due.checked_sub(paid));
    let due = due.ok_or_else(|| refused("too large"))?;
    outputs([("amount", number(due)), ("closing_seats", number(closing))])
}

fn seat_changes(
    given: &Given,
    charge: &str,
    opening: Decimal,
) -> Result<(Vec<SeatChange>, Decimal), Failure> {
    let mut count = opening;
    let mut changes = Vec::new();
    for (recorded, event) in (0_u64..).zip(given.list("seat_events")) {
        let by = match event.text("op")? {
            "add" => Decimal::ONE,
            "remove" => Decimal::NEGATIVE_ONE,
            _ => return Err(event.missing("op")),
        };
        count = count.checked_add(by).ok_or_else(|| refused("too large"))?;
        let (id, on) = (recorded.to_string(), event.date("date")?);
        changes.push(SeatChange {
            id,
            charge: charge.to_owned(),
            on,
            count,
            recorded,
        });
    }
    Ok((changes, count))
}
