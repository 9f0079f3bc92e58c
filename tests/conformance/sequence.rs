//! The invoices of an agreement, one after the other.

use std::collections::BTreeMap;

use billing::component::Component;
use billing::expected_over;
use billing::facts::{Facts, UsageEvent};
use billing::line::ExpectedLine;
use jiff::civil::Date;
use pricing::plan::{Amends, Charge, Meter, OnceAt, Plan, Quantity, Schedule};
use pricing::price::Price;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::agreement::{cadence, flat_charge, id, meter, name, no_facts, plan_from, recurring};
use super::case::{Answer, Case, Failure, Given, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    (case.kind == "invoice_sequence").then(|| invoice_sequence(case))
}

/// Invoices of an agreement by their dates, through the last one the source shows.
fn invoice_sequence(case: &Case) -> Answer {
    let given = &case.given;
    let start = given.date("start")?;
    let through = last_shown(case)?;
    let items = given.list("items");
    let mut first = plan_from(case, start, sequence_items(given, &items, "old_", start)?)?;
    first.meters = meters(&items)?;
    let mut versions = vec![first];
    if given.has("change_date") {
        let charges = sequence_items(given, &items, "new_", start)?;
        let amends = versions.first().map(Plan::content_hash);
        let amends = amends
            .map(|plan| {
                Ok(Amends {
                    plan,
                    effective: given.date("change_date")?,
                })
            })
            .transpose()?;
        let changed = versions.first().cloned().map(|plan| Plan {
            amends,
            charges,
            ..plan
        });
        versions.extend(changed);
    }
    let facts = Facts {
        events: usage(given)?,
        ..no_facts()
    };
    let lines = expected_over(&versions.iter().collect::<Vec<_>>(), &facts, through).map_err(refused)?;
    let added: Vec<(String, Date)> = versions
        .iter()
        .flat_map(|version| &version.charges)
        .filter_map(|charge| {
            Some((
                charge.id.clone(),
                charge.starts.filter(|starts| *starts != start)?,
            ))
        })
        .collect();
    outputs([("invoices", invoices(&lines, &added)?)])
}

/// One invoice a date. It adjusts where terms changed, and where nothing else is billed than what was added that day.
fn invoices(lines: &[ExpectedLine], added: &[(String, Date)]) -> Result<Value, Failure> {
    let mut dates: BTreeMap<Date, (Decimal, bool)> = BTreeMap::new();
    let is_new = |line: &&ExpectedLine| {
        added
            .iter()
            .any(|(charge, on)| line.charge == *charge && line.invoice_date == *on)
    };
    for line in lines {
        let of_day = || {
            lines
                .iter()
                .filter(|other| other.invoice_date == line.invoice_date)
        };
        let only_new = of_day().count() == of_day().filter(is_new).count();
        let (total, adjusts) = dates.entry(line.invoice_date).or_default();
        *adjusts |= only_new;
        *total = total
            .checked_add(line.amount.amount)
            .ok_or_else(|| refused("too large"))?;
        *adjusts |= matches!(
            line.component,
            Component::Amended { .. } | Component::AmendedCredit { .. }
        );
    }
    let shown =
        dates
            .into_iter()
            .filter(|(_, (total, _))| !total.is_zero())
            .map(|(date, (total, adjusts))| {
                let kind = if adjusts { "adjustment" } else { "recurring" };
                json!({ "date": date.to_string(), "total": total.to_string(), "type": kind })
            });
    Ok(Value::Array(shown.collect()))
}

fn last_shown(case: &Case) -> Result<Date, Failure> {
    let dates = case
        .expect
        .get("invoices")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let last = dates
        .filter_map(|invoice| invoice["date"].as_str()?.parse::<Date>().ok())
        .max();
    // Where nothing is billed, nothing may be billed by the last day the source speaks of.
    let named = || {
        case.given
            .first_of(&["cancel_date", "change_date", "end", "start"])
    };
    last.map_or_else(|| case.given.date(named().unwrap_or("start")), Ok)
}

fn sequence_items(given: &Given, items: &[Given], side: &str, start: Date) -> Result<Vec<Charge>, Failure> {
    let mut charges = Vec::new();
    for item in items {
        let of_side = format!("{side}amount");
        let amount = [of_side.as_str(), "amount"]
            .into_iter()
            .find(|name| item.has(name));
        let is_usage = item.text("type")? == "usage";
        let of_side = format!("{side}unit_price");
        let unit_price = item.first_of(&[&of_side, "unit_price"]);
        // A price stated for the other side alone is not charged on this one.
        let priced = item.first_of(&["old_unit_price", "new_unit_price"]).is_some();
        if is_usage && priced && unit_price.is_none() {
            continue;
        }
        let Some(amount) = amount
            .map(|name| item.decimal(name))
            .or(is_usage.then_some(Ok(Decimal::ONE)))
        else {
            continue;
        };
        let mut charge = flat_charge(item.text("term").unwrap_or("in_arrears"), amount?)?;
        name(&mut charge, item.text("name")?);
        if is_usage {
            let unit_price = unit_price.map_or(Ok(Decimal::ONE), |name| item.decimal(name))?;
            charge.quantity = Quantity::Metered {
                meter: charge.id.clone(),
            };
            charge.price = Price::PerUnit {
                unit_price,
                per: Decimal::ONE,
            };
        }
        charge.schedule = match charge.schedule {
            _ if item.text("type")? == "one_time" => Schedule::Once { at: OnceAt::Start },
            Schedule::Recurring { timing, .. } => recurring(cadence(item)?, timing, start),
            other => other,
        };
        charge.starts = item
            .has("effective_from")
            .then(|| item.date("effective_from"))
            .transpose()?;
        charge.ends = given
            .has("cancel_date")
            .then(|| given.date("cancel_date"))
            .transpose()?;
        charges.push(charge);
    }
    Ok(charges)
}

fn meters(items: &[Given]) -> Result<Vec<Meter>, Failure> {
    let usage = items
        .iter()
        .filter(|item| item.text("type").is_ok_and(|kind| kind == "usage"));
    usage
        .map(|item| item.text("name").map(|name| meter(&id(name))))
        .collect()
}

/// The moment something was used, or the first day of the period it was used in.
const WHEN: [&str; 5] = ["at", "date", "period_from", "period_start", "month"];

fn usage(given: &Given) -> Result<Vec<UsageEvent>, Failure> {
    let only = given
        .list("items")
        .into_iter()
        .find(|item| item.text("type").is_ok_and(|kind| kind == "usage"));
    let used = |(at, used): (usize, Given)| {
        let of = ["item", "name"].into_iter().find_map(|name| used.text(name).ok());
        let meter = of
            .or_else(|| only.as_ref()?.text("name").ok())
            .ok_or_else(|| used.missing("item"))?;
        let value = if used.has("quantity") {
            used.decimal("quantity")?
        } else {
            used.decimal("amount")?
        };
        Ok(UsageEvent {
            id: at.to_string(),
            meter: id(meter),
            at: used.date_time(used.first_of(&WHEN).unwrap_or("date"))?,
            value,
            key: None,
            dimensions: BTreeMap::new(),
            replaces: None,
        })
    };
    given.list("usage").into_iter().enumerate().map(used).collect()
}
