//! A golden's timeline as facts for the charges that its items became. What the plan has no place for is left out: then
//! the invoices differ, and that is what is measured.

use std::collections::BTreeMap;

use billing::facts::{
    Ending, EndingEvent, Facts, Measured, MilestoneEvent, MilestoneReport, SeatChange, UsageEvent,
};
use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::{Aggregation, AmountBase, Charge, Plan, Quantity, Schedule};
use pricing::price::{PercentageRate, Price};
use rust_decimal::Decimal;
use serde_json::Value;

use super::golden::{Golden, decimal, list};
use super::replay::{Approval, date};

/// The facts of the approved plan.
pub(crate) fn facts(golden: &Golden, approval: &Approval) -> Facts {
    let mut facts = Facts::default();
    let entries = list(&golden.value["timeline"]);
    for (number, entry) in entries.iter().enumerate() {
        if entry["name"].as_str() == Some("termination") {
            end(entry, number, &mut facts);
            continue;
        }
        let Some(charge) = entry["item"].as_str().and_then(|item| approval.charge(item)) else {
            continue;
        };
        let id = format!("t{number}");
        match entry["kind"].as_str() {
            Some("usage") => {
                used(entry, &id, &approval.plan, charge, &mut facts);
                if let Some(fee) = approval.fee_for_each(charge) {
                    counted(entry, &id, fee, &mut facts);
                }
            }
            Some("seats") => facts.seats.extend(seats(entry, id, number, charge)),
            Some("milestone") => facts.milestones.extend(reached(entry, id, charge)),
            Some("event") if entry["name"].as_str() == Some("top_up") => {
                refill(entry, &id, approval, charge, &mut facts);
            }
            Some("event") if !has_milestone(&entries, entry) => {
                facts.milestones.extend(reached(entry, id, charge));
            }
            _ => {}
        }
    }
    for entry in entries.iter().filter(|entry| entry["kind"] == "opening") {
        open(entry, approval, &mut facts);
    }
    facts
}

/// Reaches a state by one more use on the day before it: the months between are not listed.
fn open(entry: &Value, approval: &Approval, facts: &mut Facts) {
    let (Some(day), Some(value)) = (date(entry), decimal(&entry["value"])) else {
        return;
    };
    let missing = match entry["what"].as_str() {
        Some("cumulative_quantity") => entry["item"].as_str().and_then(|item| {
            let meter = meter_of(approval.charge(item)?)?;
            let known: Decimal = of_meter(facts, meter, day);
            Some((meter.to_owned(), value.checked_sub(known)?))
        }),
        Some("credit_balance") => entry["item"]
            .as_str()
            .and_then(|item| drawn(&approval.plan, approval.charge(item)?, value)),
        Some("cumulative_amount") => toward_commitment(&approval.plan, facts, day, value),
        _ => None,
    };
    let (Some((meter, quantity)), Ok(before)) = (missing, day.yesterday()) else {
        return;
    };
    if quantity > Decimal::ZERO {
        facts.events.push(UsageEvent {
            id: format!("opening-{}", facts.events.len()),
            meter,
            at: before.at(12, 0, 0, 0),
            value: quantity,
            key: None,
            dimensions: BTreeMap::new(),
            replaces: None,
        });
    }
}

/// What must have been drawn of a pool so that this much is left, and the meter that draws it.
fn drawn(plan: &Plan, purchase: &Charge, left: Decimal) -> Option<(String, Decimal)> {
    let pool = plan
        .pools
        .iter()
        .find(|pool| pool.bought_by.as_deref() == Some(purchase.id.as_str()))?;
    let pays = |charge: &&Charge| pool.pays.is_empty() || pool.pays.contains(&charge.id);
    let meter = plan.charges.iter().filter(pays).find_map(meter_of)?;
    Some((meter.to_owned(), pool.grant.checked_sub(left)?))
}

/// A refill is due: as much is drawn on that day as takes the balance below its threshold.
fn refill(entry: &Value, id: &str, approval: &Approval, purchase: &Charge, facts: &mut Facts) {
    let pools = &approval.plan.pools;
    let pool = pools
        .iter()
        .find(|pool| pool.bought_by.as_deref() == Some(purchase.id.as_str()));
    let Some((pool, top_up)) = pool.and_then(|pool| Some((pool, pool.top_up.as_ref()?))) else {
        return;
    };
    let Some((meter, _)) = drawn(&approval.plan, purchase, Decimal::ZERO) else {
        return;
    };
    let first = !facts.events.iter().any(|event| event.id.ends_with("-refill"));
    let spent = of_meter(facts, &meter, Date::MAX);
    let down_to = pool
        .grant
        .checked_sub(top_up.below)
        .and_then(|spare| spare.checked_sub(spent));
    let quantity = if first {
        down_to.map(|spare| spare + Decimal::ONE)
    } else {
        Some(top_up.grant)
    };
    if let (Some(day), Some(quantity)) = (date(entry), quantity.filter(|quantity| *quantity > Decimal::ZERO))
    {
        facts.events.push(UsageEvent {
            id: format!("{id}-refill"),
            meter,
            at: day.at(12, 0, 0, 0),
            value: quantity,
            key: None,
            dimensions: BTreeMap::new(),
            replaces: None,
        });
    }
}

/// As many transactions as the entry counts.
fn counted(entry: &Value, id: &str, fee: &Charge, facts: &mut Facts) {
    let listed = list(&entry["events"]);
    let groups = listed.iter().filter_map(|group| decimal(&group["count"]));
    let count = decimal(&entry["count"]).unwrap_or_else(|| groups.sum());
    let from = entry["from"].as_str().and_then(|day| day.parse::<Date>().ok());
    let (Some(meter), Some(from)) = (meter_of(fee), from) else {
        return;
    };
    facts.events.push(UsageEvent {
        id: format!("{id}-each"),
        meter: meter.to_owned(),
        at: from.at(12, 0, 0, 0),
        value: count,
        key: None,
        dimensions: BTreeMap::new(),
        replaces: None,
    });
}

fn of_meter(facts: &Facts, meter: &str, before: Date) -> Decimal {
    let events = facts
        .events
        .iter()
        .filter(|event| event.meter == meter && event.at.date() < before);
    events.map(|event| event.value).sum()
}

/// The meter of a charge with a plain price that counts toward the plan's commitment, and how much of it makes the
/// spend so far come to that value.
fn toward_commitment(plan: &Plan, facts: &Facts, day: Date, value: Decimal) -> Option<(String, Decimal)> {
    let commitment = plan.commitments.first()?;
    let counts = |id: &String| commitment.charges.is_empty() || commitment.charges.contains(id);
    let lines = billing::expected(plan, facts, day).ok()?;
    let spent: Decimal = lines
        .iter()
        .filter(|line| counts(&line.charge))
        .map(|line| line.amount.amount)
        .sum();
    let plain = plan
        .charges
        .iter()
        .filter(|charge| counts(&charge.id) && charge.included.is_none());
    plain
        .filter_map(|charge| match &charge.price {
            Price::PerUnit { unit_price, per } => {
                let units = value
                    .checked_sub(spent)?
                    .checked_mul(*per)?
                    .checked_div(*unit_price)?;
                Some((meter_of(charge)?.to_owned(), units))
            }
            _ => None,
        })
        .next()
}

/// Where an item has a milestone and the event it follows from, the milestone is fed.
fn has_milestone(entries: &[&Value], event: &Value) -> bool {
    entries
        .iter()
        .any(|entry| entry["kind"] == "milestone" && entry["item"] == event["item"])
}

fn end(entry: &Value, number: usize, facts: &mut Facts) {
    let Some(last_day) = date(entry) else { return };
    facts.endings.push(Ending {
        id: format!("t{number}"),
        event: EndingEvent::Terminated {
            last_day,
            refund_unused: false,
        },
    });
}

fn seats(entry: &Value, id: String, number: usize, charge: &Charge) -> Option<SeatChange> {
    Some(SeatChange {
        id,
        charge: charge.id.clone(),
        on: date(entry)?,
        count: decimal(&entry["quantity"])?,
        recorded: u64::try_from(number).ok()?,
    })
}

fn reached(entry: &Value, id: String, charge: &Charge) -> Option<MilestoneReport> {
    let Schedule::OnMilestone { milestone } = &charge.schedule else {
        return None;
    };
    Some(MilestoneReport {
        id,
        milestone: milestone.clone(),
        on: date(entry)?,
        event: MilestoneEvent::Completed,
        evidence: "the golden's timeline".to_owned(),
    })
}

/// The meter that a charge reads.
fn meter_of(charge: &Charge) -> Option<&str> {
    match &charge.quantity {
        Quantity::Metered { meter }
        | Quantity::Amount {
            of: AmountBase::Meter { meter },
        } => Some(meter),
        Quantity::Fixed { .. } | Quantity::Seats { .. } | Quantity::Amount { .. } => None,
    }
}

/// Usage as the sum it is; transaction by transaction where the price has a rule for each.
fn used(entry: &Value, id: &str, plan: &Plan, charge: &Charge, facts: &mut Facts) {
    let day = |key: &str| entry[key].as_str().and_then(|day| day.parse::<Date>().ok());
    let (Some(meter), Some(from), Some(to)) = (meter_of(charge), day("from"), day("to")) else {
        return;
    };
    let dimensions = dimensions(entry, plan, meter);
    let transactions = transactions(entry, charge);
    let event = |(number, value): (usize, Decimal)| UsageEvent {
        id: format!("{id}-{number}"),
        meter: meter.to_owned(),
        at: from.at(12, 0, 0, 0),
        value,
        key: None,
        dimensions: dimensions.clone(),
        replaces: None,
    };
    if !transactions.is_empty() {
        return facts
            .events
            .extend(transactions.into_iter().enumerate().map(event));
    }
    let quantity = decimal(&entry["quantity"]).or_else(|| decimal(&entry["amount"]));
    let (Some(quantity), Ok(period)) = (quantity, Period::try_new(from, to)) else {
        return;
    };
    let quantity = quantity.checked_mul(single(entry, charge)).unwrap_or(quantity);
    if !is_measured_whole(plan, meter) {
        return facts.events.push(event((0, quantity)));
    }
    facts.measured.push(Measured {
        id: id.to_owned(),
        meter: meter.to_owned(),
        period,
        quantity,
        count: entry["count"]
            .as_str()
            .and_then(|count| count.parse().ok())
            .unwrap_or(1),
        dimensions,
    });
}

/// Does the meter make a number of its own of many events, so that only the number itself can be given?
fn is_measured_whole(plan: &Plan, meter: &str) -> bool {
    let known = plan.meters.iter().find(|known| known.id == meter);
    known.is_some_and(|meter| {
        !matches!(
            meter.aggregation,
            Aggregation::Sum | Aggregation::Max | Aggregation::Last
        )
    })
}

/// How many single units the timeline's unit is, where the price counts single units: `thousand calls` is 1,000.
fn single(entry: &Value, charge: &Charge) -> Decimal {
    let per = match &charge.price {
        Price::PerUnit { per, .. } => *per,
        _ => Decimal::ONE,
    };
    let unit = entry["unit"].as_str().unwrap_or_default().to_lowercase();
    let thousands = ["thousand", "1,000 ", "1000 ", "k "]
        .iter()
        .any(|word| unit.starts_with(word));
    if per > Decimal::ONE && thousands {
        Decimal::ONE_THOUSAND
    } else {
        Decimal::ONE
    }
}

fn dimensions(entry: &Value, plan: &Plan, meter: &str) -> BTreeMap<String, String> {
    let named = plan.meters.iter().find(|known| known.id == meter);
    let first = named.and_then(|meter| meter.dimensions.first());
    let variant = entry["dimension"].as_str();
    first
        .zip(variant)
        .map(|(name, value)| (name.clone(), value.to_owned()))
        .into_iter()
        .collect()
}

/// The value of each transaction; none where the price asks only for their sum.
fn transactions(entry: &Value, charge: &Charge) -> Vec<Decimal> {
    let Price::Percentage { rate } = &charge.price else {
        return Vec::new();
    };
    let listed = list(&entry["events"]);
    if !listed.is_empty() {
        return listed
            .into_iter()
            .flat_map(|group| of_group(group, rate))
            .collect();
    }
    if entry["count"].is_null() {
        return Vec::new();
    }
    of_group(entry, rate)
}

/// A group's amount over its count, to the cent, the rest on the last one; each at the cap, or each of that quantity.
fn of_group(group: &Value, rate: &PercentageRate) -> Vec<Decimal> {
    let count = decimal(&group["count"]).unwrap_or(Decimal::ONE);
    let Ok(number) = usize::try_from(count) else {
        return Vec::new();
    };
    let number = number.min(1_000_000);
    if group["at_cap"].as_bool() == Some(true) {
        let reached = rate
            .per_transaction_max
            .and_then(|cap| cap.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(rate.percent));
        return vec![reached.unwrap_or_default().ceil(); number];
    }
    if let Some(quantity) = decimal(&group["quantity"]) {
        return vec![quantity; number];
    }
    let amount = decimal(&group["amount"]).unwrap_or_default();
    let Some(each) = amount.checked_div(count).map(|each| each.trunc_with_scale(2)) else {
        return Vec::new();
    };
    let mut parts = vec![each; number];
    let before: Decimal = parts.iter().skip(1).sum();
    if let Some(last) = parts.last_mut() {
        *last = amount - before;
    }
    parts
}
